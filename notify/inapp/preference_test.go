package inapp_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"authserver/notify/inapp"
	"authserver/rbac"
	"authserver/tenant/realm"
)

func TestPreferencesAreHonoured(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.browser(h.ann.ID)
	change := func(topic, body string, status int, want string) {
		t.Helper()
		if got := b.JSON(http.MethodPut, me+"/notification-preferences/"+topic, body); got.StatusCode != status || !strings.Contains(b.Body, want) {
			t.Errorf("%s %s: %d %s", topic, body, got.StatusCode, b.Body)
		}
	}
	change("messages", `{"account":false}`, 200, `"account":{"enabled":false,"fixed":false}`)
	change("sign_in", `{"account":false}`, 409, "preference_fixed")
	change("access", `{"email":true}`, 200, `"email":{"enabled":true,"fixed":false}`)
	change("access", `{"account":false}`, 200, `"account":{"enabled":false,"fixed":false}`)
	change("password", `{"email":false}`, 409, "preference_fixed")
	change("password", `{"email":true}`, 200, `"email":{"enabled":true,"fixed":true}`)
	change("access", `{"sms":true}`, 400, "channel_invalid")
	change("nothing", `{"email":true}`, 404, "topic_not_found")
	change("access", `{"letter":true}`, 400, "")

	if told := h.sent(h.ann.ID, "Nobody reads this"); told != 0 || h.kinds(h.ann.ID) != "" {
		t.Errorf("a message reaches ann, who wants none: %d %s", told, h.kinds(h.ann.ID))
	}
	change("messages", `{"email":true}`, 200, `"email":{"enabled":true`)
	if told := h.sent(h.ann.ID, "By mail only"); told != 1 || h.kinds(h.ann.ID) != "" {
		t.Errorf("by mail only: %d %s", told, h.kinds(h.ann.ID))
	}
	if _, err := h.roles.Assign(h.Context, h.Realm.ID, rbac.Assignment{SubjectKind: rbac.User, SubjectID: h.ann.ID, RoleID: rbac.Auditor}); err != nil {
		t.Fatal(err)
	}
	h.happens(by(h.ann.ID, "203.0.113.7", chrome), "user", h.ann.ID, "security.device_new", `{"reaction":"notify"}`)
	h.dispatch()
	if got := h.kinds(h.ann.ID); got != inapp.NewDevice {
		t.Errorf("told %q, want the new device and not the role", got)
	}
	h.post()
	var subjects []string
	for _, m := range h.box.mails {
		subjects = append(subjects, m.Subject)
		if m.Unsubscribe == "" || !strings.Contains(m.Text, issuer("acme")+"/account/notifications") {
			t.Errorf("the letter lacks its links: %s", m.Text)
		}
	}
	slices.Sort(subjects)
	if !slices.Equal(subjects, []string{"By mail only", "You have a new role: Auditor"}) {
		t.Errorf("mails: %q", subjects)
	}
	b.Get(me + "/notification-preferences")
	if strings.Count(b.Body, `"topic"`) != len(inapp.Topics()) {
		t.Errorf("preferences: %s", b.Body)
	}
}

// sent sends a message to the person and returns how many it reached.
func (h *house) sent(userID, title string) int64 {
	h.t.Helper()
	g, err := h.Send(h.Context, h.Realm, inapp.Sending{Audience: inapp.ToUser, AudienceID: userID, Title: title})
	if err != nil {
		h.t.Fatal(err)
	}
	return g.Reached
}

func TestSMSOnlyToWhoAskedForThem(t *testing.T) {
	t.Parallel()
	policy := realm.DefaultPolicy()
	policy.PhonePrefixes = []string{"+49"}
	h := newHouse(t, policy)
	change := func() {
		h.happens(by(h.ann.ID, "203.0.113.7", firefox), "user", h.ann.ID, "user.password_changed", `{}`)
		h.dispatch()
		h.post()
	}
	if err := h.Users.VerifyPhone(h.Context, h.Realm.ID, h.ann.ID, "+491701234567"); err != nil {
		t.Fatal(err)
	}
	change()
	if len(h.box.texts) != 0 {
		t.Errorf("an SMS that nobody asked for: %+v", h.box.texts)
	}
	if err := h.Choose(h.Context, h.Realm.ID, h.ann.ID, inapp.Wishes{{Topic: "password", Channel: inapp.SMS}: true}); err != nil {
		t.Fatal(err)
	}
	change()
	if len(h.box.texts) != 1 || h.box.texts[0].Text != "Realm acme: Your password was changed" || h.box.texts[0].To != "+491701234567" {
		t.Errorf("texts: %+v", h.box.texts)
	}
	if err := h.Users.VerifyPhone(h.Context, h.Realm.ID, h.ann.ID, "+33612345678"); err != nil {
		t.Fatal(err)
	}
	change()
	if len(h.box.texts) != 1 {
		t.Errorf("an SMS to where the realm sends none: %+v", h.box.texts)
	}
}

func TestThePageOfPreferencesSaves(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.browser(h.ann.ID)
	b.Get(pages + "/preferences")
	if b.Page.Find("input[type=checkbox]").Length() != 2*len(inapp.Topics()) {
		t.Errorf("without a phone there are two boxes for each topic: %s", b.Body)
	}
	if b.Page.Find("input[disabled]").Length() != 5+5 || b.Page.Find("input[disabled]:not([checked])").Length() != 0 {
		t.Errorf("what protects the account is fixed and on: %s", b.Body)
	}
	if err := h.Users.VerifyPhone(h.Context, h.Realm.ID, h.ann.ID, "+491701234567"); err != nil {
		t.Fatal(err)
	}
	b.Get(pages + "/preferences")
	if b.Page.Find("input[type=checkbox]").Length() != 2*len(inapp.Topics())+5 {
		t.Errorf("with a phone, five topics have SMS: %s", b.Body)
	}
	got := b.Post(pages+"/preferences", url.Values{"messages.email": {"yes"}, "sign_in.sms": {"yes"}, "password.email": {"yes"}})
	if got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != pages+"/preferences?done=notice_preferences_saved" {
		t.Fatalf("save: %d", got.StatusCode)
	}
	w, err := h.Wishes(t.Context(), h.Realm.ID, h.ann.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, topic := range inapp.Topics() {
		for _, c := range []inapp.Channel{inapp.Account, inapp.Mail, inapp.SMS} {
			want := topic.Fixed(c) || topic.Slug == "messages" && c == inapp.Mail || topic.Slug == "sign_in" && c == inapp.SMS
			if w.On(topic, c) != want {
				t.Errorf("%s by %s is %t", topic.Slug, c, !want)
			}
		}
	}
	b.Get(pages + "/preferences")
	if b.Page.Find(`input[name="messages.email"][checked]`).Length() != 1 || b.Page.Find(`input[name="messages.account"][checked]`).Length() != 0 {
		t.Errorf("the page does not show what was saved: %s", b.Body)
	}
}

// An address that was unsubscribed gets no optional letter, whatever its owner chose
// here, until they want letters again.
func TestUnsubscribingWins(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if err := h.Choose(h.Context, h.Realm.ID, h.ann.ID, inapp.Wishes{{Topic: "messages", Channel: inapp.Mail}: true}); err != nil {
		t.Fatal(err)
	}
	if err := h.letters.Unsubscribe(h.Context, h.Realm.ID, h.ann.Email); err != nil {
		t.Fatal(err)
	}
	h.sent(h.ann.ID, "One")
	h.post()
	b := h.browser(h.ann.ID)
	b.Get(pages + "/preferences")
	if len(h.box.mails) != 0 || b.Page.Find("#unsubscribed").Length() != 1 {
		t.Fatalf("%d mails; %s", len(h.box.mails), b.Body)
	}
	if got := b.Post(pages+"/preferences", url.Values{"action": {"resubscribe"}}); got.StatusCode != http.StatusSeeOther {
		t.Fatalf("resubscribe: %d", got.StatusCode)
	}
	h.sent(h.ann.ID, "Two")
	h.post()
	b.Get(pages + "/preferences")
	if len(h.box.mails) != 1 || b.Page.Find("#unsubscribed").Length() != 0 {
		t.Errorf("%d mails; %s", len(h.box.mails), b.Body)
	}
}

// The room of letters asks before it sends what is optional.
func TestAnOptionalLetterIsNotSentToWhoSwitchedItOff(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	send := func() {
		t.Helper()
		if err := h.letters.Send(h.Context, revoked(h)); err != nil {
			t.Fatal(err)
		}
		h.post()
	}
	send()
	if err := h.Choose(h.Context, h.Realm.ID, h.ann.ID, inapp.Wishes{{Topic: "applications", Channel: inapp.Mail}: false}); err != nil {
		t.Fatal(err)
	}
	send()
	if len(h.box.mails) != 1 {
		t.Errorf("%d mails, want that before it was switched off", len(h.box.mails))
	}
	entry := h.lastLetter()
	if entry.Status != "suppressed" || entry.LastEvent != "switched_off" {
		t.Errorf("the log says %+v", entry)
	}
	if got := h.of(h.ann.ID); len(got) != 0 {
		t.Errorf("a letter makes no notification: %+v", got)
	}
}
