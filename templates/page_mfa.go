package templates

// mfaPages are the pages about second factors.
func mfaPages() []Page { return nil }
