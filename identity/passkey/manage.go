package passkey

import (
	"context"
	"fmt"

	"authserver/identity/user"
	"authserver/internal/event"
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
		return s.events.Record(ctx, event.Ref{RealmID: realmID, Kind: "user", ID: userID}, Renamed{PasskeyID: p.ID})
	})
	return p, err
}

// Revoke removes one of a person's passkeys for the person. It returns ErrNotFound;
// ErrLastFactor when they must have a second factor and this is the only one; ErrLastWayIn
// when nothing else would sign them in.
func (s *Service) Revoke(ctx context.Context, in *realm.Realm, userID, passkeyID string) (*Passkey, error) {
	return s.revoke(ctx, in, userID, passkeyID, s.needed)
}

// Remove removes a person's passkey for an operator, whatever is left to them: whoever
// has lost everything recovers by mail.
func (s *Service) Remove(ctx context.Context, in *realm.Realm, userID, passkeyID string) (*Passkey, error) {
	return s.revoke(ctx, in, userID, passkeyID, func(context.Context, *realm.Realm, *user.User, *Passkey) error { return nil })
}

type guard func(ctx context.Context, in *realm.Realm, u *user.User, p *Passkey) error

func (s *Service) revoke(ctx context.Context, in *realm.Realm, userID, passkeyID string, allowed guard) (*Passkey, error) {
	var p *Passkey
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		// Of two removals at the same moment, the second sees what the first left.
		if _, err := s.lock(ctx, in.ID, userID); err != nil {
			return fmt.Errorf("lock passkeys of user %s: %w", userID, err)
		}
		u, err := s.users.ByID(ctx, in.ID, userID)
		if err != nil {
			return err
		}
		if p, err = s.Find(ctx, in.ID, userID, passkeyID); err != nil {
			return err
		}
		if err := allowed(ctx, in, u, p); err != nil {
			return err
		}
		gone, err := s.remove(ctx, p)
		if err != nil {
			return fmt.Errorf("remove passkey %s: %w", passkeyID, err)
		}
		if !gone {
			return ErrNotFound
		}
		if err := s.tell(ctx, in, u, letter.PasskeyRemoved, p); err != nil {
			return err
		}
		return s.events.Record(ctx, u.Ref(), Revoked{PasskeyID: p.ID})
	})
	if err != nil {
		return nil, err
	}
	return p, nil
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
	signs := false
	for _, other := range all {
		signs = signs || other.ID != p.ID && other.Discoverable
	}
	if !u.HasPassword && !signs {
		linked, err := s.factors.Linked(ctx, in.ID, u.ID)
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
	for _, kind := range kinds {
		if kind != kindPasskey {
			return nil
		}
	}
	return ErrLastFactor
}

// Erase removes everything that the room knows of a person, in the transaction of the
// context.
func (s *Service) Erase(ctx context.Context, realmID, userID string) error {
	if err := s.removeAll(ctx, realmID, userID); err != nil {
		return fmt.Errorf("erase passkeys of user %s: %w", userID, err)
	}
	return nil
}
