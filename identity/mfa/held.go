package mfa

import (
	"context"

	"authserver/identity/flow"
	"authserver/identity/session"
	"authserver/tenant/realm"
)

// askable names what the person of the session can be asked for. Who has no factor, and
// whose sign-in is held because it looks unusual, gets a code by mail this once: that
// they read the mail of the account is more than the password, and no factor of theirs.
func (s *Service) askable(ctx context.Context, in *realm.Realm, c *session.Session) (kinds []string, once bool, err error) {
	kinds, err = s.enrolled(ctx, in, c.UserID)
	if err == nil && len(kinds) == 0 && c.Held && !c.MultiFactor() {
		return []string{Email}, true, nil
	}
	return kinds, false, err
}

// released is passed for such a code: the session goes on as it was.
func (s *Service) released(ctx context.Context, in *realm.Realm, f *flow.Flow, c *session.Session) (string, error) {
	if err := s.attempts.OpenSecond(ctx, in.ID, c.UserID); err != nil {
		return "", err
	}
	cookie, err := s.sessions.Release(ctx, c)
	if err != nil {
		return "", err
	}
	if err := s.flows.Prove(ctx, f, flow.Proof{Step: flow.SecondFactor, SessionID: c.ID, Method: Email}); err != nil {
		return "", err
	}
	return cookie, s.events.Record(ctx, ref(in.ID, c.UserID), Verified{Method: Email, SessionID: c.ID, ApplicationID: f.ApplicationID})
}
