package key_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"authserver/internal/database/dbtest"
	"authserver/internal/event/eventtest"
	"authserver/internal/secret"
	"authserver/oauth/key"
)

// due calls the worker until nothing is left to do.
func (w *world) due() {
	w.t.Helper()
	for range 5 {
		w.must(w.RotateDue(w.t.Context()))
	}
}

// private returns the sealed private half as it is stored.
func (w *world) private(kid string) string {
	w.t.Helper()
	var sealed string
	w.must(w.db.With(w.t.Context()).Raw("SELECT private FROM signing_keys WHERE id = ?", kid).Scan(&sealed).Error)
	return sealed
}

func TestTheLifeOfAKey(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.ensure()
	old := w.signing(key.ES256)

	w.clock.advance(89*day - time.Second)
	w.due()
	if w.only(key.ES256, key.StateNext) != nil {
		t.Fatal("the successor came early")
	}
	w.clock.advance(time.Second)
	w.due()
	next := w.only(key.ES256, key.StateNext)
	if next == nil || !slices.Contains(w.published(w.Service), next.ID) {
		t.Fatal("no successor is published a day ahead")
	}
	if w.signing(key.ES256).ID != old.ID {
		t.Fatal("the successor signs before it is known")
	}
	if k, err := w.ByID(t.Context(), w.realm, next.ID); err != nil || k.Private != nil {
		t.Errorf("the successor does not verify: %v", err)
	}

	w.clock.advance(day - time.Second)
	w.due()
	if w.signing(key.ES256).ID != old.ID {
		t.Fatal("the successor signs too early")
	}
	w.clock.advance(time.Second)
	w.due()
	if got := w.signing(key.ES256); got.ID != next.ID || !got.ActivatedAt.Equal(w.clock.now()) {
		t.Fatalf("the successor does not sign: %+v", got)
	}
	if w.private(old.ID) != "" {
		t.Error("the private half of the retired key is kept")
	}

	w.clock.advance(48*time.Hour - time.Second)
	w.due()
	if !slices.Contains(w.published(w.Service), old.ID) {
		t.Error("the retired key left the set while its tokens may be valid")
	}
	w.clock.advance(time.Second + 2*time.Minute) // the set in memory is a minute old at most, when asked for
	w.published(w.Service)
	w.until("the retired key is still published", func() bool { return !slices.Contains(w.published(w.Service), old.ID) })
	if _, err := w.ByID(t.Context(), w.realm, old.ID); err != nil {
		t.Errorf("id_token_hint can no longer be verified: %v", err)
	}

	w.clock.advance(88 * day)
	w.due()
	if _, err := w.ByID(t.Context(), w.realm, old.ID); !errors.Is(err, key.ErrNotFound) {
		t.Errorf("the retired key is kept for ever: %v", err)
	}
}

// until polls a condition that comes true in the background.
func (w *world) until(wrong string, is func() bool) {
	w.t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !is(); {
		if time.Now().After(deadline) {
			w.t.Fatal(wrong)
		}
	}
}

// INV-10: whatever is signed at any time verifies with the set published at
// any time until a day later, through a rotation.
func TestWhatWasSignedVerifiesForADay(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.ensure()
	type signed struct {
		kid string
		at  time.Time
	}
	var live []signed
	for range 240 { // half a day a step, past a rotation and its aftermath
		w.clock.advance(12 * time.Hour)
		w.must(w.RotateDue(t.Context()))
		now := w.clock.now()
		fresh := w.node(w.db, w.ring)
		kids := w.published(fresh)
		live = append(live, signed{w.signing(key.ES256).ID, now})
		live = slices.DeleteFunc(live, func(s signed) bool { return now.Sub(s.at) > day })
		for _, s := range live {
			if !slices.Contains(kids, s.kid) {
				t.Fatalf("signed at %v with %s, not published at %v", s.at, s.kid, now)
			}
		}
		if len(kids) > 6 {
			t.Fatalf("%d keys are published", len(kids))
		}
	}
	if keys, err := w.List(t.Context(), w.realm); err != nil || len(keys) > 8 {
		t.Errorf("%d keys are kept, %v", len(keys), err)
	}
}

func TestNodesThatRotateTogetherMakeOneSuccessor(t *testing.T) {
	t.Parallel()
	url := dbtest.URL(t)
	w := &world{t: t, db: dbtest.Open(t, url), ring: ring(t, secret.NewKey()), clock: &clock{}}
	w.Service = w.node(w.db, w.ring)
	w.realm = w.newRealm()
	w.ensure()
	nodes := []*key.Service{w.Service, w.node(dbtest.Open(t, url), w.ring), w.node(dbtest.Open(t, url), w.ring)}
	together := func(act func(*key.Service) error) {
		t.Helper()
		var wg sync.WaitGroup
		for _, n := range append(nodes, nodes...) {
			wg.Go(func() {
				if err := act(n); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		for _, algorithm := range []string{key.RS256, key.ES256} {
			if w.only(algorithm, key.StateActive) == nil {
				t.Fatalf("no %s key is active", algorithm)
			}
			w.only(algorithm, key.StateNext)
		}
	}
	rotate := func(s *key.Service) error { return s.RotateDue(t.Context()) }
	for range 3 {
		before := w.only(key.ES256, key.StateActive).ID
		w.clock.advance(89 * day)
		together(rotate)
		next := w.only(key.ES256, key.StateNext)
		w.clock.advance(day)
		together(rotate)
		if got := w.only(key.ES256, key.StateActive); got.ID != next.ID || got.ID == before {
			t.Fatalf("active is %s, the successor was %s", got.ID, next.ID)
		}
	}
	w.realm = w.newRealm()
	together(func(s *key.Service) error { return s.Ensure(w.operator(), w.realm) })
	together(func(s *key.Service) error { return s.Rotate(w.operator(), w.realm, true) })
	together(func(s *key.Service) error { return s.Rotate(w.operator(), w.realm, false) })
}

func TestOneNodeHearsOfAnothersRotation(t *testing.T) {
	t.Parallel()
	url := dbtest.URL(t)
	w := &world{t: t, db: dbtest.Open(t, url), ring: ring(t, secret.NewKey()), clock: &clock{}}
	w.Service = w.node(w.db, w.ring)
	w.realm = w.newRealm()
	w.ensure()
	far := dbtest.Open(t, url)
	node := w.node(far, w.ring)
	ctx, cancel := context.WithCancel(t.Context())
	watching := make(chan error)
	go func() { watching <- far.Watch(ctx) }()
	before := w.published(node)
	w.must(w.Rotate(w.operator(), w.realm, true, key.ES256))
	w.until("the other node does not hear of the rotation", func() bool { return len(w.published(node)) == len(before)+1 })
	cancel()
	w.must(<-watching)
}

func TestAnOrderedRotationPublishesFirst(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.ensure()
	old := w.signing(key.RS256)
	w.must(w.Rotate(w.operator(), w.realm, false))
	next := w.only(key.RS256, key.StateNext)
	if next == nil || w.only(key.ES256, key.StateNext) == nil || w.signing(key.RS256).ID != old.ID {
		t.Fatal("not every algorithm has a published successor")
	}
	w.must(w.Rotate(w.operator(), w.realm, false, key.RS256))
	if again := w.only(key.RS256, key.StateNext); again.ID != next.ID {
		t.Error("a second order made a second successor")
	}
	w.clock.advance(day)
	w.due()
	if w.signing(key.RS256).ID != next.ID {
		t.Error("the successor does not sign a day later")
	}
	w.must(w.Rotate(w.operator(), w.realm, false, key.EdDSA))
	if w.only(key.EdDSA, key.StateActive) == nil || w.only(key.EdDSA, key.StateNext) != nil {
		t.Error("the first key of an algorithm must sign at once")
	}
}

func TestAnEmergencyRotationSignsAtOnce(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.ensure()
	w.must(w.Rotate(w.operator(), w.realm, false, key.ES256))
	old, next := w.signing(key.ES256), w.only(key.ES256, key.StateNext)
	other := w.signing(key.RS256)
	w.must(w.Rotate(w.operator(), w.realm, true, key.ES256, key.ES256))
	fresh := w.signing(key.ES256)
	if fresh.ID == old.ID || fresh.ID == next.ID {
		t.Error("a key that may have leaked signs")
	}
	if w.only(key.ES256, key.StateNext) != nil || w.private(old.ID) != "" || w.private(next.ID) != "" {
		t.Error("the keys from before are not retired")
	}
	if kids := w.published(w.Service); !slices.Contains(kids, old.ID) || !slices.Contains(kids, fresh.ID) {
		t.Error("what the old key has signed does not verify any more")
	}
	if w.signing(key.RS256).ID != other.ID {
		t.Error("an algorithm that was not asked for rotated")
	}
}

func TestAWithdrawnKeyVerifiesNothing(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.ensure()
	leaked := w.signing(key.ES256)
	if err := w.Withdraw(w.operator(), w.realm, leaked.ID); !errors.Is(err, key.ErrActive) {
		t.Fatalf("got %v", err)
	}
	w.must(w.Rotate(w.operator(), w.realm, true, key.ES256))
	other := w.newRealm()
	if err := w.Withdraw(w.operator(), other, leaked.ID); !errors.Is(err, key.ErrNotFound) {
		t.Errorf("withdrawn through another realm: %v", err)
	}
	w.must(w.Withdraw(w.operator(), w.realm, leaked.ID))
	if slices.Contains(w.published(w.Service), leaked.ID) {
		t.Error("still published")
	}
	if _, err := w.ByID(t.Context(), w.realm, leaked.ID); !errors.Is(err, key.ErrNotFound) {
		t.Errorf("still verifies: %v", err)
	}
	if err := w.Withdraw(w.operator(), w.realm, leaked.ID); !errors.Is(err, key.ErrNotFound) {
		t.Errorf("got %v", err)
	}
}

func TestEveryStepIsRecorded(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.must(w.Rotate(w.operator(), w.realm, true, key.ES256))
	old := w.signing(key.ES256).ID
	w.must(w.Rotate(w.operator(), w.realm, false, key.ES256))
	w.clock.advance(day)
	w.must(w.RotateDue(t.Context()))
	w.must(w.Withdraw(w.operator(), w.realm, old))
	got := eventtest.Types(t, w.db, w.realm)
	want := []string{"key.created", "key.created", "key.retired", "key.activated", "key.withdrawn"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
