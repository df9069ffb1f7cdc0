package federation_test

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"authserver/identity/federation"
	"authserver/identity/flow"
	"authserver/identity/identitytest"
	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/event/eventtest"
	"authserver/internal/letter"
)

func (h *house) person(t testing.TB, email string, verified bool) *user.User {
	t.Helper()
	u, err := h.Users.Create(h.Context, h.Realm, user.NewUser{Email: email, Password: identitytest.Password, Verified: verified, Name: "Somebody"})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// INC-061, FED-08: every way in which a provider can almost vouch for an address.
func TestAnAccountIsLinkedOnlyByTheWordOfBothSides(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		verified any
		said     bool
		trusted  bool
		want     bool
	}{
		"true, and trusted":      {true, true, true, true},
		"true, and not trusted":  {true, true, false, false},
		"false":                  {false, true, true, false},
		"absent":                 {nil, false, true, false},
		"null":                   {nil, true, true, false},
		"the word true":          {"true", true, true, false},
		"one":                    {1, true, true, false},
		"a list":                 {[]bool{true}, true, true, false},
		"an object":              {map[string]any{"true": true}, true, true, false},
		"the word, not trusted":  {"true", true, false, false},
		"absent and not trusted": {nil, false, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			up := newUpstream(t, h.Clock.Now)
			h.provider(t, up, func(d *federation.Draft) { *d.TrustEmail = c.trusted })
			if c.said {
				up.person["email_verified"] = c.verified
			} else {
				delete(up.person, "email_verified")
			}
			ada := h.person(t, "ADA@example.com", true)
			b := h.browser(t)
			got := b.signIn("globex", "")
			if !c.want {
				if at := got.Header.Get("Location"); !strings.Contains(at, "/federation/prove?") || b.session() != nil {
					t.Errorf("callback = %d to %s", got.StatusCode, at)
				}
				if len(h.linked(t, ada.ID)) != 0 {
					t.Error("the account is linked")
				}
				return
			}
			if u := b.in(got); u.ID != ada.ID || !u.HasPassword || u.Name != "Somebody" {
				t.Errorf("signed in as %+v, want %s as they were", u, ada.ID)
			}
			if kinds := h.letters.kinds(); !slices.Equal(kinds, []letter.Kind{letter.ProviderLinked}) {
				t.Errorf("letters %v", kinds)
			}
		})
	}
}

// INC-062, INC-063: whose an identity is, its address never says.
func TestAnotherAddressUpstreamIsTheSamePerson(t *testing.T) {
	t.Parallel()
	h, up, _ := withUpstream(t)
	victim := h.person(t, "victim@example.com", true)
	b := h.browser(t)
	mallory := b.in(b.signIn("globex", ""))
	up.bend(func() { up.person["email"] = "victim@example.com" })
	if u := b.in(b.signIn("globex", "")); u.ID != mallory.ID || u.Email != "ada@example.com" {
		t.Errorf("signed in as %s (%s), want %s", u.ID, u.Email, mallory.ID)
	}
	if len(h.linked(t, victim.ID)) != 0 {
		t.Error("the victim's account is linked")
	}
	// The other way round: the same address and another subject is another person.
	up.bend(func() {
		up.person["sub"], up.person["email"] = "eve-1", "ada@example.com"
		up.person["email_verified"] = false
	})
	other := h.browser(t)
	if got := other.signIn("globex", ""); strings.HasPrefix(got.Header.Get("Location"), dispatcher) {
		t.Error("another subject got in by the address")
	}
}

// INC-054, FED-09: whoever put a password and a session into an account with somebody
// else's address loses both to the owner.
func TestAnUnprovenAccountGoesToTheOwnerOfTheAddress(t *testing.T) {
	t.Parallel()
	h, _, p := withUpstream(t)
	mallory := h.person(t, "ada@example.com", false)
	_, planted := h.Session(t, mallory.ID)
	// Mallory has linked an identity of their own, too.
	evil := newUpstream(t, h.Clock.Now)
	evil.person["sub"], evil.person["email"], evil.person["email_verified"] = "mallory", "mallory@evil.example", false
	h.provider(t, evil, func(d *federation.Draft) { d.Slug, d.Name, *d.TrustEmail = "evil", "Evil", false })
	attacker := h.browser(t)
	attacker.jar["session-acme"] = planted
	attacker.link("evil")
	if len(h.linked(t, mallory.ID)) != 1 {
		t.Fatal("the trap is not set")
	}

	b := h.browser(t)
	u := b.in(b.signIn("globex", ""))
	if u.ID != mallory.ID || !u.EmailVerified || u.HasPassword || u.Name != "Ada Lovelace" {
		t.Errorf("signed in as %+v", u)
	}
	if s, _ := h.Sessions.Current(h.Context, h.Realm, planted); s != nil {
		t.Error("the session of before goes on")
	}
	if _, users := h.Grants.Revoked(); !slices.Contains(users, u.ID) {
		t.Error("grants of before go on")
	}
	if h.stripped.Load() == 0 {
		t.Error("passkeys and factors of before stay")
	}
	ids := h.linked(t, u.ID)
	if len(ids) != 1 || ids[0].ProviderID != p.ID || ids[0].Subject != "ada-1" {
		t.Errorf("identities %+v", ids)
	}
	attacker = h.browser(t)
	if got := attacker.signIn("evil", ""); strings.HasPrefix(got.Header.Get("Location"), dispatcher) && attacker.session().UserID == u.ID {
		t.Error("the identity of before still gets in")
	}
	if types := eventtest.Types(t, h.DB, h.Realm.ID); !slices.Contains(types, "user.reclaimed") {
		t.Errorf("events %v", types)
	}
}

func TestASuspendedAccountIsReachedByNoAddress(t *testing.T) {
	t.Parallel()
	for _, verified := range []bool{true, false} {
		h, _, _ := withUpstream(t)
		u := h.person(t, "ada@example.com", verified)
		if err := h.Users.Suspend(h.Context, h.Realm.ID, u.ID, "test"); err != nil {
			t.Fatal(err)
		}
		b := h.browser(t)
		b.out(b.signIn("globex", ""), "federation_refused")
		if got, _ := h.Users.ByID(h.Context, h.Realm.ID, u.ID); got.EmailVerified != verified || !got.HasPassword || len(h.linked(t, u.ID)) != 0 {
			t.Errorf("the account was touched: %+v", got)
		}
	}
}

func TestAnUnvouchedAddressMakesAnUnverifiedAccount(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	up := newUpstream(t, h.Clock.Now)
	h.provider(t, up, untrusted)
	b := h.browser(t)
	if u := b.in(b.signIn("globex", "")); u.EmailVerified || u.HasPassword || u.Email != "ada@example.com" {
		t.Errorf("user %+v", u)
	}
}

func TestNoAddressMakesNoAccount(t *testing.T) {
	t.Parallel()
	for name, email := range map[string]any{
		"none": nil, "empty": "", "a list": []string{"a@example.com"}, "two": "a@evil.example@example.com", "no host": "ada",
		"a line end": "ada@example.com\nbcc: x", "quoted": `"ada"@example.com`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, up, _ := withUpstream(t)
			up.person["email"] = email
			b := h.browser(t)
			b.out(b.signIn("globex", ""), "federation_no_email")
		})
	}
}

// prove is a sign-in to the account, as the pages of other rooms do it.
func (b *browser) prove(userID string) *session.Session {
	b.t.Helper()
	var s *session.Session
	err := b.h.DB.InTx(b.h.Context, func(ctx context.Context) (err error) {
		var value string
		if s, value, err = b.h.Sessions.Begin(ctx, b.h.Realm, userID, []string{"pwd"}, nil); err != nil {
			return err
		}
		b.jar["session-acme"] = value
		return b.h.Flows.Prove(ctx, b.f, flow.Proof{Step: flow.Login, SessionID: s.ID, Method: "pwd"})
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return s
}

// waits is a browser in which an identity waits for ada's account.
func waits(t *testing.T) (*house, *browser, *user.User) {
	t.Helper()
	h := newHouse(t)
	up := newUpstream(t, h.Clock.Now)
	h.provider(t, up, untrusted)
	ada := h.person(t, "ada@example.com", true)
	b := h.browser(t)
	got := b.signIn("globex", "")
	at := got.Header.Get("Location")
	if got.StatusCode != http.StatusSeeOther || !strings.Contains(at, "/federation/prove?") {
		t.Fatalf("callback = %d to %s", got.StatusCode, at)
	}
	b.resume(b.f.ID)
	page := b.send(http.MethodGet, at, nil)
	if page.StatusCode != http.StatusOK || !strings.Contains(b.page.Text(), "ada@example.com") ||
		!strings.HasPrefix(b.page.Find("main a.button").AttrOr("href", ""), "/realms/acme/login?") {
		t.Fatalf("page = %d %s", page.StatusCode, b.page.Find("main").Text())
	}
	if pending(t, h, b, "any", ada.ID) {
		t.Error("an identity waits for somebody who has proven nothing")
	}
	return h, b, ada
}

func pending(t *testing.T, h *house, b *browser, sessionID, userID string) bool {
	t.Helper()
	got, err := h.room.Pending(h.Context, b.f, sessionID, userID)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func (b *browser) answerLink(action string) *http.Response {
	b.t.Helper()
	if got := b.send(http.MethodGet, b.h.Flows.URL(b.f, flow.LinkProvider), nil); got.StatusCode != http.StatusOK {
		return got
	}
	return b.send(http.MethodPost, "/realms/acme/federation/link", url.Values{
		"flow": {b.f.ID}, "proof": {b.h.Flows.Proof(b.f, flow.LinkProvider)}, "action": {action},
	})
}

func TestAnIdentityWaitsForTheProofOfTheAccount(t *testing.T) {
	t.Parallel()
	h, b, ada := waits(t)
	s := b.prove(ada.ID)
	if !pending(t, h, b, s.ID, ada.ID) {
		t.Fatal("nothing waits for the person who has proven the account")
	}
	if got := b.answerLink(""); got.StatusCode != http.StatusUnprocessableEntity || len(h.linked(t, ada.ID)) != 0 {
		t.Errorf("no button = %d", got.StatusCode)
	}
	stale := url.Values{"flow": {b.f.ID}, "proof": {h.Flows.Proof(b.f, flow.LinkProvider)}, "action": {"link"}}
	if got := b.answerLink("link"); got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != dispatcher+b.f.ID {
		t.Fatalf("link = %d to %s", got.StatusCode, got.Header.Get("Location"))
	}
	ids := h.linked(t, ada.ID)
	if len(ids) != 1 || ids[0].Subject != "ada-1" || ids[0].Label != "ada@example.com" {
		t.Errorf("identities %+v", ids)
	}
	if kinds := h.letters.kinds(); !slices.Equal(kinds, []letter.Kind{letter.ProviderLinked}) {
		t.Errorf("letters %v", kinds)
	}
	b.resume(b.f.ID)
	if pending(t, h, b, s.ID, ada.ID) || !b.f.Proven(flow.LinkProvider, s.ID) {
		t.Error("it waits still")
	}
	if got := b.send(http.MethodPost, "/realms/acme/federation/link", stale); got.StatusCode != http.StatusBadRequest {
		t.Errorf("the same form again = %d", got.StatusCode)
	}
	// From now on the identity alone is enough.
	again := h.browser(t)
	if u := again.in(again.signIn("globex", "")); u.ID != ada.ID {
		t.Errorf("signed in as %s", u.ID)
	}
}

func TestAPersonMayGoOnWithoutLinking(t *testing.T) {
	t.Parallel()
	h, b, ada := waits(t)
	s := b.prove(ada.ID)
	if got := b.answerLink("skip"); got.StatusCode != http.StatusSeeOther {
		t.Fatalf("skip = %d", got.StatusCode)
	}
	b.resume(b.f.ID)
	if len(h.linked(t, ada.ID)) != 0 || pending(t, h, b, s.ID, ada.ID) {
		t.Error("linked, or waiting still")
	}
}

// INC-035: what waits is for one account, in one flow, in one browser.
func TestNobodyElseIsGivenWhatWaits(t *testing.T) {
	t.Parallel()
	h, b, ada := waits(t)
	eve := h.person(t, "eve@example.com", true)
	s := b.prove(eve.ID)
	if pending(t, h, b, s.ID, eve.ID) {
		t.Error("it waits for another account")
	}
	if got := b.answerLink("link"); got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != dispatcher+b.f.ID {
		t.Errorf("another person's page = %d to %s", got.StatusCode, got.Header.Get("Location"))
	}
	if len(h.linked(t, eve.ID)) != 0 || len(h.linked(t, ada.ID)) != 0 {
		t.Error("something was linked")
	}
	// Another flow of the right person.
	b.begin("")
	s = b.prove(ada.ID)
	if pending(t, h, b, s.ID, ada.ID) {
		t.Error("it waits in another flow")
	}
	// A session that did not sign in within the flow.
	c := waitsIn(t, h)
	other, value := h.Session(t, ada.ID)
	c.jar["session-acme"] = value
	if pending(t, h, c, other.ID, ada.ID) {
		t.Error("a session of before is a proof")
	}
	if got := c.answerLink("link"); got.StatusCode != http.StatusSeeOther || len(h.linked(t, ada.ID)) != 0 {
		t.Errorf("without a proof = %d", got.StatusCode)
	}
	// Starting over forgets it.
	if err := h.Flows.Restart(h.Context, c.f); err != nil {
		t.Fatal(err)
	}
	s = c.prove(ada.ID)
	if pending(t, h, c, s.ID, ada.ID) {
		t.Error("it waits in a flow that was started over")
	}
}

// waitsIn lets the identity of waits wait in another browser.
func waitsIn(t *testing.T, h *house) *browser {
	t.Helper()
	b := h.browser(t)
	if got := b.signIn("globex", ""); !strings.Contains(got.Header.Get("Location"), "/federation/prove?") {
		t.Fatalf("callback = %d to %s", got.StatusCode, got.Header.Get("Location"))
	}
	b.resume(b.f.ID)
	return b
}

func TestWhatWaitsIsJudgedAgain(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(t *testing.T, h *house, ada *user.User){
		"provider switched off": func(t *testing.T, h *house, _ *user.User) {
			p, err := h.room.BySlug(h.Context, h.Realm.ID, "globex")
			if err == nil {
				err = h.room.SetEnabled(h.Context, h.Realm.ID, p.ID, false)
			}
			if err != nil {
				t.Fatal(err)
			}
		},
		"identity taken": func(t *testing.T, h *house, _ *user.User) {
			bob := h.person(t, "bob@example.com", true)
			c := h.browser(t)
			_, c.jar["session-acme"] = h.Session(t, bob.ID)
			c.link("globex")
			if len(h.linked(t, bob.ID)) != 1 {
				t.Fatal("bob is not linked")
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, b, ada := waits(t)
			s := b.prove(ada.ID)
			spoil(t, h, ada)
			got := b.answerLink("link")
			if got.StatusCode != http.StatusConflict || b.page.Find(`a[href="`+dispatcher+b.f.ID+`"]`).Length() != 1 {
				t.Errorf("link = %d", got.StatusCode)
			}
			b.resume(b.f.ID)
			if len(h.linked(t, ada.ID)) != 0 || pending(t, h, b, s.ID, ada.ID) {
				t.Error("linked, or the person is asked again")
			}
		})
	}
}
