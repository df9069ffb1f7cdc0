package account_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"authserver/identity/challenge"
	"authserver/identity/flow"
	"authserver/identity/session"
	"authserver/internal/event"
	"authserver/internal/id"
	"authserver/templates"
)

func (h *house) startFor(t *testing.T, appID, browser string) *flow.Flow {
	t.Helper()
	f, err := h.Flows.Start(h.Context, flow.Request{ApplicationID: appID, Browser: browser})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// elsewhere is a session of the user in another browser.
func (h *house) elsewhere(t *testing.T, userID, agent, ip string) (*session.Session, string) {
	t.Helper()
	ctx := event.WithActor(h.Context, event.Actor{Kind: event.Anonymous, UserAgent: agent, IP: ip})
	s, value, err := h.Sessions.Begin(ctx, h.Realm, userID, []string{"pwd"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s, value
}

const phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1"

func TestOverviewSaysHowSafeTheAccountIs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.happened = []templates.AccountEntry{{Code: "user_password_changed", At: h.Clock.Now()}}
	b, _ := h.as(t, h.ann.ID)
	if b.open(home); b.status != http.StatusOK {
		t.Fatalf("%d\n%s", b.status, b.body)
	}
	for _, want := range []string{"E-mail address Confirmed Good", "Off: your password alone", "2 passkeys Good", "Your password was changed"} {
		if !strings.Contains(b.text("main"), want) {
			t.Errorf("no %q in %s", want, b.text("main"))
		}
	}
	if strings.Contains(b.text("main"), "Recovery codes") {
		t.Error("recovery codes are asked of somebody without a second factor")
	}
	if b.open(home + "/security"); b.status != http.StatusOK || b.page.Find(".row-link").Length() != 4 {
		t.Errorf("%d, %d rows", b.status, b.page.Find(".row-link").Length())
	}
}

func TestSessionsAreListedAndEnded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ben := h.User(t, "ben@example.com")
	bens, _ := h.elsewhere(t, ben.ID, phone, "198.51.100.1")
	mobile, value := h.elsewhere(t, h.ann.ID, phone, "203.0.113.77")
	h.Clock.Add(time.Minute)
	strange, _ := h.elsewhere(t, h.ann.ID, "<script>", "")
	b, own := h.as(t, h.ann.ID)
	h.uses = []session.Use{{ApplicationID: h.app.ID, SessionID: mobile.ID}, {ApplicationID: h.app.ID, SessionID: mobile.ID}, {ApplicationID: id.New(), SessionID: mobile.ID}}

	b.open(home + "/sessions")
	if b.status != http.StatusOK {
		t.Fatalf("%d\n%s", b.status, b.body)
	}
	others := b.text(`section[aria-labelledby="other"]`)
	for _, want := range []string{"Safari, iOS", "203.0.113.x", "Used for: Little Shop", "Unknown browser", "Last used: 4 March 2026"} {
		if !strings.Contains(others, want) {
			t.Errorf("no %q among %s", want, others)
		}
	}
	if strings.Contains(b.body, "203.0.113.77") || strings.Contains(b.body, "198.51.100") || strings.Contains(b.body, "Little Shop, ") {
		t.Error("the page shows too much")
	}
	if b.page.Find(`section[aria-labelledby="this"] .row`).Length() != 1 || strings.Contains(b.body, own.ID+"/end") {
		t.Error("the present session is not apart, or can be ended here")
	}

	b.open(home + "/sessions/" + mobile.ID + "/end")
	if b.status != http.StatusOK || !strings.Contains(b.text("main"), "Safari, iOS") {
		t.Fatalf("question: %d\n%s", b.status, b.body)
	}
	if b.post(); b.at != home+"/sessions?done=session_ended" || b.text("[role=status]") != "The device is signed out." {
		t.Fatalf("answer: at %s, %q", b.at, b.text("[role=status]"))
	}
	if s, _ := h.Sessions.Current(h.Context, h.Realm, value); s != nil {
		t.Error("the session lives on")
	}
	if ended, _ := h.Grants.Revoked(); !slices.Equal(ended, []string{mobile.ID}) {
		t.Errorf("grants revoked of %v", ended)
	}
	if strings.Contains(b.body, mobile.ID) || !strings.Contains(b.body, strange.ID) {
		t.Error("the list is not what is left")
	}
	for name, c := range map[string]struct {
		id   string
		want int
	}{
		"ended already": {mobile.ID, 404}, "another person's": {bens.ID, 404}, "none": {"x", 404}, "the present one": {own.ID, 409},
	} {
		b.open(home + "/sessions/" + c.id + "/end")
		asked := b.status
		b.send(http.MethodPost, home+"/sessions/"+c.id+"/end", nil)
		if asked != c.want || b.status != c.want || b.text("[role=alert]") == "" {
			t.Errorf("%s: %d and %d, alert %q", name, asked, b.status, b.text("[role=alert]"))
		}
	}
	if s, _ := h.Sessions.ByID(h.Context, h.Realm.ID, bens.ID); !s.EndedAt.IsZero() {
		t.Error("another person's session was ended")
	}
}

func TestAllOtherSessionsEndAtOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ben := h.User(t, "ben@example.com")
	_, bens := h.elsewhere(t, ben.ID, phone, "")
	_, first := h.elsewhere(t, h.ann.ID, phone, "")
	pending, err := h.Challenges.Issue(h.Context, challenge.Request{
		RealmID: h.Realm.ID, Purpose: challenge.ChangeEmail, UserID: h.ann.ID, Address: "mallory@example.com", Binding: "there",
		Lifetime: time.Hour, Code: true, Link: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	b, _ := h.as(t, h.ann.ID)
	if b.open(home + "/sessions/end"); b.status != http.StatusOK {
		t.Fatalf("question: %d", b.status)
	}
	if b.post(); b.at != home+"/sessions?done=sessions_ended" || !strings.Contains(b.text("main"), "You are signed in nowhere else.") {
		t.Fatalf("answer: at %s\n%s", b.at, b.text("main"))
	}
	alive := func(value string) bool {
		s, _ := h.Sessions.Current(h.Context, h.Realm, value)
		return s != nil
	}
	if alive(first) || !alive(b.jar["session-acme"]) || !alive(bens) {
		t.Errorf("other %t, own %t, another person's %t; want false, true, true", alive(first), alive(b.jar["session-acme"]), alive(bens))
	}
	if _, users := h.Grants.Revoked(); !slices.Equal(users, []string{h.ann.ID}) {
		t.Errorf("grants revoked of %v", users)
	}
	if _, err := h.Challenges.CheckToken(h.Context, h.Realm.ID, challenge.ChangeEmail, pending.Token); err == nil {
		t.Error("an address that was asked for elsewhere can still arrive")
	}
}

func TestSessionsOfMe(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ben := h.User(t, "ben@example.com")
	bens, _ := h.elsewhere(t, ben.ID, phone, "")
	mobile, _ := h.elsewhere(t, h.ann.ID, phone, "203.0.113.77")
	h.elsewhere(t, h.ann.ID, phone, "")
	b, own := h.as(t, h.ann.ID)
	h.uses = []session.Use{{ApplicationID: h.app.ID, SessionID: mobile.ID}}
	type entry struct {
		ID, Device, Place, IP string
		Current, Mobile       bool
		Applications          []struct{ ID, Name string }
		LastSeenAt            time.Time `json:"last_seen_at"`
		AMR                   []string
	}
	list := func() (items []entry) {
		t.Helper()
		if b.open(me + "/sessions"); b.status != http.StatusOK {
			t.Fatalf("%d %s", b.status, b.body)
		}
		var answer struct{ Items []entry }
		b.json(&answer)
		return answer.Items
	}
	items := list()
	if len(items) != 3 {
		t.Fatalf("%d sessions, want 3: %s", len(items), b.body)
	}
	for _, i := range items {
		if i.Current != (i.ID == own.ID) || i.LastSeenAt.IsZero() || !slices.Equal(i.AMR, []string{"pwd"}) {
			t.Errorf("%+v", i)
		}
		if i.ID == mobile.ID && (!i.Mobile || i.Place != "203.0.113.x" || i.Device != "Safari, iOS" || len(i.Applications) != 1 || i.Applications[0].Name != "Little Shop") {
			t.Errorf("the phone is %+v", i)
		}
	}
	var current entry
	b.open(me + "/sessions/current")
	if b.json(&current); current.ID != own.ID || !current.Current {
		t.Errorf("current is %+v", current)
	}
	for path, want := range map[string]int{mobile.ID: 204, bens.ID: 404, "x": 404, own.ID: 409} {
		if b.send(http.MethodDelete, me+"/sessions/"+path, nil); b.status != want {
			t.Errorf("end %s: %d, want %d (%s)", path, b.status, want, b.body)
		}
	}
	if b.send(http.MethodDelete, me+"/sessions/"+mobile.ID, nil); b.status != 404 {
		t.Errorf("end it twice: %d", b.status)
	}
	if b.send(http.MethodDelete, me+"/sessions", nil); b.status != 204 || len(list()) != 1 {
		t.Errorf("after ending the others: %s", b.body)
	}
}
