package templates

// registrationPages are the pages about making an account.
func registrationPages() []Page { return nil }
