package templates_test

import (
	"time"

	"authserver/templates"
)

// privacyStories are the pages of the area in the states that people meet.
func privacyStories() map[string]templates.Page {
	at := time.Date(2026, 5, 4, 12, 30, 0, 0, time.UTC)
	day := 24 * time.Hour
	frame := templates.Frame{FlowID: "0192f0c1-0000-7000-8000-000000000001", Proof: "cHJvb2Y"}
	sub := console("privacy")
	sub.Sub = true
	wrong := sub
	wrong.Problems = []templates.Problem{{Code: "erasure_unconfirmed", Field: "email"}}
	ready := console("privacy")
	ready.Done = "export_ready"
	return map[string]templates.Page{
		"accountprivacy": &templates.AccountPrivacy{AccountFrame: console("privacy")},
		"accountprivacy-leaving": &templates.AccountPrivacy{AccountFrame: ready, ErasureAt: at.Add(7 * day), Exports: []templates.AccountExport{
			{ID: "0192f0c1-0000-7000-8000-000000000003", CreatedAt: at.Add(day)},
			{ID: "0192f0c1-0000-7000-8000-000000000002", CreatedAt: at, ReadyAt: at, ExpiresAt: at.Add(7 * day)},
			{ID: "0192f0c1-0000-7000-8000-000000000001", CreatedAt: at.Add(-day), Failed: true},
		}},
		"accountdelete":       &templates.AccountDelete{AccountFrame: sub, Email: "ada@example.com", Days: 7},
		"accountdelete-wrong": &templates.AccountDelete{AccountFrame: wrong, Email: "ada@example.com"},
		"erasurepending": &templates.ErasurePending{Frame: frame, App: templates.App{Name: "Little Shop"}, ErasureAt: at,
			Account: templates.Account{Name: "Ada Lovelace", Email: "ada@example.com"}},
		"erasurepending-plain": &templates.ErasurePending{Frame: frame, ErasureAt: at, Account: templates.Account{Email: "ada@example.com"}},
		"erasurenotice":        &templates.ErasureNotice{State: "scheduled"},
		"erasurenotice-asking": &templates.ErasureNotice{State: "asking", Token: "ch_token"},
		"erasurenotice-kept":   &templates.ErasureNotice{State: "kept"},
		"erasurenotice-erased": &templates.ErasureNotice{State: "erased"},
	}
}
