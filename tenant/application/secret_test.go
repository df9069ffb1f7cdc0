package application_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"authserver/tenant/application"
)

func TestSecretsRotateWithOverlap(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	a, first := s.register(webDraft())
	works := func(plain string) bool { return s.byID(a.ID).CheckSecret(plain, s.clock.Now()) }
	add := func(overlap time.Duration) (string, error) { return s.AddSecret(s.operator(), s.a.ID, a.ID, overlap) }

	second, err := add(time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if !works(first) || !works(second) || first == second {
		t.Error("the two secrets do not live together")
	}
	if _, err := add(time.Hour); !errors.Is(err, application.ErrTwoSecrets) {
		t.Errorf("a third: %v", err)
	}
	s.clock.Play(time.Hour - time.Second)
	if !works(first) {
		t.Error("the old secret died early")
	}
	s.clock.Play(time.Second)
	if works(first) || !works(second) {
		t.Error("the old secret lives past its date")
	}
	third, err := add(0)
	if err != nil {
		t.Fatal(err)
	}
	if works(first) || works(second) || !works(third) || len(s.byID(a.ID).Secrets) != 1 {
		t.Errorf("without overlap %d secrets remain", len(s.byID(a.ID).Secrets))
	}
	for _, overlap := range []time.Duration{-1, 91 * 24 * time.Hour} {
		if _, err := add(overlap); err == nil {
			t.Errorf("overlap %s is allowed", overlap)
		}
	}
	if _, err := s.AddSecret(s.operator(), s.b.ID, a.ID, 0); !errors.Is(err, application.ErrNotFound) {
		t.Errorf("foreign realm: %v", err)
	}
}

func TestASecretMadeElsewhere(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	const own, next = "0123456789abcdefghijklmnopqrstuv", "vutsrqponmlkjihgfedcba9876543210"
	draft := webDraft()
	draft.Secret = own
	a, plain := s.register(draft)
	if plain != "" || !s.byID(a.ID).CheckSecret(own, s.clock.Now()) {
		t.Errorf("registered with a secret of one's own: %q was answered", plain)
	}
	for _, weak := range []string{"short", strings.Repeat("a", 40), own[:31], own + "\n", own + " x", strings.Repeat(own, 8)} {
		if err := s.TakeSecret(s.operator(), s.a.ID, a.ID, weak, 0); !errors.Is(err, application.ErrSecretWeak) {
			t.Errorf("%q: %v", weak, err)
		}
		draft.Secret = weak
		if _, _, err := s.Register(s.operator(), s.a.ID, draft); !errors.Is(err, application.ErrSecretWeak) {
			t.Errorf("register with %q: %v", weak, err)
		}
	}
	if err := s.TakeSecret(s.operator(), s.a.ID, a.ID, next, 0); err != nil {
		t.Fatal(err)
	}
	if now := s.clock.Now(); s.byID(a.ID).CheckSecret(own, now) || !s.byID(a.ID).CheckSecret(next, now) {
		t.Error("the next secret did not take the place of the first")
	}
	public := application.Draft{Name: "App", Type: application.SPA, RedirectURIs: []string{"https://app.example/cb"}, Secret: own}
	if _, _, err := s.Register(s.operator(), s.a.ID, public); !errors.Is(err, application.ErrNoSecret) {
		t.Errorf("a secret for a public application: %v", err)
	}
}

func TestARevokedSecretIsDeadAtOnce(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	a, plain := s.register(webDraft())
	secretID := s.byID(a.ID).Secrets[0].ID
	if err := s.RevokeSecret(s.operator(), s.b.ID, a.ID, secretID); !errors.Is(err, application.ErrNotFound) {
		t.Errorf("foreign realm: %v", err)
	}
	if err := s.RevokeSecret(s.operator(), s.a.ID, a.ID, secretID); err != nil {
		t.Fatal(err)
	}
	if s.byID(a.ID).CheckSecret(plain, s.clock.Now()) {
		t.Error("the secret still works")
	}
	if err := s.RevokeSecret(s.operator(), s.a.ID, a.ID, secretID); !errors.Is(err, application.ErrSecretNotFound) {
		t.Errorf("again: %v", err)
	}
	if got, want := s.types(), []string{"application.created", "application.secret_added", "application.secret_revoked"}; !slices.Equal(got, want) {
		t.Errorf("recorded %v, want %v", got, want)
	}
}

func TestNeverMoreThanTwoSecretsHoweverManyAsk(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for range 5 {
		a, _ := s.register(webDraft())
		start := make(chan struct{})
		results := make([]error, 8)
		var group sync.WaitGroup
		for i := range results {
			group.Go(func() {
				<-start
				_, results[i] = s.AddSecret(s.operator(), s.a.ID, a.ID, time.Hour)
			})
		}
		close(start)
		group.Wait()
		made := 0
		for _, err := range results {
			switch {
			case err == nil:
				made++
			case !errors.Is(err, application.ErrTwoSecrets):
				t.Errorf("error is %v", err)
			}
		}
		if made != 1 || len(s.byID(a.ID).Secrets) != 2 {
			t.Errorf("%d made, %d live", made, len(s.byID(a.ID).Secrets))
		}
	}
}
