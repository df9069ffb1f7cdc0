package templates_test

import (
	"time"

	"authserver/templates"
)

// noticeStories are the pages about notifications in the states that people meet.
func noticeStories() map[string]templates.Page {
	frame := func(unseen int) templates.AccountFrame {
		f := console("notifications")
		f.Person.Unseen = unseen
		return f
	}
	done := frame(0)
	done.Done = "notices_seen"
	wrong := frame(1)
	wrong.Problems = []templates.Problem{{Code: "notification_not_found"}}
	notices := []templates.AccountNotice{
		{ID: "0192f0c1-0000-7000-8000-000000000001", Icon: "device", Title: "New sign-in to your account", Body: "If that was not you, change your password and look through your devices.",
			At: lastSeen, Device: "Chrome, Windows", Place: "203.0.113.x", URL: "/realms/acme/account/sessions", New: true, Urgent: true},
		{ID: "0192f0c1-0000-7000-8000-000000000002", Icon: "mail", Title: "The office is closed on Friday", Body: "All services keep running.\nQuestions? We are back on Monday.",
			At: lastSeen.Add(-time.Hour), URL: "https://shop.example/news", New: true},
		{ID: "0192f0c1-0000-7000-8000-000000000003", Icon: "apps", Title: "An application was given access", At: lastSeen.Add(-30 * time.Hour), Detail: "Little Shop"},
		{ID: "0192f0c1-0000-7000-8000-000000000004", Icon: "shield", Title: `Donaudampfschifffahrtselektrizitätenhauptbetriebswerk <script>alert(1)</script>`, At: lastSeen.Add(-60 * time.Hour), Admin: true},
	}
	account := func(fixed, on bool) templates.NoticeChannel {
		return templates.NoticeChannel{Name: "account", On: on, Fixed: fixed}
	}
	mail := func(fixed, on bool) templates.NoticeChannel {
		return templates.NoticeChannel{Name: "email", On: on, Fixed: fixed}
	}
	sms := templates.NoticeChannel{Name: "sms"}
	topics := []templates.NoticeTopic{
		{Slug: "sign_in", Channels: []templates.NoticeChannel{account(true, true), mail(true, true), sms}},
		{Slug: "password", Channels: []templates.NoticeChannel{account(true, true), mail(true, true), sms}},
		{Slug: "factors", Channels: []templates.NoticeChannel{account(true, true), mail(true, true), sms}},
		{Slug: "contact", Channels: []templates.NoticeChannel{account(true, true), mail(true, true), sms}},
		{Slug: "data", Channels: []templates.NoticeChannel{account(true, true), mail(true, true), sms}},
		{Slug: "access", Channels: []templates.NoticeChannel{account(false, true), mail(false, false)}},
		{Slug: "applications", Channels: []templates.NoticeChannel{account(false, true), mail(false, true)}},
		{Slug: "documents", Channels: []templates.NoticeChannel{account(false, false), mail(false, false)}},
		{Slug: "messages", Channels: []templates.NoticeChannel{account(false, true), mail(false, false)}},
	}
	below := frame(0)
	below.Sub = true
	refused := below
	refused.Problems = []templates.Problem{{Code: "preference_fixed"}}
	return map[string]templates.Page{
		"accountnotices":                        &templates.AccountNotices{AccountFrame: frame(2), Notices: notices, First: true},
		"accountnotices-many":                   &templates.AccountNotices{AccountFrame: frame(100), Notices: notices, Older: "bmV4dA", Cursor: "dGhpcw"},
		"accountnotices-empty":                  &templates.AccountNotices{AccountFrame: done, First: true},
		"accountnotices-gone":                   &templates.AccountNotices{AccountFrame: wrong, Notices: notices[:1], First: true},
		"accountnoticepreferences":              &templates.AccountNoticePreferences{AccountFrame: below, Topics: topics},
		"accountnoticepreferences-unsubscribed": &templates.AccountNoticePreferences{AccountFrame: refused, Topics: topics[:2], Unsubscribed: true},
	}
}
