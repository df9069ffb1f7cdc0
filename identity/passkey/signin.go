package passkey

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"authserver/identity/flow"
	"authserver/identity/session"
	"authserver/internal/event"
	"authserver/tenant/realm"
)

// Method is the method of a passkey in the proofs of a flow.
const Method = "passkey"

// Outcome is what a successful sign-in gives the browser.
type Outcome struct {
	Session *session.Session
	// Cookie is the new value of the session's cookie.
	Cookie string
}

func (s *Service) signInCeremony(in *realm.Realm, f *flow.Flow) ceremony {
	return ceremony{realmID: in.ID, purpose: purposeSignIn, binding: f.ID}
}

// SignInOptions asks whoever sits there to sign in within the flow. The options name no
// credential and so tell nobody anything (security rule WAN-17).
func (s *Service) SignInOptions(ctx context.Context, in *realm.Realm, f *flow.Flow) (Options, error) {
	w, err := s.relyingParty(in)
	if err != nil {
		return nil, err
	}
	asked, question, err := w.BeginDiscoverableLogin()
	if err != nil {
		return nil, fmt.Errorf("ask for a passkey: %w", err)
	}
	if err := s.ask(ctx, s.signInCeremony(in, f), question); err != nil {
		return nil, err
	}
	return json.Marshal(asked.Response)
}

// SignIn signs a person in within a flow by the browser's answer to SignInOptions. It
// returns ErrRefused for every passkey that does not sign in, ErrExpired when the
// question is gone, and flow.ErrStale when the flow has moved on.
func (s *Service) SignIn(ctx context.Context, in *realm.Realm, f *flow.Flow, raw []byte, prior *session.Session) (*Outcome, error) {
	c := s.signInCeremony(in, f)
	a, err := s.check(ctx, in, c, raw)
	if err != nil {
		return nil, s.refuse(ctx, in, f, c, err)
	}
	methods := a.passkey.methods(a.verified)
	ctx = event.Acting(ctx, event.User, a.user.ID, f.ApplicationID)
	out := &Outcome{}
	err = s.db.InTx(ctx, func(ctx context.Context) (err error) {
		if err := s.users.Enter(ctx, in.ID, a.user.ID); err != nil {
			return err
		}
		if err := s.take(ctx, a); err != nil {
			return err
		}
		if out.Session, out.Cookie, err = s.sessions.Begin(ctx, in, a.user.ID, methods, prior); err != nil {
			return err
		}
		if err := s.flows.Prove(ctx, f, flow.Proof{Step: flow.Login, SessionID: out.Session.ID, Method: Method, UserID: a.user.ID, AMR: methods}); err != nil {
			return err
		}
		return s.used(ctx, a, f, out.Session.ID, methods)
	})
	if err != nil {
		return nil, s.refuse(ctx, in, f, c, err)
	}
	return out, nil
}

func (s *Service) used(ctx context.Context, a *answer, f *flow.Flow, sessionID string, methods []string) error {
	return s.events.Record(ctx, a.user.Ref(), Used{
		PasskeyID: a.passkey.ID, SessionID: sessionID, ApplicationID: f.ApplicationID, Purpose: a.ceremony.purpose, Methods: methods,
	})
}

// Enrolled reports whether the person has a passkey, so that it can be their second
// factor.
func (s *Service) Enrolled(ctx context.Context, realmID, userID string) (bool, error) {
	n, err := s.Count(ctx, realmID, userID)
	return n > 0, err
}

func (s *Service) factorCeremony(in *realm.Realm, f *flow.Flow, current *session.Session) ceremony {
	return ceremony{realmID: in.ID, purpose: purposeFactor, userID: current.UserID, binding: f.ID}
}

// factorVerification is what a second factor must do. After a password a touch is
// enough, unless the realm wants more; after a passkey that has not verified the person
// the same thing in the same hand would be one factor counted twice.
func factorVerification(in *realm.Realm, current *session.Session) protocol.UserVerificationRequirement {
	possession := slices.Contains(current.AMR, "hwk") || slices.Contains(current.AMR, "swk")
	if verification(in) == protocol.VerificationRequired || possession && !slices.Contains(current.AMR, "pwd") {
		return protocol.VerificationRequired
	}
	return protocol.VerificationDiscouraged
}

// FactorOptions asks the person of the session for one of their passkeys. It returns
// ErrNotFound when they have none.
func (s *Service) FactorOptions(ctx context.Context, in *realm.Realm, f *flow.Flow, current *session.Session) (Options, error) {
	w, err := s.relyingParty(in)
	if err != nil {
		return nil, err
	}
	who, err := s.personOf(ctx, in, current.UserID)
	if err != nil {
		return nil, err
	}
	if len(who.passkeys) == 0 {
		return nil, ErrNotFound
	}
	asked, question, err := w.BeginLogin(who, webauthn.WithUserVerification(factorVerification(in, current)))
	if err != nil {
		return nil, fmt.Errorf("ask user %s for a passkey: %w", who.ID, err)
	}
	if err := s.ask(ctx, s.factorCeremony(in, f, current), question); err != nil {
		return nil, err
	}
	return json.Marshal(asked.Response)
}

// Confirm takes the browser's answer to FactorOptions as the second factor of the session
// within the flow, and returns the session's new cookie. The errors are those of SignIn.
func (s *Service) Confirm(ctx context.Context, in *realm.Realm, f *flow.Flow, current *session.Session, raw []byte) (cookie string, err error) {
	c := s.factorCeremony(in, f, current)
	a, err := s.check(ctx, in, c, raw)
	if err != nil {
		return "", s.refuse(ctx, in, f, c, err)
	}
	methods := a.passkey.methods(a.verified)
	ctx = event.Acting(ctx, event.User, a.user.ID, f.ApplicationID)
	err = s.db.InTx(ctx, func(ctx context.Context) (err error) {
		if err := s.take(ctx, a); err != nil {
			return err
		}
		if cookie, err = s.sessions.Elevate(ctx, current, methods...); err != nil {
			return err
		}
		if err := s.flows.Prove(ctx, f, flow.Proof{Step: flow.SecondFactor, SessionID: current.ID, Method: Method}); err != nil {
			return err
		}
		return s.used(ctx, a, f, current.ID, methods)
	})
	if err != nil {
		return "", s.refuse(ctx, in, f, c, err)
	}
	return cookie, nil
}

// personOf is the person with all their passkeys.
func (s *Service) personOf(ctx context.Context, in *realm.Realm, userID string) (*person, error) {
	u, err := s.users.ByID(ctx, in.ID, userID)
	if err != nil {
		return nil, err
	}
	who := &person{User: u, realm: in.Name}
	if who.passkeys, err = s.many(ctx, in.ID, userID); err != nil {
		return nil, err
	}
	who.handle, err = s.handleOf(ctx, in.ID, userID)
	return who, err
}
