package templates

// federationPages are the pages about signing in through another provider.
func federationPages() []Page { return nil }
