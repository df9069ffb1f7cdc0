package templates_test

import "authserver/templates"

// letterStories are the pages that letters lead to.
func letterStories() map[string]templates.Page {
	return map[string]templates.Page{
		"unsubscribe":      &templates.Unsubscribe{Email: "a•••@example.com"},
		"unsubscribe-done": &templates.Unsubscribe{Email: "a•••@example.com", Done: true},
	}
}
