package federation

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"authserver/identity/flow"
	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/database"
	"authserver/tenant/realm"
)

// linkTo links who came back from the provider with the account that is signed in. It
// returns a failure, or session.ErrEnded.
func (s *Service) linkTo(ctx context.Context, in *realm.Realm, asked *Provider, who person, current *session.Session) error {
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		p, _, err := s.standing(ctx, in, "", asked)
		if err != nil {
			return err
		}
		// Held to the end, so that a session that was ended meanwhile links nothing.
		if err := s.sessions.Touch(ctx, current); err != nil {
			return err
		}
		u, err := s.users.ByID(ctx, in.ID, current.UserID)
		if err != nil {
			return err
		}
		row, err := s.identityOf(ctx, in.ID, p.ID, who.issuer, who.subject)
		switch {
		case err != nil:
			return err
		case row != nil && row.UserID == u.ID:
			return nil // linked already
		case row != nil:
			return because(ReasonTaken)
		}
		if err := s.onlyOne(ctx, in.ID, u.ID, p.ID); err != nil {
			return err
		}
		_, err = s.connect(ctx, in, p, u, who, HowAccount)
		return err
	})
	if errors.Is(err, database.ErrDuplicate) {
		err = because(ReasonTaken) // somebody came first
	}
	if err != nil {
		return fmt.Errorf("link with provider %s: %w", asked.ID, err)
	}
	return nil
}

// stepWaits marks a flow in which an identity waits, so that no other is looked for.
const stepWaits flow.Step = "identity_waits"

// wait keeps the identity until its person has proven the account.
func (s *Service) wait(ctx context.Context, f *flow.Flow, p *Provider, u *user.User, who person) error {
	err := s.putPending(ctx, pendingRow{
		RealmID: f.RealmID, FlowID: f.ID, ProviderID: p.ID, Issuer: who.issuer, Subject: who.subject, Label: who.label(),
		UserID: u.ID, ExpiresAt: database.At(f.ExpiresAt),
	})
	if err != nil {
		return err
	}
	return s.flows.Prove(ctx, f, flow.Proof{Step: stepWaits, Method: p.Method()})
}

func marked(f *flow.Flow) bool {
	return slices.ContainsFunc(f.Proofs, func(p flow.Proof) bool { return p.Step == stepWaits })
}

// Pending reports whether an identity waits in the flow for the user, who has proven
// the account by signing in to it within the flow.
func (s *Service) Pending(ctx context.Context, f *flow.Flow, sessionID, userID string) (bool, error) {
	if !marked(f) || !f.Proven(flow.Login, sessionID) {
		return false, nil
	}
	row, err := s.pendingOf(ctx, f.RealmID, f.ID, s.now())
	if err != nil {
		return false, fmt.Errorf("read what waits in flow %s: %w", f.ID, err)
	}
	return row != nil && row.UserID == userID, nil
}

// waiting is an identity that waits, with its provider.
type waiting struct {
	*pendingRow
	provider *Provider
}

// waiting returns what waits in the flow, or nil; for nobody in particular when userID
// is empty.
func (s *Service) waiting(ctx context.Context, f *flow.Flow, userID string) (*waiting, error) {
	row, err := s.pendingOf(ctx, f.RealmID, f.ID, s.now())
	if err != nil || row == nil || userID != "" && row.UserID != userID {
		return nil, err
	}
	p, err := s.ByID(ctx, f.RealmID, row.ProviderID)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &waiting{row, p}, nil
}

// confirm links what waits in the flow with the account that is signed in, and proves
// the step. What can no longer be linked is let go: the flow goes on without it, and
// the failure says why.
func (s *Service) confirm(ctx context.Context, in *realm.Realm, f *flow.Flow, w *waiting, current *session.Session) error {
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		p, _, err := s.standing(ctx, in, f.ApplicationID, w.provider)
		if err != nil {
			return err
		}
		u, err := s.users.ByID(ctx, in.ID, current.UserID)
		if err != nil {
			return err
		}
		if err := s.onlyOne(ctx, in.ID, u.ID, p.ID); err != nil {
			return err
		}
		if err := s.settle(ctx, f, w, current); err != nil {
			return err
		}
		_, err = s.connect(acting(ctx, u, f), in, p, u, person{issuer: w.Issuer, subject: w.Subject, email: w.Label, name: w.Label}, HowProven)
		return err
	})
	if errors.Is(err, database.ErrDuplicate) {
		err = because(ReasonTaken)
	}
	var why *failure
	if errors.As(err, &why) {
		return errors.Join(err, s.decline(ctx, f, w, current))
	}
	if err != nil {
		return fmt.Errorf("link with provider %s: %w", w.ProviderID, err)
	}
	return nil
}

// decline goes on without linking.
func (s *Service) decline(ctx context.Context, f *flow.Flow, w *waiting, current *session.Session) error {
	return s.db.InTx(ctx, func(ctx context.Context) error { return s.settle(ctx, f, w, current) })
}

// settle takes what waits away and proves the step. It returns flow.ErrStale when
// another request has settled it.
func (s *Service) settle(ctx context.Context, f *flow.Flow, w *waiting, current *session.Session) error {
	taken, err := s.takePending(ctx, w.pendingRow)
	if err != nil {
		return err
	}
	if !taken {
		return flow.ErrStale
	}
	return s.flows.Prove(ctx, f, flow.Proof{Step: flow.LinkProvider, SessionID: current.ID})
}
