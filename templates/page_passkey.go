package templates

// passkeyPages are the pages about passkeys.
func passkeyPages() []Page { return nil }
