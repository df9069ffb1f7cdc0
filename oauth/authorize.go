package oauth

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/ory/fosite"

	"authserver/identity/flow"
	"authserver/identity/gate"
	"authserver/identity/session"
	"authserver/internal/event"
	"authserver/internal/web"
	"authserver/templates"
	"authserver/tenant/realm"
)

// placeholderState satisfies fosite, which insists on a state; PKCE has made it
// optional (RFC 9700 §2.1.1). Answers carry the client's own (respond.go).
const placeholderState = "00000000"

// authorize is the dispatcher, GET and POST /oauth2/authorize. A request comes
// from the application once and from our own steps again, as flow=ID; each time
// flow.Next decides what is still missing, and the person is sent there, or the
// application gets its answer.
func (s *Service) authorize(c *gin.Context) error {
	ctx := c.Request.Context()
	form, f, err := s.received(c)
	if err != nil {
		return err
	}
	received := s.now()
	if f != nil {
		received = f.RequestedAt
	}
	a, err := s.readAuthorize(ctx, form, received)
	if a == nil {
		return err
	}
	if err != nil {
		return s.refuse(c, a, err)
	}
	web.PreferLanguage(c, locales(form)...)
	current, err := s.sessions.Of(c)
	if err != nil {
		return err
	}
	if f == nil && current == nil && c.Request.Method == http.MethodPost {
		if address, ok := asGET(c, form); ok {
			return web.Redirect(c, address)
		}
	}
	if f == nil {
		f = a.flow(current)
	}
	facts, err := s.facts(c, a, f, current)
	if err != nil {
		return err
	}
	switch step := flow.Next(f, facts); {
	case step == flow.Done:
		return s.issue(c, a, f, current)
	case step == flow.Denied:
		return s.giveUp(c, a, f, accessDenied())
	case step == flow.Mismatch:
		return s.giveUp(c, a, f, loginRequired())
	case slices.Contains(a.prompt, "none"):
		return s.refuse(c, a, silentRefusal(step))
	default:
		return s.send(c, a, f, step)
	}
}

// received returns the parameters of a new request, or those that its flow kept:
// nothing that comes back through the browser can alter them.
func (s *Service) received(c *gin.Context) (url.Values, *flow.Flow, error) {
	input := web.Query
	if c.Request.Method == http.MethodPost {
		input = web.Form
	}
	form, err := input(c)
	if err != nil {
		return nil, nil, err
	}
	if form.Get("flow") == "" {
		return form, nil, nil
	}
	f, err := s.flows.Resume(c.Request.Context(), form.Get("flow"), s.flows.Browser(c))
	if err != nil {
		return nil, nil, err
	}
	return f.Request, f, nil
}

// flow is the request as a flow that is not stored: a person who is signed in and
// has consented before never needs a row.
func (a *authorizeRequest) flow(current *session.Session) *flow.Flow {
	f := &flow.Flow{
		ApplicationID: a.app.ID, Request: a.form, LoginHint: a.form.Get("login_hint"), Subject: a.subject,
		Prompt: a.prompt, MaxAge: a.maxAge, ACRValues: a.acr, Scopes: a.scopes, RequestedAt: a.received,
	}
	if current != nil {
		f.SessionID = current.ID
	}
	return f
}

// send leads the person to the page of a step, starting the flow if this is its
// first.
func (s *Service) send(c *gin.Context, a *authorizeRequest, f *flow.Flow, step flow.Step) error {
	if f.ID == "" {
		language := ""
		if wishes := locales(a.form); len(wishes) > 0 {
			language = templates.Match(wishes...)
		}
		started, err := s.flows.Start(c.Request.Context(), flow.Request{
			ApplicationID: a.app.ID, Browser: s.flows.Bind(c), Parameters: a.form, Language: language,
			LoginHint: f.LoginHint, Subject: f.Subject, Prompt: f.Prompt, MaxAge: f.MaxAge, ACRValues: f.ACRValues,
			Scopes: f.Scopes, SessionID: f.SessionID, RequestedAt: f.RequestedAt,
		})
		if errors.Is(err, flow.ErrTooLarge) {
			return s.refuse(c, a, invalidRequest("The request is too long."))
		}
		if err != nil {
			return err
		}
		f = started
	}
	return web.Redirect(c, s.flows.URL(f, step))
}

// giveUp ends the flow without a code.
func (s *Service) giveUp(c *gin.Context, a *authorizeRequest, f *flow.Flow, refusal *Error) error {
	if f.ID != "" {
		if err := s.flows.Finish(c.Request.Context(), f); err != nil {
			return err
		}
	}
	return s.refuse(c, a, refusal)
}

// issue answers with a code. Fosite makes it; one transaction locks the session,
// which must still be alive, finishes the flow and stores the code, so that a
// sign-out at the same moment either comes first or takes the code with it.
func (s *Service) issue(c *gin.Context, a *authorizeRequest, f *flow.Flow, current *session.Session) error {
	if len(a.essential) > 0 && !slices.Contains(a.essential, current.ACR) {
		return s.giveUp(c, a, f, &Error{Code: "unmet_authentication_requirements", Description: "The required acr cannot be reached.", Status: http.StatusBadRequest})
	}
	ctx := c.Request.Context()
	u := &unit{realm: realm.From(ctx), app: a.app, now: s.now()}
	sess := a.session(current)
	code, err := s.code(withUnit(ctx, u), a, sess)
	if err != nil {
		return s.refuse(c, a, err)
	}
	err = s.db.InTx(event.Acting(ctx, event.User, current.UserID, a.app.ID), func(ctx context.Context) error {
		if err := s.sessions.Touch(ctx, current); err != nil {
			return err
		}
		if err := s.stillGranted(ctx, a, current); err != nil {
			return err
		}
		if f.ID != "" {
			if err := s.flows.Finish(ctx, f); err != nil {
				return err
			}
		}
		if err := s.commit(ctx, u); err != nil {
			return err
		}
		return s.events.Record(ctx, event.Ref{RealmID: u.realm.ID, Kind: "user", ID: current.UserID},
			Authorized{ApplicationID: a.app.ID, GrantID: sess.GrantID, SessionID: current.ID, Scopes: a.scopes})
	})
	if errors.Is(err, errWithdrawn) || errors.Is(err, session.ErrEnded) {
		return s.authorize(c) // which asks anew
	}
	if err != nil {
		return err
	}
	return s.respond(c, a, url.Values{"code": {code}})
}

// errWithdrawn: the consent ended between the question and the code.
var errWithdrawn = errors.New("oauth: consent withdrawn meanwhile")

// stillGranted asks again under the transaction's lock: a code must not be stored
// right after its consent was withdrawn, when nothing would take it back.
func (s *Service) stillGranted(ctx context.Context, a *authorizeRequest, current *session.Session) error {
	if a.app.FirstParty {
		return nil
	}
	ungranted, err := s.consents.Ungranted(ctx, current.RealmID, current.UserID, a.app.ID, a.scopes)
	if err == nil && len(ungranted) > 0 {
		return errWithdrawn
	}
	return err
}

// session is what the code remembers of the sign-in.
func (a *authorizeRequest) session(current *session.Session) *signIn {
	return &signIn{
		authorization: authorization{
			GrantID: newGrantID(), UserID: current.UserID, SessionID: current.ID,
			AuthTime: current.AuthenticatedAt.Truncate(time.Second), ACR: current.ACR, AMR: current.AMR, Claims: a.claims,
		},
		Nonce: a.nonce,
	}
}

// code lets fosite validate the request once more and make the code. The parameters
// that Next has decided on stay out: fosite would judge them by the wall clock.
func (s *Service) code(ctx context.Context, a *authorizeRequest, sess *signIn) (string, error) {
	form := url.Values{
		"client_id": {a.app.ClientID}, "response_type": {"code"}, "state": {placeholderState}, "scope": {scopeString(a.scopes)},
		"code_challenge": {a.form.Get("code_challenge")}, "code_challenge_method": {"S256"},
	}
	if sent := a.form.Get("redirect_uri"); sent != "" {
		form.Set("redirect_uri", sent)
	}
	request, err := s.provider.NewAuthorizeRequest(ctx, &http.Request{Method: http.MethodGet, URL: &url.URL{}, Header: http.Header{}, Form: form, PostForm: url.Values{}})
	if err != nil {
		return "", err
	}
	for _, scope := range a.scopes {
		request.GrantScope(scope)
	}
	for _, resource := range a.resources {
		request.GrantAudience(resource)
	}
	if r, ok := request.(*fosite.AuthorizeRequest); ok {
		r.SetID(sess.GrantID)
	}
	response, err := s.provider.NewAuthorizeResponse(ctx, request, sess)
	if err != nil {
		return "", err
	}
	return response.GetCode(), nil
}

// facts collects what flow.Next must know: what the gate finds, and consent.
func (s *Service) facts(c *gin.Context, a *authorizeRequest, f *flow.Flow, current *session.Session) (flow.Facts, error) {
	ctx := c.Request.Context()
	in := realm.From(ctx)
	facts, err := s.gate.Facts(ctx, in, gate.Input{
		App: a.app, Flow: f, Session: current, Trusted: web.Cookie(c, gate.TrustedCookie(in.Slug)),
	})
	if err != nil || facts.Session == nil {
		return facts, err
	}
	facts.FirstParty = a.app.FirstParty
	facts.UngrantedScopes, err = s.consents.Ungranted(ctx, current.RealmID, current.UserID, a.app.ID, a.scopes)
	return facts, err
}

// silentRefusal is the error for prompt=none when a step is missing (OpenID
// Connect Core §3.1.2.6).
func silentRefusal(step flow.Step) *Error {
	switch step {
	case flow.Login:
		return loginRequired()
	case flow.SelectAccount:
		return &Error{Code: "account_selection_required", Description: "The person must choose an account.", Status: http.StatusBadRequest}
	case flow.Consent:
		return &Error{Code: "consent_required", Description: "The person must consent.", Status: http.StatusBadRequest}
	}
	return &Error{Code: "interaction_required", Description: "The person must take a further step.", Status: http.StatusBadRequest}
}

func loginRequired() *Error {
	return &Error{Code: "login_required", Description: "The person must sign in.", Status: http.StatusBadRequest}
}

func accessDenied() *Error {
	return &Error{Code: "access_denied", Description: "The person did not allow it.", Status: http.StatusForbidden}
}
