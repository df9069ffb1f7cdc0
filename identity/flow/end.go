package flow

import (
	"context"
	"errors"
	"fmt"

	"authserver/internal/event"
	"authserver/internal/fault"
	"authserver/internal/id"
)

// ErrNotFound is for flows that administrators name by id.
var ErrNotFound = fault.New(fault.NotFound, "flow_not_found", "There is no such sign-in in progress.")

// InProgress returns up to limit flows of the realm that can still go on, the newest
// first, those that began before the flow of id after (empty: from the newest), of one
// application unless its id is empty.
func (s *Service) InProgress(ctx context.Context, realmID, slug, applicationID, after string, limit int) ([]*Flow, error) {
	all, err := s.open(ctx, realmID, slug, applicationID, after, s.now(), limit)
	if err != nil {
		return nil, fmt.Errorf("flows of realm %s: %w", realmID, err)
	}
	return all, nil
}

// ByID returns a flow of the realm that can still go on, or ErrNotFound.
func (s *Service) ByID(ctx context.Context, realmID, slug, flowID string) (*Flow, error) {
	if !id.Valid(flowID) {
		return nil, ErrNotFound
	}
	f, err := s.find(ctx, realmID, slug, flowID)
	if err == nil {
		err = f.check(s.now())
	}
	if errors.Is(err, ErrStale) || errors.Is(err, ErrExpired) || errors.Is(err, ErrFinished) {
		return nil, ErrNotFound
	}
	return f, err
}

// End gives a flow up for an administrator: its pages answer ErrFinished, and no code
// comes of it. A session that it began lives on. It returns ErrNotFound for a flow that
// is over.
func (s *Service) End(ctx context.Context, realmID, slug, flowID string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		f, err := s.ByID(ctx, realmID, slug, flowID)
		if err != nil {
			return err
		}
		// Whatever hop it has reached meanwhile: it is over.
		ended, err := s.giveUp(ctx, realmID, flowID, s.now())
		if err != nil {
			return fmt.Errorf("end flow %s: %w", flowID, err)
		}
		if !ended {
			return ErrNotFound
		}
		return s.events.Record(ctx, event.Ref{RealmID: realmID, Kind: "flow", ID: flowID}, Ended{ApplicationID: f.ApplicationID, SessionID: f.SessionID})
	})
}
