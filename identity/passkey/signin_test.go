package passkey_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"authserver/identity/flow"
	"authserver/identity/identitytest"
	"authserver/identity/passkey"
	"authserver/identity/user"
	"authserver/internal/letter"
	"authserver/internal/secret"
)

func newUser(email string) user.NewUser {
	return user.NewUser{Email: email, Password: identitytest.Password, Verified: true}
}

func TestAPasskeySaysWhatItProves(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for name, c := range map[string]struct {
		make func(*authenticator)
		amr  []string
		acr  string
	}{
		"synced":            {func(a *authenticator) { a.flags = present | verified | eligible | backedUp }, []string{"swk", "user", "mfa"}, "2"},
		"one device":        {func(a *authenticator) { a.flags = present | verified }, []string{"hwk", "user", "mfa"}, "2"},
		"one device, touch": {securityKey, []string{"hwk"}, "1"},
		"synced, touch":     {func(a *authenticator) { a.flags = present | eligible }, []string{"swk"}, "1"},
	} {
		u := h.User(t, strings.NewReplacer(" ", "", ",", "").Replace(name)+"@example.com")
		a := newAuthenticator(t, c.make)
		p := h.enrolled(t, u, a)
		h.Clock.Add(time.Minute)
		f := h.flow(t)
		out, err := h.passkeys.SignIn(h.Context, h.Realm, f, a.get(h.signInOptions(t, f)), nil)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		s, err := h.Sessions.Current(h.Context, h.Realm, out.Cookie)
		if err != nil || s == nil || s.UserID != u.ID || !slices.Equal(s.AMR, c.amr) || s.ACR != c.acr {
			t.Errorf("%s: session %+v, %v; want amr %v, acr %s", name, s, err, c.amr, c.acr)
		}
		if !f.Proven(flow.Login, out.Session.ID) {
			t.Errorf("%s: the flow does not know", name)
		}
		if u, _ := h.Users.ByID(h.Context, h.Realm.ID, u.ID); !u.LastLoginAt.Equal(h.Clock.Now()) {
			t.Errorf("%s: the sign-in is not stamped", name)
		}
		got, err := h.passkeys.Find(h.Context, h.Realm.ID, u.ID, p.ID)
		if err != nil || !got.LastUsedAt.Equal(h.Clock.Now()) || got.SignCount != a.count {
			t.Errorf("%s: passkey %+v, %v", name, got, err)
		}
		if e, payload := h.last(t, "passkey.used"); e.Actor.ID != u.ID || e.Actor.Kind != "user" || payload["session_id"] != out.Session.ID || payload["purpose"] != "signin" {
			t.Errorf("%s: event %v %s", name, e.Actor, e.Payload)
		}
	}
}

// Options must not tell whether anybody has an account (WAN-17): they name nothing.
func TestSignInOptionsAreTheSameForEverybody(t *testing.T) {
	t.Parallel()
	h := newHouse(t, policy(required))
	h.enrolled(t, h.User(t, "ann@example.com"), newAuthenticator(t))
	q := read(t, h.signInOptions(t, h.flow(t)))
	if len(q.AllowCredentials) != 0 || q.RPID != "auth.test" || q.UserVerification != "required" || q.Challenge == "" {
		t.Errorf("options %+v", q)
	}
}

// WAN-02 to WAN-13 on signing in: one answer to all of them.
func TestForgedSignInsAreRefusedAlike(t *testing.T) {
	t.Parallel()
	h := newHouse(t, policy(required))
	client := func(name string, value any) func(*reply) { return func(r *reply) { r.client[name] = value } }
	bob := newAuthenticator(t)
	h.enrolled(t, h.User(t, "bob@example.com"), bob)
	for name, c := range map[string]struct {
		spoil  func(*reply)
		reason string
		want   error
	}{
		"another ceremony":             {spoil: client("type", "webauthn.create")},
		"another origin":               {spoil: client("origin", "http://evil.test")},
		"a subdomain":                  {spoil: client("origin", "http://x.auth.test")},
		"another port":                 {spoil: client("origin", "http://auth.test:8080")},
		"an origin with a path":        {spoil: client("origin", "http://auth.test/x")},
		"in a frame":                   {spoil: client("crossOrigin", true)},
		"under another site":           {spoil: client("topOrigin", "http://auth.test")},
		"another RP ID":                {spoil: func(r *reply) { r.rpID = "test" }},
		"nobody present":               {spoil: func(r *reply) { r.flags &^= present }},
		"nobody verified":              {spoil: func(r *reply) { r.flags &^= verified }},
		"not eligible any more":        {spoil: func(r *reply) { r.flags &^= eligible | backedUp }},
		"backed up, not eligible":      {spoil: func(r *reply) { r.flags &^= eligible }},
		"another signature":            {spoil: func(r *reply) { r.signature = func(b []byte) []byte { b[len(b)-1] ^= 1; return b } }},
		"no signature":                 {spoil: func(r *reply) { r.signature = func([]byte) []byte { return nil } }},
		"another's passkey":            {spoil: func(r *reply) { r.id, r.rawID = bob.id, bob.id }, reason: passkey.ReasonHandle},
		"another's passkey and handle": {spoil: func(r *reply) { r.id, r.rawID, r.handle = bob.id, bob.id, bob.handle }},
		"another's handle":             {spoil: func(r *reply) { r.handle = bob.handle }, reason: passkey.ReasonHandle},
		"no handle":                    {spoil: func(r *reply) { r.handle = nil }, reason: passkey.ReasonHandle},
		"an unknown passkey":           {spoil: func(r *reply) { r.id = secret.Bytes(32); r.rawID = r.id }, reason: passkey.ReasonUnknown},
		"another challenge":            {spoil: client("challenge", b64(secret.Bytes(32))), want: passkey.ErrExpired},
	} {
		u := h.User(t, strings.NewReplacer(" ", "-", ",", "", "'", "").Replace(name)+"@example.com")
		a := newAuthenticator(t)
		h.enrolled(t, u, a)
		out, err := h.signIn(t, a, c.spoil)
		if c.want == nil {
			c.want = passkey.ErrRefused
		}
		if out != nil || !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if c.want == passkey.ErrExpired {
			continue
		}
		if c.reason == "" {
			c.reason = passkey.ReasonAnswer
		}
		if _, payload := h.last(t, "passkey.refused"); payload["reason"] != c.reason {
			t.Errorf("%s: recorded %v, want %s", name, payload, c.reason)
		}
		if u, _ := h.Users.ByID(h.Context, h.Realm.ID, u.ID); !u.LastLoginAt.IsZero() {
			t.Errorf("%s: the sign-in is stamped", name)
		}
		if _, err := h.signIn(t, a); err != nil {
			t.Errorf("%s: then the real one: %v", name, err)
		}
	}
	for _, junk := range []string{"", "{}", "null", `"x"`, `{"id":"AA","rawId":"AA","type":"public-key","response":{}}`} {
		f := h.flow(t)
		h.signInOptions(t, f)
		if _, err := h.passkeys.SignIn(h.Context, h.Realm, f, []byte(junk), nil); !errors.Is(err, passkey.ErrRefused) && !errors.Is(err, passkey.ErrExpired) {
			t.Errorf("%q: %v", junk, err)
		}
	}
}

func TestPasskeysOpenTheirRealmOnly(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	other := h.NewRealm(t, "other")
	u := h.User(t, "ann@example.com")
	a := newAuthenticator(t)
	h.enrolled(t, u, a)
	// The same person has an account there, and even the same handle could not help.
	if _, err := h.Users.Create(h.Context, other, newUser("ann@example.com")); err != nil {
		t.Fatal(err)
	}
	f := h.flowIn(t, other)
	options, err := h.passkeys.SignInOptions(h.Context, other, f)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.passkeys.SignIn(h.Context, other, f, a.get(options), nil); !errors.Is(err, passkey.ErrRefused) {
		t.Errorf("in another realm: %v, want ErrRefused", err)
	}
}

func TestWhoMayNotSignInDoesNotByPasskey(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	a := newAuthenticator(t)
	p := h.enrolled(t, u, a)
	f := h.flow(t)
	before := a.get(h.signInOptions(t, f))
	if err := h.Users.Suspend(h.Context, h.Realm.ID, u.ID, "test"); err != nil {
		t.Fatal(err)
	}
	if _, err := h.passkeys.SignIn(h.Context, h.Realm, f, before, nil); !errors.Is(err, passkey.ErrRefused) {
		t.Errorf("suspended meanwhile: %v, want ErrRefused", err)
	}
	if _, payload := h.last(t, "passkey.refused"); payload["reason"] != passkey.ReasonSuspended {
		t.Errorf("recorded %v", payload)
	}
	if err := h.Users.Restore(h.Context, h.Realm.ID, u.ID, "test"); err != nil {
		t.Fatal(err)
	}
	f = h.flow(t)
	before = a.get(h.signInOptions(t, f))
	if err := h.passkeys.Remove(h.Context, h.Realm, u.ID, p.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := h.passkeys.SignIn(h.Context, h.Realm, f, before, nil); !errors.Is(err, passkey.ErrRefused) {
		t.Errorf("removed meanwhile: %v, want ErrRefused", err)
	}
}

func TestOneChallengeSignsInOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	a := newAuthenticator(t)
	h.enrolled(t, u, a)
	f := h.flow(t)
	answer := a.get(h.signInOptions(t, f))
	if _, err := h.passkeys.SignIn(h.Context, h.Realm, h.flow(t), answer, nil); !errors.Is(err, passkey.ErrExpired) {
		t.Errorf("in another flow: %v, want ErrExpired", err)
	}
	errs := identitytest.Together(20, func(int) error {
		mine := *f
		_, err := h.passkeys.SignIn(h.Context, h.Realm, &mine, answer, nil)
		return err
	})
	won := 0
	for _, err := range errs {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, passkey.ErrExpired):
			t.Error(err)
		}
	}
	if won != 1 {
		t.Errorf("%d of 20 signed in, want 1", won)
	}
}

func TestACounterThatRunsBackwardsIsRefusedAndTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	a := newAuthenticator(t, securityKey)
	p := h.enrolled(t, u, a)
	if _, err := h.signIn(t, a); err != nil {
		t.Fatal(err)
	}
	clone := *a
	if _, err := h.signIn(t, a); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		twin := clone // counts to where the other one has been
		if _, err := h.signIn(t, &twin); !errors.Is(err, passkey.ErrRefused) {
			t.Fatalf("the clone: %v, want ErrRefused", err)
		}
	}
	if _, payload := h.last(t, "passkey.clone_suspected"); payload["stored"] != 3.0 || payload["received"] != 3.0 {
		t.Errorf("recorded %v", payload)
	}
	if got := h.post.kinds(); !slices.Equal(got, []letter.Kind{letter.PasskeyAdded, letter.PasskeySuspected}) {
		t.Errorf("letters %v, want one about the clone", got)
	}
	got, err := h.passkeys.Find(h.Context, h.Realm.ID, u.ID, p.ID)
	if err != nil || !got.CloneWarning.Equal(h.Clock.Now()) || got.SignCount != 3 {
		t.Errorf("passkey %+v, %v", got, err)
	}
	if _, err := h.signIn(t, a); err != nil {
		t.Errorf("the real one after it: %v", err)
	}
	if _, err := h.signIn(t, a, func(r *reply) { r.count = 0 }); !errors.Is(err, passkey.ErrRefused) {
		t.Errorf("a counter that fell silent: %v, want ErrRefused", err)
	}
	h.Clock.Add(25 * time.Hour)
	twin := clone
	if _, err := h.signIn(t, &twin); !errors.Is(err, passkey.ErrRefused) {
		t.Errorf("a day later: %v", err)
	}
	if n := len(h.post.kinds()); n != 3 {
		t.Errorf("%d letters, want one more", n)
	}
}

// Two answers with the same count at the same moment: one is taken, whatever the order.
func TestOfTwoAnswersWithOneCountOneIsTaken(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	a := newAuthenticator(t, securityKey)
	h.enrolled(t, u, a)
	clone := *a
	flows := []*flow.Flow{h.flow(t), h.flow(t)}
	answers := [][]byte{a.get(h.signInOptions(t, flows[0])), clone.get(h.signInOptions(t, flows[1]))}
	errs := identitytest.Together(2, func(i int) error {
		_, err := h.passkeys.SignIn(h.Context, h.Realm, flows[i], answers[i], nil)
		return err
	})
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Errorf("both or none: %v, %v", errs[0], errs[1])
	}
	if err := errors.Join(errs...); !errors.Is(err, passkey.ErrRefused) {
		t.Errorf("the loser: %v, want ErrRefused", err)
	}
}
