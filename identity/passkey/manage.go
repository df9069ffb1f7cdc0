package passkey

import (
	"context"
	"fmt"
	"slices"

	"authserver/identity/user"
	"authserver/internal/id"
	"authserver/internal/letter"
	"authserver/tenant/realm"
)

// List returns a person's passkeys, oldest first.
func (s *Service) List(ctx context.Context, realmID, userID string) ([]*Passkey, error) {
	return s.many(ctx, realmID, userID)
}

// Handle returns what authenticators know the person by, or nil when they have never
// begun to add a passkey.
func (s *Service) Handle(ctx context.Context, realmID, userID string) ([]byte, error) {
	return s.handleOf(ctx, realmID, userID)
}

// Find returns one of a person's passkeys, or ErrNotFound.
func (s *Service) Find(ctx context.Context, realmID, userID, passkeyID string) (*Passkey, error) {
	if !id.Valid(passkeyID) {
		return nil, ErrNotFound
	}
	return s.byID(ctx, realmID, userID, passkeyID)
}

// Rename gives a passkey another name; an empty one stands for its maker's. It returns
// the passkey as it is then, ErrNotFound or ErrLabel.
func (s *Service) Rename(ctx context.Context, realmID, userID, passkeyID, name string) (*Passkey, error) {
	name, err := label(name)
	if err != nil {
		return nil, err
	}
	var p *Passkey
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		if p, err = s.Find(ctx, realmID, userID, passkeyID); err != nil || p.Label == name {
			return err
		}
		there, err := s.rename(ctx, p, name)
		if err != nil {
			return fmt.Errorf("rename passkey %s: %w", passkeyID, err)
		}
		if !there {
			return ErrNotFound
		}
		p.Label = name
		return s.events.Record(ctx, ref(realmID, userID), Renamed{PasskeyID: p.ID})
	})
	return p, err
}

// Revoke removes one of a person's passkeys for the person, and ends all their sessions
// but keep: one may have been begun with it, on a device that is no longer theirs. It
// returns ErrNotFound; ErrLastFactor when they must have a second factor and this is the
// only one; ErrLastWayIn when nothing else would sign them in.
func (s *Service) Revoke(ctx context.Context, in *realm.Realm, userID, passkeyID, keep string) error {
	return s.revoke(ctx, in, userID, passkeyID, keep, s.needed)
}

// Remove removes a person's passkey for an operator, whatever is left to them: whoever
// has lost everything recovers by mail. It ends all of the person's sessions.
func (s *Service) Remove(ctx context.Context, in *realm.Realm, userID, passkeyID string) error {
	anyway := func(context.Context, *realm.Realm, *user.User, *Passkey) error { return nil }
	return s.revoke(ctx, in, userID, passkeyID, "", anyway)
}

type guard func(ctx context.Context, in *realm.Realm, u *user.User, p *Passkey) error

func (s *Service) revoke(ctx context.Context, in *realm.Realm, userID, passkeyID, keep string, allowed guard) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		// Of two removals at the same moment, the second sees what the first left.
		if err := s.lock(ctx, in.ID, userID); err != nil {
			return fmt.Errorf("lock passkeys of user %s: %w", userID, err)
		}
		u, err := s.users.ByID(ctx, in.ID, userID)
		if err != nil {
			return err
		}
		p, err := s.Find(ctx, in.ID, userID, passkeyID)
		if err != nil {
			return err
		}
		if err := allowed(ctx, in, u, p); err != nil {
			return err
		}
		gone, err := s.removed(ctx, p)
		if err != nil {
			return fmt.Errorf("remove passkey %s: %w", passkeyID, err)
		}
		if !gone {
			return ErrNotFound
		}
		if err := s.aftermath(ctx, in.ID, userID, keep); err != nil {
			return err
		}
		if err := s.tell(ctx, in, u, letter.PasskeyRemoved, p); err != nil {
			return err
		}
		return s.events.Record(ctx, u.Ref(), Revoked{PasskeyID: p.ID})
	})
}

// removed is why sessions end with a passkey.
const removed = "passkey_removed"

// aftermath ends what may hang on a passkey that is gone.
func (s *Service) aftermath(ctx context.Context, realmID, userID, keep string) error {
	if err := s.factors.Distrust(ctx, realmID, userID, ""); err != nil {
		return err
	}
	if keep == "" {
		return s.sessions.EndAll(ctx, realmID, userID, removed)
	}
	return s.sessions.EndOthers(ctx, realmID, userID, keep, removed)
}

// RemoveAll removes all of a person's passkeys, in the transaction of the context, and
// reports whether there was one. Sessions, letters and trust are the caller's.
func (s *Service) RemoveAll(ctx context.Context, realmID, userID string) (bool, error) {
	var all []*Passkey
	err := s.db.InTx(ctx, func(ctx context.Context) (err error) {
		if err = s.lock(ctx, realmID, userID); err != nil {
			return err
		}
		if all, err = s.many(ctx, realmID, userID); err != nil {
			return err
		}
		for _, p := range all {
			if _, err := s.removed(ctx, p); err != nil {
				return err
			}
			if err := s.events.Record(ctx, ref(realmID, userID), Revoked{PasskeyID: p.ID}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("remove passkeys of user %s: %w", userID, err)
	}
	return len(all) > 0, nil
}

// kindPasskey is what passkeys are called among the kinds of second factors.
const kindPasskey = "passkey"

// needed says why the person cannot do without the passkey, or nil (security rule
// WAN-20).
func (s *Service) needed(ctx context.Context, in *realm.Realm, u *user.User, p *Passkey) error {
	all, err := s.many(ctx, in.ID, u.ID)
	if err != nil {
		return err
	}
	signs := slices.ContainsFunc(all, func(other *Passkey) bool { return other.ID != p.ID && other.Discoverable })
	if !u.HasPassword && !signs {
		linked, err := s.providers.Linked(ctx, in.ID, u.ID)
		if err != nil {
			return err
		}
		if !linked {
			return ErrLastWayIn
		}
	}
	required := in.Policy.SecondFactor == realm.Required || u.RequireSecondFactor
	if !required || len(all) > 1 {
		return nil
	}
	kinds, err := s.factors.Enrolled(ctx, in.ID, u.ID)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(kinds, func(kind string) bool { return kind != kindPasskey }) {
		return nil
	}
	return ErrLastFactor
}

// Erase removes everything that the room knows of a person, in the transaction of the
// context.
func (s *Service) Erase(ctx context.Context, realmID, userID string) error {
	if err := s.removeAll(ctx, realmID, userID); err != nil {
		return fmt.Errorf("erase passkeys of user %s: %w", userID, err)
	}
	return s.users.MarkFactor(ctx, realmID, userID, user.FactorPasskey, false)
}

// removed deletes a passkey and notes whether the person has any left. It reports
// whether it was there.
func (s *Service) removed(ctx context.Context, p *Passkey) (bool, error) {
	gone, err := s.remove(ctx, p)
	if err != nil || !gone {
		return gone, err
	}
	left, err := s.count(ctx, p.RealmID, p.UserID)
	if err != nil {
		return true, err
	}
	return true, s.users.MarkFactor(ctx, p.RealmID, p.UserID, user.FactorPasskey, left > 0)
}

// Count returns how many passkeys the person has.
func (s *Service) Count(ctx context.Context, realmID, userID string) (int, error) {
	n, err := s.count(ctx, realmID, userID)
	if err != nil {
		return 0, fmt.Errorf("count passkeys of user %s: %w", userID, err)
	}
	return int(n), nil
}

// SignsIn reports whether the person has a passkey that signs them in by itself. One
// that needs a user name is only a second factor.
func (s *Service) SignsIn(ctx context.Context, realmID, userID string) (bool, error) {
	all, err := s.many(ctx, realmID, userID)
	return slices.ContainsFunc(all, func(p *Passkey) bool { return p.Discoverable }), err
}
