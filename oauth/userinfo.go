package oauth

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"authserver/identity/user"
	"authserver/internal/web"
	"authserver/tenant/realm"
)

// userinfo serves GET and POST /oauth2/userinfo (OpenID Connect Core §5.3).
func (s *Service) userinfo(c *gin.Context) error {
	token, err := bearerToken(c)
	if err != nil {
		return challenge(c, http.StatusBadRequest, "invalid_request", err.Error())
	}
	if token == "" {
		return challenge(c, http.StatusUnauthorized, "", "")
	}
	ctx := c.Request.Context()
	b, err := s.authenticate(ctx, token)
	if errors.Is(err, errToken) {
		return challenge(c, http.StatusUnauthorized, "invalid_token", "The access token is not valid.")
	}
	if err != nil {
		return writeError(c, err)
	}
	if !slices.Contains(b.Audience, s.issuer(realm.From(ctx).Slug)) {
		// A resource server must not read here what was given to it for itself (TOK-12).
		return challenge(c, http.StatusUnauthorized, "invalid_token", "The access token is for another resource.")
	}
	if b.UserID == "" || !exactScope(b.Scopes, scopeOpenID) {
		return challenge(c, http.StatusForbidden, "insufficient_scope", "The access token lacks the scope openid.")
	}
	person, err := s.users.ByID(ctx, realm.From(ctx).ID, b.UserID)
	if errors.Is(err, user.ErrNotFound) || err == nil && !person.Active() {
		return challenge(c, http.StatusUnauthorized, "invalid_token", "The access token is not valid.")
	}
	if err != nil {
		return writeError(c, err)
	}
	app, err := s.apps.ByID(ctx, realm.From(ctx).ID, b.ApplicationID)
	if err != nil {
		return writeError(c, err)
	}
	claims := scopedClaims(person, b.Scopes, b.Claims.UserInfo)
	if err := s.ownClaims(ctx, app, person, b.Scopes, claims, everything); err != nil {
		return writeError(c, err)
	}
	claims["sub"] = b.UserID
	noStore(c)
	return web.JSON(c, http.StatusOK, claims)
}

var errTokenPlace = errors.New("send the access token in the Authorization header")

// bearerToken reads the access token from the header, or from the form of a POST
// (RFC 6750 §2.1, §2.2). A token in the URL is refused: URLs are logged (TOK-15).
func bearerToken(c *gin.Context) (string, error) {
	query, err := web.Query(c)
	if err != nil || query.Has("access_token") {
		return "", errTokenPlace
	}
	header := c.Request.Header.Values("Authorization")
	inForm := ""
	if c.Request.Method == http.MethodPost && c.ContentType() == "application/x-www-form-urlencoded" {
		form, err := web.Form(c)
		if err != nil {
			return "", errTokenPlace
		}
		inForm = form.Get("access_token")
	}
	switch {
	case len(header) > 1 || len(header) == 1 && inForm != "":
		return "", errTokenPlace
	case len(header) == 0:
		return inForm, nil
	}
	scheme, token, _ := strings.Cut(header[0], " ")
	if !strings.EqualFold(scheme, tokenType) {
		return "", nil
	}
	return strings.TrimSpace(token), nil
}

// challenge refuses a bearer request as RFC 6750 §3 says; without a code when no
// token was sent at all.
func challenge(c *gin.Context, status int, code, description string) error {
	value := tokenType + ` realm="userinfo"`
	if code != "" {
		value += `, error="` + code + `", error_description="` + description + `"`
	}
	c.Header("WWW-Authenticate", value)
	noStore(c)
	if code == "" {
		code = "invalid_token"
	}
	return web.JSON(c, status, errorBody{Error: code, Description: description})
}
