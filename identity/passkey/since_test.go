package passkey_test

import (
	"testing"
	"time"
)

func TestNewPasskeysGoAndOldOnesStay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	old := h.enrolled(t, u, newAuthenticator(t))
	h.Clock.Add(time.Hour)
	since := h.Clock.Now()
	h.enrolled(t, u, newAuthenticator(t))
	for range 2 { // twice is once
		if err := h.passkeys.RemoveSince(h.Context, h.Realm.ID, u.ID, since); err != nil {
			t.Fatal(err)
		}
	}
	left, err := h.passkeys.List(h.Context, h.Realm.ID, u.ID)
	if err != nil || len(left) != 1 || left[0].ID != old.ID {
		t.Errorf("left %v, %v; want the old one", left, err)
	}
	if got, err := h.Users.ByID(h.Context, h.Realm.ID, u.ID); err != nil || len(got.Factors) != 1 {
		t.Errorf("noted %v, %v", got.Factors, err)
	}
}
