//go:build faultinject

package mfa_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"authserver/identity/flow"
	"authserver/identity/mfa"
	"authserver/internal/failpoint"
	"authserver/tenant/realm"
)

var errCrash = errors.New("crash")

func crash(context.Context) error { return errCrash }

// Whatever stops a guess between its steps: it has been counted, and there is either a
// whole second factor or none.
func TestNothingHalfIsLeftOfAStoppedGuess(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(p *realm.Policy) { p.Lockout.Threshold = 3 })
	u := h.User(t, "ann@example.com")
	key := h.withApp(t, u.ID)
	pass := func(ctx context.Context, code string) (*flow.Flow, error) {
		f, err := h.Flows.Start(h.Context, flow.Request{ApplicationID: h.app.ID, Browser: strings.Repeat("b", 46)})
		if err != nil {
			t.Fatal(err)
		}
		s, _ := h.Session(t, u.ID)
		_, err = h.mfa.Pass(ctx, h.Realm, f, s, mfa.Guess{Method: mfa.TOTP, Code: code})
		if s.MultiFactor() && err != nil {
			t.Error("the session has two factors though the guess failed")
		}
		return f, err
	}
	for _, point := range []string{"mfa/elevated", "event/recorded"} {
		f, err := pass(failpoint.Set(h.Context, point, crash), h.code(t, key))
		if !errors.Is(err, errCrash) || len(f.Proofs) != 0 {
			t.Errorf("%s: %v, proofs %v", point, err, f.Proofs)
		}
	}
	if _, err := pass(h.Context, h.code(t, key)); err != nil {
		t.Errorf("the code that was not used: %v", err)
	}
	for range 3 {
		if _, err := pass(failpoint.Set(h.Context, "mfa/counted", crash), "000000"); !errors.Is(err, errCrash) {
			t.Fatal(err)
		}
	}
	if _, err := pass(h.Context, h.code(t, key)); !errors.Is(err, mfa.ErrLocked) {
		t.Errorf("after three stopped guesses: %v; want a lock", err)
	}
}
