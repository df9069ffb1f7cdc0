package totp_test

import (
	"testing"
	"time"

	"authserver/identity/totp"
	"authserver/internal/secret"
)

func TestSecretsMoveToANewKey(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	room := func(keys ...string) *totp.Service {
		ring, err := secret.ParseRing(keys)
		if err != nil {
			t.Fatal(err)
		}
		return totp.New(totp.Deps{DB: h.DB, Events: h.Events, Ring: ring, Users: h.Users, Now: h.Clock.Now})
	}
	before, after := secret.NewKey(), secret.NewKey()
	h.totp = room(before)
	key := h.enrol(t)
	if _, err := room(after).Reseal(h.Context); err == nil {
		t.Error("without the old key: no error")
	}
	both := room(after, before)
	for _, want := range []int{1, 0} {
		if n, err := both.Reseal(h.Context); err != nil || n != want {
			t.Errorf("sealed %d anew, %v; want %d", n, err, want)
		}
	}
	h.Clock.Add(time.Minute)
	if err := room(after).Verify(h.Context, h.Realm.ID, h.user, h.code(t, key)); err != nil {
		t.Errorf("under the new key alone: %v", err)
	}
}
