package templates_test

import "authserver/templates"

// passkeyStories are the pages of the area in the states that people meet.
func passkeyStories() map[string]templates.Page { return nil }
