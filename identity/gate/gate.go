package gate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"authserver/identity/flow"
	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/fault"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

// ErrClosed says that a person may not go on as they are: a step is missing which
// only they can take, in a browser.
var ErrClosed = fault.New(fault.Denied, "step_missing", "You need to sign in again to go on.")

// Users finds the person. identity/user fulfils it.
type Users interface {
	ByID(ctx context.Context, realmID, userID string) (*user.User, error)
}

// Factors knows the browsers that are spared a second factor. identity/mfa fulfils it.
type Factors interface {
	// Trusts reports whether the user trusts the browser with that cookie.
	Trusts(ctx context.Context, realmID, userID, cookie string) (bool, error)
}

// Profiles knows what must be known about a person. identity/profile fulfils it.
type Profiles interface {
	// Missing names the fields that realm or application (nil for none) demand and
	// that the user has not given.
	Missing(ctx context.Context, in *realm.Realm, app *application.Application, u *user.User) ([]string, error)
}

// Links knows identities of other providers that wait to be linked. identity/federation
// fulfils it.
type Links interface {
	// Pending reports whether one waits in the flow for the user, who has signed in
	// within it.
	Pending(ctx context.Context, f *flow.Flow, sessionID, userID string) (bool, error)
}

// Roles knows whose roles demand a second factor. rbac fulfils it.
type Roles interface {
	// RequiresFactor reports whether a role of the user does.
	RequiresFactor(ctx context.Context, realmID, userID string) (bool, error)
}

// Terms knows what people must accept. consent/terms fulfils it.
type Terms interface {
	// Owed reports whether the user has to accept something before they go on to the
	// application.
	Owed(ctx context.Context, realmID, applicationID, userID string) (bool, error)
}

// Deps is what the room needs. Links, Roles and Terms may be nil: then nothing waits,
// roles demand nothing, and there is nothing to accept.
type Deps struct {
	Users    Users
	Factors  Factors
	Profiles Profiles
	Links    Links
	Roles    Roles
	Terms    Terms
	Now      func() time.Time
}

// Service is what the room can do.
type Service struct {
	users    Users
	factors  Factors
	profiles Profiles
	links    Links
	roles    Roles
	terms    Terms
	now      func() time.Time
}

// New returns the room. It panics when a dependency is missing.
func New(d Deps) *Service {
	if d.Users == nil || d.Factors == nil || d.Profiles == nil || d.Now == nil {
		panic("gate: Users, Factors, Profiles and Now are required")
	}
	return &Service{users: d.Users, factors: d.Factors, profiles: d.Profiles, links: d.Links, roles: d.Roles, terms: d.Terms, now: d.Now}
}

// Input is who wants to go where.
type Input struct {
	// App is nil on the way into the account.
	App *application.Application
	// Flow may be one that is not stored; it says what was asked for.
	Flow *flow.Flow
	// Session is the browser's, or nil.
	Session *session.Session
	// Trusted is the browser's cookie of a trusted device, or empty.
	Trusted string
}

// Facts collects what flow.Next must know, except consent. A session whose user is
// gone, or may not sign in, counts as none.
func (s *Service) Facts(ctx context.Context, in *realm.Realm, i Input) (flow.Facts, error) {
	if i.Session == nil {
		return flow.Facts{}, nil
	}
	u, err := s.person(ctx, in, i.Session.UserID)
	if err != nil || u == nil {
		return flow.Facts{}, err
	}
	need, err := s.need(ctx, in, i, u)
	if err != nil {
		return flow.Facts{}, err
	}
	missing, err := s.missing(ctx, in, i.App, u)
	if err != nil {
		return flow.Facts{}, err
	}
	c := i.Session
	waits := false
	if s.links != nil {
		if waits, err = s.links.Pending(ctx, i.Flow, c.ID, c.UserID); err != nil {
			return flow.Facts{}, fmt.Errorf("gate: %w", err)
		}
	}
	owed, err := s.owes(ctx, in, i.App, c.UserID)
	if err != nil {
		return flow.Facts{}, err
	}
	return flow.Facts{
		Session:         &flow.SessionFacts{ID: c.ID, UserID: c.UserID, AuthenticatedAt: c.AuthenticatedAt, AMR: c.AMR, ACR: c.ACR},
		EmailUnverified: in.Policy.VerifyEmail && !u.EmailVerified,
		PasswordChange:  s.mustChange(in, u),
		// Who is about to be erased may come back to the account, and say on the way
		// to an application that they stay.
		Erasing:      i.App != nil && u.Erasing(),
		SecondFactor: need, LinkProvider: waits, Profile: missing, Terms: owed,
	}, nil
}

// Check is the gate where no person is present to take a step: the refresh of tokens
// and requests with a bearer token. ACR is what the sign-in behind them reached. It
// returns ErrClosed when a step is missing.
func (s *Service) Check(ctx context.Context, in *realm.Realm, app *application.Application, userID, acr string) error {
	u, err := s.person(ctx, in, userID)
	if err != nil {
		return err
	}
	if u == nil || u.Erasing() && app != nil || in.Policy.VerifyEmail && !u.EmailVerified || s.mustChange(in, u) {
		return ErrClosed
	}
	if in.Policy.TermsOnRefresh {
		if owed, err := s.owes(ctx, in, app, userID); err != nil || owed {
			return errors.Join(err, closedIf(owed))
		}
	}
	if acr == session.ACRMultiFactor {
		return nil
	}
	if wanted, err := s.demanded(ctx, in, app, u); err != nil || !wanted {
		return err
	}
	// A browser that is trusted gave one factor where two are demanded. Nothing
	// tells it apart later, so one factor is enough where that may have happened.
	if in.Policy.TrustDevice > 0 && u.HasFactor(in.Policy) {
		return nil
	}
	return ErrClosed
}

// closedIf is ErrClosed, or nil.
func closedIf(owed bool) error {
	if owed {
		return ErrClosed
	}
	return nil
}

// owes reports whether the user must accept something on the way into the application.
// The way into the account is open to all, or nobody could leave who does not agree.
func (s *Service) owes(ctx context.Context, in *realm.Realm, app *application.Application, userID string) (bool, error) {
	if s.terms == nil || app == nil {
		return false, nil
	}
	owed, err := s.terms.Owed(ctx, in.ID, app.ID, userID)
	if err != nil {
		return false, fmt.Errorf("gate: %w", err)
	}
	return owed, nil
}

// TrustedCookie is the name of the cookie by which a browser shows that the user
// trusts it, for the realm of that slug.
func TrustedCookie(slug string) string { return "trusted-" + slug }

// person is the user if they may go anywhere at all, else nil.
func (s *Service) person(ctx context.Context, in *realm.Realm, userID string) (*user.User, error) {
	u, err := s.users.ByID(ctx, in.ID, userID)
	if errors.Is(err, user.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("gate: %w", err)
	}
	if !u.Active() {
		return nil, nil
	}
	return u, nil
}

// mustChange reports whether the user's password must not stay: it was said so, or it
// is too old for the realm.
func (s *Service) mustChange(in *realm.Realm, u *user.User) bool {
	return u.MustChangePassword || u.PasswordExpired(in.Policy.Password, s.now())
}

// demanded reports whether the strictest of realm, application, person and role wants two
// factors of the user there.
func (s *Service) demanded(ctx context.Context, in *realm.Realm, app *application.Application, u *user.User) (bool, error) {
	plain := in.Policy.SecondFactor == realm.Required || app != nil && app.RequiresSecondFactor() || u.RequireSecondFactor
	if plain || s.roles == nil {
		return plain, nil
	}
	wanted, err := s.roles.RequiresFactor(ctx, in.ID, u.ID)
	if err != nil {
		return false, fmt.Errorf("gate: %w", err)
	}
	return wanted, nil
}

// need is what the session lacks of factors.
func (s *Service) need(ctx context.Context, in *realm.Realm, i Input, u *user.User) (flow.Need, error) {
	if i.Session.MultiFactor() {
		return flow.NeedNone, nil
	}
	if i.Session.Held { // whether or not the browser is trusted, and whoever has no factor gets a code by mail
		return flow.NeedAsk, nil
	}
	asked := slices.Contains(i.Flow.ACRValues, session.ACRMultiFactor) && !slices.Contains(i.Flow.ACRValues, session.ACRPassword)
	if !u.HasFactor(in.Policy) {
		wanted, err := s.demanded(ctx, in, i.App, u)
		if err != nil {
			return 0, err
		}
		if asked || wanted {
			return flow.NeedEnrol, nil
		}
		return flow.NeedNone, nil
	}
	if asked || in.Policy.TrustDevice == 0 || i.Trusted == "" {
		return flow.NeedAsk, nil
	}
	trusted, err := s.factors.Trusts(ctx, in.ID, u.ID, i.Trusted)
	if err != nil {
		return 0, fmt.Errorf("gate: %w", err)
	}
	if trusted {
		return flow.NeedNone, nil
	}
	return flow.NeedAsk, nil
}

func (s *Service) missing(ctx context.Context, in *realm.Realm, app *application.Application, u *user.User) (bool, error) {
	fields, err := s.profiles.Missing(ctx, in, app, u)
	if err != nil {
		return false, fmt.Errorf("gate: %w", err)
	}
	return len(fields) > 0, nil
}

// Fresh reports whether the session may do what changes the keys to the account: its
// sign-in is recent, and with two factors where the person has two.
func (s *Service) Fresh(ctx context.Context, in *realm.Realm, c *session.Session) (bool, error) {
	if s.now().Sub(c.AuthenticatedAt) > in.Policy.StepUpAge {
		return false, nil
	}
	if c.MultiFactor() {
		return true, nil
	}
	u, err := s.users.ByID(ctx, in.ID, c.UserID)
	if err != nil {
		return false, fmt.Errorf("gate: %w", err)
	}
	return !u.HasFactor(in.Policy), nil
}
