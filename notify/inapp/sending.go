package inapp

import (
	"context"
	"fmt"
	"time"

	"authserver/internal/event"
	"authserver/internal/id"
	"authserver/tenant/realm"
)

// Audiences of a sending.
const (
	ToUser   = "user"
	ToRole   = "role"
	Everyone = "everyone"
)

// Status is how far a sending has come.
type Status string

// The states of a sending.
const (
	Waiting   Status = "waiting"   // on its way, or planned
	Done      Status = "done"      // everybody has been told
	Cancelled Status = "cancelled" // what it tells of was called off
)

// waitingMost bounds how many sendings of a realm may be on their way.
const waitingMost = 20

// Sending is something that is told to one person or to many.
type Sending struct {
	ID, RealmID string
	Kind        string
	// Audience is one of the audiences, AudienceID the person or the role.
	Audience, AudienceID string
	// SourceID is what it tells of; empty for an administrator's.
	SourceID             string
	Priority             Priority
	Icon, Link           string
	Title, Body          string
	Values               map[string]string
	SenderKind, SenderID string
	Status               Status
	// Reached is how many people were told so far, LastUser the last that was looked at.
	Reached                         int64
	LastUser                        string
	CreatedAt, StartsAt, FinishedAt time.Time
	ExpiresAt                       time.Time
}

// Send tells what s says to a person, at once, or to everybody who holds a role, by and
// by. It returns the fault of what cannot be said, ErrUserUnknown, ErrRoleUnknown, or
// ErrBusy while too many are on their way.
func (s *Service) Send(ctx context.Context, in *realm.Realm, g Sending) (*Sending, error) {
	now := s.now()
	g.ID, g.RealmID, g.Status, g.CreatedAt, g.StartsAt = id.New(), in.ID, Waiting, now, now
	if g.ExpiresAt.IsZero() {
		g.ExpiresAt = now.Add(in.Policy.NotificationTTL)
	}
	if a, ok := event.ActorFrom(ctx); ok {
		g.SenderKind, g.SenderID = a.Kind, a.ID
	}
	if err := s.check(ctx, in, &g); err != nil {
		return nil, err
	}
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.record(ctx, in.ID, "notification", g.ID, Sent{Kind: g.Kind, Audience: g.Audience}); err != nil {
			return err
		}
		if g.Audience == ToUser {
			return s.sendToOne(ctx, in, &g)
		}
		n, err := s.countWaiting(ctx, in.ID)
		if err != nil {
			return err
		}
		if n >= waitingMost {
			return ErrBusy
		}
		return s.enqueue(ctx, g)
	})
	if err != nil {
		return nil, fmt.Errorf("send notification: %w", err)
	}
	return &g, nil
}

// sendToOne tells one person in the transaction of ctx.
func (s *Service) sendToOne(ctx context.Context, in *realm.Realm, g *Sending) error {
	u, err := s.users.ByID(ctx, in.ID, g.AudienceID)
	if gone(err) || err == nil && !u.Active() {
		return ErrUserUnknown
	}
	if err != nil {
		return err
	}
	wishes, err := s.Wishes(ctx, in.ID, u.ID)
	if err != nil {
		return err
	}
	told, err := s.tell(ctx, in, u, wishes, g.draft())
	if err != nil {
		return err
	}
	if told {
		g.Reached = 1
	}
	g.Status, g.FinishedAt, g.LastUser = Done, g.CreatedAt, u.ID
	return s.insertSending(ctx, *g)
}

// check holds what an administrator sends to the rules.
func (s *Service) check(ctx context.Context, in *realm.Realm, g *Sending) error {
	switch {
	case (g.Audience != ToUser && g.Audience != ToRole) || g.AudienceID == "":
		return ErrAudience
	case g.Priority == "":
		g.Priority = Normal
	}
	if g.Icon != "" && !slugForm.MatchString(g.Icon) {
		return ErrInvalid.At("icon").Say("An icon is a name of small letters, digits, - and _.")
	}
	if g.Link != "" {
		if err := s.checkLink(ctx, g.Link); err != nil {
			return err
		}
	}
	if !g.ExpiresAt.After(g.CreatedAt) || g.ExpiresAt.After(g.CreatedAt.Add(365*24*time.Hour)) {
		return ErrInvalid.At("expires_at").Say("It ends within a year, and not before it begins.")
	}
	if err := s.checkWords(ctx, in, g); err != nil {
		return err
	}
	if g.Audience == ToRole {
		_, err := s.roles.Role(ctx, in.ID, g.AudienceID)
		if gone(err) {
			return ErrRoleUnknown
		}
		return err
	}
	return nil
}

// checkLink refuses what leads anywhere but into the realm or to its applications.
func (s *Service) checkLink(ctx context.Context, link string) error {
	if relative(link) {
		return nil
	}
	if origin := originOf(link); origin != "" && s.apps.AllowOrigin(ctx, origin) {
		return nil
	}
	return ErrLink
}

// enqueue stores a sending for the workers.
func (s *Service) enqueue(ctx context.Context, g Sending) error {
	if err := s.insertSending(ctx, g); err != nil {
		return fmt.Errorf("store sending %s: %w", g.ID, err)
	}
	s.db.AfterCommit(ctx, s.wake.Ring)
	return nil
}

// draft is what each recipient of a sending is told.
func (g *Sending) draft() draft {
	return draft{
		ID: id.New(), SendingID: g.ID, Kind: g.Kind, Title: g.Title, Body: g.Body, Icon: g.Icon, Link: g.Link, Priority: g.Priority,
		Values: g.Values, ExpiresAt: g.ExpiresAt, Actor: event.Actor{Kind: event.System},
	}
}

// Sendings lists what was sent in a realm, the newest first, before that id.
func (s *Service) Sendings(ctx context.Context, realmID, before string, limit int) ([]Sending, error) {
	all, err := s.listSendings(ctx, realmID, before, limit)
	if err != nil {
		return nil, fmt.Errorf("list sendings of realm %s: %w", realmID, err)
	}
	return all, nil
}

// Sending returns one, or ErrNotFound.
func (s *Service) Sending(ctx context.Context, realmID, sendingID string) (*Sending, error) {
	return s.findSending(ctx, realmID, sendingID)
}

// callOff ends sendings that tell of what will not happen, or is no more.
func (s *Service) callOff(ctx context.Context, realmID, sourceID string) error {
	if err := s.cancelSendings(ctx, realmID, sourceID, s.now()); err != nil {
		return fmt.Errorf("call off notifications about %s: %w", sourceID, err)
	}
	return nil
}
