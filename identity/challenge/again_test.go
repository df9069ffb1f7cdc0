package challenge_test

import (
	"errors"
	"testing"
	"time"

	"authserver/identity/challenge"
)

func TestAgainFindsWhatIsAlive(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	i := h.issue(t)
	again := func(realmID string, p challenge.Purpose, id string) error {
		c, err := h.challenges.Again(h.Context, realmID, p, id)
		if err == nil && (c.ID != i.ID || c.Data["k"] != "v") {
			t.Errorf("another one: %+v", c)
		}
		return err
	}
	if err := again(h.Realm.ID, challenge.Recover, i.ID); err != nil {
		t.Errorf("alive: %v", err)
	}
	for name, err := range map[string]error{
		"another realm":   again("other", challenge.Recover, i.ID),
		"another purpose": again(h.Realm.ID, challenge.Register, i.ID),
		"another id":      again(h.Realm.ID, challenge.Recover, "0192f0c1-0000-7000-8000-000000000001"),
	} {
		if !errors.Is(err, challenge.ErrDead) {
			t.Errorf("%s: %v, want ErrDead", name, err)
		}
	}
	h.Clock.Add(time.Hour)
	if err := again(h.Realm.ID, challenge.Recover, i.ID); !errors.Is(err, challenge.ErrDead) {
		t.Errorf("after its time: %v, want ErrDead", err)
	}
}
