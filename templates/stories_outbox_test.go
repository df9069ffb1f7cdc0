package templates_test

import (
	"time"

	"authserver/templates"
)

// outboxStories are the pages about captured messages.
func outboxStories() map[string]templates.Page {
	at := time.Date(2026, 3, 4, 5, 6, 0, 0, time.UTC)
	return map[string]templates.Page{
		"outbox-empty": &templates.Outbox{},
		"outbox": &templates.Outbox{Messages: []templates.OutboxMessage{
			{ID: "0192f0c1-0000-7000-8000-000000000002", SMS: true, To: "+4930123456", Code: "482913", At: at,
				Text: []templates.TextPiece{{Text: "Acme: 482913 is your code to sign in."}}},
			{ID: "0192f0c1-0000-7000-8000-000000000001", To: "ada@example.com", Subject: "Confirm your e-mail address", Code: "135790", HTML: true, At: at,
				Text: []templates.TextPiece{
					{Text: "Hello Ada,\n\n    135790\n\nConfirm address\n"},
					{Text: "http://localhost:8080/realms/demo/verify-email?token=qYb3n0sVh1", Link: true}, {Text: "\n"},
				}},
		}},
		"outbox-to": &templates.Outbox{To: "ada@example.com"},
	}
}
