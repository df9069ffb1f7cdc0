package registration

import (
	"context"
	"fmt"

	"authserver/identity/challenge"
	"authserver/identity/flow"
	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/event"
	"authserver/internal/failpoint"
	"authserver/tenant/realm"
)

// Outcome is what a finished registration gives the browser.
type Outcome struct {
	User *user.User
	// Session and Cookie are set when the browser is signed in.
	Session *session.Session
	Cookie  string
}

// Confirm makes the account whose code the person typed in the flow that asked for it,
// and signs the browser in; prior is its session, or nil. It returns
// challenge.ErrWrongCode, challenge.ErrDead, user.ErrEmailTaken when somebody was
// quicker, or flow.ErrStale.
func (s *Service) Confirm(ctx context.Context, in *realm.Realm, f *flow.Flow, code string, prior *session.Session) (*Outcome, error) {
	if _, err := s.open(ctx, in, f); err != nil {
		return nil, err
	}
	proof, err := s.challenges.CheckCode(ctx, in.ID, challenge.Register, "", f.ID, code)
	if err != nil {
		return nil, err
	}
	return s.complete(ctx, in, f, proof, prior)
}

// complete makes the account of a proof that was brought back by the browser that asked
// for it.
func (s *Service) complete(ctx context.Context, in *realm.Realm, f *flow.Flow, proof *challenge.Challenge, prior *session.Session) (*Outcome, error) {
	c, err := user.Unpack(proof.Data)
	if err != nil {
		return nil, fmt.Errorf("complete registration: %w", err)
	}
	out := &Outcome{}
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		if out.User, err = s.admit(ctx, in, proof, c, f.ApplicationID); err != nil {
			return err
		}
		ctx = event.Acting(ctx, event.User, out.User.ID, f.ApplicationID)
		if err := s.users.Enter(ctx, in.ID, out.User.ID); err != nil {
			return err
		}
		// The password was chosen within this flow, minutes ago; that the person reads
		// the address's mail is no second factor.
		out.Session, out.Cookie, err = s.sessions.Begin(ctx, in, out.User.ID, []string{session.AMRPassword}, prior)
		if err != nil {
			return err
		}
		return s.flows.Prove(ctx, f, flow.Proof{Step: flow.Login, SessionID: out.Session.ID, Method: MethodRegistration, UserID: out.User.ID, AMR: out.Session.AMR})
	})
	if err != nil {
		return nil, fmt.Errorf("complete registration: %w", err)
	}
	return out, nil
}

// Finish makes the account of a link that was opened in another browser, with the
// password that is chosen there. It signs nobody in. It returns the faults of the
// password, secret.ErrBusy, challenge.ErrDead, or user.ErrEmailTaken.
func (s *Service) Finish(ctx context.Context, in *realm.Realm, token, password string) (*Outcome, error) {
	proof, err := s.challenges.CheckToken(ctx, in.ID, challenge.Register, token)
	if err != nil {
		return nil, err
	}
	c, err := user.Unpack(proof.Data)
	if err != nil {
		return nil, fmt.Errorf("finish registration: %w", err)
	}
	if c, err = s.users.Renew(ctx, in, c, password, ""); err != nil {
		return nil, err
	}
	out := &Outcome{}
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		out.User, err = s.admit(ctx, in, proof, c, "")
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("finish registration: %w", err)
	}
	return out, nil
}

// admit spends the proof for an account.
func (s *Service) admit(ctx context.Context, in *realm.Realm, proof *challenge.Challenge, c *user.Candidate, applicationID string) (*user.User, error) {
	if err := s.challenges.Spend(ctx, proof); err != nil {
		return nil, err
	}
	u, err := s.users.Admit(ctx, in, c)
	if err != nil {
		return nil, err
	}
	if err := failpoint.Hit(ctx, "registration/admitted"); err != nil {
		return nil, err
	}
	return u, s.events.Record(event.Acting(ctx, event.User, u.ID, applicationID), u.Ref(), Completed{ApplicationID: applicationID})
}
