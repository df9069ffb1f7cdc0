package federation

import (
	"context"
	"fmt"
	"time"

	"authserver/identity/user"
	"authserver/internal/database"
	"authserver/internal/fault"
	"authserver/internal/id"
	"authserver/internal/letter"
	"authserver/tenant/realm"
)

// Faults about a person's own links.
var (
	ErrIdentityNotFound = fault.New(fault.NotFound, "linked_provider_not_found", "There is no such sign-in with your account.")
	ErrLastWay          = fault.New(fault.Conflict, "last_way_in", "This is your only way to sign in. Set a password or add a passkey first.")
)

// Identity is an account upstream that signs in to one here.
type Identity struct {
	ID, RealmID, ProviderID string
	// Issuer and Subject name it upstream, for good.
	Issuer, Subject string
	UserID          string
	// Label is what its owner knows it by.
	Label      string
	CreatedAt  time.Time
	LastUsedAt time.Time // zero: never
}

// Identities are a person's, the oldest first.
func (s *Service) Identities(ctx context.Context, realmID, userID string) ([]Identity, error) {
	rows, err := s.identitiesOf(ctx, realmID, userID)
	if err != nil {
		return nil, fmt.Errorf("list identities of user %s: %w", userID, err)
	}
	all := make([]Identity, len(rows))
	for i, r := range rows {
		all[i] = r.identity()
	}
	return all, nil
}

// Linked reports whether the person can sign in through a provider.
func (s *Service) Linked(ctx context.Context, realmID, userID string) (bool, error) {
	rows, err := s.identitiesOf(ctx, realmID, userID)
	if err != nil {
		return false, fmt.Errorf("list identities of user %s: %w", userID, err)
	}
	usable, err := s.usable(ctx, realmID, rows, "")
	return usable, err
}

// usable reports whether one of the identities, other than that one, has a provider
// that is switched on.
func (s *Service) usable(ctx context.Context, realmID string, rows []identityRow, except string) (bool, error) {
	for _, r := range rows {
		p, err := s.ByID(ctx, realmID, r.ProviderID)
		if err != nil {
			return false, err
		}
		if p.Enabled && r.ID != except {
			return true, nil
		}
	}
	return false, nil
}

// connect links who came back from the provider with a user, in the transaction of the
// context, and tells the person unless the account was made with it. A duplicate is
// database.ErrDuplicate; the transaction must then be given up.
func (s *Service) connect(ctx context.Context, in *realm.Realm, p *Provider, u *user.User, who person, how string) (*Identity, error) {
	i := Identity{
		ID: id.New(), RealmID: in.ID, ProviderID: p.ID, Issuer: who.issuer, Subject: who.subject, UserID: u.ID,
		Label: who.label(), CreatedAt: database.At(s.now()).Time(),
	}
	return s.connectIdentity(ctx, in, p, u, i, how)
}

func (s *Service) connectIdentity(ctx context.Context, in *realm.Realm, p *Provider, u *user.User, i Identity, how string) (*Identity, error) {
	if err := s.insertIdentity(ctx, i); err != nil {
		return nil, err
	}
	if err := s.events.Record(ctx, u.Ref(), Linked{Provider: p.Slug, IdentityID: i.ID, How: how}); err != nil {
		return nil, err
	}
	if how == HowRegistration {
		return &i, nil
	}
	return &i, s.tell(ctx, in, u, letter.ProviderLinked, p.Name)
}

// tell writes to the person about a link, in the transaction of the change.
func (s *Service) tell(ctx context.Context, in *realm.Realm, u *user.User, kind letter.Kind, provider string) error {
	if u.Email == "" {
		return nil
	}
	return s.letters.Send(ctx, letter.Letter{
		RealmID: in.ID, UserID: u.ID, Kind: kind, To: u.Email, Language: u.Locale,
		Data: map[string]string{"provider": provider, "link": s.issuer(in.Slug) + accountPath},
	})
}

// accountPath is where a person looks after their links, below the realm.
const accountPath = "/account/providers"

// Unlink takes an identity away from a person, ends the sessions that it began, and
// tells them. It returns ErrIdentityNotFound, or ErrLastWay when they could not come
// back (security rule FED-10).
func (s *Service) Unlink(ctx context.Context, in *realm.Realm, userID, identityID string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		rows, err := s.identitiesOf(ctx, in.ID, userID)
		if err != nil {
			return fmt.Errorf("unlink identity %s: %w", identityID, err)
		}
		mine := -1
		for i, r := range rows {
			if r.ID == identityID {
				mine = i
			}
		}
		if mine < 0 {
			return ErrIdentityNotFound
		}
		u, err := s.users.ByID(ctx, in.ID, userID)
		if err != nil {
			return err
		}
		another, err := s.anotherWay(ctx, in.ID, u, rows, identityID)
		if err != nil {
			return err
		}
		if !another {
			return ErrLastWay
		}
		p, err := s.ByID(ctx, in.ID, rows[mine].ProviderID)
		if err != nil {
			return err
		}
		if err := s.endSessionsOf(ctx, in.ID, "id = ?", identityID); err != nil {
			return fmt.Errorf("unlink identity %s: %w", identityID, err)
		}
		gone, err := s.deleteIdentity(ctx, in.ID, userID, identityID)
		if err != nil {
			return fmt.Errorf("unlink identity %s: %w", identityID, err)
		}
		if !gone {
			return ErrIdentityNotFound
		}
		if err := s.events.Record(ctx, u.Ref(), Unlinked{Provider: p.Slug, IdentityID: identityID}); err != nil {
			return err
		}
		return s.tell(ctx, in, u, letter.ProviderUnlinked, p.Name)
	})
}

// anotherWay reports whether the person can sign in without the identity.
func (s *Service) anotherWay(ctx context.Context, realmID string, u *user.User, rows []identityRow, without string) (bool, error) {
	if u.HasPassword {
		return true, nil
	}
	has, err := s.passkeys.SignsIn(ctx, realmID, u.ID)
	if err != nil || has {
		return has, err
	}
	return s.usable(ctx, realmID, rows, without)
}

// endSessionsOf ends the sessions that the selected identities began, with all that was
// granted in them.
func (s *Service) endSessionsOf(ctx context.Context, realmID, condition string, args ...any) error {
	sessions, err := s.sessionsOf(ctx, realmID, condition, args...)
	if err != nil {
		return err
	}
	for _, id := range sessions {
		if err := s.sessions.End(ctx, realmID, id, reasonUnlinked); err != nil {
			return err
		}
	}
	return nil
}

// reasonUnlinked is why a session ends with the identity that began it.
const reasonUnlinked = "provider_unlinked"

// Forget takes away every identity of a person and what waits for them, in the
// transaction of the context, and ends the sessions that they began: for an account
// that is erased, or that somebody else turns out to own. It tells nobody.
func (s *Service) Forget(ctx context.Context, realmID, userID string) error {
	return s.RemoveSince(ctx, realmID, userID, time.Time{})
}

// RemoveSince is Forget for the identities that were linked at that time or later: for an
// account that its owner takes back.
func (s *Service) RemoveSince(ctx context.Context, realmID, userID string, since time.Time) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.endSessionsOf(ctx, realmID, "user_id = ? AND created_at >= ?", userID, database.At(since)); err != nil {
			return fmt.Errorf("forget identities of user %s: %w", userID, err)
		}
		rows, err := s.identitiesOf(ctx, realmID, userID)
		if err != nil {
			return fmt.Errorf("forget identities of user %s: %w", userID, err)
		}
		for _, r := range rows {
			if r.CreatedAt < database.At(since) {
				continue
			}
			p, err := s.ByID(ctx, realmID, r.ProviderID)
			if err != nil {
				return err
			}
			if _, err := s.deleteIdentity(ctx, realmID, userID, r.ID); err != nil {
				return fmt.Errorf("forget identity %s: %w", r.ID, err)
			}
			if err := s.events.Record(ctx, r.ref(), Unlinked{Provider: p.Slug, IdentityID: r.ID}); err != nil {
				return err
			}
		}
		return s.dropPendingOf(ctx, realmID, userID)
	})
}
