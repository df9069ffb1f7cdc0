package passkey_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"authserver/identity/flow"
	"authserver/identity/identitytest"
	"authserver/identity/passkey"
	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/letter"
	"authserver/internal/secret"
	"authserver/tenant/realm"
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

// The lockout of passwords leaves passkeys alone: there is nothing to guess.
// identity/login's counters are not even known here; what counts is the user's status.

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

func TestASecondFactorLiftsTheSession(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	a, b := newAuthenticator(t, securityKey), newAuthenticator(t)
	h.enrolled(t, u, a)
	h.enrolled(t, u, b)
	for _, c := range []struct {
		with *authenticator
		amr  []string
	}{{a, []string{"pwd", "hwk", "mfa"}}, {b, []string{"pwd", "swk", "user", "mfa"}}} {
		f, s, options := h.second(t, u)
		q := read(t, options)
		if len(q.AllowCredentials) != 2 || q.UserVerification != "discouraged" {
			t.Errorf("asked %+v", q)
		}
		cookie, err := h.passkeys.Confirm(h.Context, h.Realm, f, s, c.with.get(options, func(r *reply) {
			if c.with == a {
				r.handle = nil // keys that do not store it do not send it
			}
		}))
		if err != nil {
			t.Fatal(err)
		}
		now, err := h.Sessions.Current(h.Context, h.Realm, cookie)
		if err != nil || now == nil || now.ID != s.ID || !slices.Equal(now.AMR, c.amr) || now.ACR != session.ACRMultiFactor {
			t.Errorf("session %+v, %v; want amr %v", now, err, c.amr)
		}
		if !f.Proven(flow.SecondFactor, s.ID) || f.Proven(flow.Login, s.ID) {
			t.Error("the flow does not know, or knows too much")
		}
	}
}

func TestASecondFactorIsThePersonsOwn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ann, bob := h.User(t, "ann@example.com"), h.User(t, "bob@example.com")
	mine, theirs := newAuthenticator(t), newAuthenticator(t)
	h.enrolled(t, ann, mine)
	h.enrolled(t, bob, theirs)
	tries := map[string]func(*flow.Flow, *session.Session, passkey.Options) error{
		"another's passkey": func(f *flow.Flow, s *session.Session, o passkey.Options) error {
			_, err := h.passkeys.Confirm(h.Context, h.Realm, f, s, theirs.get(o))
			return err
		},
		"another's handle": func(f *flow.Flow, s *session.Session, o passkey.Options) error {
			_, err := h.passkeys.Confirm(h.Context, h.Realm, f, s, mine.get(o, func(r *reply) { r.handle = theirs.handle }))
			return err
		},
		"another's signature": func(f *flow.Flow, s *session.Session, o passkey.Options) error {
			_, err := h.passkeys.Confirm(h.Context, h.Realm, f, s, theirs.get(o, func(r *reply) { r.id, r.rawID, r.handle = mine.id, mine.id, mine.handle }))
			return err
		},
		"to sign in": func(f *flow.Flow, _ *session.Session, o passkey.Options) error {
			_, err := h.passkeys.SignIn(h.Context, h.Realm, f, mine.get(o), nil)
			return err
		},
		"to register": func(f *flow.Flow, _ *session.Session, o passkey.Options) error {
			_, err := h.passkeys.Register(h.Context, h.Realm, ann.ID, f.ID, newAuthenticator(t).create(bytes.ReplaceAll(o, []byte(`"rpId"`), []byte(`"x"`))), "")
			return err
		},
		"in another session": func(f *flow.Flow, _ *session.Session, o passkey.Options) error {
			other, _ := h.Session(t, bob.ID)
			_, err := h.passkeys.Confirm(h.Context, h.Realm, f, other, mine.get(o))
			return err
		},
		"in another flow": func(_ *flow.Flow, s *session.Session, o passkey.Options) error {
			_, err := h.passkeys.Confirm(h.Context, h.Realm, h.flow(t), s, mine.get(o))
			return err
		},
		"without an answer": func(f *flow.Flow, s *session.Session, _ passkey.Options) error {
			_, err := h.passkeys.Confirm(h.Context, h.Realm, f, s, nil) // INC-006
			return err
		},
	}
	for name, try := range tries {
		f, s, options := h.second(t, ann)
		if err := try(f, s, options); !errors.Is(err, passkey.ErrRefused) && !errors.Is(err, passkey.ErrExpired) {
			t.Errorf("%s: %v", name, err)
		}
		if now, _ := h.Sessions.ByID(h.Context, h.Realm.ID, s.ID); now.ACR != session.ACRPassword || f.Proven(flow.SecondFactor, s.ID) {
			t.Errorf("%s: the session was lifted", name)
		}
	}
	f := h.flow(t)
	s, _ := h.Session(t, h.User(t, "carl@example.com").ID)
	if _, err := h.passkeys.FactorOptions(h.Context, h.Realm, f, s); !errors.Is(err, passkey.ErrNotFound) {
		t.Errorf("somebody without: %v, want ErrNotFound", err)
	}
	// A challenge for signing in is not one for the second factor either.
	f, s, _ = h.second(t, ann)
	if _, err := h.passkeys.Confirm(h.Context, h.Realm, f, s, mine.get(h.signInOptions(t, f))); !errors.Is(err, passkey.ErrExpired) {
		t.Errorf("the other purpose: %v, want ErrExpired", err)
	}
}

// One factor is not two: who came in by a touch must be verified to go further, with
// that passkey or another.
func TestATouchTwiceIsOneFactor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	a := newAuthenticator(t, securityKey)
	h.enrolled(t, u, a)
	out, err := h.signIn(t, a)
	if err != nil {
		t.Fatal(err)
	}
	f := h.flow(t)
	options, err := h.passkeys.FactorOptions(h.Context, h.Realm, f, out.Session)
	if err != nil || read(t, options).UserVerification != "required" {
		t.Fatalf("asked %s, %v", options, err)
	}
	if _, err := h.passkeys.Confirm(h.Context, h.Realm, f, out.Session, a.get(options)); !errors.Is(err, passkey.ErrRefused) {
		t.Errorf("touched again: %v, want ErrRefused", err)
	}
	options, err = h.passkeys.FactorOptions(h.Context, h.Realm, f, out.Session)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.passkeys.Confirm(h.Context, h.Realm, f, out.Session, a.get(options, func(r *reply) { r.flags |= verified })); err != nil {
		t.Errorf("verified: %v", err)
	}
}

func TestAStrictRealmVerifiesTheSecondFactorToo(t *testing.T) {
	t.Parallel()
	h := newHouse(t, policy(required))
	u := h.User(t, "ann@example.com")
	a := newAuthenticator(t)
	h.enrolled(t, u, a)
	f, s, options := h.second(t, u)
	if _, err := h.passkeys.Confirm(h.Context, h.Realm, f, s, a.get(options, func(r *reply) { r.flags &^= verified })); !errors.Is(err, passkey.ErrRefused) {
		t.Errorf("a touch: %v, want ErrRefused", err)
	}
}

func TestAFirstFactorCanBeAPasskey(t *testing.T) {
	t.Parallel()
	h := newHouse(t, policy(func(p *realm.Policy) { p.SecondFactor = realm.Required }))
	u := h.User(t, "ann@example.com")
	begin := func() (*flow.Flow, *session.Session, []byte) {
		f := h.flow(t)
		s, _ := h.Session(t, u.ID)
		options, err := h.passkeys.RegisterOptions(h.Context, h.Realm, u.ID, f.ID)
		if err != nil {
			t.Fatal(err)
		}
		return f, s, newAuthenticator(t, securityKey).create(options)
	}
	h.others.kinds = []string{"totp"}
	f, s, answer := begin()
	if _, err := h.passkeys.Enrol(h.Context, h.Realm, f, s, answer, ""); !errors.Is(err, flow.ErrStale) {
		t.Errorf("somebody who has another factor: %v, want ErrStale", err)
	}
	h.others.kinds = nil
	f, s, answer = begin()
	cookie, err := h.passkeys.Enrol(h.Context, h.Realm, f, s, answer, "Key")
	if err != nil {
		t.Fatal(err)
	}
	now, err := h.Sessions.Current(h.Context, h.Realm, cookie)
	if err != nil || now == nil || !slices.Equal(now.AMR, []string{"pwd", "hwk", "mfa"}) || !f.Proven(flow.Enrol, s.ID) {
		t.Errorf("session %+v, %v", now, err)
	}
	f, s, answer = begin()
	if _, err := h.passkeys.Enrol(h.Context, h.Realm, f, s, answer, "Second"); !errors.Is(err, flow.ErrStale) {
		t.Errorf("once more: %v, want ErrStale", err)
	}
}
