package templates

// accountPages are the pages about the account console.
func accountPages() []Page { return nil }
