package templates

// profilePages are the pages about what a person says about themselves.
func profilePages() []Page { return nil }
