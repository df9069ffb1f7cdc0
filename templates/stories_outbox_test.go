package templates_test

import "authserver/templates"

// outboxStories are the pages of the area in the states that people meet.
func outboxStories() map[string]templates.Page { return nil }
