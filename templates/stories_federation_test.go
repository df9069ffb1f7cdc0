package templates_test

import "authserver/templates"

// federationStories are the pages of the area in the states that people meet.
func federationStories() map[string]templates.Page { return nil }
