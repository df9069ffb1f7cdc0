//go:build faultinject

package registration_test

import (
	"context"
	"errors"
	"testing"

	"authserver/identity/registration"
	"authserver/internal/failpoint"
)

var errCrash = errors.New("crash")

func crash(context.Context) error { return errCrash }

// Whatever stops a registration leaves it whole or not there: no letter without its
// secret, no account without its proof, no proof spent for nothing.
func TestNothingHalfIsLeftOfAStoppedRegistration(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.person(t)
	p.begin()
	f, err := h.Flows.Resume(h.Context, p.Form().Get("flow"), p.Cookies["browser-acme"])
	if err != nil {
		t.Fatal(err)
	}
	stopped := func(point string) context.Context {
		return failpoint.Set(h.Context, point, crash)
	}
	entry := registration.Entry{Email: "ann@example.com", Password: chosen}
	for _, point := range []string{"registration/requested", "event/recorded", "database/committing"} {
		if err := h.registration.Request(stopped(point), h.Realm, f, entry); !errors.Is(err, errCrash) {
			t.Errorf("%s: %v", point, err)
		}
		if l := h.post.Letters("ann@example.com"); len(l) != 0 {
			t.Errorf("%s: letters %v", point, l)
		}
	}
	if err := h.registration.Request(h.Context, h.Realm, f, entry); err != nil {
		t.Fatal(err) // nor does the address have to wait
	}
	code := h.post.Last("ann@example.com").Data["code"]
	// The guess itself is counted in a transaction before.
	for point, action := range map[string]func(context.Context) error{"registration/admitted": crash, "database/committing": later()} {
		ctx := failpoint.Set(h.Context, point, action)
		if _, err := h.registration.Confirm(ctx, h.Realm, f, code, nil); !errors.Is(err, errCrash) {
			t.Errorf("%s: %v", point, err)
		}
		if _, err := h.Users.ByEmail(h.Context, h.Realm.ID, "ann@example.com"); err == nil {
			t.Errorf("%s: there is an account", point)
		}
	}
	if _, err := h.registration.Confirm(h.Context, h.Realm, f, code, nil); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// later crashes at the second passage.
func later() func(context.Context) error {
	passed := false
	return func(context.Context) error {
		if !passed {
			passed = true
			return nil
		}
		return errCrash
	}
}
