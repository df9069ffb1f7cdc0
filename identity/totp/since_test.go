package totp_test

import (
	"testing"
	"time"
)

func TestANewAuthenticatorGoesAndAnOldOneStays(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.enrol(t)
	for _, c := range []struct {
		since time.Time
		want  bool
	}{{h.Clock.Now().Add(time.Second), true}, {h.Clock.Now(), false}, {h.Clock.Now(), false}} {
		if err := h.totp.RemoveSince(h.Context, h.Realm.ID, h.user, c.since); err != nil {
			t.Fatal(err)
		}
		if got, err := h.totp.Enrolled(h.Context, h.Realm.ID, h.user); err != nil || got != c.want {
			t.Errorf("since %v: enrolled %v, %v; want %v", c.since, got, err, c.want)
		}
	}
}
