package message

import (
	"context"
	"time"

	"authserver/internal/letter"
)

// Reason says why an address does not get everything.
type Reason string

// The reasons.
const (
	ReasonBounced      Reason = "bounced"      // only what is essential, for a while
	ReasonComplained   Reason = "complained"   // only what is essential
	ReasonUnsubscribed Reason = "unsubscribed" // only what is essential
)

// ReasonSwitchedOff stands in the log of a letter that its recipient does not want. It
// belongs to the person, not to an address, so it is no suppression.
const ReasonSwitchedOff Reason = "switched_off"

// bouncedFor is how long an address that bounced gets nothing that is not essential. Not
// for ever: domains come back. What is essential is tried all the same: a server that
// says 550 may mean its own policy, and nobody must be locked out of their account by
// that. How many such letters an address is sent is limited elsewhere.
const bouncedFor = 14 * 24 * time.Hour

// Suppression is an address that does not get everything.
type Suppression struct {
	ID        string
	Address   string // folded
	Reason    Reason
	CreatedAt time.Time
	ExpiresAt time.Time // zero: it stays
}

// barred returns why the letter is not sent to the address, or "".
func (s *Service) barred(ctx context.Context, r row, toKey string) (Reason, error) {
	spec, _ := letter.Find(letter.Kind(r.Kind))
	if spec.Channel == letter.SMS || spec.Essential {
		return "", nil // carriers keep their own lists (STOP), and answer with a refusal
	}
	rows, err := s.suppressions(ctx, r.RealmID, toKey, s.now())
	if err != nil || len(rows) == 0 {
		return "", err
	}
	return Reason(rows[0].Reason), nil
}

// unwanted reports whether the person has switched letters of this kind off.
func (s *Service) unwanted(ctx context.Context, r row, userID string) (bool, error) {
	spec, _ := letter.Find(letter.Kind(r.Kind))
	if s.wishes == nil || spec.Essential || userID == "" {
		return false, nil
	}
	wants, err := s.wishes.Wants(ctx, r.RealmID, userID, spec.Kind)
	return !wants, err
}

// suppress notes, in the transaction of ctx, that an address does not get everything.
func (s *Service) suppress(ctx context.Context, realmID, toKey string, reason Reason) error {
	if toKey == "" {
		return nil // its owner has been erased
	}
	now, until := s.now(), time.Time{}
	if reason == ReasonBounced {
		until = now.Add(bouncedFor)
	}
	if err := s.insertSuppression(ctx, realmID, toKey, reason, now, until); err != nil {
		return err
	}
	return s.record(ctx, realmID, AddressSuppressed{Reason: string(reason)})
}

// Suppressed lists what is kept from an address of a realm.
func (s *Service) Suppressed(ctx context.Context, realmID, email string) ([]Suppression, error) {
	rows, err := s.suppressions(ctx, realmID, key(letter.Email, email), s.now())
	if err != nil {
		return nil, err
	}
	list := make([]Suppression, 0, len(rows))
	for _, r := range rows {
		list = append(list, r.suppression())
	}
	return list, nil
}

// Release has an address get again what it did not for that reason.
func (s *Service) Release(ctx context.Context, realmID, email string, reason Reason) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		gone, err := s.deleteSuppression(ctx, realmID, key(letter.Email, email), reason)
		if err != nil || !gone {
			return err
		}
		return s.record(ctx, realmID, AddressReleased{Reason: string(reason)})
	})
}

// Resubscribe has an address get again what its owner had unsubscribed from.
func (s *Service) Resubscribe(ctx context.Context, realmID, email string) error {
	return s.Release(ctx, realmID, email, ReasonUnsubscribed)
}

// Unsubscribe keeps what is not essential from an address.
func (s *Service) Unsubscribe(ctx context.Context, realmID, email string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		return s.suppress(ctx, realmID, key(letter.Email, email), ReasonUnsubscribed)
	})
}

// Subscribed tells whether an address gets what is not essential.
func (s *Service) Subscribed(ctx context.Context, realmID, email string) (bool, error) {
	rows, err := s.suppressions(ctx, realmID, key(letter.Email, email), s.now())
	return len(rows) == 0, err
}
