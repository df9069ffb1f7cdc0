package templates_test

import "authserver/templates"

// contactStories are the pages of the area in the states that people meet.
func contactStories() map[string]templates.Page { return nil }
