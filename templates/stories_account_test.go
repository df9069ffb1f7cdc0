package templates_test

import (
	"time"

	"authserver/templates"
)

// console is the frame of the account of Ada.
func console(section string) templates.AccountFrame {
	return templates.AccountFrame{Section: section, Person: templates.Person{
		Name: "Ada Lovelace", Email: "ada@example.com", Initials: templates.InitialsOf("Ada Lovelace"),
		Zone: time.FixedZone("Europe/London", 3600),
	}}
}

// accountStories are the pages of the account console in the states that people meet.
func accountStories() map[string]templates.Page {
	at := time.Date(2026, 5, 4, 12, 30, 0, 0, time.UTC)
	nameless := console("overview")
	nameless.Person = templates.Person{Email: "a.very.long.address.without.any.break@mail.department.example.com", Initials: "A"}
	nameless.Done = "nothing_that_anybody_knows"
	return map[string]templates.Page{
		"accountoverview": &templates.AccountOverview{AccountFrame: console("overview"),
			Checks: []templates.AccountCheck{
				{Kind: "email", Good: true, Path: "/profile"},
				{Kind: "second_factor", Good: true, Path: "/security"},
				{Kind: "passkey", Good: true, Count: 2, Path: "/security"},
				{Kind: "recovery_codes", Good: true, Count: 9, Path: "/security"},
			},
			Recent: []templates.AccountEntry{
				{Code: "signed_in", At: at, Device: "Firefox, Linux", Place: "203.0.113.…"},
				{Code: "sign_in_failed", At: at.Add(-time.Hour), Device: "Chrome, Windows", Place: "Boxford, United Kingdom", Attention: true},
				{Code: "of_tomorrow", At: at.Add(-48 * time.Hour)},
			}},
		"accountoverview-open": &templates.AccountOverview{AccountFrame: nameless,
			Checks: []templates.AccountCheck{
				{Kind: "email", Path: "/profile"},
				{Kind: "second_factor", Path: "/security"},
				{Kind: "passkey", Path: "/security"},
				{Kind: "recovery_codes", Path: "/security"},
			}},
	}
}
