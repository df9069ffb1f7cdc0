package templates_test

import "authserver/templates"

// accountStories are the pages of the area in the states that people meet.
func accountStories() map[string]templates.Page { return nil }
