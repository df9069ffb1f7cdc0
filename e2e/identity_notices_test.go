package e2e_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"authserver/internal/letter"
	"authserver/notify/outbox"
)

// happened are the kinds of what the person's activity tells, the newest first.
func (p *traveller) happened() []string {
	p.s.t.Helper()
	p.s.must(p.s.Server.Settle(p.s.Operator()))
	entries, _, err := p.s.Server.Activity.List(p.s.t.Context(), p.s.Realm.ID, p.id, "", 50)
	p.s.must(err)
	var kinds []string
	for _, e := range entries {
		kinds = append(kinds, e.Type)
	}
	page := p.open(p.s.at("/account/activity"))
	if shown := page.Doc().Find("main .rows > li").Length(); page.Status != http.StatusOK || shown != min(len(entries), 20) {
		p.s.t.Errorf("the page shows %d of %d entries: %v", shown, len(entries), page)
	}
	return kinds
}

// What changes the keys to an account is written to its owner, and stands in their account.
func TestIdentityChangesAreTold(t *testing.T) {
	t.Parallel()
	s := openScene(t, nil)
	for _, change := range []struct {
		name    string
		make    func(*traveller)
		letters []string // to the address that the account had before
		told    []string
	}{
		{"recovery", func(p *traveller) {
			if got := recovered(p); got != "in 1 pwd" {
				t.Fatalf("recovery: %s", got)
			}
		}, []string{"Choose a new password for Acme", "Your password was changed"}, []string{"recovery.sent", "recovery.completed", "user.password_changed"}},
		{"removal of the second factor", func(p *traveller) {
			p.enrol()
			_, page := p.login()
			p.send(p.password(page), "verify", "code", p.code())
			page = p.send(p.open(s.at("/account/totp")), "remove")
			if page.URL.Query().Get("done") != "mfa_totp_removed" {
				t.Fatalf("remove: %v", page)
			}
		}, []string{"A second factor was removed"}, []string{"user.totp_removed"}},
		{"change of the address", func(p *traveller) {
			p.signIn()
			k := &keeper{scene: s}
			k.move(p.Browser, "new"+p.Email)
			if page := k.call(p.Browser, http.MethodPost, "/email/change/confirm", map[string]string{"code": s.LetterCode("new" + p.Email)}); page.Status != http.StatusNoContent {
				t.Fatalf("change: %v %s", page, page.Body)
			}
		}, []string{"Your e-mail address is about to change", "Your e-mail address was changed"}, []string{"user.email_change_requested", "user.email_changed"}},
		{"password", func(p *traveller) {
			p.signIn()
			page := p.send(p.open(s.at("/account/password")), "Save password", "password", p.Password, "new_password", newPassword)
			if page.URL.Query().Get("done") == "" {
				t.Fatalf("change: %v", page)
			}
		}, []string{"Your password was changed"}, []string{"user.password_changed"}},
		{"passkey", func(p *traveller) {
			p.addKey(true)
			p.Browser = s.browser()
			_, page := p.login()
			p.passkey(page)
		}, []string{"A passkey was added"}, []string{"passkey.registered"}},
	} {
		p := s.person(strings.ReplaceAll(change.name, " ", "-")+"@example.com", nil)
		change.make(p)
		sent := s.Letters(p.Email)
		for _, subject := range change.letters {
			if !slices.ContainsFunc(sent, func(m outbox.Message) bool { return m.Channel == letter.Email && strings.HasPrefix(m.Subject, subject) }) {
				t.Errorf("%s: no letter %q", change.name, subject)
			}
		}
		told := p.happened()
		for _, kind := range change.told {
			if !slices.Contains(told, kind) {
				t.Errorf("%s: the account tells of %q, not of %s", change.name, told, kind)
			}
		}
	}
}
