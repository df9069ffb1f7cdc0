package oauth

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/gin-gonic/gin"
	"github.com/ory/fosite"

	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/id"
	"authserver/internal/web"
	"authserver/tenant/realm"
)

const (
	grantCode    = "authorization_code"
	grantRefresh = "refresh_token"
	grantClient  = "client_credentials"

	tokenType = "Bearer"
)

// tokenResponse is a successful answer of the token endpoint (RFC 6749 §5.1,
// OpenID Connect Core §3.1.3.3).
type tokenResponse struct {
	AccessToken  string `json:"access_token"`
	TokenType    string `json:"token_type"`
	ExpiresIn    int64  `json:"expires_in"`
	RefreshToken string `json:"refresh_token,omitempty"`
	IDToken      string `json:"id_token,omitempty"`
	Scope        string `json:"scope,omitempty"`
}

// token serves POST /oauth2/token.
func (s *Service) token(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return writeError(c, err)
	}
	u := &unit{realm: realm.From(c.Request.Context()), now: s.now()}
	answer, err := s.exchange(c.Request.Context(), c.Request, form, u)
	if errors.Is(err, errRotated) {
		// Another request has used the refresh token since this one read it. Asked
		// again, with the client already authenticated, it meets the grace.
		again := &unit{realm: u.realm, app: u.app, now: s.now()}
		answer, err = s.exchange(c.Request.Context(), c.Request, form, again)
	}
	if err != nil {
		return writeError(c, err)
	}
	noStore(c)
	return web.JSON(c, http.StatusOK, answer)
}

// exchange runs one token request: fosite validates and makes the tokens, one
// transaction spends what was presented and stores the rest, and only then is
// there an answer.
func (s *Service) exchange(ctx context.Context, req *http.Request, form url.Values, u *unit) (*tokenResponse, error) {
	ctx = withUnit(ctx, u)
	grant := form.Get("grant_type")
	if _, ok := s.settings.grants[grant]; !ok {
		if grant == "" {
			return nil, invalidRequest("grant_type is missing.")
		}
		return nil, &Error{Code: "unsupported_grant_type", Description: "This grant type is not supported.", Status: http.StatusBadRequest}
	}
	if err := checkTokenParameters(form); err != nil {
		return nil, err
	}
	request, err := s.provider.NewAccessRequest(ctx, req, &signIn{})
	if err != nil {
		return nil, errors.Join(err, s.afterFailure(ctx, u))
	}
	if err := s.settle(ctx, u, grant, request); err != nil {
		return nil, err
	}
	response, err := s.provider.NewAccessResponse(ctx, request)
	if err != nil {
		return nil, err
	}
	answer := &tokenResponse{
		AccessToken: response.GetAccessToken(),
		TokenType:   tokenType,
		ExpiresIn:   int64(accessLifetime(u.realm, u.app).Seconds()),
		Scope:       scopeString(request.GetGrantedScopes()),
	}
	answer.RefreshToken, _ = response.GetExtra("refresh_token").(string)
	answer.IDToken, _ = response.GetExtra("id_token").(string)
	u.issued.GrantType, u.issued.Refresh = grant, answer.RefreshToken != ""
	if err := s.store(ctx, u); err != nil {
		return nil, err
	}
	return answer, nil
}

// checkTokenParameters bounds what fosite would look up or split.
func checkTokenParameters(form url.Values) error {
	for name, limit := range map[string]int{"code": 256, "refresh_token": 256, "code_verifier": 128, "redirect_uri": maxURI, "scope": maxScope} {
		if len(form.Get(name)) > limit {
			return invalidRequest(name + " is too long.")
		}
	}
	form["audience"] = named(form) // all that fosite reads of RFC 8707
	delete(form, "resource")
	return nil
}

// settle decides what the validated request may get.
func (s *Service) settle(ctx context.Context, u *unit, grant string, request fosite.AccessRequester) error {
	switch grant {
	case grantClient:
		for _, scope := range request.GetRequestedScopes() {
			if personal(scope) {
				return invalidScope("This scope is about a person; client_credentials has none.")
			}
			request.GrantScope(scope)
		}
		for _, resource := range request.GetRequestedAudience() {
			request.GrantAudience(resource)
		}
	case grantCode:
		if err := s.personMay(ctx, u, u.code.UserID, u.code.session().ACR); err != nil {
			return err
		}
		if err := s.target(u, request.GetRequestForm()); err != nil {
			return err
		}
		u.newGrant = u.grant()
	}
	return nil
}

// target notes which of the resources that the code is for the access token is for:
// all, or those that the request names (RFC 8707 §2.2). Fosite looks at none.
func (s *Service) target(u *unit, form url.Values) error {
	granted := u.code.audience()
	if len(granted) == 0 {
		granted = []string{s.issuer(u.realm.Slug)}
	}
	for _, resource := range named(form) {
		if !slices.Contains(granted, resource) {
			return errInvalidTarget()
		}
		if !slices.Contains(u.audience, resource) {
			u.audience = append(u.audience, resource)
		}
	}
	return nil
}

// grant is the row that the exchange of the unit's code creates.
func (u *unit) grant() *grantRow {
	return &grantRow{
		ID: u.code.GrantID, RealmID: u.realm.ID, ApplicationID: u.app.ID, UserID: u.code.UserID, SessionID: u.code.SessionID,
		Scopes: u.code.Scopes, Audience: u.code.Audience, Context: u.code.Context,
		Offline:   exactScope(u.code.scopes(), scopeOfflineAccess),
		CreatedAt: database.At(u.now), ExpiresAt: database.At(u.now.Add(refreshAbsolute(u.realm, u.app))),
	}
}

// store commits the unit of work. A JWT for client_credentials leaves no row, so
// only its record is queued; an opaque one joins a group commit.
func (s *Service) store(ctx context.Context, u *unit) error {
	ref := event.Ref{RealmID: u.realm.ID, Kind: "application", ID: u.app.ID}
	ctx = event.Acting(ctx, event.Application, u.app.ID, u.app.ID)
	switch {
	case u.newGrant == nil && !u.rotate && u.newAccess == nil:
	case u.newGrant == nil && !u.rotate:
		if err := s.db.Group(ctx, func(ctx context.Context) error { return s.commit(ctx, u) }); err != nil {
			return err
		}
	default:
		err := s.db.InTx(ctx, func(ctx context.Context) error {
			if err := s.commit(ctx, u); err != nil {
				return err
			}
			return s.events.Record(ctx, ref, u.issued)
		})
		if errors.Is(err, errCodeSpent) {
			return errors.Join(invalidGrant("The code has already been used."), s.revokeReplayed(ctx, u, u.code))
		}
		return err
	}
	s.events.RecordSoon(ctx, ref, u.issued)
	return nil
}

// afterFailure does what a refused request leaves behind, in a transaction of its
// own that the refusal cannot roll back: a replayed code ends its grant (RFC 6749
// §4.1.2), a code presented with a wrong verifier or redirect URI is burnt, so
// that no weaker attempt can follow (AUT-07).
func (s *Service) afterFailure(ctx context.Context, u *unit) error {
	switch {
	case u.replayed != nil:
		return s.revokeReplayed(ctx, u, u.replayed)
	case u.code != nil:
		err := s.db.InTx(ctx, func(ctx context.Context) error {
			return s.spendCode(ctx, u.realm.ID, u.code.Digest, u.now)
		})
		if errors.Is(err, errCodeSpent) {
			return nil
		}
		return err
	}
	return nil
}

func (s *Service) revokeReplayed(ctx context.Context, u *unit, row *codeRow) error {
	ctx = event.Acting(ctx, event.Application, u.app.ID, u.app.ID)
	return s.revokeGrants(ctx, u.realm.ID, reasonReplayed, []string{row.GrantID})
}

// personal reports whether scope is about a person, whom client_credentials lacks.
func personal(scope string) bool {
	return scope == scopeOpenID || scope == scopeOfflineAccess || claimsOf(scope) != nil
}

func newGrantID() string { return id.New() }
