package passkey_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"authserver/identity/flow"
	"authserver/identity/passkey"
	"authserver/identity/session"
	"authserver/tenant/realm"
)

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
	if _, _, err := h.passkeys.Enrol(h.Context, h.Realm, f, s, answer, ""); !errors.Is(err, flow.ErrStale) {
		t.Errorf("somebody who has another factor: %v, want ErrStale", err)
	}
	h.others.kinds, h.others.codes = nil, true
	f, s, answer = begin()
	cookie, next, err := h.passkeys.Enrol(h.Context, h.Realm, f, s, answer, "Key")
	if err != nil {
		t.Fatal(err)
	}
	if want := "/codes/" + f.ID; next != want { // whose first factor this is gets recovery codes
		t.Errorf("goes on at %s, want %s", next, want)
	}
	now, err := h.Sessions.Current(h.Context, h.Realm, cookie)
	if err != nil || now == nil || !slices.Equal(now.AMR, []string{"pwd", "hwk", "mfa"}) || !f.Proven(flow.Enrol, s.ID) {
		t.Errorf("session %+v, %v", now, err)
	}
	f, s, answer = begin()
	if _, _, err := h.passkeys.Enrol(h.Context, h.Realm, f, s, answer, "Second"); !errors.Is(err, flow.ErrStale) {
		t.Errorf("once more: %v, want ErrStale", err)
	}
}
