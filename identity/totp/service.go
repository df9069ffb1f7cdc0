package totp

import (
	"context"
	"errors"
	"fmt"
	"time"

	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/failpoint"
	"authserver/internal/id"
	"authserver/internal/secret"
)

// Kind names the factor.
const Kind = "totp"

// pendingFor is how long a person may take to scan the picture.
const pendingFor = 15 * time.Minute

// Users notes who has second factors. identity/user fulfils it.
type Users interface {
	MarkFactor(ctx context.Context, realmID, userID, kind string, has bool) error
}

// Deps is what the room needs.
type Deps struct {
	DB     *database.DB
	Events *event.Log
	Ring   *secret.Ring
	Users  Users
	Now    func() time.Time
}

// Service is what the room can do.
type Service struct {
	db     *database.DB
	events *event.Log
	ring   *secret.Ring
	users  Users
	now    func() time.Time
}

// New returns the room. It panics when a dependency is missing.
func New(d Deps) *Service {
	if d.DB == nil || d.Events == nil || d.Ring == nil || d.Users == nil || d.Now == nil {
		panic("totp: DB, Events, Ring, Users and Now are required")
	}
	return &Service{db: d.DB, events: d.Events, ring: d.Ring, users: d.Users, now: d.Now}
}

// Kind is "totp".
func (s *Service) Kind() string { return Kind }

// Enrolled reports whether the user has a confirmed secret.
func (s *Service) Enrolled(ctx context.Context, realmID, userID string) (bool, error) {
	r, err := s.find(ctx, realmID, userID, stateActive)
	if err != nil {
		return false, fmt.Errorf("read authenticator of user %s: %w", userID, err)
	}
	return r != nil, nil
}

// Since is when the user's secret was confirmed, zero when there is none.
func (s *Service) Since(ctx context.Context, realmID, userID string) (time.Time, error) {
	r, err := s.find(ctx, realmID, userID, stateActive)
	if err != nil || r == nil {
		return time.Time{}, err
	}
	return r.CreatedAt.Time(), nil
}

// Begin makes a secret that is not the user's yet, in the place of any other pending
// one. Only the binding (a session's or flow's id) sees and confirms it. The confirmed
// secret, if there is one, goes on until then.
func (s *Service) Begin(ctx context.Context, realmID, userID, binding, issuer, account string) error {
	sealed, err := s.ring.Seal([]byte(address(secret.Bytes(secretBytes), issuer, account)), sealContext(realmID, userID)...)
	if err != nil {
		return err
	}
	now := s.now()
	line := row{
		RealmID: realmID, UserID: userID, State: statePending, ID: id.New(), Secret: sealed, Binding: binding,
		CreatedAt: database.At(now), ExpiresAt: database.At(now.Add(pendingFor)),
	}
	err = s.db.InTx(ctx, func(ctx context.Context) error { return s.replace(ctx, line) })
	if err != nil {
		return fmt.Errorf("begin authenticator of user %s: %w", userID, err)
	}
	return nil
}

// Pending is the otpauth address of the secret that was begun under the binding, or ""
// when there is none.
func (s *Service) Pending(ctx context.Context, realmID, userID, binding string) (string, error) {
	r, err := s.pending(ctx, realmID, userID, binding)
	if err != nil || r == nil {
		return "", err
	}
	return s.open(r)
}

// Cancel forgets a pending secret.
func (s *Service) Cancel(ctx context.Context, realmID, userID, binding string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error { return s.dropPending(ctx, realmID, userID, binding) })
}

// Confirm makes the pending secret the user's own, if code is one of its codes now; the
// code counts as used. A secret that the user had before is dead in the same moment. It
// returns ErrNone or ErrWrong, and belongs into the caller's transaction.
func (s *Service) Confirm(ctx context.Context, realmID, userID, binding, code string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		r, err := s.pending(ctx, realmID, userID, binding)
		if err != nil {
			return err
		}
		if r == nil {
			return ErrNone
		}
		step, err := s.matching(r, code)
		if err != nil {
			return err
		}
		replaced, err := s.promote(ctx, r, step, s.now())
		if errors.Is(err, errGone) {
			return ErrNone
		}
		if err != nil {
			return fmt.Errorf("confirm authenticator of user %s: %w", userID, err)
		}
		if err := s.users.MarkFactor(ctx, realmID, userID, Kind, true); err != nil {
			return err
		}
		if err := failpoint.Hit(ctx, "totp/confirmed"); err != nil {
			return err
		}
		return s.events.Record(ctx, ref(realmID, userID), Enabled{Replaced: replaced})
	})
}

// Verify takes a code of the user's secret, once, in the caller's transaction. It
// returns ErrWrong for anything else, also when the user has no secret.
func (s *Service) Verify(ctx context.Context, realmID, userID, code string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		r, err := s.find(ctx, realmID, userID, stateActive)
		if err != nil {
			return fmt.Errorf("verify code of user %s: %w", userID, err)
		}
		if r == nil {
			return ErrWrong
		}
		step, err := s.matching(r, code)
		if err != nil {
			return err
		}
		taken, err := s.take(ctx, r, step, s.now())
		if err != nil {
			return fmt.Errorf("verify code of user %s: %w", userID, err)
		}
		if !taken {
			return ErrWrong
		}
		return nil
	})
}

// RemoveAll takes the user's secret away, pending ones as well, and reports whether there
// was one that counted.
func (s *Service) RemoveAll(ctx context.Context, realmID, userID string) (bool, error) {
	had := false
	err := s.db.InTx(ctx, func(ctx context.Context) (err error) {
		had, err = s.drop(ctx, realmID, userID)
		if err != nil || !had {
			return err
		}
		if err := s.users.MarkFactor(ctx, realmID, userID, Kind, false); err != nil {
			return err
		}
		return s.events.Record(ctx, ref(realmID, userID), Removed{})
	})
	if err != nil {
		return false, fmt.Errorf("remove authenticator of user %s: %w", userID, err)
	}
	return had, nil
}

// Erase removes everything that is kept about the user.
func (s *Service) Erase(ctx context.Context, realmID, userID string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.drop(ctx, realmID, userID); err != nil {
			return err
		}
		return s.users.MarkFactor(ctx, realmID, userID, Kind, false)
	})
}

// matching finds the step of the code among those that the secret has not used.
func (s *Service) matching(r *row, code string) (int64, error) {
	url, err := s.open(r)
	if err != nil {
		return 0, err
	}
	key, err := keyOf(url)
	if err != nil {
		return 0, err
	}
	step, ok, err := match(key, code, s.now(), r.LastStep)
	if err != nil {
		return 0, err
	}
	if !ok {
		return 0, ErrWrong
	}
	return step, nil
}

func (s *Service) open(r *row) (string, error) {
	plain, err := s.ring.Open(r.Secret, sealContext(r.RealmID, r.UserID)...)
	if err != nil {
		return "", fmt.Errorf("open authenticator of user %s: %w", r.UserID, err)
	}
	return string(plain), nil
}

func sealContext(realmID, userID string) []string {
	return []string{"identity/totp", realmID, userID}
}

func ref(realmID, userID string) event.Ref {
	return event.Ref{RealmID: realmID, Kind: "user", ID: userID}
}
