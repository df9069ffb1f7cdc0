//go:build faultinject

package contact_test

import (
	"context"
	"errors"
	"testing"

	"authserver/identity/challenge"
	"authserver/internal/failpoint"
)

var errCrash = errors.New("crash")

// Whatever stops a redemption before its commit leaves nothing of it: the secret is as
// good as before, and no letter tells of what did not happen.
func TestNothingHalfIsLeftOfAStoppedRedemption(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	l := h.change(t, u.ID, "ann@example.org")
	for _, point := range []string{"contact/redeemed", "event/recorded", "database/committing"} {
		letters := len(h.post.Letters(u.Email))
		follow, err := h.contact.Follow(h.Context, h.Realm, challenge.ChangeEmail, token(t, l.Data["link"]))
		if err != nil {
			t.Fatalf("after %s: %v", point, err)
		}
		stopped := failpoint.Set(h.Context, point, func(context.Context) error { return errCrash })
		if err := h.contact.Redeem(stopped, follow); !errors.Is(err, errCrash) {
			t.Errorf("%s: %v", point, err)
		}
		if got := h.user(t, u.ID); got.Email != u.Email || len(h.post.Letters(u.Email)) != letters {
			t.Errorf("%s: the account has %s", point, got.Email)
		}
	}
	follow, err := h.contact.Follow(h.Context, h.Realm, challenge.ChangeEmail, token(t, l.Data["link"]))
	if err != nil {
		t.Fatal(err)
	}
	if err := h.contact.Redeem(h.Context, follow); err != nil || h.user(t, u.ID).Email != "ann@example.org" {
		t.Errorf("afterwards: %v", err)
	}
}
