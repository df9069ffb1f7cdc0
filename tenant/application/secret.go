package application

import (
	"context"
	"fmt"
	"slices"
	"time"

	"authserver/internal/fault"
	"authserver/internal/id"
	"authserver/internal/secret"
)

// secretsMax is how many client secrets live at once: the one in use and the one
// that a deployment moves to.
const secretsMax = 2

// overlapMax bounds how long an old secret may outlive its successor.
const overlapMax = 90 * 24 * time.Hour

// errOverlap refuses an overlap outside its bounds.
var errOverlap = fault.New(fault.Invalid, "overlap_invalid", "The old secret may live on for at most 90 days.").At("overlap")

// CheckSecret reports whether plain is a live secret of the application. It takes
// the same time whichever secret matches, and when none does.
func (a *Application) CheckSecret(plain string, now time.Time) bool {
	digest := secret.Digest(plain)
	matched := false
	for i := range secretsMax {
		kept, live := digestOfNothing(), false
		if i < len(a.Secrets) {
			kept, live = a.Secrets[i].Digest, a.Secrets[i].Live(now)
		}
		if secret.Equal(digest, kept) && live {
			matched = true
		}
	}
	return matched
}

// Absent takes the time of CheckSecret, for an application that does not exist:
// otherwise the clock tells which client ids do.
func Absent(plain string) {
	_ = new(Application).CheckSecret(plain, time.Time{})
}

// digestOfNothing is compared where there is no secret; nothing has this digest.
func digestOfNothing() []byte { return make([]byte, 32) }

// newSecret returns a fresh secret and the plain text, which is kept nowhere.
func newSecret(now time.Time) (Secret, string) {
	plain := secret.Token("")
	return Secret{ID: id.New(), Digest: secret.Digest(plain), CreatedAt: now}, plain
}

// secretMin and secretMax bound secrets that were made elsewhere. They are stored as a
// plain digest, so they must be as hard to guess as ours.
const (
	secretMin, secretMax = 32, 255
	secretVariety        = 10
)

// ErrSecretWeak refuses a secret of one's own.
var ErrSecretWeak = fault.New(fault.Invalid, "client_secret_weak", "A secret of your own has 32 to 255 printable ASCII characters, and is random.").At("client_secret")

// givenSecret is a secret that was made elsewhere.
func givenSecret(plain string, now time.Time) (Secret, error) {
	seen := map[rune]bool{}
	for _, r := range plain {
		if r <= ' ' || r > '~' {
			return Secret{}, ErrSecretWeak
		}
		seen[r] = true
	}
	if len(plain) < secretMin || len(plain) > secretMax || len(seen) < secretVariety {
		return Secret{}, ErrSecretWeak
	}
	return Secret{ID: id.New(), Digest: secret.Digest(plain), CreatedAt: now}, nil
}

// AddSecret makes a new client secret and returns it; it can never be read again.
// The secret before it lives on for overlap, at most, and not at all if that is
// zero. It returns ErrTwoSecrets while two are live, and ErrNoSecret for an
// application that authenticates in another way.
func (s *Service) AddSecret(ctx context.Context, realmID, appID string, overlap time.Duration) (string, error) {
	added, plain := newSecret(s.stamp())
	if err := s.add(ctx, realmID, appID, added, overlap); err != nil {
		return "", err
	}
	return plain, nil
}

// TakeSecret is AddSecret with a secret that was made elsewhere. It returns ErrSecretWeak
// for one that could be guessed.
func (s *Service) TakeSecret(ctx context.Context, realmID, appID, plain string, overlap time.Duration) error {
	added, err := givenSecret(plain, s.stamp())
	if err != nil {
		return err
	}
	return s.add(ctx, realmID, appID, added, overlap)
}

func (s *Service) add(ctx context.Context, realmID, appID string, added Secret, overlap time.Duration) error {
	if overlap < 0 || overlap > overlapMax {
		return errOverlap
	}
	now := added.CreatedAt
	return s.db.InTx(ctx, func(ctx context.Context) error {
		a, err := s.lock(ctx, realmID, appID)
		if err != nil {
			return fmt.Errorf("add secret to application %s: %w", appID, err)
		}
		if !byShared(a.AuthMethod) {
			return ErrNoSecret
		}
		live := slices.DeleteFunc(slices.Clone(a.Secrets), func(old Secret) bool { return !old.Live(now) })
		if len(live) >= secretsMax {
			return ErrTwoSecrets
		}
		if err := s.retireSecrets(ctx, a, now.Add(overlap), now); err != nil {
			return fmt.Errorf("add secret to application %s: %w", appID, err)
		}
		if err := s.insertSecret(ctx, a, added); err != nil {
			return fmt.Errorf("add secret to application %s: %w", appID, err)
		}
		if err := s.announce(ctx, a); err != nil {
			return fmt.Errorf("add secret to application %s: %w", appID, err)
		}
		return s.events.Record(ctx, a.Ref(), SecretAdded{SecretID: added.ID})
	})
}

// RevokeSecret ends a client secret at once, be it the last one. It returns
// ErrSecretNotFound when the application has no such secret.
func (s *Service) RevokeSecret(ctx context.Context, realmID, appID, secretID string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		a, err := s.lock(ctx, realmID, appID)
		if err != nil {
			return fmt.Errorf("revoke secret of application %s: %w", appID, err)
		}
		if err := s.deleteSecret(ctx, a, secretID); err != nil {
			return fmt.Errorf("revoke secret of application %s: %w", appID, err)
		}
		if err := s.announce(ctx, a); err != nil {
			return fmt.Errorf("revoke secret of application %s: %w", appID, err)
		}
		return s.events.Record(ctx, a.Ref(), SecretRevoked{SecretID: secretID})
	})
}
