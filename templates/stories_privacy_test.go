package templates_test

import "authserver/templates"

// privacyStories are the pages of the area in the states that people meet.
func privacyStories() map[string]templates.Page { return nil }
