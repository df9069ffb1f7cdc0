package templates_test

import "authserver/templates"

// mfaStories are the pages of the area in the states that people meet.
func mfaStories() map[string]templates.Page { return nil }
