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

func TestABudgetHoldsForAllAddresses(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ask := func(address string, always bool) error {
		_, err := h.challenges.Issue(h.Context, challenge.Request{
			RealmID: h.Realm.ID, Purpose: challenge.VerifyPhone, UserID: "u1", Address: address, Budget: "person u1",
			Lifetime: time.Hour, Code: true, Always: always,
		})
		return err
	}
	if err := ask("+4915123456789", false); err != nil {
		t.Fatal(err)
	}
	if err := ask("+4915123456780", false); !errors.Is(err, challenge.ErrTooSoon) {
		t.Errorf("a second number at once: %v, want ErrTooSoon", err)
	}
	if err := ask("+4915123456789", true); err != nil {
		t.Errorf("what always goes out: %v", err)
	}
	h.Clock.Add(challenge.Pause)
	if err := ask("+4915123456780", false); err != nil {
		t.Errorf("after the pause: %v", err)
	}
}
