package account

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"authserver/identity/flow"
	"authserver/identity/gate"
	"authserver/identity/session"
	"authserver/internal/event"
	"authserver/internal/fault"
	"authserver/internal/web"
	"authserver/templates"
	"authserver/tenant/realm"
)

// facts is what stands between the browser's person and where the flow leads.
func (s *Service) facts(c *gin.Context, f *flow.Flow) (*session.Session, flow.Facts, error) {
	ctx := c.Request.Context()
	in := realm.From(ctx)
	current, err := s.sessions.Of(c)
	if err != nil {
		return nil, flow.Facts{}, err
	}
	facts, err := s.gate.Facts(ctx, in, gate.Input{Flow: f, Session: current, Trusted: web.Cookie(c, gate.TrustedCookie(in.Slug))})
	if err != nil || facts.Session == nil { // the gate knows no such person
		return nil, facts, err
	}
	return current, facts, nil
}

// Account implements web.Persons.
func (s *Service) Account(c *gin.Context, back string, fresh bool) (bool, error) {
	asked := &flow.Flow{}
	current, facts, err := s.facts(c, asked)
	if err != nil {
		return false, err
	}
	if flow.Next(asked, facts) != flow.Done {
		return false, s.lead(c, back, current, fresh && current == nil, nil)
	}
	if fresh {
		in := realm.From(c.Request.Context())
		recent, err := s.gate.Fresh(c.Request.Context(), in, current)
		if err != nil {
			return false, err
		}
		if !recent {
			return false, s.stepUp(c, back, in, current)
		}
	}
	return true, s.enter(c, current, current.ApplicationID)
}

// enter lets the session's person in.
func (s *Service) enter(c *gin.Context, current *session.Session, applicationID string) error {
	ctx := c.Request.Context()
	if err := s.sessions.Seen(ctx, current); err != nil && !errors.Is(err, session.ErrEnded) {
		return err
	}
	ctx = event.Acting(session.Into(ctx, current), event.User, current.UserID, applicationID)
	c.Request = c.Request.WithContext(ctx)
	return nil
}

// stepUp asks for what the session lacks to be fresh: the sign-in anew if it is too
// old, and the second factor of a person who has one.
func (s *Service) stepUp(c *gin.Context, back string, in *realm.Realm, current *session.Session) error {
	kinds, err := s.safeguards.Factors(c.Request.Context(), in.ID, current.UserID)
	if err != nil {
		return err
	}
	var acr []string
	if kinds > 0 {
		acr = []string{session.ACRMultiFactor}
	}
	old := s.now().Sub(current.AuthenticatedAt) > in.Policy.StepUpAge
	return s.lead(c, back, current, old, acr)
}

// lead starts a flow that ends at the page, and goes to its dispatcher.
func (s *Service) lead(c *gin.Context, back string, current *session.Session, anew bool, acr []string) error {
	ctx := c.Request.Context()
	r := flow.AccountRequest{Browser: s.flows.Bind(c), Return: back, Fresh: anew, ACRValues: acr, Language: web.Language(c)}
	if current != nil {
		r.SessionID = current.ID
		u, err := s.users.ByID(ctx, current.RealmID, current.UserID)
		if err != nil {
			return err
		}
		r.LoginHint = u.Email
	}
	f, err := s.flows.StartAccount(ctx, r)
	if err != nil {
		return err
	}
	return web.Redirect(c, s.flows.ReturnURL(f))
}

// dispatch is where every step of the account's flows returns to: it goes on to the
// next one, or ends the flow where the person wanted to go.
func (s *Service) dispatch(c *gin.Context) error {
	ctx := c.Request.Context()
	query, err := web.Query(c)
	if err != nil {
		return err
	}
	f, err := s.flows.Resume(ctx, query.Get("flow"), s.flows.Browser(c))
	if err == nil && !f.Account() {
		err = flow.ErrStale
	}
	if err != nil {
		return s.astray(c, err)
	}
	current, facts, err := s.facts(c, f)
	if err != nil {
		return err
	}
	switch step := flow.Next(f, facts); step {
	case flow.Done, flow.Denied, flow.Mismatch:
		if err := s.flows.Finish(ctx, f); err != nil {
			return s.astray(c, err)
		}
		if step == flow.Done {
			return web.Redirect(c, f.EndURL())
		}
		return s.turnBack(c, current, facts)
	default:
		return web.Redirect(c, s.flows.URL(f, step))
	}
}

// turnBack is for somebody who did not want to sign in. Who may see the account all
// the same goes there. A sign-in that was left half-way opens nothing anywhere, and
// ends, or the way out would lead back to the question.
func (s *Service) turnBack(c *gin.Context, current *session.Session, facts flow.Facts) error {
	ctx := c.Request.Context()
	if flow.Next(&flow.Flow{}, facts) == flow.Done {
		return web.Redirect(c, web.AccountURL(ctx, "", ""))
	}
	if current == nil {
		return web.Redirect(c, web.AccountURL(ctx, signedOut, ""))
	}
	return s.leave(c, current)
}

// astray answers for a flow that goes on nowhere, with a way to begin anew.
func (s *Service) astray(c *gin.Context, err error) error {
	f, ok := fault.Of(err)
	if !ok {
		return err
	}
	ctx := c.Request.Context()
	return web.Page(c, http.StatusBadRequest, &templates.ErrorPage{
		Status: http.StatusBadRequest, Code: f.Code, Message: f.Message,
		RequestID: web.RequestID(ctx), BackURL: web.AccountURL(ctx, "", ""),
	})
}

// Faults of requests for a person's own things.
var (
	errSignIn = fault.New(fault.Unauthenticated, "sign_in_required", "Sign in first.")
	errStepUp = fault.New(fault.Unauthenticated, "step_up_required", "Sign in again to do this.")
	errScope  = fault.New(fault.Denied, "scope_missing", "The access token lacks the scope account.")
)

// Me implements web.Persons.
func (s *Service) Me(c *gin.Context, fresh bool) error {
	current, appID, err := s.caller(c)
	if err != nil {
		return err
	}
	in := realm.From(c.Request.Context())
	if fresh {
		recent, err := s.gate.Fresh(c.Request.Context(), in, current)
		if err != nil {
			return err
		}
		if !recent {
			return web.Challenge(errStepUp, "insufficient_user_authentication", s.wanted(c, in, current)...)
		}
	}
	if appID == "" {
		return s.enter(c, current, current.ApplicationID)
	}
	ctx := event.Acting(session.Into(c.Request.Context(), current), event.User, current.UserID, appID)
	c.Request = c.Request.WithContext(ctx)
	return nil
}

// wanted tells a program which sign-in would do (RFC 9470 §3).
func (s *Service) wanted(c *gin.Context, in *realm.Realm, current *session.Session) []string {
	parameters := []string{"max_age", strconv.Itoa(int(in.Policy.StepUpAge.Seconds()))}
	if kinds, err := s.safeguards.Factors(c.Request.Context(), in.ID, current.UserID); err == nil && kinds > 0 {
		parameters = append(parameters, "acr_values", session.ACRMultiFactor)
	}
	return parameters
}

// caller is who asks: the person of the access token, and through which application,
// or the one of the browser's session.
func (s *Service) caller(c *gin.Context) (*session.Session, string, error) {
	if header := c.GetHeader("Authorization"); header != "" {
		return s.bearer(c, header)
	}
	asked := &flow.Flow{}
	current, facts, err := s.facts(c, asked)
	if err != nil {
		return nil, "", err
	}
	if current == nil || flow.Next(asked, facts) != flow.Done {
		return nil, "", web.Challenge(errSignIn, "")
	}
	return current, "", nil
}

func (s *Service) bearer(c *gin.Context, header string) (*session.Session, string, error) {
	ctx := c.Request.Context()
	scheme, token, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return nil, "", web.Challenge(errSignIn, "")
	}
	current, scopes, appID, err := s.tokens.Person(ctx, strings.TrimSpace(token))
	if f, ok := fault.Of(err); ok && f.Kind == fault.Unauthenticated {
		return nil, "", web.Challenge(f, "invalid_token")
	}
	if err != nil {
		return nil, "", err
	}
	if !slices.Contains(scopes, Scope) {
		return nil, "", web.Challenge(errScope, "insufficient_scope", "scope", Scope)
	}
	return current, appID, s.passes(ctx, current, appID)
}

// passes is the gate for a program: no step can be taken, so a missing one refuses.
func (s *Service) passes(ctx context.Context, current *session.Session, appID string) error {
	in := realm.From(ctx)
	app, err := s.apps.ByID(ctx, in.ID, appID)
	if err != nil {
		return err
	}
	err = s.gate.Check(ctx, in, app, current.UserID, current.ACR)
	if errors.Is(err, gate.ErrClosed) {
		return web.Challenge(errStepUp, "insufficient_user_authentication")
	}
	return err
}

// Person implements web.Persons.
func (s *Service) Person(c *gin.Context) (templates.Person, error) {
	ctx := c.Request.Context()
	current := session.From(ctx)
	u, err := s.users.ByID(ctx, current.RealmID, current.UserID)
	if err != nil {
		return templates.Person{}, err
	}
	web.PreferLanguage(c, u.Locale)
	unseen := 0
	if s.unseen != nil {
		if unseen, err = s.unseen(ctx, current.RealmID, current.UserID); err != nil {
			return templates.Person{}, err
		}
	}
	return templates.Person{
		Unseen: unseen,
		Name:   u.Name, Email: u.Email, AvatarURL: u.AvatarURL(), Initials: templates.InitialsOf(u.Label()), Zone: s.zone(u.Zoneinfo),
	}, nil
}
