package login

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"authserver/identity/flow"
	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/failpoint"
	"authserver/internal/fault"
	"authserver/internal/letter"
	"authserver/internal/secret"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

// ErrWrong is the one answer to an attempt that does not succeed, whatever the reason.
var ErrWrong = fault.New(fault.Unauthenticated, "sign_in_wrong", "The e-mail address or password is not right.").At("password")

// MethodPassword is the method of a password in amr (RFC 8176) and in proofs.
const MethodPassword = "pwd"

// Applications finds the application that a page is shown for. tenant/application
// fulfils it.
type Applications interface {
	ByID(ctx context.Context, realmID, applicationID string) (*application.Application, error)
}

// Passwords computes hashes behind a limit. secret.Passwords fulfils it.
type Passwords interface {
	Verify(ctx context.Context, encoded, password string) (match, stale bool, err error)
	Burn(ctx context.Context, password string) error
	Hash(ctx context.Context, password string) (string, error)
}

// Letters writes to people. notify/message fulfils it, in the transaction of the context.
type Letters interface {
	Send(ctx context.Context, l letter.Letter) error
}

// Deps is what the room needs. Letters may be nil: then nobody is told of a lock.
type Deps struct {
	DB           *database.DB
	Events       *event.Log
	Ring         *secret.Ring
	Passwords    Passwords
	Users        *user.Service
	Sessions     *session.Service
	Flows        *flow.Service
	Applications Applications
	Letters      Letters
	// Issuer is where a realm stands, for the links of letters.
	Issuer func(slug string) string
	// Registration may be nil: then the sign-in page offers none.
	Registration Registration
	// Providers may be nil: then the sign-in page offers none.
	Providers Providers
	Now       func() time.Time
}

// Service is what the room can do.
type Service struct {
	db            *database.DB
	events        *event.Log
	passwords     Passwords
	users         *user.Service
	sessions      *session.Service
	flows         *flow.Service
	applications  Applications
	letters       Letters
	issuer        func(slug string) string
	registration  Registration
	providers     Providers
	now           func() time.Time
	identifierKey []byte
	deviceKeys    [][]byte
}

// New returns the room. It panics when a dependency is missing.
func New(d Deps) *Service {
	if d.DB == nil || d.Events == nil || d.Ring == nil || d.Passwords == nil || d.Now == nil {
		panic("login: DB, Events, Ring, Passwords and Now are required")
	}
	if d.Users == nil || d.Sessions == nil || d.Flows == nil || d.Applications == nil {
		panic("login: Users, Sessions, Flows and Applications are required")
	}
	if d.Letters != nil && d.Issuer == nil {
		panic("login: letters need an Issuer for their links")
	}
	return &Service{
		letters: d.Letters, issuer: d.Issuer, registration: d.Registration, providers: d.Providers,
		db: d.DB, events: d.Events, passwords: d.Passwords, users: d.Users, sessions: d.Sessions, flows: d.Flows,
		applications: d.Applications, now: d.Now,
		identifierKey: d.Ring.Derive("identity/login identifier")[0], deviceKeys: d.Ring.Derive(deviceLabel),
	}
}

// Input is what a browser brings to an attempt.
type Input struct {
	Email, Password string
	// Device is the cookie that the last Outcome gave this browser, or empty.
	Device string
	// Prior is the browser's session, or nil.
	Prior *session.Session
}

// Outcome is what a successful attempt gives the browser.
type Outcome struct {
	Session *session.Session
	// Cookie and Device are the new values of the two cookies.
	Cookie, Device string
}

// claim is who somebody says to be, and the counters of that.
type claim struct {
	realm      *realm.Realm
	flow       *flow.Flow
	attempt    string           // marks what this attempt was counted for
	credential *user.Credential // nil: nobody has that address
	device     *device          // nil: a stranger's browser
	identifier []byte
	counted    []counterKey // the counters that count this attempt
	admitted   bool
	breached   bool           // the password is right, and on the list of leaked ones
	locked     *Locked        // this attempt closed a counter
	letter     *time.Duration // and the person is told: for how long
}

// Attempt signs a person in within a flow. It returns ErrWrong for every attempt that
// fails, secret.ErrBusy when no hash could be computed in time (which counts nothing),
// and flow.ErrStale when the flow has moved on.
func (s *Service) Attempt(ctx context.Context, in *realm.Realm, f *flow.Flow, i Input) (*Outcome, error) {
	c, err := s.identify(ctx, in, f, i)
	if err != nil {
		return nil, err
	}
	if err := s.admit(ctx, c); err != nil {
		return nil, err
	}
	if err := failpoint.Hit(ctx, "login/counted"); err != nil {
		return nil, err
	}
	reason, fresher, err := s.verify(ctx, c, i.Password)
	if errors.Is(err, secret.ErrBusy) {
		return nil, errors.Join(err, s.forgive(ctx, c)) // no guess was made
	}
	if err != nil {
		return nil, err
	}
	if reason != "" {
		return nil, s.fail(ctx, c, reason)
	}
	if c.breached, err = s.users.Breached(in, i.Password); err != nil {
		return nil, errors.Join(err, s.forgive(ctx, c))
	}
	out, err := s.succeed(ctx, c, i, fresher)
	if errors.Is(err, user.ErrNotEligible) {
		return nil, s.fail(ctx, c, ReasonChanged)
	}
	if errors.Is(err, flow.ErrRefused) { // the same answer: a stranger must not learn that the password is right
		return nil, s.fail(ctx, c, ReasonRefused)
	}
	if err != nil {
		return nil, errors.Join(err, s.forgive(ctx, c)) // the password was right
	}
	return out, nil
}

// identify finds out who is claimed. An address that nobody can have is looked up
// nowhere and treated like one that nobody has.
func (s *Service) identify(ctx context.Context, in *realm.Realm, f *flow.Flow, i Input) (*claim, error) {
	_, key, err := user.Normalise(i.Email)
	malformed := err != nil
	if malformed {
		key = "malformed\x00" + i.Email
	}
	c := &claim{
		realm: in, flow: f, attempt: secret.Token("at_"),
		identifier: secret.MAC(s.identifierKey, in.ID, key),
	}
	if malformed {
		return c, nil
	}
	c.credential, err = s.users.Credential(ctx, in.ID, key)
	if errors.Is(err, user.ErrNotFound) {
		return c, nil
	}
	if err != nil {
		return nil, fmt.Errorf("sign in: %w", err)
	}
	c.device = s.known(i.Device, c.credential, s.now())
	return c, nil
}

// verify computes one hash and returns the reason why the attempt fails, "" when it
// does not. Fresher is a hash at today's cost when the stored one is older.
func (s *Service) verify(ctx context.Context, c *claim, password string) (reason, fresher string, err error) {
	switch {
	case !c.admitted:
		reason = ReasonLocked
	case c.credential == nil:
		reason = ReasonUnknown
	case !c.credential.Active():
		reason = ReasonSuspended
	case c.credential.Hash == "":
		reason = ReasonPassword
	}
	if reason != "" {
		return reason, "", s.passwords.Burn(ctx, password)
	}
	match, stale, err := s.passwords.Verify(ctx, string(c.credential.Hash), password)
	if err != nil {
		return "", "", fmt.Errorf("sign in user %s: %w", c.credential.ID, err)
	}
	if !match {
		return ReasonPassword, "", nil
	}
	if stale {
		// Only the owner waits for this, once. A busy moment leaves it for the
		// next sign-in.
		if fresher, err = s.passwords.Hash(ctx, password); err != nil && !errors.Is(err, secret.ErrBusy) {
			return "", "", err
		}
	}
	return "", fresher, nil
}

// succeed is the one transaction of a successful attempt.
func (s *Service) succeed(ctx context.Context, c *claim, i Input, fresher string) (*Outcome, error) {
	ctx = event.Acting(ctx, event.User, c.credential.ID, c.flow.ApplicationID)
	out := &Outcome{Device: s.remember(i.Device, c.credential, s.now())}
	err := s.db.InTx(ctx, func(ctx context.Context) (err error) {
		if err := s.users.SignedIn(ctx, c.credential, fresher); err != nil {
			return err
		}
		if err := s.open(ctx, c); err != nil {
			return err
		}
		out.Session, out.Cookie, err = s.sessions.Begin(ctx, c.realm, c.credential.ID, []string{MethodPassword}, i.Prior)
		if err != nil {
			return err
		}
		if err := failpoint.Hit(ctx, "login/begun"); err != nil {
			return err
		}
		proof := flow.Proof{Step: flow.Login, SessionID: out.Session.ID, Method: MethodPassword, UserID: c.credential.ID, AMR: out.Session.AMR, Breached: c.breached}
		if err := s.flows.Prove(ctx, c.flow, proof); err != nil {
			return err
		}
		return s.events.Record(ctx, c.credential.Ref(), Succeeded{
			SessionID: out.Session.ID, ApplicationID: c.flow.ApplicationID,
			Methods: []string{MethodPassword}, KnownDevice: c.device != nil,
		})
	})
	if err != nil {
		return nil, fmt.Errorf("sign in user %s: %w", c.credential.ID, err)
	}
	return out, nil
}

// fail records the failure, also for a client that has gone, and returns ErrWrong.
func (s *Service) fail(ctx context.Context, c *claim, reason string) error {
	events := []event.Payload{Failed{
		Identifier: hex.EncodeToString(c.identifier), ApplicationID: c.flow.ApplicationID, Reason: reason,
	}}
	if c.locked != nil {
		events = append(events, *c.locked)
	}
	err := s.db.InTx(context.WithoutCancel(ctx), func(ctx context.Context) error {
		if err := s.tell(ctx, c); err != nil {
			return err
		}
		return s.events.Record(ctx, c.ref(), events...)
	})
	if err != nil {
		return fmt.Errorf("record failed sign-in: %w", err)
	}
	return ErrWrong
}

// ref names in an event whom the attempt was about.
func (c *claim) ref() event.Ref {
	if c.credential != nil {
		return c.credential.Ref()
	}
	return event.Ref{RealmID: c.realm.ID, Kind: "identifier", ID: hex.EncodeToString(c.identifier)}
}
