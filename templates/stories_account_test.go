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

// below is console for a page below the section's own.
func below(section string) templates.AccountFrame {
	f := console(section)
	f.Sub = true
	return f
}

var (
	lastSeen = time.Date(2026, 5, 4, 12, 30, 0, 0, time.UTC)
	entries  = []templates.AccountEntry{
		{Code: "login_succeeded", At: lastSeen, Detail: "Little Shop", Device: "Firefox, Linux", Place: "203.0.113.x"},
		{Code: "login_failed", At: lastSeen.Add(-time.Hour), Device: "Chrome, Windows", Place: "Boxford, United Kingdom", Attention: true},
		{Code: "user_password_changed", At: lastSeen.Add(-2 * time.Hour), Admin: true},
		{Code: "of_tomorrow", At: lastSeen.Add(-48 * time.Hour)},
	}
	laptop = templates.AccountSession{ID: "0192f0c1-0000-7000-8000-00000000000a", Device: "Firefox, Linux", Place: "203.0.113.x", SeenAt: lastSeen,
		Apps: []string{"Little Shop", "Wiki"}}
	phone   = templates.AccountSession{ID: "0192f0c1-0000-7000-8000-00000000000b", Device: "Safari, iOS", Mobile: true, Place: "Boxford, United Kingdom", SeenAt: lastSeen.Add(-26 * time.Hour)}
	unknown = templates.AccountSession{ID: "0192f0c1-0000-7000-8000-00000000000c", SeenAt: lastSeen.Add(-99 * time.Hour)}
	shop    = templates.AccountApplication{ID: "0192f0c1-0000-7000-8000-00000000000d", App: templates.App{Name: "Little Shop", Host: "shop.example"},
		Since: lastSeen, Scopes: []string{"profile", "email", "offline_access", "invoices:read"}}
	wiki = templates.AccountApplication{ID: "0192f0c1-0000-7000-8000-00000000000e", App: templates.App{Name: "Wiki"}, Own: true, Since: lastSeen}
)

// accountStories are the pages of the account console in the states that people meet.
func accountStories() map[string]templates.Page {
	nameless := console("overview")
	nameless.Person = templates.Person{Email: "a.very.long.address.without.any.break@mail.department.example.com", Initials: "A"}
	nameless.Done = "nothing_that_anybody_knows"
	ended := console("sessions")
	ended.Done = "sessions_ended"
	refused := below("sessions")
	refused.Problems = []templates.Problem{{Code: "session_not_found"}}
	return map[string]templates.Page{
		"accountoverview": &templates.AccountOverview{AccountFrame: console("overview"), Recent: entries, Checks: []templates.AccountCheck{
			{Kind: "email", Good: true, Path: "/profile"},
			{Kind: "second_factor", Good: true, Path: "/security"},
			{Kind: "passkey", Good: true, Count: 2, Path: "/security"},
			{Kind: "recovery_codes", Good: true, Count: 9, Path: "/security"},
		}},
		"accountoverview-open": &templates.AccountOverview{AccountFrame: nameless, Checks: []templates.AccountCheck{
			{Kind: "email", Path: "/profile"},
			{Kind: "second_factor", Path: "/security"},
			{Kind: "passkey", Path: "/security"},
			{Kind: "recovery_codes", Path: "/security"},
		}},
		"accountsecurity": &templates.AccountSecurity{AccountFrame: console("security"),
			Ways: []templates.AccountSafeguard{
				{Kind: "password", Count: 1, Since: lastSeen, Path: "/password"},
				{Kind: "passkeys", Count: 2, Path: "/passkeys"},
				{Kind: "providers", Count: 1, Path: "/providers"},
			},
			Second: []templates.AccountSafeguard{
				{Kind: "factors", Count: 2, Path: "/mfa"},
				{Kind: "recovery_codes", Count: 1, Path: "/recovery-codes"},
				{Kind: "devices", Count: 3, Path: "/trusted-devices"},
			}},
		"accountsecurity-bare": &templates.AccountSecurity{AccountFrame: console("security"),
			Ways: []templates.AccountSafeguard{
				{Kind: "password", Count: 1, Path: "/password"}, {Kind: "password", Path: "/password"},
				{Kind: "passkeys", Path: "/passkeys"}, {Kind: "providers", Path: "/providers"},
			},
			Second: []templates.AccountSafeguard{
				{Kind: "factors", Path: "/mfa"}, {Kind: "recovery_codes", Path: "/recovery-codes"}, {Kind: "devices", Path: "/trusted-devices"},
			}},
		"accountsessions":       &templates.AccountSessions{AccountFrame: ended, Current: laptop, Others: []templates.AccountSession{phone, unknown}},
		"accountsessions-alone": &templates.AccountSessions{AccountFrame: console("sessions"), Current: laptop},
		"accountsessionend":     &templates.AccountSessionEnd{AccountFrame: below("sessions"), Session: phone},
		"accountsessionsend":    &templates.AccountSessionsEnd{AccountFrame: refused},
		"accountapplications": &templates.AccountApplications{AccountFrame: console("applications"),
			Applications: []templates.AccountApplication{shop, wiki}},
		"accountapplications-none": &templates.AccountApplications{AccountFrame: console("applications")},
		"accountapplicationend":    &templates.AccountApplicationEnd{AccountFrame: below("applications"), Application: shop},
		"signedout-account":        &templates.SignedOut{AgainURL: "/realms/acme/account"},
		"accountactivity":          &templates.AccountActivity{AccountFrame: console("activity"), Entries: entries, Older: "c2", First: true},
		"accountactivity-last":     &templates.AccountActivity{AccountFrame: console("activity"), Entries: entries[:1]},
		"accountactivity-none":     &templates.AccountActivity{AccountFrame: console("activity"), First: true},
	}
}
