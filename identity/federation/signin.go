package federation

import (
	"context"
	"errors"
	"fmt"

	"authserver/identity/flow"
	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/failpoint"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

// outcome is what coming back from a provider gives the browser: a session, or a wait
// until the account is proven.
type outcome struct {
	session *session.Session
	cookie  string
	waits   bool
}

// errAgain says that something was decided by what has changed since; deciding anew
// helps.
var errAgain = errors.New("federation: changed meanwhile")

// signIn brings in who came back from the provider, within the flow. It returns a
// failure, or flow.ErrStale when the flow has moved on.
func (s *Service) signIn(ctx context.Context, in *realm.Realm, f *flow.Flow, p *Provider, who person, prior *session.Session) (*outcome, error) {
	// Each time one of those who contend for the same account gets through.
	const attempts = 12
	for attempt := 1; ; attempt++ {
		out, err := s.trySignIn(ctx, in, f, p, who, prior)
		if err == nil {
			return out, nil
		}
		if attempt == attempts || !errors.Is(err, errAgain) && !errors.Is(err, database.ErrDuplicate) && !errors.Is(err, user.ErrEmailTaken) && !errors.Is(err, user.ErrChanged) {
			return nil, fmt.Errorf("sign in through provider %s: %w", p.ID, err)
		}
	}
}

// trySignIn is the one transaction of it: provider and application are judged as they
// are now, then the identity, then everything that follows from the verdict.
func (s *Service) trySignIn(ctx context.Context, in *realm.Realm, f *flow.Flow, asked *Provider, who person, prior *session.Session) (*outcome, error) {
	out := &outcome{}
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		*out = outcome{} // a transaction may run again
		p, app, err := s.standing(ctx, in, f.ApplicationID, asked)
		if err != nil {
			return err
		}
		now, err := s.situate(ctx, in, p, app, who)
		if err != nil {
			return err
		}
		switch decide(now.situation) {
		case enter:
			if p.SyncProfile {
				if err := s.sync(ctx, in, now.user, who); err != nil {
					return err
				}
			}
			return s.enter(ctx, in, f, p, now, who, prior, out)
		case link, reclaim, register:
			if err := s.bring(ctx, in, f, p, now, who); err != nil {
				return err
			}
			return s.enter(ctx, in, f, p, now, who, prior, out)
		case prove:
			out.waits = true
			return s.wait(ctx, f, p, now.user, who)
		case refuseAddress:
			return because(ReasonNoEmail)
		case refuseUnknown:
			return because(ReasonNoAccount)
		}
		return because(ReasonSuspended)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// standing is the provider as it is now, if it may still bring people to the
// application (security rule FED-11), and the application, nil for the account.
func (s *Service) standing(ctx context.Context, in *realm.Realm, applicationID string, asked *Provider) (*Provider, *application.Application, error) {
	p, err := s.offered(ctx, in.ID, applicationID, func(p *Provider) bool { return p.ID == asked.ID })
	if errors.Is(err, errNotOffered) {
		return nil, nil, because(ReasonDisabled)
	}
	// Another issuer or client is another provider than the one that answered.
	if err == nil && (p.Issuer != asked.Issuer || p.ClientID != asked.ClientID) {
		return nil, nil, because(ReasonDisabled)
	}
	if err != nil || applicationID == "" {
		return p, nil, err
	}
	app, err := s.applications.ByID(ctx, in.ID, applicationID)
	return p, app, err
}

// moment is a situation with whom it is about.
type moment struct {
	situation
	user       *user.User
	identity   string // id; of an identity that belongs to somebody
	registered bool
}

// situate finds out what decide must know.
func (s *Service) situate(ctx context.Context, in *realm.Realm, p *Provider, app *application.Application, who person) (*moment, error) {
	row, err := s.identityOf(ctx, in.ID, p.ID, who.issuer, who.subject)
	if err != nil {
		return nil, err
	}
	m := &moment{}
	if row != nil {
		if m.user, err = s.users.ByID(ctx, in.ID, row.UserID); err != nil {
			return nil, err
		}
		m.linked, m.active, m.identity = true, m.user.Active(), row.ID
		return m, nil
	}
	m.vouched = p.TrustEmail && who.verified
	m.mayRegister = in.Policy.Registration && p.Registration && (app == nil || app.Registration)
	if _, _, invalid := user.Normalise(who.email); invalid != nil {
		return m, nil //nolint:nilerr // whose address is none goes on as if they had none
	}
	m.address = true
	m.user, err = s.users.ByEmail(ctx, in.ID, who.email)
	if errors.Is(err, user.ErrNotFound) {
		return m, nil
	}
	if err != nil {
		return nil, err
	}
	m.exists, m.owned, m.open = true, m.user.EmailVerified, m.user.Active()
	return m, nil
}

// bring gives the identity its user: the one who is there, or a new one.
func (s *Service) bring(ctx context.Context, in *realm.Realm, f *flow.Flow, p *Provider, m *moment, who person) error {
	how := HowTrusted
	switch decide(m.situation) {
	case register:
		how, m.registered = HowRegistration, true
		u, err := s.register(ctx, in, f, who, m.vouched)
		if err != nil {
			return err
		}
		m.user = u
	case reclaim:
		how = HowReclaimed
		if err := s.reclaim(acting(ctx, m.user, f), in, m.user, who); err != nil {
			return err
		}
	default:
		known, err := s.identityOf(ctx, in.ID, p.ID, who.issuer, who.subject)
		if err != nil {
			return err
		}
		if known != nil && known.UserID == m.user.ID {
			return errAgain // linked by another browser since the situation was read
		}
		if err := s.onlyOne(ctx, in.ID, m.user.ID, p.ID); err != nil {
			return err
		}
	}
	i, err := s.connect(acting(ctx, m.user, f), in, p, m.user, who, how)
	if err != nil {
		return err
	}
	m.identity = i.ID
	return nil
}

// acting is the context in which the person themselves acts.
func acting(ctx context.Context, u *user.User, f *flow.Flow) context.Context {
	return event.Acting(ctx, event.User, u.ID, f.ApplicationID)
}

// register makes an account without a password. Its address is verified only if the
// provider is trusted for it; else the flow asks for the proof.
func (s *Service) register(ctx context.Context, in *realm.Realm, f *flow.Flow, who person, vouched bool) (*user.User, error) {
	n := user.NewUser{
		Email: who.email, Verified: vouched, Name: who.name, GivenName: who.givenName, FamilyName: who.familyName, Locale: who.locale,
	}
	if n.Locale == "" {
		n.Locale, _ = languageTag("", f.Language)
	}
	u, err := s.users.Create(ctx, in, n)
	if err != nil || who.picture == "" {
		return u, err
	}
	return s.users.Update(acting(ctx, u, f), in.ID, u.ID, user.Profile{Picture: &who.picture})
}

// reclaim takes everything that somebody put into an account with an address that was
// not theirs to use (security rule FED-09).
func (s *Service) reclaim(ctx context.Context, in *realm.Realm, u *user.User, who person) error {
	err := s.users.Reclaim(ctx, in.ID, u.ID)
	if errors.Is(err, user.ErrNotEligible) {
		return errAgain // proven, or suspended, since we looked
	}
	if err != nil {
		return err
	}
	if err := failpoint.Hit(ctx, "federation/reclaimed"); err != nil {
		return err
	}
	for _, strip := range s.strip {
		if err := strip(ctx, in.ID, u.ID); err != nil {
			return fmt.Errorf("reclaim user %s: %w", u.ID, err)
		}
	}
	if err := s.Forget(ctx, in.ID, u.ID); err != nil {
		return err
	}
	_, err = s.users.Update(ctx, in.ID, u.ID, who.profile())
	return err
}

// sync takes over what the person is called upstream; never an address, a number or
// anything that rights hang on (security rule FED-14).
func (s *Service) sync(ctx context.Context, in *realm.Realm, u *user.User, who person) error {
	profile := who.profile()
	profile.Locale = nil // chosen here
	_, err := s.users.Update(event.Acting(ctx, event.User, u.ID, ""), in.ID, u.ID, profile)
	return err
}

// onlyOne is a failure for a person who has an identity of the provider already.
func (s *Service) onlyOne(ctx context.Context, realmID, userID, providerID string) error {
	rows, err := s.identitiesOf(ctx, realmID, userID)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if r.ProviderID == providerID {
			return because(ReasonLinkedOther)
		}
	}
	return nil
}

// enter begins the session. Our own second factor is asked by the flow, whatever the
// provider says that it has asked (INC-029, INC-030): amr is empty.
func (s *Service) enter(ctx context.Context, in *realm.Realm, f *flow.Flow, p *Provider, m *moment, who person, prior *session.Session, out *outcome) error {
	ctx = acting(ctx, m.user, f)
	err := s.users.Enter(ctx, in.ID, m.user.ID)
	if errors.Is(err, user.ErrNotEligible) {
		return because(ReasonSuspended)
	}
	if err != nil {
		return err
	}
	used, err := s.useIdentity(ctx, in.ID, m.identity, m.user.ID, who.label(), s.now())
	if err != nil {
		return err
	}
	if !used {
		return errAgain // unlinked meanwhile
	}
	if out.session, out.cookie, err = s.sessions.Begin(ctx, in, m.user.ID, []string{}, prior); err != nil {
		return err
	}
	if err := s.noteSession(ctx, in.ID, m.identity, out.session.ID, s.now()); err != nil {
		return err
	}
	if err := failpoint.Hit(ctx, "federation/begun"); err != nil {
		return err
	}
	if err := s.flows.Prove(ctx, f, flow.Proof{Step: flow.Login, SessionID: out.session.ID, Method: p.Method(), UserID: m.user.ID, AMR: out.session.AMR}); err != nil {
		return err
	}
	return s.events.Record(ctx, m.user.Ref(), Succeeded{
		Provider: p.Slug, IdentityID: m.identity, SessionID: out.session.ID, ApplicationID: f.ApplicationID, Registered: m.registered,
	})
}
