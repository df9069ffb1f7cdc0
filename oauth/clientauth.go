package oauth

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/gin-gonic/gin"
	"github.com/ory/fosite"

	"authserver/internal/web"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

// assertionType names a JWT client assertion (RFC 7523 §2.2).
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// credentials are what a request presents as client authentication.
type credentials struct {
	clientID  string
	method    string // as in tenant/application
	secret    string
	assertion string
}

// authenticateClient is fosite's client authentication strategy. One method a
// request, the registered one, and one answer for every failure (RFC 6749 §2.3,
// TOK-02).
func (s *Service) authenticateClient(ctx context.Context, r *http.Request, form url.Values) (fosite.Client, error) {
	if u, ok := ctx.Value(unitKey{}).(*unit); ok && u.app != nil {
		return newClient(u.app), nil // the same request, tried again
	}
	app, err := s.clientOf(ctx, r, form)
	if err != nil {
		return nil, err
	}
	if !app.AllowsGrant(form.Get("grant_type")) { // fosite has several answers for this (RFC 6749 §5.2 has one)
		return nil, fosite.ErrUnauthorizedClient
	}
	if u, ok := ctx.Value(unitKey{}).(*unit); ok {
		u.app = app
	}
	return newClient(app), nil
}

// clientOf returns the application that the request authenticates.
func (s *Service) clientOf(ctx context.Context, r *http.Request, form url.Values) (*application.Application, error) {
	cred, err := presented(r, form)
	if err != nil {
		return nil, err
	}
	if cred.method == application.AuthPrivateKeyJWT {
		return s.clientByAssertion(ctx, cred)
	}
	app, err := s.apps.ByClientID(ctx, realm.From(ctx).ID, cred.clientID)
	if errors.Is(err, application.ErrNotFound) {
		application.Absent(cred.secret) // the time of a comparison (FOS-14)
		return nil, invalidClient()
	}
	if err != nil {
		return nil, err
	}
	if !app.Accepts(cred.method) || !app.Enabled {
		application.Absent(cred.secret)
		return nil, invalidClient()
	}
	if cred.method != application.AuthNone && !app.CheckSecret(cred.secret, s.now()) {
		return nil, invalidClient()
	}
	return app, nil
}

// presented reads the credentials of the request and refuses more than one kind. A
// parameter without a value counts as omitted (RFC 6749 §3.2): libraries of public
// clients send an empty client_secret.
func presented(r *http.Request, form url.Values) (credentials, error) {
	header := r.Header.Values("Authorization")
	inForm := form.Get("client_secret") != ""
	asserted := form.Get("client_assertion") != "" || form.Get("client_assertion_type") != ""
	switch {
	case len(header) > 1 || len(header) == 1 && (inForm || asserted) || inForm && asserted:
		return credentials{}, invalidRequest("Use one client authentication method.")
	case len(header) == 1:
		return basic(header[0], form.Get("client_id"))
	case asserted:
		if form.Get("client_assertion_type") != assertionType {
			return credentials{}, invalidClient()
		}
		return credentials{clientID: form.Get("client_id"), method: application.AuthPrivateKeyJWT, assertion: form.Get("client_assertion")}, nil
	case form.Get("client_id") == "":
		return credentials{}, invalidClient()
	case inForm:
		return credentials{clientID: form.Get("client_id"), method: application.AuthPost, secret: form.Get("client_secret")}, nil
	}
	return credentials{clientID: form.Get("client_id"), method: application.AuthNone}, nil
}

// basic reads HTTP Basic credentials as RFC 6749 §2.3.1 writes them: each half is
// form-encoded. Anything loosely encoded is refused rather than guessed (INC-127).
func basic(header, clientID string) (credentials, error) {
	scheme, encoded, ok := strings.Cut(header, " ")
	if !ok || !strings.EqualFold(scheme, "Basic") {
		return credentials{}, invalidClient()
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(strings.TrimSpace(encoded))
	if err != nil {
		return credentials{}, invalidClient()
	}
	user, pass, ok := strings.Cut(string(raw), ":")
	if !ok {
		return credentials{}, invalidClient()
	}
	id, err1 := url.QueryUnescape(user)
	secret, err2 := url.QueryUnescape(pass)
	if err1 != nil || err2 != nil || id == "" || !utf8.ValidString(id) || !utf8.ValidString(secret) {
		return credentials{}, invalidClient()
	}
	if clientID != "" && clientID != id {
		return credentials{}, invalidRequest("client_id differs from the client of the Authorization header.")
	}
	return credentials{clientID: id, method: application.AuthBasic, secret: secret}, nil
}

// claimed is the client that a request says to come from, for counting. An assertion
// without client_id is counted by its address.
func claimed(c *gin.Context) string {
	form, err := web.Form(c)
	if err != nil {
		return ""
	}
	cred, err := presented(c.Request, form)
	if err != nil {
		return ""
	}
	return cred.clientID
}
