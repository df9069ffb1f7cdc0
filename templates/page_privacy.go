package templates

// privacyPages are the pages about taking one's data along and leaving.
func privacyPages() []Page { return nil }
