package user_test

import (
	"errors"
	"testing"

	"authserver/identity/identitytest"
	"authserver/identity/user"
)

func TestEnterStampsOnlyWhoMaySignIn(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	ann := h.User(t, "ann@example.com")
	if err := h.Users.Enter(h.Context, h.Realm.ID, ann.ID); err != nil {
		t.Fatal(err)
	}
	if got, _ := h.Users.ByID(h.Context, h.Realm.ID, ann.ID); !got.LastLoginAt.Equal(h.Clock.Now()) || got.Version != ann.Version {
		t.Errorf("stamped %s, version %d", got.LastLoginAt, got.Version)
	}
	other := h.NewRealm(t, "other")
	if err := h.Users.Enter(h.Context, other.ID, ann.ID); !errors.Is(err, user.ErrNotEligible) {
		t.Errorf("through another realm: %v, want ErrNotEligible", err)
	}
	if err := h.Users.Suspend(h.Context, h.Realm.ID, ann.ID, "test"); err != nil {
		t.Fatal(err)
	}
	if err := h.Users.Enter(h.Context, h.Realm.ID, ann.ID); !errors.Is(err, user.ErrNotEligible) {
		t.Errorf("suspended: %v, want ErrNotEligible", err)
	}
}
