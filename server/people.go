package server

import (
	"context"
	"fmt"
	"time"

	"authserver/identity/account"
	"authserver/identity/activity"
	"authserver/identity/bulk"
	"authserver/identity/challenge"
	"authserver/identity/contact"
	"authserver/identity/federation"
	"authserver/identity/flow"
	"authserver/identity/gate"
	"authserver/identity/invitation"
	"authserver/identity/login"
	"authserver/identity/mfa"
	"authserver/identity/passkey"
	"authserver/identity/password"
	"authserver/identity/privacy"
	"authserver/identity/profile"
	"authserver/identity/recovery"
	"authserver/identity/registration"
	"authserver/identity/session"
	"authserver/identity/totp"
	"authserver/identity/user"
	"authserver/internal/config"
	"authserver/internal/outbound"
	"authserver/internal/secret"
	"authserver/notify/inapp"
	"authserver/notify/message"
)

// people are the rooms about the people of realms.
type people struct {
	Users         *user.Service
	Sessions      *session.Service
	Flows         *flow.Service
	Challenges    *challenge.Service
	Messages      *message.Service
	Registrations *registration.Service
	Logins        *login.Service
	Recoveries    *recovery.Service
	Invitations   *invitation.Service
	Bulk          *bulk.Service
	Passwords     *password.Service
	TOTP          *totp.Service
	Passkeys      *passkey.Service
	Factors       *mfa.Service
	Contacts      *contact.Service
	Profiles      *profile.Service
	Federation    *federation.Service
	Gate          *gate.Service
	Activity      *activity.Service
	Notices       *inapp.Service
	Account       *account.Service
	Privacy       *privacy.Service
}

// breached is the list of leaked passwords, or nil when the operator has none.
func breached(c config.Config) (*secret.Breached, error) {
	if c.BreachedPasswordsFile == "" {
		return nil, nil
	}
	list, err := secret.OpenBreached(c.BreachedPasswordsFile)
	if err != nil {
		return nil, fmt.Errorf("AUTHSERVER_BREACHED_PASSWORDS_FILE: %w", err)
	}
	return list, nil
}

// buildPeople makes the rooms of identity, lower ones first.
func (s *Server) buildPeople(ring *secret.Ring, passwords *secret.Passwords, leaked *secret.Breached, out outlets, grants *lateGrants, roles *lateRoles, owed *lateTerms, guard *lateGuard, wishes *lateWishes) {
	c, db, events, now := s.config, s.Database, s.Events, s.now
	late := &lateWays{}
	s.Flows = flow.New(flow.Deps{DB: db, Events: events, Ring: ring, Watch: guard, Now: now})
	s.Challenges = challenge.New(challenge.Deps{DB: db, Ring: ring, Now: now})
	s.Sessions = session.New(session.Deps{DB: db, Events: events, Grants: grants, Now: now})
	users := user.Deps{DB: db, Events: events, Passwords: passwords, Sessions: s.Sessions, Realms: s.Realms, Now: now}
	if leaked != nil {
		users.Breached = leaked
	}
	s.Users = user.New(users)
	s.Messages = message.New(message.Deps{
		DB: db, Events: events, Ring: ring, Realms: s.Realms, Applications: s.Applications, Users: s.Users,
		Mails: out.mails, Texts: out.texts, Wishes: wishes, Issuer: c.Issuer, Observe: s.letterTold, Now: now, Logger: s.logger,
	})
	s.Registrations = registration.New(registration.Deps{
		DB: db, Events: events, Users: s.Users, Sessions: s.Sessions, Flows: s.Flows, Challenges: s.Challenges,
		Applications: s.Applications, Letters: s.Messages, Issuer: c.Issuer,
	})
	s.Logins = login.New(login.Deps{
		DB: db, Events: events, Ring: ring, Passwords: passwords, Users: s.Users, Sessions: s.Sessions, Flows: s.Flows,
		Applications: s.Applications, Letters: s.Messages, Issuer: c.Issuer, Registration: s.Registrations, Providers: late, Now: now,
	})
	s.Passwords = password.New(password.Deps{
		DB: db, Users: s.Users, Sessions: s.Sessions, Challenges: s.Challenges, Logins: s.Logins, Letters: s.Messages,
		Issuer: c.Issuer, Now: now,
	})
	s.buildFactors(ring, late)
	s.Recoveries = recovery.New(recovery.Deps{
		DB: db, Events: events, Ring: ring, Realms: s.Realms, Applications: s.Applications, Users: s.Users,
		Challenges: s.Challenges, Flows: s.Flows, Logins: s.Logins, Letters: s.Messages, Providers: s.Federation,
		Issuer: c.Issuer, Now: now,
	})
	s.Contacts = contact.New(contact.Deps{
		DB: db, Events: events, Users: s.Users, Sessions: s.Sessions, Flows: s.Flows, Challenges: s.Challenges,
		Applications: s.Applications, Letters: s.Messages, Factors: s.Factors, Issuer: c.Issuer,
		Newer: s.newer(),
	})
	s.Profiles = profile.New(profile.Deps{
		DB: db, Events: events, Realms: s.Realms, Users: s.Users, Sessions: s.Sessions, Flows: s.Flows,
		Applications: s.Applications, Now: now,
	})
	s.Invitations = invitation.New(invitation.Deps{
		DB: db, Events: events, Users: s.Users, Challenges: s.Challenges, Applications: s.Applications, Letters: s.Messages,
		Attributes: values{s.Profiles}, Issuer: c.Issuer, Now: now,
	})
	s.Bulk = bulk.New(bulk.Deps{
		DB: db, Events: events, Ring: ring, Realms: s.Realms, Users: s.Users, Attributes: values{s.Profiles}, Logger: s.logger, Now: now,
	})
	s.Gate = gate.New(gate.Deps{Users: s.Users, Factors: s.Factors, Profiles: s.Profiles, Links: s.Federation, Roles: roles, Terms: owed, Now: now})
}

// buildFactors makes the rooms of what people confirm a sign-in with, and of the
// other ways in, and fills late.
func (s *Server) buildFactors(ring *secret.Ring, late *lateWays) {
	c, db, events, now := s.config, s.Database, s.Events, s.now
	s.TOTP = totp.New(totp.Deps{DB: db, Events: events, Ring: ring, Users: s.Users, Now: now})
	s.Passkeys = passkey.New(passkey.Deps{
		DB: db, Events: events, Ring: ring, Users: s.Users, Sessions: s.Sessions, Flows: s.Flows, Applications: s.Applications,
		Letters: s.Messages, Factors: late, Providers: late, PublicURL: c.PublicURL, Now: now,
	})
	s.Factors = mfa.New(mfa.Deps{
		DB: db, Events: events, Ring: ring, Realms: s.Realms, Applications: s.Applications, Users: s.Users, Sessions: s.Sessions,
		Flows: s.Flows, Challenges: s.Challenges, TOTP: s.TOTP, Passkeys: s.Passkeys, Attempts: s.Logins, Letters: s.Messages,
		Issuer: c.Issuer, Now: now,
	})
	s.Federation = federation.New(federation.Deps{
		DB: db, Events: events, Ring: ring, Users: s.Users, Sessions: s.Sessions, Flows: s.Flows, Applications: s.Applications,
		Letters: s.Messages, Passkeys: s.Passkeys, Client: outbound.New(outbound.Options{Networks: c.OutboundNetworks}),
		Strip:  []func(context.Context, string, string) error{s.Passkeys.Erase, s.Factors.Erase, s.TOTP.Erase, s.Challenges.Erase},
		Issuer: c.Issuer, Now: now,
	})
	late.factors, late.providers = s.Factors, s.Federation
}

// newer take away what a person may sign in with, if it is no older than a time.
func (s *Server) newer() []func(context.Context, string, string, time.Time) error {
	return []func(context.Context, string, string, time.Time) error{
		s.Passkeys.RemoveSince, s.TOTP.RemoveSince, s.Federation.RemoveSince, s.distrust,
	}
}

// distrust ends the trust in every browser of a user, however old.
func (s *Server) distrust(ctx context.Context, realmID, userID string, _ time.Time) error {
	return s.Factors.Distrust(ctx, realmID, userID, "")
}
