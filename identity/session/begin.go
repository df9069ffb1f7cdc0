package session

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/id"
	"authserver/internal/secret"
	"authserver/tenant/realm"
)

// Grants are what applications hold because of a session. oauth fulfils it, in the
// transaction of the context.
type Grants interface {
	// RevokeSession is told why the session ends: what was granted for the time
	// when the person is away survives their signing out.
	RevokeSession(ctx context.Context, realmID, sessionID, reason string) error
	RevokeUser(ctx context.Context, realmID, userID string) error
}

// Deps is what the room needs.
type Deps struct {
	DB     *database.DB
	Events *event.Log
	Grants Grants
	Now    func() time.Time
}

// Service is what the room can do.
type Service struct {
	db     *database.DB
	events *event.Log
	grants Grants
	now    func() time.Time
}

// New returns the room. It panics when a dependency is missing.
func New(d Deps) *Service {
	if d.DB == nil || d.Events == nil || d.Grants == nil || d.Now == nil {
		panic("session: DB, Events, Grants and Now are required")
	}
	return &Service{db: d.DB, events: d.Events, grants: d.Grants, now: d.Now}
}

// valuePrefix marks the browser's secret, so that scanners of leaks know it.
const valuePrefix = "ss_"

// Begin makes the browser's session after an authentication by the methods amr, and
// returns the value for its cookie; any older value is dead. Prior is the session
// that the browser has now, or nil: one of the same user goes on under its id, one of
// another user ends. It belongs into the transaction that proved the authentication.
func (s *Service) Begin(ctx context.Context, in *realm.Realm, userID string, amr []string, prior *Session) (*Session, string, error) {
	now := database.At(s.now()).Time()
	actor, _ := event.ActorFrom(ctx)
	n := &Session{
		ID: id.New(), RealmID: in.ID, UserID: userID, AMR: amr, ACR: ACROf(amr),
		CreatedAt: now, IP: actor.IP, UserAgent: actor.UserAgent, ApplicationID: actor.ApplicationID,
	}
	n.renew(in.Policy, now)
	value := secret.Token(valuePrefix)
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		if prior != nil && prior.UserID == userID {
			elevated, err := s.elevate(ctx, prior, n, value)
			if err != nil {
				return fmt.Errorf("elevate session %s: %w", prior.ID, err)
			}
			if elevated {
				return nil
			}
		}
		if prior != nil && prior.UserID != userID {
			if err := s.End(ctx, in.ID, prior.ID, AnotherUser); err != nil {
				return err
			}
		}
		if err := s.insert(ctx, n, secret.Digest(value)); err != nil {
			return fmt.Errorf("begin session of user %s: %w", userID, err)
		}
		return s.events.Record(ctx, n.Ref(), Created{UserID: userID, AMR: n.AMR, ACR: n.ACR})
	})
	if err != nil {
		return nil, "", err
	}
	return n, value, nil
}

// elevate puts the new authentication into the prior session, if that is still
// live, and makes n that session.
func (s *Service) elevate(ctx context.Context, prior, n *Session, value string) (bool, error) {
	c, err := columns(n, secret.Digest(value))
	if err != nil {
		return false, err
	}
	elevated, err := s.write(ctx, n.RealmID, prior.ID, c, s.now())
	if elevated {
		n.ID, n.CreatedAt = prior.ID, prior.CreatedAt
	}
	return elevated, err
}

// Elevate adds a second factor to a live session, which begins anew under another
// cookie value: what a stolen value of before opens stays with one factor. It belongs
// into the transaction that verified the factor, and returns ErrEnded when the session
// is over.
func (s *Service) Elevate(ctx context.Context, c *Session, amr ...string) (string, error) {
	next := *c
	next.AMR = slices.Clone(c.AMR)
	for _, method := range append(amr, AMRMulti) {
		if !slices.Contains(next.AMR, method) {
			next.AMR = append(next.AMR, method)
		}
	}
	next.ACR, next.Held = ACROf(next.AMR), false
	value := secret.Token(valuePrefix)
	encoded, err := json.Marshal(next.AMR)
	if err != nil {
		return "", err
	}
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		elevated, err := s.write(ctx, c.RealmID, c.ID, map[string]any{
			"digest": secret.Digest(value), "amr": string(encoded), "acr": next.ACR, "held": false,
		}, s.now())
		if err != nil {
			return fmt.Errorf("elevate session %s: %w", c.ID, err)
		}
		if !elevated {
			return ErrEnded
		}
		s.db.AfterCommit(ctx, func() { *c = next })
		return s.events.Record(ctx, c.Ref(), Elevated{UserID: c.UserID, AMR: next.AMR, ACR: next.ACR})
	})
	return value, err
}

// Renew gives a live session a new cookie value without a new authentication, for a
// change of what the session may do. It returns ErrEnded when the session is over.
func (s *Service) Renew(ctx context.Context, c *Session) (string, error) {
	value := secret.Token(valuePrefix)
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		renewed, err := s.write(ctx, c.RealmID, c.ID, map[string]any{"digest": secret.Digest(value)}, s.now())
		if err != nil {
			return fmt.Errorf("renew session %s: %w", c.ID, err)
		}
		if !renewed {
			return ErrEnded
		}
		return nil
	})
	return value, err
}
