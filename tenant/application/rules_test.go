package application

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"authserver/internal/fault"
	"authserver/internal/id"
	"authserver/tenant/realm"
)

func webDraft() Draft {
	return Draft{Name: "App", Type: Web, RedirectURIs: []string{"https://app.example.com/cb"}}
}

func TestTypeDecidesTheDefaults(t *testing.T) {
	t.Parallel()
	uris := []string{"https://app.example.com/cb"}
	for typ, want := range map[Type]struct {
		uris, grants, scopes []string
		method               string
	}{
		Web:     {uris, []string{GrantCode, GrantRefresh}, StandardScopes(), AuthBasic},
		SPA:     {uris, []string{GrantCode, GrantRefresh}, StandardScopes(), AuthNone},
		Native:  {uris, []string{GrantCode, GrantRefresh}, StandardScopes(), AuthNone},
		Machine: {nil, []string{GrantClientCredentials}, []string{}, AuthBasic},
	} {
		a, err := Draft{Name: "App", Type: typ, RedirectURIs: want.uris}.application()
		if err != nil {
			t.Errorf("%s: %v", typ, err)
			continue
		}
		if !slices.Equal(a.GrantTypes, want.grants) || !slices.Equal(a.Scopes, want.scopes) || a.AuthMethod != want.method ||
			a.TokenFormat != FormatJWT || !a.Enabled || a.ClientID != a.ID || !id.Valid(a.ID) {
			t.Errorf("%s: %+v", typ, a)
		}
	}
}

func TestRegistrationRules(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*Draft)
		field  string // empty: allowed
	}{
		"as it is":                {func(*Draft) {}, ""},
		"no type":                 {func(d *Draft) { d.Type = "" }, "type"},
		"unknown type":            {func(d *Draft) { d.Type = "desktop" }, "type"},
		"no name":                 {func(d *Draft) { d.Name = " " }, "name"},
		"deceptive name":          {func(d *Draft) { d.Name = "Ac\u202eme" }, "name"},
		"long description":        {func(d *Draft) { d.Description = strings.Repeat("a", 501) }, "description"},
		"script as logo":          {func(d *Draft) { d.LogoURL = "JaVaScRiPt:alert(1)" }, "logo_url"},
		"data as logo":            {func(d *Draft) { d.LogoURL = "data:image/svg+xml,x" }, "logo_url"},
		"plain http logo":         {func(d *Draft) { d.LogoURL = "http://127.0.0.1/l.png" }, "logo_url"},
		"script as home":          {func(d *Draft) { d.HomeURL = "java\tscript:alert(1)" }, "home_url"},
		"plain http home":         {func(d *Draft) { d.HomeURL = "http://app.example.com/" }, "home_url"},
		"home on this machine":    {func(d *Draft) { d.HomeURL = "http://127.0.0.1:9000/" }, ""},
		"own client id":           {func(d *Draft) { d.ClientID = "demo-app_1.0" }, ""},
		"client id like a user's": {func(d *Draft) { d.ClientID = id.New() }, "client_id"},
		"the same in capitals":    {func(d *Draft) { d.ClientID = strings.ToUpper(id.New()) }, "client_id"},
		"short client id":         {func(d *Draft) { d.ClientID = "ab" }, "client_id"},
		"client id with a slash":  {func(d *Draft) { d.ClientID = "a/b/c" }, "client_id"},
		"client id with a colon":  {func(d *Draft) { d.ClientID = "a:bc" }, "client_id"},
		"no redirect address":     {func(d *Draft) { d.RedirectURIs = nil }, "redirect_uris"},
		"bad redirect address":    {func(d *Draft) { d.RedirectURIs = append(d.RedirectURIs, "javascript:alert(1)") }, "redirect_uris"},
		"too many addresses":      {func(d *Draft) { d.RedirectURIs = numbered("https://app.example.com/", 51) }, "redirect_uris"},
		"fifty addresses":         {func(d *Draft) { d.RedirectURIs = numbered("https://app.example.com/", 50) }, ""},
		"bad sign-out address":    {func(d *Draft) { d.PostLogoutRedirectURIs = []string{"https://a@b.example/"} }, "post_logout_redirect_uris"},
		"own scheme on the web":   {func(d *Draft) { d.RedirectURIs = []string{"com.example.app:/cb"} }, "redirect_uris"},
		"own scheme, native":      {func(d *Draft) { d.Type, d.RedirectURIs = Native, []string{"com.example.app:/cb"} }, ""},
		"service with address":    {func(d *Draft) { d.Type = Machine }, "redirect_uris"},
		"password grant":          {func(d *Draft) { d.GrantTypes = []string{"password"} }, "grant_types"},
		"implicit grant":          {func(d *Draft) { d.GrantTypes = []string{"implicit"} }, "grant_types"},
		"no grant":                {func(d *Draft) { d.GrantTypes = []string{} }, "grant_types"},
		"all grants of the web":   {func(d *Draft) { d.GrantTypes = grantsOf(Web) }, ""},
		"spa for itself":          {func(d *Draft) { d.Type, d.GrantTypes = SPA, []string{GrantCode, GrantClientCredentials} }, "grant_types"},
		"refresh alone":           {func(d *Draft) { d.GrantTypes = []string{GrantRefresh, GrantClientCredentials} }, "grant_types"},
		"own scope":               {func(d *Draft) { d.Scopes = []string{"openid", "orders:read", "https://api.example.com/x"} }, ""},
		"no scope":                {func(d *Draft) { d.Scopes = []string{} }, ""},
		"scope with a space":      {func(d *Draft) { d.Scopes = []string{"a b"} }, "scopes"},
		"scope with a quote":      {func(d *Draft) { d.Scopes = []string{`a"b`} }, "scopes"},
		"scope with a backslash":  {func(d *Draft) { d.Scopes = []string{`a\b`} }, "scopes"},
		"empty scope":             {func(d *Draft) { d.Scopes = []string{""} }, "scopes"},
		"scope outside ASCII":     {func(d *Draft) { d.Scopes = []string{"ä"} }, "scopes"},
		"long scope":              {func(d *Draft) { d.Scopes = []string{strings.Repeat("a", 129)} }, "scopes"},
		"101 scopes":              {func(d *Draft) { d.Scopes = numbered("s", 101) }, "scopes"},
		"offline without refresh": {func(d *Draft) { d.GrantTypes, d.Scopes = []string{GrantCode}, []string{scopeOffline} }, "scopes"},
		"service about a person":  {func(d *Draft) { d.Type, d.RedirectURIs, d.Scopes = Machine, nil, []string{"openid"} }, "scopes"},
		"audiences": {func(d *Draft) {
			d.Audiences = []string{"https://api.example.com/v1", "urn:example:orders", "orders-api"}
		}, ""},
		"audience with fragment":      {func(d *Draft) { d.Audiences = []string{"https://api.example.com/#x"} }, "audiences"},
		"audience with user":          {func(d *Draft) { d.Audiences = []string{"https://u@api.example.com/"} }, "audiences"},
		"audience of another":         {func(d *Draft) { d.Audiences = []string{id.New()} }, "audiences"},
		"identifiers":                 {func(d *Draft) { d.Identifiers = []string{"https://api.example.com"} }, ""},
		"identifier of another":       {func(d *Draft) { d.Identifiers = []string{id.New()} }, "identifiers"},
		"identifier with a space":     {func(d *Draft) { d.Identifiers = []string{"a b"} }, "identifiers"},
		"origins":                     {func(d *Draft) { d.AllowedOrigins = []string{"https://app.example.com", "http://localhost:3000"} }, ""},
		"origin null":                 {func(d *Draft) { d.AllowedOrigins = []string{"null"} }, "allowed_origins"},
		"any origin":                  {func(d *Draft) { d.AllowedOrigins = []string{"*"} }, "allowed_origins"},
		"origin with path":            {func(d *Draft) { d.AllowedOrigins = []string{"https://app.example.com/"} }, "allowed_origins"},
		"origin with usual port":      {func(d *Draft) { d.AllowedOrigins = []string{"https://app.example.com:443"} }, "allowed_origins"},
		"plain http origin":           {func(d *Draft) { d.AllowedOrigins = []string{"http://app.example.com"} }, "allowed_origins"},
		"post":                        {func(d *Draft) { d.AuthMethod = AuthPost }, ""},
		"web without proof":           {func(d *Draft) { d.AuthMethod = AuthNone }, "auth_method"},
		"spa with secret":             {func(d *Draft) { d.Type, d.AuthMethod = SPA, AuthBasic }, "auth_method"},
		"client_secret_jwt":           {func(d *Draft) { d.AuthMethod = "client_secret_jwt" }, "auth_method"},
		"key method without keys":     {func(d *Draft) { d.AuthMethod = AuthPrivateKeyJWT }, "jwks"},
		"opaque":                      {func(d *Draft) { d.TokenFormat = FormatOpaque }, ""},
		"unknown format":              {func(d *Draft) { d.TokenFormat = "saml" }, "token_format"},
		"algorithm of its own":        {func(d *Draft) { d.IDTokenAlgorithm, d.AccessTokenAlgorithm = "ES256", "EdDSA" }, ""},
		"shared key algorithm":        {func(d *Draft) { d.IDTokenAlgorithm = "HS256" }, "id_token_algorithm"},
		"no algorithm":                {func(d *Draft) { d.AccessTokenAlgorithm = "none" }, "access_token_algorithm"},
		"lifetime":                    {func(d *Draft) { d.AccessTokenLifetime = 5 * time.Minute }, ""},
		"lifetime of a second":        {func(d *Draft) { d.AccessTokenLifetime = time.Second }, "access_token_lifetime"},
		"negative lifetime":           {func(d *Draft) { d.IDTokenLifetime = -time.Hour }, "id_token_lifetime"},
		"refresh for a day":           {func(d *Draft) { d.RefreshAbsolute = 24 * time.Hour }, ""},
		"refresh for 100 idle days":   {func(d *Draft) { d.RefreshIdle = 100 * 24 * time.Hour }, ""},
		"refresh idle above absolute": {func(d *Draft) { d.RefreshIdle, d.RefreshAbsolute = 2*time.Hour, time.Hour }, "refresh_idle"},
	} {
		d := webDraft()
		c.change(&d)
		_, err := d.application()
		f, isFault := fault.Of(err)
		switch {
		case c.field == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.field != "" && (!isFault || f.Kind != fault.Invalid || f.Field != c.field):
			t.Errorf("%s: error is %v, want one at %s", name, err, c.field)
		}
	}
}

func numbered(prefix string, n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = prefix + strings.Repeat("a", i+1)
	}
	return list
}

func TestListsKeepEachValueOnce(t *testing.T) {
	t.Parallel()
	d := webDraft()
	d.Scopes = []string{"openid", "email", "openid"}
	a, err := d.application()
	if err != nil || !slices.Equal(a.Scopes, []string{"openid", "email"}) {
		t.Errorf("scopes %v, %v", a.Scopes, err)
	}
}

func TestAllowsAreExact(t *testing.T) {
	t.Parallel()
	a, err := webDraft().application()
	if err != nil {
		t.Fatal(err)
	}
	if !a.AllowsScope("openid") || a.AllowsScope("OpenID") || a.AllowsScope("") || a.AllowsScope("open") {
		t.Error("scopes are not compared letter for letter")
	}
	if !a.AllowsGrant(GrantCode) || a.AllowsGrant(GrantClientCredentials) || a.AllowsGrant("") {
		t.Error("grants are not compared letter for letter")
	}
}

func TestAcceptedMethods(t *testing.T) {
	t.Parallel()
	methods := []string{AuthBasic, AuthPost, AuthPrivateKeyJWT, AuthNone, ""}
	for registered, want := range map[string][]string{
		AuthBasic: {AuthBasic, AuthPost}, AuthPost: {AuthBasic, AuthPost}, AuthPrivateKeyJWT: {AuthPrivateKeyJWT}, AuthNone: {AuthNone},
	} {
		a := &Application{AuthMethod: registered}
		for _, m := range methods {
			if got := a.Accepts(m); got != slices.Contains(want, m) {
				t.Errorf("registered for %s, accepts %q: %v", registered, m, got)
			}
		}
	}
}

func TestOriginsOfASpaFollowItsRedirectAddresses(t *testing.T) {
	t.Parallel()
	uris := []string{"https://app.example.com:443/cb", "https://app.example.com/other", "http://localhost:3000/cb", "http://127.0.0.1:80/cb"}
	a := &Application{Type: SPA, RedirectURIs: uris}
	if got, want := a.Origins(), []string{"https://app.example.com", "http://localhost:3000", "http://127.0.0.1"}; !slices.Equal(got, want) {
		t.Errorf("origins %v, want %v", got, want)
	}
	a.AllowedOrigins = []string{"https://x.example"}
	if got := a.Origins(); !slices.Equal(got, a.AllowedOrigins) {
		t.Errorf("origins %v, want its own", got)
	}
	if got := (&Application{Type: Web, RedirectURIs: uris}).Origins(); len(got) != 0 {
		t.Errorf("a web application has origins %v", got)
	}
	if got := (&Application{Type: Native, RedirectURIs: []string{"com.example.app:/cb"}}).Origins(); len(got) != 0 {
		t.Errorf("a native application has origins %v", got)
	}
}

func TestNameAndLogoFollowTheRulesOfRealms(t *testing.T) {
	t.Parallel()
	d := webDraft()
	d.Name = "Cafe\u0301"
	a, err := d.application()
	if err != nil || a.Name != "Caf\u00e9" {
		t.Errorf("name %q, %v", a.Name, err)
	}
	d.LogoURL = "//evil.example/l.png"
	if _, err := d.application(); !errors.Is(err, realm.ErrURLInvalid) {
		t.Errorf("error is %v", err)
	}
}
