package templates

// contactPages are the pages about proving an address or a phone number.
func contactPages() []Page { return nil }
