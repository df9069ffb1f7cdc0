package login_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"authserver/identity/flow"
	"authserver/identity/identitytest"
	"authserver/identity/user"
	"authserver/internal/letter"
)

func TestTurningBackIsTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, step := range []flow.Step{flow.Login, flow.SelectAccount, flow.PasswordChange} {
		b := h.browser(t)
		s, value := h.Session(t, h.User(t, string(step)+"@example.com").ID)
		b.jar["session-acme"] = value
		b.open(flow.Login, "")
		f := b.flow()
		if step != flow.Login {
			if err := h.Flows.Prove(h.Context, f, flow.Proof{Step: flow.Login, SessionID: s.ID}); err != nil {
				t.Fatal(err)
			}
			b.follow(f, step)
		}
		got := b.submit("action", "cancel")
		if got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != returnPath+f.ID {
			t.Fatalf("%s: cancel = %d %s", step, got.StatusCode, b.alert())
		}
		f, err := h.Flows.Resume(h.Context, f.ID, b.jar["browser-acme"])
		if err != nil || flow.Next(f, flow.Facts{}) != flow.Denied {
			t.Errorf("%s: Next = %s, %v; want denied", step, flow.Next(f, flow.Facts{}), err)
		}
	}
}

func TestAccountIsChosenAsItWasShown(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ann, bob := h.User(t, "ann@example.com"), h.User(t, "bob@example.com")
	annSession, annCookie := h.Session(t, ann.ID)
	bobSession, bobCookie := h.Session(t, bob.ID)
	b := h.browser(t)
	b.jar["session-acme"] = annCookie
	if got := b.open(flow.SelectAccount, ""); got.StatusCode != http.StatusOK || !strings.Contains(b.page.Text(), "ann@example.com") {
		t.Fatalf("page = %d %s", got.StatusCode, b.page.Find("main").Text())
	}
	f, shown := b.flow(), b.form("action", "continue")
	if got := b.submit(); got.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("no choice = %d, want 422", got.StatusCode)
	}

	// In another tab Bob signs in; Ann's name on a button must not let Bob through.
	b.jar["session-acme"] = bobCookie
	if got := b.send(http.MethodPost, "/realms/acme/select-account", shown); got.StatusCode != http.StatusBadRequest {
		t.Errorf("Ann's button with Bob's session = %d, want 400", got.StatusCode)
	}
	f, err := h.Flows.Resume(h.Context, f.ID, b.jar["browser-acme"])
	if err != nil || f.Proven(flow.SelectAccount, bobSession.ID) {
		t.Errorf("Bob's account was chosen by Ann's button: %+v, %v", f, err)
	}
	b.jar["session-acme"] = annCookie
	if got := b.send(http.MethodPost, "/realms/acme/select-account", shown); got.StatusCode != http.StatusSeeOther {
		t.Errorf("Ann's button with Ann's session = %d, want 303", got.StatusCode)
	}
	if f, _ = h.Flows.Resume(h.Context, f.ID, b.jar["browser-acme"]); !f.Proven(flow.SelectAccount, annSession.ID) {
		t.Error("the choice was not recorded")
	}

	b.open(flow.SelectAccount, "")
	f = b.flow()
	b.submit("action", "another")
	f, _ = h.Flows.Resume(h.Context, f.ID, b.jar["browser-acme"])
	live := flow.Facts{Session: &flow.SessionFacts{ID: annSession.ID, UserID: ann.ID, AuthenticatedAt: h.Clock.Now()}}
	if step := flow.Next(f, live); step != flow.Login {
		t.Errorf("after 'another account' Next = %s, want login", step)
	}
}

func TestForcedPasswordChange(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u, err := h.Users.Create(h.Context, h.Realm, user.NewUser{Email: "ann@example.com", Password: identitytest.Password, MustChange: true})
	if err != nil {
		t.Fatal(err)
	}
	_, elsewhere := h.Session(t, u.ID)
	b := h.browser(t)
	b.open(flow.Login, "")
	if got := b.submit("email", u.Email, "password", identitytest.Password); got.StatusCode != http.StatusSeeOther {
		t.Fatalf("sign in = %d", got.StatusCode)
	}
	f, before := b.flow(), b.jar["session-acme"]
	if got := b.follow(f, flow.PasswordChange); got.StatusCode != http.StatusOK || b.page.Find("#new_password").Length() != 1 {
		t.Fatalf("page = %d", got.StatusCode)
	}
	for password, want := range map[string]string{
		"": "Enter a", "short": "longer", "password1234": "Many people", "ann example acme": "name", identitytest.Password: "present",
	} {
		got := b.submit("new_password", password)
		if got.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(b.alert(), want) || b.page.Find("#new_password").AttrOr("aria-invalid", "") != "true" {
			t.Errorf("%q = %d, alert %q", password, got.StatusCode, b.alert())
		}
	}
	if got := b.submit("new_password", "four lamps on a wall"); got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != returnPath+f.ID {
		t.Fatalf("a good one = %d %s", got.StatusCode, b.alert())
	}
	s, err := h.Sessions.Current(h.Context, h.Realm, b.jar["session-acme"])
	if err != nil || s == nil || b.jar["session-acme"] == before {
		t.Errorf("session %+v, %v; want the same under a new cookie", s, err)
	}
	if old, _ := h.Sessions.Current(h.Context, h.Realm, before); old != nil {
		t.Error("the cookie from before the change still works")
	}
	if old, _ := h.Sessions.Current(h.Context, h.Realm, elsewhere); old != nil {
		t.Error("the session elsewhere survived")
	}
	if f, _ = h.Flows.Resume(h.Context, f.ID, b.jar["browser-acme"]); !f.Proven(flow.PasswordChange, s.ID) {
		t.Error("the step was not proven")
	}
	if l := h.post.letters; len(l) != 1 || l[0].Kind != letter.PasswordChanged || l[0].To != u.Email {
		t.Errorf("the person is told %+v", l)
	}
	if u, _ = h.Users.ByID(h.Context, h.Realm.ID, u.ID); u.MustChangePassword {
		t.Error("the new password would have to be changed again")
	}
}

// Whoever holds a session but did not sign in within the flow sets no password.
func TestPasswordPageNeedsASignInOfThisFlow(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	_, value := h.Session(t, u.ID)
	b := h.browser(t)
	b.jar["session-acme"] = value
	if got := b.open(flow.PasswordChange, ""); got.StatusCode != http.StatusSeeOther {
		t.Errorf("page = %d, want 303 to the dispatcher", got.StatusCode)
	}
	b.open(flow.Login, "")
	f := b.flow()
	form := url.Values{"flow": {f.ID}, "proof": {h.Flows.Proof(f, flow.PasswordChange)}, "new_password": {"four lamps on a wall"}}
	if got := b.send(http.MethodPost, "/realms/acme/password", form); got.StatusCode != http.StatusSeeOther {
		t.Errorf("form = %d, want 303 to the dispatcher", got.StatusCode)
	}
	if c, _ := h.Users.Credential(h.Context, h.Realm.ID, "ann@example.com"); c.Serial != 0 {
		t.Error("the password was changed")
	}
}
