package templates_test

import "authserver/templates"

// recoveryStories are the pages of the area in the states that people meet.
func recoveryStories() map[string]templates.Page { return nil }
