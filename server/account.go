package server

import (
	"context"

	"authserver/identity/account"
	"authserver/identity/activity"
	"authserver/identity/mfa"
	"authserver/identity/privacy"
	"authserver/internal/device"
	"authserver/internal/secret"
	"authserver/notify/inapp"
)

// buildAccount makes the console of a person's own things: the last of the rooms,
// because it asks all others.
func (s *Server) buildAccount(ring *secret.Ring, places *device.Places, wishes *lateWishes) {
	s.Activity = activity.New(activity.Deps{DB: s.Database, Applications: s.Applications, Users: s.Users, Places: places, Now: s.now})
	s.Notices = inapp.New(inapp.Deps{
		DB: s.Database, Events: s.Events, Realms: s.Realms, Users: s.Users, Applications: s.Applications, Roles: s.Roles, Letters: s.Messages,
		Places: places, Issuer: s.config.Issuer, Now: s.now, Logger: s.logger,
	})
	wishes.notices = s.Notices
	s.Account = account.New(account.Deps{
		DB: s.Database, Flows: s.Flows, Sessions: s.Sessions, Challenges: s.Challenges, Gate: s.Gate, Users: s.Users,
		Applications: s.Applications, Tokens: s.OAuth, Activity: s.Activity, Unseen: s.Notices.Unseen, Safeguards: s.safeguards(), Places: places, Now: s.now,
	})
	s.Privacy = privacy.New(privacy.Deps{
		DB: s.Database, Events: s.Events, Ring: ring, Realms: s.Realms, Users: s.Users, Sessions: s.Sessions, Flows: s.Flows,
		Challenges: s.Challenges, Others: s.holders(), Issuer: s.config.Issuer, Now: s.now, Logger: s.logger,
	})
}

// safeguards count what an account is protected by.
func (s *Server) safeguards() account.Safeguards {
	return account.Safeguards{
		Passkeys: s.Passkeys.Count,
		Providers: func(ctx context.Context, realmID, userID string) (int, error) {
			linked, err := s.Federation.Identities(ctx, realmID, userID)
			return len(linked), err
		},
		Factors: func(ctx context.Context, realmID, userID string) (int, error) {
			kinds, err := s.Factors.Enrolled(ctx, realmID, userID)
			return len(kinds), err
		},
		RecoveryCodes:  s.ofFactors(func(o *mfa.Overview) int { return o.CodesLeft }),
		TrustedDevices: s.ofFactors(func(o *mfa.Overview) int { return len(o.Devices) }),
	}
}

// ofFactors counts something about a user's second factors.
func (s *Server) ofFactors(count func(*mfa.Overview) int) account.Count {
	return func(ctx context.Context, realmID, userID string) (int, error) {
		in, err := s.Realms.ByID(ctx, realmID)
		if err != nil {
			return 0, err
		}
		u, err := s.Users.ByID(ctx, realmID, userID)
		if err != nil {
			return 0, err
		}
		o, err := s.Factors.Of(ctx, in, u)
		if err != nil {
			return 0, err
		}
		return count(o), nil
	}
}

// holders are the rooms that keep something about a person: what goes into the copy
// of their data, in this order, and what is emptied when they leave.
func (s *Server) holders() privacy.Others {
	return privacy.Others{
		Letters: s.Messages, Applications: s.Applications,
		Exporters: []privacy.Exporter{
			s.Profiles, s.Sessions, s.Passkeys, s.TOTP, s.Factors, s.Federation, s.Consents, s.Terms, s.Choices, s.Roles, s.Activity, s.Messages, s.Audit,
			s.Security, s.Notices,
		},
		Erasers: []privacy.Eraser{
			s.Passkeys, s.TOTP, s.Factors, s.Federation, s.Consents, s.Terms, s.Choices, s.Roles, s.Activity, s.Sessions, s.Messages, s.Audit,
			s.Invitations, s.Security, s.Notices,
		},
	}
}
