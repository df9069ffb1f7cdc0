package user

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/text/unicode/norm"

	"authserver/internal/database"
	"authserver/internal/failpoint"
	"authserver/internal/fault"
	"authserver/tenant/realm"
)

// ErrNotEligible says that a verified password no longer opens the account: it was
// changed or the user suspended while the hash was being computed.
var ErrNotEligible = fault.New(fault.Denied, "sign_in_refused", "Sign-in was refused. Please try again.")

// Password is a password that met the realm's policy and is hashed, ready to store.
type Password struct {
	encoded   string
	serial    int64 // of the one it replaces
	temporary bool
	forced    bool
	replaced  string // the hash of the one it replaces
	history   int    // how many former ones the realm keeps
}

// Temporary returns a copy that the user must replace at the next sign-in.
func (p Password) Temporary() Password {
	p.temporary = true
	return p
}

// NewPassword checks a password against the policy of the realm in which the user is
// and hashes it. Words are further names of the place where it is chosen, such as the
// application's, that must not be all of it. It returns the faults of the broken
// rules, which Broken lists; ErrPasswordSame when it is the present one;
// secret.ErrBusy. It takes tens of milliseconds and must not be called inside a
// transaction.
func (s *Service) NewPassword(ctx context.Context, realmID, userID, password string, words ...string) (Password, error) {
	in, err := s.realms.ByID(ctx, realmID)
	if err != nil {
		return Password{}, err
	}
	r, err := s.byID(ctx, realmID, userID)
	if err != nil {
		return Password{}, err
	}
	u, err := r.user()
	if err != nil {
		return Password{}, err
	}
	ready, err := s.acceptable(ctx, in, u, password, words...)
	if err != nil {
		return Password{}, err
	}
	if r.PasswordHash != "" {
		same, _, err := s.passwords.Verify(ctx, r.PasswordHash, password)
		if err != nil {
			return Password{}, fmt.Errorf("compare with the present password of user %s: %w", userID, err)
		}
		if same {
			return Password{}, ErrPasswordSame
		}
	}
	if err := s.unlikeRevoked(ctx, r, password); err != nil {
		return Password{}, err
	}
	if err := s.unlikeFormer(ctx, in, u, password); err != nil {
		return Password{}, err
	}
	p, err := s.hash(ctx, ready)
	if err != nil {
		return Password{}, err
	}
	p.serial, p.forced = r.PasswordSerial, u.MustChangePassword
	p.replaced, p.history = r.PasswordHash, in.Policy.Password.History
	return p, nil
}

// acceptable returns the password in the form in which it is hashed, if the realm
// accepts it of the user.
func (s *Service) acceptable(ctx context.Context, in *realm.Realm, u *User, password string, words ...string) (string, error) {
	if database.Within(ctx) {
		return "", errors.New("a password must not be hashed inside a transaction")
	}
	ready, err := prepare(in.Policy.Password, s.common, contextWords(in, u, words...), password)
	if err != nil {
		return "", err
	}
	if !in.Policy.Password.Breached || s.breached == nil {
		return ready, nil
	}
	known, err := s.breached.Contains(ready)
	if err != nil {
		return "", err
	}
	if known {
		return "", ErrPasswordBreached
	}
	return ready, nil
}

// Breached reports whether a password with which somebody signs in is on the operator's
// list of leaked ones. Without a list, and where the realm does not mind, none is.
func (s *Service) Breached(in *realm.Realm, password string) (bool, error) {
	if s.breached == nil || in.Policy.Risk.Breached == realm.Allow {
		return false, nil
	}
	return s.breached.Contains(norm.NFC.String(password))
}

func (s *Service) hash(ctx context.Context, ready string) (Password, error) {
	encoded, err := s.passwords.Hash(ctx, ready)
	if err != nil {
		return Password{}, fmt.Errorf("hash password: %w", err)
	}
	return Password{encoded: encoded}, nil
}

// Broken lists the rules of the realm that err, which a verb of this room returned,
// says a password breaks, as faults of the named input; nil when it is about
// something else.
func Broken(err error, field string) []*fault.Fault {
	var all []*fault.Fault
	for _, one := range joined(err) {
		broken, ok := fault.Of(one)
		if !ok || broken.Field != "password" {
			return nil
		}
		all = append(all, broken.At(field))
	}
	return all
}

// joined are the errors that err consists of.
func joined(err error) []error {
	if err == nil {
		return nil
	}
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		return many.Unwrap()
	}
	return []error{err}
}

// ChangePassword stores what NewPassword made and ends, in the same transaction,
// every session but keep (none when keep is empty) and everything granted in any of
// them: whoever knew the old password is out (RFC 9700 §4.14 and ASVS 7.4.3). It
// returns ErrNotFound, or ErrChanged when another password was set since.
func (s *Service) ChangePassword(ctx context.Context, realmID, userID string, p Password, keep string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		set, err := s.setPassword(ctx, realmID, userID, p, p.serial, s.now())
		if err != nil {
			return fmt.Errorf("change password of user %s: %w", userID, err)
		}
		if !set {
			return s.missed(ctx, realmID, userID, ErrChanged)
		}
		if err := s.remember(ctx, realmID, userID, p); err != nil {
			return fmt.Errorf("change password of user %s: %w", userID, err)
		}
		if err := failpoint.Hit(ctx, "user/password_set"); err != nil {
			return err
		}
		if keep == "" {
			err = s.sessions.EndAll(ctx, realmID, userID, "password_changed")
		} else {
			err = s.sessions.EndOthers(ctx, realmID, userID, keep, "password_changed")
		}
		if err != nil {
			return fmt.Errorf("change password of user %s: end sessions: %w", userID, err)
		}
		return s.events.Record(ctx, ref(realmID, userID), PasswordChanged{Forced: p.forced})
	})
}

// SetPassword is NewPassword and ChangePassword for an operator or a recovery: it
// ends every session of the user.
func (s *Service) SetPassword(ctx context.Context, realmID, userID, password string) error {
	p, err := s.NewPassword(ctx, realmID, userID, password)
	if err != nil {
		return err
	}
	return s.ChangePassword(ctx, realmID, userID, p, "")
}

// SignedIn stamps a sign-in in the transaction that begins its session, and stores
// fresher, a hash of the same password at today's cost, unless it is empty. It
// returns ErrNotEligible when the credential no longer holds; the transaction must
// then be given up.
func (s *Service) SignedIn(ctx context.Context, c *Credential, fresher string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		ok, err := s.signIn(ctx, c.RealmID, c.ID, c.Serial, fresher, s.now())
		if err != nil {
			return fmt.Errorf("stamp sign-in of user %s: %w", c.ID, err)
		}
		if !ok {
			return ErrNotEligible
		}
		return nil
	})
}

// missed tells why a conditional change met no row: the user is gone, or otherwise.
func (s *Service) missed(ctx context.Context, realmID, userID string, otherwise error) error {
	if _, err := s.byID(ctx, realmID, userID); err != nil {
		return err
	}
	return otherwise
}
