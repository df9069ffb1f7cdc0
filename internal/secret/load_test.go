package secret_test

import (
	"sync"
	"testing"
	"time"

	"authserver/internal/secret"
)

func TestLoadCountsWhoHashesAndWhoWaits(t *testing.T) {
	t.Parallel()
	p := secret.NewPasswords(secret.PasswordParams{Memory: 64 * 1024, Time: 3, Threads: 1, Concurrency: 1, Wait: time.Minute})
	var hashing sync.WaitGroup
	for range 4 {
		hashing.Go(func() {
			if _, err := p.Hash(t.Context(), "plum-Carriage-41-tin"); err != nil {
				t.Error(err)
			}
		})
	}
	deadline := time.After(10 * time.Second)
	tick := time.NewTicker(100 * time.Microsecond)
	defer tick.Stop()
	for {
		running, waiting := p.Load()
		if running > 1 || waiting > 4 {
			t.Fatalf("running %d, waiting %d; want at most 1 and 4", running, waiting)
		}
		if running == 1 && waiting > 0 {
			break
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("nobody was ever seen waiting")
		}
	}
	hashing.Wait()
	if running, waiting := p.Load(); running != 0 || waiting != 0 {
		t.Errorf("afterwards: running %d, waiting %d", running, waiting)
	}
}
