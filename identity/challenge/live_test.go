package challenge_test

import (
	"errors"
	"testing"
	"time"

	"authserver/identity/challenge"
)

func TestLiveTellsWhatIsOnItsWay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	live := func(user, binding string) (*challenge.Challenge, error) {
		return h.challenges.Live(h.Context, h.Realm.ID, challenge.Recover, user, binding)
	}
	if _, err := live("u1", "f1"); !errors.Is(err, challenge.ErrDead) {
		t.Errorf("before: %v, want ErrDead", err)
	}
	first := h.issue(t)
	h.Clock.Add(challenge.Pause)
	second := h.issue(t)
	got, err := live("u1", "f1")
	if err != nil || got.ID != second.ID || got.ID == first.ID || got.Data["k"] != "v" {
		t.Fatalf("live %+v, %v", got, err)
	}
	for _, other := range [][2]string{{"u2", "f1"}, {"u1", "f2"}, {"", ""}} {
		if _, err := live(other[0], other[1]); !errors.Is(err, challenge.ErrDead) {
			t.Errorf("of %v: %v, want ErrDead", other, err)
		}
	}
	h.Clock.Add(time.Hour)
	if _, err := live("u1", "f1"); !errors.Is(err, challenge.ErrDead) {
		t.Errorf("after its time: %v, want ErrDead", err)
	}
}
