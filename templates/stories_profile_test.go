package templates_test

import "authserver/templates"

// profileStories are the pages of the area in the states that people meet.
func profileStories() map[string]templates.Page { return nil }
