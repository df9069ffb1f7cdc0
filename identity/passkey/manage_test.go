package passkey_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"authserver/identity/identitytest"
	"authserver/identity/passkey"
	"authserver/identity/user"
	"authserver/internal/event/eventtest"
	"authserver/internal/letter"
	"authserver/tenant/realm"
)

func TestAPasskeyIsRenamedByItsOwner(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ann, bob := h.User(t, "ann@example.com"), h.User(t, "bob@example.com")
	p := h.enrolled(t, ann, newAuthenticator(t))
	got, err := h.passkeys.Rename(h.Context, h.Realm.ID, ann.ID, p.ID, "Phone")
	if err != nil || got.Label != "Phone" {
		t.Errorf("Rename = %+v, %v", got, err)
	}
	before := len(eventtest.Types(t, h.DB, h.Realm.ID))
	if _, err := h.passkeys.Rename(h.Context, h.Realm.ID, ann.ID, p.ID, "Phone"); err != nil || len(eventtest.Types(t, h.DB, h.Realm.ID)) != before {
		t.Errorf("the same name: %v, or it was recorded", err)
	}
	other := h.NewRealm(t, "other")
	for name, try := range map[string]func() error{
		"somebody else":          func() error { _, err := h.passkeys.Rename(h.Context, h.Realm.ID, bob.ID, p.ID, "x"); return err },
		"another realm":          func() error { _, err := h.passkeys.Rename(h.Context, other.ID, ann.ID, p.ID, "x"); return err },
		"no id":                  func() error { _, err := h.passkeys.Rename(h.Context, h.Realm.ID, ann.ID, "x", "x"); return err },
		"somebody else removing": func() error { err := h.passkeys.Revoke(h.Context, h.Realm, bob.ID, p.ID, ""); return err },
		"removing through another realm": func() error {
			err := h.passkeys.Remove(h.Context, other, ann.ID, p.ID)
			if errors.Is(err, user.ErrNotFound) {
				return passkey.ErrNotFound
			}
			return err
		},
	} {
		if err := try(); !errors.Is(err, passkey.ErrNotFound) {
			t.Errorf("%s: %v, want ErrNotFound", name, err)
		}
	}
}

func TestARevokedPasskeyOpensNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	a := newAuthenticator(t)
	p := h.enrolled(t, u, a)
	if err := h.passkeys.Revoke(h.Context, h.Realm, u.ID, p.ID, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := h.signIn(t, a); !errors.Is(err, passkey.ErrRefused) {
		t.Errorf("sign-in: %v, want ErrRefused", err)
	}
	if err := h.passkeys.Revoke(h.Context, h.Realm, u.ID, p.ID, ""); !errors.Is(err, passkey.ErrNotFound) {
		t.Errorf("again: %v, want ErrNotFound", err)
	}
	if got := h.post.kinds(); !slices.Equal(got, []letter.Kind{letter.PasskeyAdded, letter.PasskeyRemoved}) {
		t.Errorf("letters %v", got)
	}
	if _, payload := h.last(t, "passkey.revoked"); payload["passkey_id"] != p.ID {
		t.Errorf("recorded %v", payload)
	}
	// The same device can be used again.
	h.enrolled(t, u, a)
}

// WAN-20: what policy or the person needs stays.
func TestTheLastWayStays(t *testing.T) {
	t.Parallel()
	strict := policy(func(p *realm.Policy) { p.SecondFactor = realm.Required })
	for name, c := range map[string]struct {
		policy   realm.Policy
		password bool
		more     []*authenticator
		kinds    []string
		linked   bool
		want     error
	}{
		"a password is there":            {policy: realm.DefaultPolicy(), password: true},
		"nothing else":                   {policy: realm.DefaultPolicy(), want: passkey.ErrLastWayIn},
		"another passkey":                {policy: realm.DefaultPolicy(), more: []*authenticator{newAuthenticator(t)}},
		"a key that needs a user name":   {policy: realm.DefaultPolicy(), more: []*authenticator{newAuthenticator(t, securityKey)}, want: passkey.ErrLastWayIn},
		"another provider":               {policy: realm.DefaultPolicy(), linked: true},
		"a factor is demanded":           {policy: strict, password: true, want: passkey.ErrLastFactor},
		"demanded, another passkey":      {policy: strict, password: true, more: []*authenticator{newAuthenticator(t, securityKey)}},
		"demanded, an authenticator app": {policy: strict, password: true, kinds: []string{"totp"}},
	} {
		h := newHouse(t, c.policy)
		n := newUser("ann@example.com")
		if !c.password {
			n.Password = ""
		}
		u, err := h.Users.Create(h.Context, h.Realm, n)
		if err != nil {
			t.Fatal(err)
		}
		h.others.kinds, h.others.linked = c.kinds, c.linked
		p := h.enrolled(t, u, newAuthenticator(t))
		for _, a := range c.more {
			h.enrolled(t, u, a)
		}
		if err := h.passkeys.Revoke(h.Context, h.Realm, u.ID, p.ID, ""); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if c.want != nil {
			if err := h.passkeys.Remove(h.Context, h.Realm, u.ID, p.ID); err != nil {
				t.Errorf("%s, an operator: %v", name, err)
			}
		}
	}
}

func TestOfTheLastTwoOneStays(t *testing.T) {
	t.Parallel()
	h := newHouse(t, policy(func(p *realm.Policy) { p.SecondFactor = realm.Required }))
	u := h.User(t, "ann@example.com")
	two := []*passkey.Passkey{h.enrolled(t, u, newAuthenticator(t)), h.enrolled(t, u, newAuthenticator(t))}
	errs := identitytest.Together(2, func(i int) error {
		err := h.passkeys.Revoke(h.Context, h.Realm, u.ID, two[i].ID, "")
		return err
	})
	if (errs[0] == nil) == (errs[1] == nil) || !errors.Is(errors.Join(errs...), passkey.ErrLastFactor) {
		t.Errorf("both or none: %v, %v", errs[0], errs[1])
	}
}

func TestAPersonTakesTheirPasskeysHome(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	key, phone := newAuthenticator(t, securityKey), newAuthenticator(t)
	h.enrolled(t, u, key)
	if signs, err := h.passkeys.SignsIn(h.Context, h.Realm.ID, u.ID); signs || err != nil {
		t.Errorf("a key that needs a user name signs in by itself: %t, %v", signs, err)
	}
	h.enrolled(t, u, phone)
	if signs, err := h.passkeys.SignsIn(h.Context, h.Realm.ID, u.ID); !signs || err != nil {
		t.Errorf("a phone does not: %t, %v", signs, err)
	}
	if n, err := h.passkeys.Count(h.Context, h.Realm.ID, u.ID); n != 2 || err != nil {
		t.Errorf("Count = %d, %v", n, err)
	}
	if _, err := h.signIn(t, phone); err != nil {
		t.Fatal(err)
	}
	section, value, err := h.passkeys.Export(h.Context, h.Realm.ID, u.ID)
	text := string(encode(t, value))
	if err != nil || section != "passkeys" || !strings.Contains(text, b64(phone.id)) || !strings.Contains(text, `"last_used_at":"2026-`) || strings.Contains(text, "public_key") {
		t.Errorf("%s: %s, %v", section, text, err)
	}
}

func TestErasedPeopleLeaveNoPasskeys(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	a := newAuthenticator(t)
	h.enrolled(t, u, a)
	if err := h.DB.InTx(h.Context, func(ctx context.Context) error { return h.passkeys.Erase(ctx, h.Realm.ID, u.ID) }); err != nil {
		t.Fatal(err)
	}
	handle, err := h.passkeys.Handle(h.Context, h.Realm.ID, u.ID)
	if has, _ := h.passkeys.Enrolled(h.Context, h.Realm.ID, u.ID); has || handle != nil || err != nil {
		t.Errorf("left: passkey %t, handle %x (%v)", has, handle, err)
	}
}
