//go:build faultinject

package federation_test

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"authserver/internal/failpoint"
)

var errCrash = errors.New("crash")

func crash(context.Context) error { return errCrash }

// Whatever stops a sign-in between its steps: there is a whole one or none, the callback
// is spent, and the next try works.
func TestNothingHalfIsLeftOfAStoppedSignIn(t *testing.T) {
	t.Parallel()
	for _, point := range []string{"federation/begun", "event/recorded", "database/committing"} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			h, _, _ := withUpstream(t)
			b := h.browser(t)
			b.begin("")
			back := b.visit(b.leave("globex"))
			b.ctx = failpoint.Set(b.ctx, point, crash)
			got := b.sendFrom("cross-site", http.MethodGet, back, nil)
			b.ctx = t.Context()
			if got.StatusCode != http.StatusInternalServerError || b.session() != nil {
				t.Errorf("callback = %d", got.StatusCode)
			}
			if _, err := h.Users.ByEmail(h.Context, h.Realm.ID, "ada@example.com"); err == nil {
				t.Error("half an account is left")
			}
			b.in(b.signIn("globex", ""))
		})
	}
}

func TestNothingHalfIsLeftOfAStoppedReclaim(t *testing.T) {
	t.Parallel()
	h, _, _ := withUpstream(t)
	u := h.person(t, "ada@example.com", false)
	b := h.browser(t)
	b.begin("")
	back := b.visit(b.leave("globex"))
	b.ctx = failpoint.Set(b.ctx, "federation/reclaimed", crash)
	b.sendFrom("cross-site", http.MethodGet, back, nil)
	b.ctx = t.Context()
	if got, err := h.Users.ByID(h.Context, h.Realm.ID, u.ID); err != nil || got.EmailVerified || !got.HasPassword || b.session() != nil {
		t.Errorf("the account is %+v, %v", got, err)
	}
	b.in(b.signIn("globex", ""))
}
