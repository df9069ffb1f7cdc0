package invitation

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"authserver/identity/challenge"
	"authserver/identity/user"
	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/id"
	"authserver/internal/letter"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

// Letters writes to people. notify/message fulfils it, in the transaction of the context.
type Letters interface {
	Send(ctx context.Context, l letter.Letter) error
}

// Applications names where people go on. tenant/application fulfils it.
type Applications interface {
	ByID(ctx context.Context, realmID, applicationID string) (*application.Application, error)
}

// Deps is what the room needs.
type Deps struct {
	DB           *database.DB
	Events       *event.Log
	Users        *user.Service
	Challenges   *challenge.Service
	Applications Applications
	Letters      Letters
	// Attributes holds values to the realm's profile schema.
	Attributes Attributes
	// Issuer is where a realm stands, for the links of letters.
	Issuer func(slug string) string
	Now    func() time.Time
}

// Attributes holds a person's values to the realm's schema. identity/profile fulfils it.
type Attributes interface {
	// ValidateAttributes returns the values in their stored form.
	ValidateAttributes(ctx context.Context, realmID string, values map[string]any) (map[string]any, error)
}

// Service is what the room can do.
type Service struct {
	Deps
	db *database.DB
}

// New returns the room. It panics when a dependency is missing.
func New(d Deps) *Service {
	if d.DB == nil || d.Events == nil || d.Users == nil || d.Challenges == nil || d.Applications == nil || d.Letters == nil || d.Attributes == nil || d.Issuer == nil || d.Now == nil {
		panic("invitation: a dependency is missing")
	}
	return &Service{Deps: d, db: d.DB}
}

// Draft is whom to invite, and where they go on. Person has no password.
type Draft struct {
	Person        user.NewUser
	ApplicationID string
	// Lifetime is that of the link; 0 is Lifetime.
	Lifetime time.Duration
}

// Invite makes an account and writes to its person. It returns the faults of the account,
// or that of an unknown application.
func (s *Service) Invite(ctx context.Context, in *realm.Realm, d Draft) (*Invitation, *user.User, error) {
	if d.Lifetime == 0 {
		d.Lifetime = Lifetime
	}
	d.Lifetime = min(max(d.Lifetime, Shortest), Longest)
	d.Person.Password, d.Person.Verified, d.Person.MustChange = "", false, false
	now := database.At(s.Now()).Time()
	var i *Invitation
	var u *user.User
	err := s.db.InTx(ctx, func(ctx context.Context) (err error) {
		if d.ApplicationID != "" {
			if _, err := s.Applications.ByID(ctx, in.ID, d.ApplicationID); err != nil {
				return err
			}
		}
		if u, err = s.Users.Create(ctx, in, d.Person); err != nil {
			return err
		}
		i = &Invitation{
			ID: id.New(), RealmID: in.ID, UserID: u.ID, ApplicationID: d.ApplicationID, Lifetime: d.Lifetime,
			CreatedAt: now, SentAt: now, ExpiresAt: now.Add(d.Lifetime),
		}
		if err := s.insert(ctx, i); err != nil {
			return fmt.Errorf("invite user %s: %w", u.ID, err)
		}
		return s.send(ctx, in, u, i)
	})
	if err != nil {
		return nil, nil, err
	}
	return i, u, nil
}

// keySerial is of the password that the account had when the link was made.
const keySerial = "serial"

// send writes a letter with a new link; the one before is dead from then on.
func (s *Service) send(ctx context.Context, in *realm.Realm, u *user.User, i *Invitation) error {
	_, key, err := user.Normalise(u.Email)
	if err != nil {
		return err
	}
	c, err := s.Users.Credential(ctx, in.ID, key)
	if err != nil {
		return err
	}
	issued, err := s.Challenges.Issue(ctx, challenge.Request{
		RealmID: in.ID, Purpose: challenge.Invite, UserID: u.ID, Address: key, Binding: i.ID, Lifetime: i.Lifetime, Link: true,
		Data: map[string]string{keySerial: strconv.FormatInt(c.Serial, 10)},
	})
	if err != nil {
		return err
	}
	err = s.Letters.Send(ctx, letter.Letter{
		RealmID: in.ID, UserID: u.ID, ApplicationID: i.ApplicationID, Kind: letter.Invitation, To: u.Email, Language: u.Locale, ExpiresAt: issued.ExpiresAt,
		Data: map[string]string{
			"link": s.Issuer(in.Slug) + path + "?token=" + issued.Token, "days": strconv.Itoa(max(int(i.Lifetime/(24*time.Hour)), 1)),
		},
	})
	if err != nil {
		return err
	}
	return s.Events.Record(ctx, i.Ref(), Sent{i.ID, i.ApplicationID})
}

// Renew sends an invitation again, with a new link. It returns ErrNotFound, ErrOver, or
// challenge.ErrTooSoon when the address was written to a moment ago.
func (s *Service) Renew(ctx context.Context, in *realm.Realm, invitationID string) (*Invitation, error) {
	var i *Invitation
	err := s.db.InTx(ctx, func(ctx context.Context) (err error) {
		if i, err = s.find(ctx, in.ID, invitationID, true); err != nil {
			return err
		}
		u, err := s.Users.ByID(ctx, in.ID, i.UserID)
		if errors.Is(err, user.ErrNotFound) || err == nil && !u.Active() {
			return ErrOver
		}
		if err != nil {
			return err
		}
		i.SentAt = database.At(s.Now()).Time()
		i.ExpiresAt = i.SentAt.Add(i.Lifetime)
		open, err := s.set(ctx, i, map[string]any{"sent_at": database.At(i.SentAt), "expires_at": database.At(i.ExpiresAt)})
		if err != nil {
			return fmt.Errorf("send invitation %s again: %w", invitationID, err)
		}
		if !open {
			return ErrOver
		}
		return s.send(ctx, in, u, i)
	})
	return i, err
}

// Revoke takes an invitation back: its link opens nothing any more. The account stays. It
// returns ErrNotFound or ErrOver.
func (s *Service) Revoke(ctx context.Context, realmID, invitationID string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		i, err := s.find(ctx, realmID, invitationID, true)
		if err != nil {
			return err
		}
		open, err := s.set(ctx, i, map[string]any{"revoked_at": database.At(s.Now())})
		if err != nil {
			return fmt.Errorf("revoke invitation %s: %w", invitationID, err)
		}
		if !open {
			return ErrOver
		}
		if err := s.Challenges.Kill(ctx, realmID, i.UserID, challenge.Invite); err != nil {
			return err
		}
		return s.Events.Record(ctx, i.Ref(), RevokedEvent{i.ID})
	})
}

// Filter selects invitations.
type Filter struct {
	State  State  // "" is all
	UserID string // "" is everybody's
	After  string // id of the last one seen
	Limit  int
}

// List returns invitations of the realm, the newest first.
func (s *Service) List(ctx context.Context, realmID string, f Filter) ([]*Invitation, error) {
	all, err := s.list(ctx, realmID, f, s.Now())
	if err != nil {
		return nil, fmt.Errorf("list invitations of realm %s: %w", realmID, err)
	}
	return all, nil
}

// ByID returns an invitation of the realm, or ErrNotFound.
func (s *Service) ByID(ctx context.Context, realmID, invitationID string) (*Invitation, error) {
	return s.find(ctx, realmID, invitationID, false)
}

// Erase removes what the room holds of a person, in the transaction of the context.
func (s *Service) Erase(ctx context.Context, realmID, userID string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.remove(ctx, realmID, userID); err != nil {
			return fmt.Errorf("erase invitations of user %s: %w", userID, err)
		}
		return nil
	})
}
