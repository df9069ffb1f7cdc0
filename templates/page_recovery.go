package templates

// recoveryPages are the pages about setting a new password by mail.
func recoveryPages() []Page { return nil }
