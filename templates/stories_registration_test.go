package templates_test

import "authserver/templates"

// registrationStories are the pages of the area in the states that people meet.
func registrationStories() map[string]templates.Page { return nil }
