package inapp_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"authserver/identity/identitytest"
	"authserver/internal/event"
	"authserver/notify/inapp"
	"authserver/rbac"
)

func TestAPersonIsToldOfWhatConcernsThem(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	self, operator := by(h.ann.ID, "203.0.113.7", firefox), event.Actor{Kind: event.Operator, IP: "10.0.0.1"}
	for _, c := range []struct {
		actor                event.Actor
		ref, id, what, body  string
		kind, detail, device string
		admin                bool
	}{
		{self, "user", h.ann.ID, "user.password_changed", `{}`, "user_password_changed", "", firefox, false},
		{operator, "user", h.ann.ID, "mfa.reset", `{"factors":["totp"]}`, "mfa_reset", "", "", true},
		{self, "user", h.ann.ID, "passkey.registered", `{"passkey_id":"x"}`, "passkey_registered", "", firefox, false},
		{self, "user", h.ann.ID, "user.provider_linked", `{"provider":"google"}`, "user_provider_linked", "google", firefox, false},
		{self, "user", h.ann.ID, "consent.granted", `{"application_id":"` + h.shop.ID + `"}`, "consent_granted", "Little Shop", firefox, false},
		{operator, "session", "s", "session.ended", `{"user_id":"` + h.ann.ID + `","reason":"ended_by_admin"}`, "session_ended", "", "", true},
		{self, "session", "s", "session.ended", `{"user_id":"` + h.ann.ID + `","reason":"signed_out"}`, "", "", "", false},
		{event.Actor{Kind: event.System}, "user", h.ann.ID, "privacy.exported", `{"size":5}`, "privacy_exported", "", "", false},
		{self, "user", h.ann.ID, "user.updated", `{"fields":["name"]}`, "", "", "", false},
		{self, "identifier", "x", "login.locked", `{}`, "", "", "", false},
		{self, "user", h.ann.ID, "passkey.registered", `[1,2]`, "passkey_registered", "", firefox, false},
	} {
		before := len(h.of(h.ann.ID))
		h.happens(c.actor, c.ref, c.id, c.what, c.body)
		h.dispatch()
		h.dispatch()
		all := h.of(h.ann.ID)
		if c.kind == "" {
			if len(all) != before {
				t.Errorf("%s is told: %+v", c.what, all[0])
			}
			continue
		}
		if len(all) != before+1 {
			t.Fatalf("%s makes %d notifications", c.what, len(all)-before)
		}
		n := all[0]
		if n.Kind != c.kind || n.Data.Detail != c.detail || n.Data.Agent != c.device || n.Data.Admin != c.admin || !n.SeenAt.IsZero() {
			t.Errorf("%s: %+v", c.what, n)
		}
		if want := n.CreatedAt.Add(30 * 24 * time.Hour); !n.ExpiresAt.Equal(want) {
			t.Errorf("%s stays until %s, want %s", c.what, n.ExpiresAt, want)
		}
	}
	if got := h.kinds(h.ben.ID); got != "" {
		t.Errorf("ben is told %s", got)
	}
}

func TestARoleIsToldByItsName(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	a, err := h.roles.Assign(h.Context, h.Realm.ID, rbac.Assignment{SubjectKind: rbac.User, SubjectID: h.ann.ID, RoleID: rbac.Auditor})
	if err != nil {
		t.Fatal(err)
	}
	h.dispatch()
	h.Clock.Add(time.Second)
	if err := h.roles.Withdraw(h.Context, h.Realm.ID, a.ID, 0); err != nil {
		t.Fatal(err)
	}
	h.dispatch()
	all := h.of(h.ann.ID)
	if len(all) != 2 || all[0].Kind != "role_assignment_deleted" || all[1].Kind != "role_assignment_created" {
		t.Fatalf("ann is told %+v", all)
	}
	for _, n := range all {
		if n.Data.Detail != "Auditor" || !n.Data.Admin {
			t.Errorf("%s is about %+v", n.Kind, n.Data)
		}
	}
}

// A new device and an unusual sign-in are told unless the realm tells nobody. The letter is
// that of the room that found it, so this one writes none.
func TestANewDeviceIsTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	self := by(h.ann.ID, "203.0.113.7", chrome)
	h.happens(self, "user", h.ann.ID, "security.device_new", `{"device_id":"d","reaction":"notify"}`)
	h.happens(self, "user", h.ann.ID, "security.sign_in_suspicious", `{"device_id":"d","reaction":"step_up"}`)
	h.happens(self, "user", h.ben.ID, "security.device_new", `{"device_id":"d","reaction":"allow"}`)
	h.dispatch()
	if got, want := h.kinds(h.ann.ID), "security_sign_in_suspicious "+inapp.NewDevice; got != want {
		t.Errorf("ann is told %q, want %q", got, want)
	}
	if got := h.kinds(h.ben.ID); got != "" {
		t.Errorf("ben is told %s, though the realm tells nobody", got)
	}
	b := h.browser(h.ann.ID)
	b.Get(pages)
	if text := b.Page.Find("main").Text(); !strings.Contains(text, "New sign-in to your account") || !strings.Contains(text, "Chrome, Windows") {
		t.Errorf("the page says %s", text)
	}
	h.post()
	if len(h.box.mails) != 0 {
		t.Errorf("a second letter tells of it: %+v", h.box.mails)
	}
}

// Two dispatchers that race over the same events tell each of them once.
func TestRacingDispatchersTellOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for range 20 {
		h.happens(by(h.ann.ID, "203.0.113.7", firefox), "user", h.ann.ID, "user.password_changed", `{}`)
	}
	one, two := h.newDispatcher(), h.newDispatcher()
	for _, err := range identitytest.Together(4, func(i int) error {
		d := one
		if i%2 == 1 {
			d = two
		}
		for {
			n, err := d.Once(h.Context)
			if err != nil || n == 0 {
				return err
			}
		}
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	h.dispatch()
	if got := len(h.of(h.ann.ID)); got != 20 {
		t.Errorf("%d notifications of 20 events", got)
	}
}

// Nobody asked for it: those who administer the realm hear of it, once.
func TestAWebhookThatIsSwitchedOffIsToldToAdministrators(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if _, err := h.roles.Assign(h.Context, h.Realm.ID, rbac.Assignment{SubjectKind: rbac.User, SubjectID: h.ann.ID, RoleID: rbac.RealmAdministrator}); err != nil {
		t.Fatal(err)
	}
	h.dispatch()
	before := len(h.of(h.ann.ID))
	h.happens(event.Actor{Kind: event.APIKey, ID: "key"}, "webhook", h.shop.ID, "webhook.disabled", `{"reason":"asked"}`)
	h.dispatch()
	h.work()
	if got := len(h.of(h.ann.ID)); got != before {
		t.Errorf("%d notifications of what an administrator did", got-before)
	}
	h.happens(event.Actor{Kind: event.System}, "webhook", h.shop.ID, "webhook.disabled", `{"reason":"failing"}`)
	h.dispatch()
	h.work()
	got := h.of(h.ann.ID)
	if len(got) != before+1 || got[0].Kind != "webhook_disabled" || got[0].Priority != inapp.High {
		t.Errorf("ann was told %+v", got)
	}
	if len(h.of(h.ben.ID)) != 0 {
		t.Error("somebody else was told")
	}
}

// The event is told in the transaction that dispatches it: if that fails, nothing stays.
func TestATransactionThatFailsTellsNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	e := event.Event{ID: h.shop.ID, RealmID: h.Realm.ID, Type: "user.password_changed", Ref: event.Ref{RealmID: h.Realm.ID, Kind: "user", ID: h.ann.ID}, At: h.Clock.Now(), Payload: []byte(`{}`)}
	boom := errors.New("boom")
	err := h.DB.InTx(h.Context, func(ctx context.Context) error {
		if err := h.Handle(ctx, e); err != nil {
			return err
		}
		return boom
	})
	if !errors.Is(err, boom) || len(h.of(h.ann.ID)) != 0 {
		t.Fatalf("%v, %d notifications", err, len(h.of(h.ann.ID)))
	}
	for range 2 { // and the same event twice is one notification
		if err := h.DB.InTx(h.Context, func(ctx context.Context) error { return h.Handle(ctx, e) }); err != nil {
			t.Fatal(err)
		}
	}
	if got := len(h.of(h.ann.ID)); got != 1 {
		t.Errorf("%d notifications of one event", got)
	}
}

// Whoever is erased takes everything along, also what is still on its way to them.
func TestNothingStaysOfWhoIsErased(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.say("Hello")
	if err := h.Choose(h.Context, h.Realm.ID, h.ann.ID, inapp.Wishes{{Topic: "access", Channel: inapp.Account}: false}); err != nil {
		t.Fatal(err)
	}
	h.dispatch()
	name, section, err := h.Export(t.Context(), h.Realm.ID, h.ann.ID)
	if text := jsonOf(t, section); err != nil || name != "notifications" || !strings.Contains(text, `"title":"Hello"`) || !strings.Contains(text, `"topic":"access","channel":"account","enabled":false`) {
		t.Errorf("the copy of ann's data: %s %s %v", name, text, err)
	}
	h.happens(event.Actor{Kind: event.System}, "user", h.ann.ID, "user.deleted", `{}`)
	h.dispatch()
	for _, table := range []string{"notifications", "notification_preferences", "notification_sendings"} {
		var n int64
		if err := h.DB.With(t.Context()).Raw("SELECT COUNT(*) FROM " + table).Scan(&n).Error; err != nil || n != 0 {
			t.Errorf("%d rows in %s, %v", n, table, err)
		}
	}
}
