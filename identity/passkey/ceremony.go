package passkey

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"

	"authserver/internal/secret"
)

// The purposes of a challenge. An answer to one of another purpose opens nothing.
const (
	purposeSignIn   = "signin"
	purposeFactor   = "second_factor"
	purposeRegister = "register"
)

// ceremony is what a challenge is good for, and nothing else.
type ceremony struct {
	realmID string
	purpose string
	// userID is empty as long as nobody knows who will answer.
	userID string
	// binding is the flow or the session in which the question was asked.
	binding string
}

// seal is the context of the stored question.
func (c ceremony) seal() []string {
	return []string{"passkey_ceremonies", c.realmID, c.purpose, c.userID, c.binding}
}

// ask stores the question. An older one of the same ceremony is dead: a page asks
// again, and only its last question is on the screen.
func (s *Service) ask(ctx context.Context, c ceremony, data *webauthn.SessionData) error {
	plain, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("encode passkey challenge: %w", err)
	}
	sealed, err := s.ring.Seal(plain, c.seal()...)
	if err != nil {
		return err
	}
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		return s.insertCeremony(ctx, c, secret.Digest(data.Challenge), sealed, s.now().Add(CeremonyLifetime))
	})
	if err != nil {
		return fmt.Errorf("store passkey challenge: %w", err)
	}
	return nil
}

// spend uses the challenge up and returns the question. It commits on its own, before
// anything is checked: an answer that turns out wrong has had its chance. It returns
// ErrExpired when there is no such question, any more.
func (s *Service) spend(ctx context.Context, c ceremony, challenge string) (*webauthn.SessionData, error) {
	var sealed string
	err := s.db.InTx(ctx, func(ctx context.Context) (err error) {
		sealed, err = s.spendCeremony(ctx, c, secret.Digest(challenge), s.now())
		return err
	})
	if errors.Is(err, ErrExpired) {
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("spend passkey challenge: %w", err)
	}
	plain, err := s.ring.Open(sealed, c.seal()...)
	if err != nil {
		return nil, fmt.Errorf("open passkey challenge: %w", err)
	}
	var data webauthn.SessionData
	if err := json.Unmarshal(plain, &data); err != nil {
		return nil, fmt.Errorf("decode passkey challenge: %w", err)
	}
	return &data, nil
}

const (
	// keepFor is how long a challenge can still be seen to have been spent.
	keepFor    = time.Hour
	sweepBatch = 500
)

// Sweep removes challenges that are over, in small batches, and returns how many.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	total := 0
	for {
		n := 0
		err := s.db.InTx(ctx, func(ctx context.Context) (err error) {
			n, err = s.sweepCeremonies(ctx, s.now().Add(-keepFor), sweepBatch)
			return err
		})
		total += n
		if err != nil {
			return total, fmt.Errorf("sweep passkey challenges: %w", err)
		}
		if n < sweepBatch {
			return total, nil
		}
	}
}
