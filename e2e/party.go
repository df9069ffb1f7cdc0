package e2e

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// Party is a relying party as the standards describe one. It trusts nothing that the provider says unchecked, and shares no code with it.
type Party struct {
	Issuer                string
	ClientID, Secret      string // no secret: a public client
	RedirectURI           string
	Scope                 string
	Endpoints             Endpoints
	HTTP                  *http.Client
	AuthorizationModifier func(url.Values) // a last word on each authorization request
}

// Endpoints are what discovery tells.
type Endpoints struct {
	Issuer        string `json:"issuer"`
	Authorization string `json:"authorization_endpoint"`
	Token         string `json:"token_endpoint"`
	Userinfo      string `json:"userinfo_endpoint"`
	Introspection string `json:"introspection_endpoint"`
	Revocation    string `json:"revocation_endpoint"`
	EndSession    string `json:"end_session_endpoint"`
	JWKS          string `json:"jwks_uri"`
}

// Discover fetches the provider's metadata and holds it to OpenID Connect Discovery §4.3: the issuer must be the one that was asked for.
func (p *Party) Discover(ctx context.Context) error {
	a, err := p.get(ctx, p.Issuer+"/.well-known/openid-configuration", "")
	if err != nil {
		return err
	}
	if err := a.into(http.StatusOK, &p.Endpoints); err != nil {
		return err
	}
	if p.Endpoints.Issuer != p.Issuer {
		return fmt.Errorf("discovery: issuer %q, asked %q", p.Endpoints.Issuer, p.Issuer)
	}
	return nil
}

// Attempt is what the party remembers between sending a browser away and seeing it again.
type Attempt struct {
	URL                    string
	State, Nonce, Verifier string
}

// Begin makes an authorization request with PKCE, state and nonce.
func (p *Party) Begin() Attempt {
	at := Attempt{State: random(), Nonce: random(), Verifier: random()}
	sum := sha256.Sum256([]byte(at.Verifier))
	q := url.Values{
		"response_type": {"code"}, "client_id": {p.ClientID}, "redirect_uri": {p.RedirectURI}, "scope": {p.Scope},
		"state": {at.State}, "nonce": {at.Nonce},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
	}
	if p.AuthorizationModifier != nil {
		p.AuthorizationModifier(q)
	}
	at.URL = p.Endpoints.Authorization + "?" + q.Encode()
	return at
}

// Code takes the code from the address to which the browser came back: same redirect URI, same state, same issuer (RFC 9207 §2.4).
func (p *Party) Code(at Attempt, back *url.URL) (string, error) {
	q := back.Query()
	want, err := url.Parse(p.RedirectURI)
	if err != nil {
		return "", err
	}
	switch {
	case back.Host != want.Host || back.Path != want.Path:
		return "", fmt.Errorf("came back to %s, not to %s", back, p.RedirectURI)
	case q.Get("state") != at.State:
		return "", fmt.Errorf("state %q, sent %q", q.Get("state"), at.State)
	case q.Get("iss") != p.Issuer:
		return "", fmt.Errorf("iss %q, want %q", q.Get("iss"), p.Issuer)
	case q.Get("error") != "":
		return "", fmt.Errorf("%s: %s", q.Get("error"), q.Get("error_description"))
	case q.Get("code") == "":
		return "", errors.New("neither code nor error came back")
	}
	return q.Get("code"), nil
}

// Tokens is a token answer.
type Tokens struct {
	AccessToken  string `json:"access_token"`
	TokenType    string `json:"token_type"`
	ExpiresIn    int    `json:"expires_in"`
	RefreshToken string `json:"refresh_token"`
	IDToken      string `json:"id_token"`
	Scope        string `json:"scope"`
}

// Exchange redeems a code.
func (p *Party) Exchange(ctx context.Context, code, verifier string) (Tokens, error) {
	return p.tokens(ctx, url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {p.RedirectURI}, "code_verifier": {verifier}})
}

// Refresh trades a refresh token.
func (p *Party) Refresh(ctx context.Context, token string) (Tokens, error) {
	return p.tokens(ctx, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}})
}

// ClientCredentials asks for a token of the party's own.
func (p *Party) ClientCredentials(ctx context.Context, scope string) (Tokens, error) {
	return p.tokens(ctx, url.Values{"grant_type": {"client_credentials"}, "scope": {scope}})
}

func (p *Party) tokens(ctx context.Context, form url.Values) (Tokens, error) {
	var t Tokens
	a, err := p.Post(ctx, p.Endpoints.Token, form)
	if err != nil {
		return t, err
	}
	if err := a.into(http.StatusOK, &t); err != nil {
		return t, err
	}
	if a.Header.Get("Cache-Control") != "no-store" { // RFC 6749 §5.1
		return t, fmt.Errorf("a token answer with Cache-Control %q", a.Header.Get("Cache-Control"))
	}
	if !strings.EqualFold(t.TokenType, "Bearer") {
		return t, fmt.Errorf("token type %q", t.TokenType)
	}
	return t, nil
}

// Introspect asks whether a token is good (RFC 7662).
func (p *Party) Introspect(ctx context.Context, token string) (map[string]any, error) {
	var said map[string]any
	a, err := p.Post(ctx, p.Endpoints.Introspection, url.Values{"token": {token}})
	if err != nil {
		return nil, err
	}
	return said, a.into(http.StatusOK, &said)
}

// Revoke gives a token up (RFC 7009).
func (p *Party) Revoke(ctx context.Context, token string) error {
	a, err := p.Post(ctx, p.Endpoints.Revocation, url.Values{"token": {token}})
	if err != nil {
		return err
	}
	return a.into(http.StatusOK, nil)
}

// Userinfo fetches the claims that the access token opens.
func (p *Party) Userinfo(ctx context.Context, access string) (map[string]any, error) {
	var claims map[string]any
	a, err := p.get(ctx, p.Endpoints.Userinfo, access)
	if err != nil {
		return nil, err
	}
	return claims, a.into(http.StatusOK, &claims)
}

// Verify checks an ID token as OpenID Connect Core §3.1.3.7 demands and returns its claims. A nonce or access token of "" is not compared.
func (p *Party) Verify(ctx context.Context, token, nonce, access string, now time.Time) (map[string]any, error) {
	var std jwt.Claims
	claims := map[string]any{}
	t, err := p.signed(ctx, token, &std, &claims)
	if err != nil {
		return nil, fmt.Errorf("id_token: %w", err)
	}
	if err := std.ValidateWithLeeway(jwt.Expected{Issuer: p.Issuer, AnyAudience: jwt.Audience{p.ClientID}, Time: now}, time.Second); err != nil {
		return nil, fmt.Errorf("id_token: %w", err)
	}
	switch {
	case std.Subject == "" || std.IssuedAt == nil || std.Expiry == nil:
		return nil, errors.New("id_token: sub, iat or exp is missing")
	case len(std.Audience) > 1 && claims["azp"] != p.ClientID:
		return nil, fmt.Errorf("id_token: azp %v", claims["azp"])
	case nonce != "" && claims["nonce"] != nonce:
		return nil, fmt.Errorf("id_token: nonce %v, want %s", claims["nonce"], nonce)
	}
	if alg := t.Headers[0].Algorithm; access != "" && strings.HasSuffix(alg, "256") {
		sum := sha256.Sum256([]byte(access))
		if want := base64.RawURLEncoding.EncodeToString(sum[:16]); claims["at_hash"] != want {
			return nil, fmt.Errorf("id_token: at_hash %v, want %s", claims["at_hash"], want)
		}
	}
	return claims, nil
}

// VerifyStatement checks a statement of the realm that is no token, by its published keys and its type, and returns its claims.
func (p *Party) VerifyStatement(ctx context.Context, statement, typ string) (map[string]any, error) {
	claims := map[string]any{}
	t, err := p.signed(ctx, statement, &claims)
	if err != nil {
		return nil, fmt.Errorf("statement: %w", err)
	}
	if got := t.Headers[0].ExtraHeaders[jose.HeaderType]; got != typ {
		return nil, fmt.Errorf("statement: typ %v, want %s", got, typ)
	}
	return claims, nil
}

// signed verifies a JWS by the realm's published keys and decodes its claims.
func (p *Party) signed(ctx context.Context, compact string, claims ...any) (*jwt.JSONWebToken, error) {
	var keys jose.JSONWebKeySet
	a, err := p.get(ctx, p.Endpoints.JWKS, "")
	if err != nil {
		return nil, err
	}
	if err := a.into(http.StatusOK, &keys); err != nil {
		return nil, err
	}
	t, err := jwt.ParseSigned(compact, []jose.SignatureAlgorithm{jose.RS256, jose.ES256, jose.EdDSA, jose.PS256})
	if err != nil {
		return nil, err
	}
	found := keys.Key(t.Headers[0].KeyID)
	if len(found) != 1 {
		return nil, fmt.Errorf("%d keys with kid %q", len(found), t.Headers[0].KeyID)
	}
	return t, t.Claims(found[0].Key, claims...)
}

// Answer is what an endpoint said.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Refused is an answer that is not the one hoped for, with the error that RFC 6749 §5.2 puts into it.
type Refused struct {
	Status            int
	Code, Description string
	Answer            Answer
}

func (r *Refused) Error() string {
	return fmt.Sprintf("%d %s: %s", r.Status, r.Code, r.Description)
}

func (a Answer) into(status int, v any) error {
	if a.Status != status {
		var e struct {
			Error       string `json:"error"`
			Description string `json:"error_description"`
		}
		if json.Unmarshal(a.Body, &e) != nil || e.Error == "" {
			e.Description = fmt.Sprintf("%.200s", a.Body)
		}
		return &Refused{a.Status, e.Error, e.Description, a}
	}
	if v == nil {
		return nil
	}
	if err := json.Unmarshal(a.Body, v); err != nil {
		return fmt.Errorf("%.200s: %w", a.Body, err)
	}
	return nil
}

// Post sends a form with the party's credentials (RFC 6749 §2.3.1: encoded before they are joined).
func (p *Party) Post(ctx context.Context, endpoint string, form url.Values) (Answer, error) {
	if p.Secret == "" {
		form.Set("client_id", p.ClientID)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, strings.NewReader(form.Encode()))
	if err != nil {
		return Answer{}, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if p.Secret != "" {
		req.SetBasicAuth(url.QueryEscape(p.ClientID), url.QueryEscape(p.Secret))
	}
	return p.Send(req)
}

func (p *Party) get(ctx context.Context, address, bearer string) (Answer, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return Answer{}, err
	}
	if bearer != "" {
		req.Header.Set("Authorization", "Bearer "+bearer)
	}
	return p.Send(req)
}

// Send sends a request as it is and reads the whole answer.
func (p *Party) Send(req *http.Request) (Answer, error) {
	client := p.HTTP
	if client == nil {
		client = http.DefaultClient
	}
	res, err := client.Do(req)
	if err != nil {
		return Answer{}, fmt.Errorf("%s %s: %w", req.Method, req.URL.Path, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return Answer{}, fmt.Errorf("%s %s: read: %w", req.Method, req.URL.Path, err)
	}
	return Answer{res.StatusCode, res.Header, body}, nil
}

func random() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails since Go 1.24
	return base64.RawURLEncoding.EncodeToString(b)
}
