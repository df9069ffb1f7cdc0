package oauth

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"authserver/identity/user"
	"authserver/internal/fault"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

// Response modes (OAuth 2.0 Multiple Response Types, Form Post Response Mode).
const (
	modeQuery    = "query"
	modeFormPost = "form_post"
)

// Bounds of what a request may carry (AUT-16, INC-195).
const (
	maxURI   = 2048
	maxState = 2048
	maxNonce = 256
	maxScope = 2048

	maxLocales = 10 // each is compared with every language of the pages
)

// These failures are shown to the person, on our own page: before client and
// redirect URI are known to belong together there is nowhere to send them
// (RFC 6749 §4.1.2.1, AUT-02).
var (
	errClientUnknown   = fault.New(fault.Invalid, "client_unknown", "The application that sent you here is not known, or is switched off.")
	errRedirectInvalid = fault.New(fault.Invalid, "redirect_uri_invalid", "The application that sent you here asked to return to an address that is not registered for it.")
)

// prompts are the values of the prompt parameter that are understood (OpenID
// Connect Core §3.1.2.1).
func prompts() []string { return []string{"none", "login", "consent", "select_account"} }

// authorizeRequest is an authorize request, checked. Client and redirect URI are
// set even when the rest is refused: that is where the refusal goes.
type authorizeRequest struct {
	app         *application.Application
	redirectURI string
	form        url.Values // as received
	state       string
	mode        string

	scopes    []string
	resources []string
	nonce     string
	prompt    []string
	maxAge    *int64
	acr       []string
	essential []string // acr values without which there is no answer
	subject   string   // the person whom id_token_hint or claims name
	claims    claimsRequest
	received  time.Time
}

// readAuthorize checks an authorize request. A fault is for our own page; an
// *Error comes with the request and goes to the client.
func (s *Service) readAuthorize(ctx context.Context, form url.Values, received time.Time) (*authorizeRequest, error) {
	app, err := s.apps.ByClientID(ctx, realm.From(ctx).ID, form.Get("client_id"))
	if f, ok := fault.Of(err); ok && f.Kind == fault.NotFound || err == nil && !app.Enabled {
		return nil, errClientUnknown
	}
	if err != nil {
		return nil, err
	}
	a := &authorizeRequest{app: app, form: form, state: form.Get("state"), mode: modeQuery, received: received}
	if a.redirectURI = form.Get("redirect_uri"); a.redirectURI == "" && len(app.RedirectURIs) == 1 {
		a.redirectURI = app.RedirectURIs[0] // RFC 6749 §3.1.2.3; fosite insists on it for OpenID
	}
	if len(a.redirectURI) > maxURI || !app.MatchRedirect(a.redirectURI) {
		return nil, errRedirectInvalid
	}
	return a, s.readParameters(ctx, a)
}

// readParameters checks everything whose failure the client hears of.
func (s *Service) readParameters(ctx context.Context, a *authorizeRequest) error {
	form := a.form
	switch form.Get("response_mode") {
	case "", modeQuery:
	case modeFormPost:
		a.mode = modeFormPost
	default:
		return invalidRequest("response_mode must be query or form_post.")
	}
	for _, refused := range []string{"request", "request_uri", "registration"} {
		if form.Get(refused) != "" {
			return &Error{Code: refused + "_not_supported", Description: "The parameter " + refused + " is not supported.", Status: http.StatusBadRequest}
		}
	}
	switch form.Get("response_type") {
	case "code":
	case "":
		return invalidRequest("response_type is missing.")
	default:
		return &Error{Code: "unsupported_response_type", Description: "Only response_type=code is supported.", Status: http.StatusBadRequest}
	}
	if len(a.state) > maxState {
		a.state = ""
		return invalidRequest("state is too long.")
	}
	if a.nonce = form.Get("nonce"); len(a.nonce) > maxNonce {
		return invalidRequest("nonce is too long.")
	}
	if form.Get("code_challenge_method") != "S256" || !validChallenge(form.Get("code_challenge")) {
		return invalidRequest("PKCE is required: send code_challenge with code_challenge_method=S256.")
	}
	for _, check := range []func(context.Context, *authorizeRequest) error{readScopes, s.readResources, readPrompt, readACR, s.readHint, readClaims} {
		if err := check(ctx, a); err != nil {
			return err
		}
	}
	return nil
}

// validChallenge reports whether c can be an S256 challenge: 32 bytes in base64url
// without padding (RFC 7636 §4.2).
func validChallenge(c string) bool {
	return len(c) == 43 && !strings.ContainsFunc(c, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
	})
}

func readScopes(_ context.Context, a *authorizeRequest) error {
	raw := a.form.Get("scope")
	if len(raw) > maxScope {
		return invalidScope("scope is too long.")
	}
	for _, scope := range strings.Fields(raw) {
		if !a.app.AllowsScope(scope) {
			return invalidScope("A requested scope is unknown or not allowed for this client.")
		}
		if !slices.Contains(a.scopes, scope) {
			a.scopes = append(a.scopes, scope)
		}
	}
	if exactScope(a.scopes, scopeOpenID) && a.form.Get("redirect_uri") == "" {
		return invalidRequest("redirect_uri is required with scope openid.")
	}
	return nil
}

// readResources takes what the tokens are to be for (RFC 8707 §2).
func (s *Service) readResources(ctx context.Context, a *authorizeRequest) error {
	for _, resource := range named(a.form) {
		if !s.mayTarget(realm.From(ctx), a.app, a.scopes, resource) {
			return errInvalidTarget()
		}
		if !slices.Contains(a.resources, resource) {
			a.resources = append(a.resources, resource)
		}
	}
	return nil
}

// locales are the first languages of ui_locales.
func locales(form url.Values) []string {
	wishes := strings.Fields(form.Get("ui_locales"))
	return wishes[:min(len(wishes), maxLocales)]
}

// named are the resources that a request names: by resource, or by audience, which
// is older and holds several in one value.
func named(form url.Values) []string {
	list := slices.Concat(form["resource"], strings.Fields(form.Get("audience")))
	return slices.DeleteFunc(list, func(r string) bool { return r == "" })
}

// mayTarget reports whether tokens of the scopes may be for the resource: one that
// the application has registered, or the issuer itself, whose userinfo endpoint
// openid is for.
func (s *Service) mayTarget(r *realm.Realm, app *application.Application, scopes []string, resource string) bool {
	return slices.Contains(app.Audiences, resource) || exactScope(scopes, scopeOpenID) && resource == s.issuer(r.Slug)
}

func readPrompt(_ context.Context, a *authorizeRequest) error {
	a.prompt = strings.Fields(a.form.Get("prompt"))
	for _, p := range a.prompt {
		if !slices.Contains(prompts(), p) {
			return invalidRequest("prompt has an unknown value.")
		}
	}
	if slices.Contains(a.prompt, "none") && len(a.prompt) > 1 {
		return invalidRequest("prompt=none stands alone.")
	}
	if sent := a.form.Get("max_age"); sent != "" {
		age, err := strconv.ParseInt(sent, 10, 32)
		if err != nil || age < 0 {
			return invalidRequest("max_age must be a number of seconds.")
		}
		a.maxAge = &age
	}
	return nil
}

func readACR(_ context.Context, a *authorizeRequest) error {
	if a.acr = strings.Fields(a.form.Get("acr_values")); len(a.acr) > 16 {
		return invalidRequest("acr_values has too many values.")
	}
	return nil
}

// readHint takes the person from id_token_hint, which may have expired (OpenID
// Connect Core §3.1.2.1).
func (s *Service) readHint(ctx context.Context, a *authorizeRequest) error {
	hint := a.form.Get("id_token_hint")
	if hint == "" {
		return nil
	}
	h, err := s.readIDToken(ctx, hint)
	if err != nil {
		return invalidRequest("id_token_hint is not an ID token of this issuer.")
	}
	a.subject = h.Subject
	return nil
}

// readClaims keeps the names that the claims parameter asks for and the two values
// that decide whether there is an answer at all: sub and an essential acr
// (OpenID Connect Core §5.5.1).
func readClaims(_ context.Context, a *authorizeRequest) error {
	raw := a.form.Get("claims")
	if raw == "" {
		return nil
	}
	var asked struct {
		UserInfo map[string]*requestedClaim `json:"userinfo"`
		IDToken  map[string]*requestedClaim `json:"id_token"`
	}
	if len(raw) > maxTokenSize || !uniqueMembers([]byte(raw)) || json.Unmarshal([]byte(raw), &asked) != nil ||
		len(asked.UserInfo)+len(asked.IDToken) > maxClaims {
		return invalidRequest("claims is not a claims request.")
	}
	for _, name := range supportedClaims() {
		if _, ok := asked.UserInfo[name]; ok {
			a.claims.UserInfo = append(a.claims.UserInfo, name)
		}
		if _, ok := asked.IDToken[name]; ok {
			a.claims.IDToken = append(a.claims.IDToken, name)
		}
	}
	// Of the realm's own claims only the ID token must be told by name: at the
	// userinfo endpoint their scopes open them.
	for _, name := range slices.Sorted(maps.Keys(asked.IDToken)) {
		if user.AttributeName(name) && !slices.Contains(a.claims.IDToken, name) {
			a.claims.IDToken = append(a.claims.IDToken, name)
		}
	}
	if !asked.IDToken["acr"].printable() || !asked.IDToken["sub"].printable() || !asked.UserInfo["sub"].printable() {
		return invalidRequest("claims is not a claims request.")
	}
	if acr := asked.IDToken["acr"]; acr != nil {
		values := acr.strings()
		a.acr = append(a.acr, values...)
		if acr.Essential {
			a.essential = values
		}
	}
	for _, sub := range []*requestedClaim{asked.IDToken["sub"], asked.UserInfo["sub"]} {
		if sub == nil || len(sub.strings()) == 0 {
			continue
		}
		if a.subject != "" && a.subject != sub.strings()[0] {
			return invalidRequest("id_token_hint and claims name different people.")
		}
		a.subject = sub.strings()[0]
	}
	return nil
}

// strings are the values that the request would accept.
func (c *requestedClaim) strings() []string {
	var out []string
	for _, raw := range append([]json.RawMessage{c.Value}, c.Values...) {
		var v string
		if len(raw) > 0 && json.Unmarshal(raw, &v) == nil && v != "" {
			out = append(out, v)
		}
	}
	return out
}

// printable reports whether every value could be a sub or acr of ours. A parameter
// is checked for NUL, which PostgreSQL does not store, before JSON's escapes are
// resolved, so this is the second check (OpenID Connect Core §2: at most 255 ASCII
// characters).
func (c *requestedClaim) printable() bool {
	if c == nil {
		return true
	}
	return !slices.ContainsFunc(c.strings(), func(v string) bool {
		return len(v) > 255 || strings.ContainsFunc(v, func(r rune) bool { return r < ' ' || r > '~' })
	})
}

// uniqueMembers reports whether raw is one JSON object in which no object names a
// member twice: two readers could disagree on which one counts (JWT-08).
func uniqueMembers(raw []byte) bool {
	d := json.NewDecoder(bytes.NewReader(raw))
	return uniqueValue(d, 0) && !d.More()
}

const maxDepth = 16

func uniqueValue(d *json.Decoder, depth int) bool {
	t, err := d.Token()
	if err != nil || depth > maxDepth {
		return false
	}
	open, ok := t.(json.Delim)
	if !ok {
		return true
	}
	seen := map[string]bool{}
	for d.More() {
		if open == '{' {
			name, err := d.Token()
			key, ok := name.(string)
			if err != nil || !ok || seen[key] {
				return false
			}
			seen[key] = true
		}
		if !uniqueValue(d, depth+1) {
			return false
		}
	}
	_, err = d.Token()
	return err == nil
}
