package user

import (
	"context"
	"errors"
	"fmt"

	"authserver/internal/database"
	"authserver/internal/event"
)

// EmailVerified is recorded when an address is shown to be the person's.
type EmailVerified struct{}

// EventType names the event.
func (EmailVerified) EventType() string { return "user.email_verified" }

// EmailChanged is recorded when another address takes the place of the old one. It
// names neither.
type EmailChanged struct {
	// Undone is true when the owner of the old address took it back.
	Undone bool `json:"undone"`
}

// EventType names the event.
func (EmailChanged) EventType() string { return "user.email_changed" }

// PhoneVerified is recorded when a number is shown to be the person's.
type PhoneVerified struct {
	// Changed is true when it took the place of another, or of none.
	Changed bool `json:"changed"`
}

// EventType names the event.
func (PhoneVerified) EventType() string { return "user.phone_verified" }

// PhoneRemoved is recorded when a person takes their number away.
type PhoneRemoved struct{}

// EventType names the event.
func (PhoneRemoved) EventType() string { return "user.phone_removed" }

// VerifyEmail notes that the address is the person's, if it is still the account's
// (security rule MAIL-05). It returns ErrNotFound, or ErrChanged when the account has
// another address by now. What is verified already stays so.
func (s *Service) VerifyEmail(ctx context.Context, realmID, userID, address string) error {
	_, key, err := Normalise(address)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(ctx context.Context) error {
		// The row is written even where nothing changes: it is the lock.
		columns := stamped(s.now(), map[string]any{"email_verified": true})
		ok, err := s.set(ctx, realmID, userID, columns, "email_key = ? AND status = ?", key, string(StatusActive))
		if err != nil {
			return fmt.Errorf("verify address of user %s: %w", userID, err)
		}
		if !ok {
			return s.missed(ctx, realmID, userID, ErrChanged)
		}
		return s.events.Record(ctx, ref(realmID, userID), EmailVerified{})
	})
}

// ChangeEmail gives an active account the address to, which its owner has proven, in
// the place of from. It returns ErrEmailTaken, ErrNotFound, or ErrChanged when the
// account has another address than from by now; the transaction must then be given up.
func (s *Service) ChangeEmail(ctx context.Context, realmID, userID, from, to string) error {
	_, before, err := Normalise(from)
	if err != nil {
		return err
	}
	addr, key, err := Normalise(to)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(ctx context.Context) error {
		columns := stamped(s.now(), map[string]any{"email": addr, "email_key": key, "email_verified": true})
		ok, err := s.setAddress(ctx, realmID, userID, columns, "email_key = ? AND status = ?", before, string(StatusActive))
		if err != nil {
			return fmt.Errorf("change address of user %s: %w", userID, err)
		}
		if !ok {
			return s.missed(ctx, realmID, userID, ErrChanged)
		}
		return s.events.Record(ctx, ref(realmID, userID), EmailVerified{}, EmailChanged{})
	})
}

// UndoEmail gives an account the address back that its owner had before, whatever it
// is now. Because somebody else may have changed it, the password opens nothing any
// more until a new one is set by a recovery, every session ends with all that was
// granted in it, and an erasure that was asked for meanwhile is off. It returns
// ErrEmailTaken or ErrNotFound.
func (s *Service) UndoEmail(ctx context.Context, realmID, userID, address string) error {
	addr, key, err := Normalise(address)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(ctx context.Context) error {
		columns := stamped(s.now(), map[string]any{
			"email": addr, "email_key": key, "email_verified": true,
			"password_hash": "", "must_change_password": false, "password_serial": plusOne("password_serial"),
			"erasure_at": database.Micros(0),
		})
		before, err := s.ByID(ctx, realmID, userID)
		if err != nil {
			return err
		}
		ok, err := s.setAddress(ctx, realmID, userID, columns, "status <> ?", string(StatusErased))
		if err != nil {
			return fmt.Errorf("give user %s the address back: %w", userID, err)
		}
		if !ok {
			return ErrNotFound
		}
		if err := s.forgetPasswords(ctx, realmID, userID, 0); err != nil {
			return fmt.Errorf("give user %s the address back: %w", userID, err)
		}
		if err := s.sessions.EndAll(ctx, realmID, userID, "email_change_undone"); err != nil {
			return fmt.Errorf("give user %s the address back: end sessions: %w", userID, err)
		}
		happened := []event.Payload{EmailChanged{Undone: true}}
		if before.Erasing() {
			happened = append(happened, ErasureCancelled{})
		}
		return s.events.Record(ctx, ref(realmID, userID), happened...)
	})
}

// setAddress is set for columns that hold an address: it returns ErrEmailTaken.
func (s *Service) setAddress(ctx context.Context, realmID, userID string, columns map[string]any, condition string, args ...any) (bool, error) {
	ok, err := s.set(ctx, realmID, userID, columns, condition, args...)
	if errors.Is(err, database.ErrDuplicate) {
		return false, ErrEmailTaken
	}
	if err != nil || !ok {
		return false, err
	}
	return true, s.retell(ctx, realmID, userID)
}

// VerifyPhone gives an active account the number, which its owner has proven. It
// returns ErrNotFound, ErrPhoneInvalid, or ErrChanged.
func (s *Service) VerifyPhone(ctx context.Context, realmID, userID, number string) error {
	number, err := phone("phone_number", number)
	if err != nil {
		return err
	}
	return s.setPhone(ctx, realmID, userID, number)
}

// RemovePhone takes the number away. It returns ErrNotFound; without a number it
// changes nothing.
func (s *Service) RemovePhone(ctx context.Context, realmID, userID string) error {
	return s.setPhone(ctx, realmID, userID, "")
}

func (s *Service) setPhone(ctx context.Context, realmID, userID, number string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		u, err := s.ByID(ctx, realmID, userID)
		if err != nil {
			return err
		}
		if u.Phone == number && u.PhoneVerified == (number != "") {
			return nil
		}
		columns := stamped(s.now(), map[string]any{"phone": number, "phone_verified": number != ""})
		ok, err := s.set(ctx, realmID, userID, columns, "version = ? AND status = ?", u.Version, string(StatusActive))
		if err != nil {
			return fmt.Errorf("set phone of user %s: %w", userID, err)
		}
		if !ok {
			return ErrChanged
		}
		var happened event.Payload = PhoneVerified{Changed: u.Phone != number}
		if number == "" {
			happened = PhoneRemoved{}
		}
		return s.events.Record(ctx, u.Ref(), happened)
	})
}
