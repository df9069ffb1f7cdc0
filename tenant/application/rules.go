package application

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"authserver/internal/id"
	"authserver/tenant/realm"
)

// grantsOf are the grant types that a type may use, and methodsOf the ways in which
// it may authenticate; the first method is the default.
func grantsOf(t Type) []string {
	switch t {
	case Web:
		return []string{GrantCode, GrantRefresh, GrantClientCredentials}
	case SPA, Native:
		return []string{GrantCode, GrantRefresh}
	case Machine:
		return []string{GrantClientCredentials}
	}
	return nil
}

func methodsOf(t Type) []string {
	switch t {
	case Web, Machine:
		return []string{AuthBasic, AuthPost, AuthPrivateKeyJWT}
	case SPA, Native:
		// Whatever such an application ships, everybody can read (RFC 8252 §8.5).
		return []string{AuthNone}
	}
	return nil
}

// StandardScopes are those that ask for a person (OpenID Connect Core §5.4, §11).
func StandardScopes() []string {
	return []string{"openid", "profile", "email", "phone", "address", scopeOffline}
}

const scopeOffline = "offline_access"

// defaults fills what the draft left out.
func (a *Application) defaults() {
	if a.GrantTypes == nil {
		a.GrantTypes = slices.DeleteFunc(grantsOf(a.Type), func(g string) bool {
			return a.Type == Web && g == GrantClientCredentials
		})
	}
	if a.Scopes == nil && a.AllowsGrant(GrantCode) {
		a.Scopes = slices.DeleteFunc(StandardScopes(), func(s string) bool {
			return s == scopeOffline && !a.AllowsGrant(GrantRefresh)
		})
	}
	if methods := methodsOf(a.Type); a.AuthMethod == "" && len(methods) > 0 {
		a.AuthMethod = methods[0]
	}
	if a.TokenFormat == "" {
		a.TokenFormat = FormatJWT
	}
}

// normalise brings what people write into its stored form and returns the first
// rule that is broken.
func (a *Application) normalise() error {
	if grantsOf(a.Type) == nil {
		return ErrInvalid.At("type").Say("The type is web, spa, native or service.")
	}
	var err error
	if a.Name, err = realm.DisplayName("name", a.Name); err != nil {
		return err
	}
	if a.Description, err = realm.Sentence("description", a.Description); err != nil {
		return err
	}
	if a.LogoURL, err = realm.WebURL("logo_url", a.LogoURL); err != nil {
		return err
	}
	if _, err = realm.WebURL("home_url", a.HomeURL); err != nil && redirectFlaw(Web, a.HomeURL) != "" {
		return err
	}
	for _, list := range a.lists() {
		*list.values = unique(*list.values)
		if len(*list.values) > list.most {
			return ErrInvalid.At(list.name).Say("That list is too long.")
		}
	}
	for _, check := range []func() error{a.checkGrants, a.checkAddresses, a.checkScopes, a.checkResources, a.checkCredentials, a.checkTokens, a.checkPeople} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (a *Application) checkGrants() error {
	for _, g := range a.GrantTypes {
		if !slices.Contains(grantsOf(a.Type), g) {
			return ErrInvalid.At("grant_types").Say("An application of this type may use: " + strings.Join(grantsOf(a.Type), ", ") + ".")
		}
	}
	switch {
	case len(a.GrantTypes) == 0:
		return ErrInvalid.At("grant_types").Say("At least one grant type is needed.")
	case a.AllowsGrant(GrantRefresh) && !a.AllowsGrant(GrantCode):
		return ErrInvalid.At("grant_types").Say("refresh_token needs authorization_code.")
	}
	return nil
}

func (a *Application) checkAddresses() error {
	signsIn := a.AllowsGrant(GrantCode)
	switch {
	case signsIn && len(a.RedirectURIs) == 0:
		return ErrRedirectInvalid.At("redirect_uris").Say("At least one redirect address is needed.")
	case !signsIn && len(a.RedirectURIs)+len(a.PostLogoutRedirectURIs) > 0:
		return ErrRedirectInvalid.At("redirect_uris").Say("Without authorization_code nobody is redirected.")
	}
	for _, uri := range a.RedirectURIs {
		if flaw := redirectFlaw(a.Type, uri); flaw != "" {
			return ErrRedirectInvalid.At("redirect_uris").Say(flaw)
		}
	}
	for _, uri := range a.PostLogoutRedirectURIs {
		if flaw := redirectFlaw(a.Type, uri); flaw != "" {
			return ErrRedirectInvalid.At("post_logout_redirect_uris").Say(flaw)
		}
	}
	for _, origin := range a.AllowedOrigins {
		if flaw := originFlaw(origin); flaw != "" {
			return ErrInvalid.At("allowed_origins").Say(flaw)
		}
	}
	return nil
}

func (a *Application) checkScopes() error {
	for _, s := range a.Scopes {
		switch {
		case !scopeToken(s):
			return ErrScopeInvalid.At("scopes").Say("A scope has 1 to 128 printable ASCII characters other than space, quotation mark and backslash.")
		case !a.AllowsGrant(GrantCode) && slices.Contains(StandardScopes(), s):
			return ErrScopeInvalid.At("scopes").Say("Without authorization_code there is no person that " + s + " could be about.")
		case s == scopeOffline && !a.AllowsGrant(GrantRefresh):
			return ErrScopeInvalid.At("scopes").Say("offline_access needs the grant type refresh_token.")
		}
	}
	return nil
}

// scopeToken is the scope-token of RFC 6749 §3.3.
func scopeToken(s string) bool {
	if s == "" || len(s) > 128 {
		return false
	}
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7F || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

func (a *Application) checkResources() error {
	for _, r := range a.Audiences {
		if !resource(r) {
			return ErrInvalid.At("audiences").Say("A resource identifier is an absolute URI without fragment, or a name of letters, digits and ._-.")
		}
	}
	for _, r := range a.Identifiers {
		if !resource(r) {
			return ErrInvalid.At("identifiers").Say("A resource identifier is an absolute URI without fragment, or a name of letters, digits and ._-.")
		}
	}
	return nil
}

// resource accepts absolute URIs without fragment (RFC 8707 §2) and plain names.
// It is compared, never followed. A UUID is refused: it could be the client id of
// another application, whose tokens this one would then accept or ask for.
func resource(s string) bool {
	if s == "" || len(s) > 512 || id.Valid(s) || strings.ContainsAny(s, "\"<>\\^`{|}#") {
		return false
	}
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7F {
			return false
		}
	}
	if !strings.Contains(s, ":") {
		return only(strings.ToLower(s), "._-")
	}
	u, err := url.Parse(s)
	return err == nil && u.IsAbs() && u.User == nil && (u.Host != "" || u.Opaque != "")
}

func (a *Application) checkCredentials() error {
	switch {
	case !slices.Contains(methodsOf(a.Type), a.AuthMethod):
		return ErrInvalid.At("auth_method").Say("An application of this type may authenticate by: " + strings.Join(methodsOf(a.Type), ", ") + ".")
	case a.AuthMethod == AuthPrivateKeyJWT && len(a.Keys) == 0:
		return ErrKeysInvalid.At("jwks").Say("private_key_jwt needs a public key.")
	case a.Public() && len(a.Keys) > 0:
		return ErrKeysInvalid.At("jwks").Say("A public application has no keys.")
	}
	return nil
}

func (a *Application) checkTokens() error {
	for field, algorithm := range map[string]string{
		"id_token_algorithm": a.IDTokenAlgorithm, "access_token_algorithm": a.AccessTokenAlgorithm,
	} {
		if algorithm != "" && !slices.Contains(realm.Algorithms(), algorithm) {
			return ErrInvalid.At(field).Say("Choose RS256, PS256, ES256 or EdDSA.")
		}
	}
	if a.TokenFormat != FormatJWT && a.TokenFormat != FormatOpaque {
		return ErrInvalid.At("token_format").Say("A token is a jwt or opaque.")
	}
	// The realm's policy knows the bounds. What is not set cannot be wrong.
	p := realm.DefaultPolicy()
	for target, own := range map[*time.Duration]time.Duration{
		&p.AccessTokenLifetime: a.AccessTokenLifetime, &p.IDTokenLifetime: a.IDTokenLifetime,
	} {
		if own != 0 {
			*target = own
		}
	}
	if idle, absolute := a.RefreshIdle, a.RefreshAbsolute; idle != 0 || absolute != 0 {
		if idle == 0 {
			idle = absolute
		}
		if absolute == 0 {
			absolute = idle
		}
		p.RefreshIdle, p.RefreshAbsolute = idle, absolute
	}
	return p.Check()
}

// unique returns the values in their order, each once.
func unique(values []string) []string {
	out := make([]string, 0, len(values))
	for _, v := range values {
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}
