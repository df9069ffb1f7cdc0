package e2e_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"authserver/e2e"
)

// bad is a request that no client should send.
type bad struct {
	name              string
	method, url, body string
	contentType       string
	authorization     string
}

// surface is an endpoint with a request that would change something if it were let through.
type surface struct {
	name, method, url string
	form              url.Values
	required          []string // without these it is refused; each missing one is tried
	basic             bool     // the client authenticates by header
	lenient           bool     // a token that is none is no error (RFC 7009 §2.2, RFC 7662 §2.2)
	page              bool     // a person sees the answer: it is a page, or a redirect back to the application
}

// stage is a house with something at stake: a live code, a live refresh token, a signed-in person.
type stage struct {
	house    *e2e.House
	party    *e2e.Party
	person   *e2e.Person
	tokens   e2e.Tokens
	surfaces []surface
}

func setStage(t *testing.T) *stage {
	t.Helper()
	h := e2e.Open(t)
	s := &stage{house: h, party: h.NewParty(nil), person: h.NewPerson("rosa@example.com")}
	_, s.tokens = signedIn(t, s.party, s.person)
	attempt := s.party.Begin()
	code := codeFor(t, s.party, s.person, attempt)
	e := s.party.Endpoints
	authorize, err := url.Parse(s.party.Begin().URL)
	if err != nil {
		t.Fatal(err)
	}
	s.surfaces = []surface{
		{name: "token/code", method: "POST", url: e.Token, basic: true, required: []string{"grant_type", "code"}, form: url.Values{
			"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {s.party.RedirectURI}, "code_verifier": {attempt.Verifier}}},
		{name: "token/refresh", method: "POST", url: e.Token, basic: true, required: []string{"grant_type", "refresh_token"}, form: url.Values{
			"grant_type": {"refresh_token"}, "refresh_token": {s.tokens.RefreshToken}}},
		{name: "token/service", method: "POST", url: e.Token, basic: true, required: []string{"grant_type"}, form: url.Values{
			"grant_type": {"client_credentials"}}},
		{name: "introspect", method: "POST", url: e.Introspection, basic: true, lenient: true, required: []string{"token"}, form: url.Values{
			"token": {s.tokens.AccessToken}}},
		{name: "revoke", method: "POST", url: e.Revocation, basic: true, lenient: true, required: []string{"token"}, form: url.Values{
			"token": {s.tokens.RefreshToken}}},
		{name: "authorize", method: "GET", url: e.Authorization, page: true, form: authorize.Query(),
			required: []string{"response_type", "client_id", "redirect_uri", "code_challenge", "code_challenge_method"}},
	}
	return s
}

// badForms spoils every parameter of a surface in every way.
func (s *stage) badForms(to surface) []bad {
	var all []bad
	add := func(name, raw string) {
		b := bad{name: name, method: to.method, url: to.url, body: raw, contentType: "application/x-www-form-urlencoded"}
		if to.method == http.MethodGet {
			b.url, b.body, b.contentType = to.url+"?"+raw, "", ""
		}
		if to.basic {
			b.authorization = s.basic(s.party.ClientID, s.party.Secret)
		}
		all = append(all, b)
	}
	for _, name := range to.required {
		form := maps.Clone(to.form)
		form.Del(name)
		add("no "+name, form.Encode())
	}
	for name := range to.form {
		good := to.form.Encode()
		with := func(value string) string {
			form := maps.Clone(to.form)
			form.Del(name)
			return form.Encode() + "&" + name + "=" + value
		}
		add(name+" twice", good+"&"+name+"=x")
		if !to.lenient {
			add(name+" of 20 KiB", with(strings.Repeat("a", 20<<10)))
		}
		add(name+" not UTF-8", with("%ff%fe"))
		add(name+" with NUL", with(url.QueryEscape(to.form.Get(name))+"%00"))
		add(name+" half encoded", with("%zz"))
	}
	for _, name := range []string{"grant_type", "response_type", "code", "refresh_token", "client_id", "code_challenge_method"} {
		if to.form.Has(name) {
			form := maps.Clone(to.form)
			form.Set(name, `{"$ne":null}`)
			add(name+" of another type", form.Encode())
		}
	}
	if to.method == http.MethodPost {
		add("nothing", "")
		all = append(all, s.badBodies(to)...)
	}
	return all
}

// badBodies sends a good form as something that it is not, or by somebody who may not.
func (s *stage) badBodies(to surface) []bad {
	object := map[string]string{}
	for name := range to.form {
		object[name] = to.form.Get(name)
	}
	asJSON, _ := json.Marshal(object) // strings only
	const formType = "application/x-www-form-urlencoded"
	form, own := to.form.Encode(), s.basic(s.party.ClientID, s.party.Secret)
	return []bad{
		{"JSON", "POST", to.url, string(asJSON), "application/json", own},
		{"JSON called a form", "POST", to.url, string(asJSON), formType, own},
		{"multipart", "POST", to.url, "--x\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\nx\r\n--x--\r\n", "multipart/form-data; boundary=x", own},
		{"no content type", "POST", to.url, form, "", own},
		{"10 MiB", "POST", to.url, "pad=" + strings.Repeat("a", 10<<20) + "&" + form, formType, own},
		{"1,000 parameters", "POST", to.url, form + strings.Repeat("&p=1", 1000), formType, own},
		{"in the query", "POST", to.url + "?" + form, "", formType, own},
		{"GET", "GET", to.url + "?" + form, "", "", own},
		{"PUT", "PUT", to.url, form, formType, own},
		{"DELETE", "DELETE", to.url, "", "", own},
		{"nobody", "POST", to.url, form, formType, ""},
		{"wrong secret", "POST", to.url, form, formType, s.basic(s.party.ClientID, "not-the-secret")},
		{"unknown client", "POST", to.url, form, formType, s.basic("nobody", s.party.Secret)},
		{"half a header", "POST", to.url, form, formType, "Basic !!!"},
		{"a client in a second way too", "POST", to.url, form + "&client_id=" + s.party.ClientID + "&client_secret=" + s.party.Secret, formType, own},
		{"an unknown realm", "POST", strings.Replace(to.url, "/realms/acme/", "/realms/nowhere/", 1), form, formType, own},
		{"another realm", "POST", strings.Replace(to.url, "/realms/acme/", "/realms/bolt/", 1), form, formType, own},
	}
}

func (s *stage) basic(id, plain string) string {
	req := &http.Request{Header: http.Header{}}
	req.SetBasicAuth(url.QueryEscape(id), url.QueryEscape(plain))
	return req.Header.Get("Authorization")
}

func TestBadInputIsRefusedAndChangesNothing(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	s.house.NewRealm("bolt")
	books := e2e.Books(t, s.house.Database)
	before := s.settled(t)
	for _, to := range s.surfaces {
		for _, b := range s.badForms(to) {
			status, header, body := s.send(t, b)
			where := to.name + ", " + b.name
			if status >= 500 || status < 300 {
				t.Errorf("%s: %d %.200s", where, status, body)
			}
			if to.page {
				checkPage(t, where, status, header, s.house.URL)
			} else {
				checkStandardError(t, where, status, header, body)
			}
		}
		after, err := e2e.Fingerprint(t.Context(), books)
		if err != nil {
			t.Fatal(err)
		}
		for table, print := range after {
			if print != before[table] {
				t.Errorf("%s: bad input changed table %s: %s, was %s", to.name, table, print, before[table])
			}
		}
		before = after
	}
	// What was at stake is still good: the refusals were not refusals of everything.
	if _, err := s.party.Refresh(t.Context(), s.tokens.RefreshToken); err != nil {
		t.Errorf("the refresh token after all that: %v", err)
	}
}

// settled waits until what the server writes a moment later (records of issued tokens) is written.
func (s *stage) settled(t *testing.T) map[string]string {
	t.Helper()
	if err := s.house.Server.Events.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	prints, err := e2e.Fingerprint(t.Context(), e2e.Books(t, s.house.Database))
	if err != nil {
		t.Fatal(err)
	}
	return prints
}

func (s *stage) send(t *testing.T, b bad) (int, http.Header, []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), b.method, b.url, strings.NewReader(b.body))
	if err != nil {
		t.Fatalf("%s: %v", b.name, err)
	}
	if b.contentType != "" {
		req.Header.Set("Content-Type", b.contentType)
	}
	if b.authorization != "" {
		req.Header.Set("Authorization", b.authorization)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		t.Fatalf("%s: %v", b.name, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("%s: %v", b.name, err)
	}
	return res.StatusCode, res.Header, body
}

// checkStandardError holds a refusal to RFC 6749 §5.2; where no endpoint was reached, to naming a code.
func checkStandardError(t *testing.T, where string, status int, header http.Header, body []byte) {
	t.Helper()
	var said struct{ Error, Code string }
	if err := json.Unmarshal(body, &said); err != nil {
		t.Errorf("%s: %d, not JSON: %.200s", where, status, body)
		return
	}
	registered := []string{"invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type", "invalid_scope"}
	switch {
	case status == http.StatusNotFound || status == http.StatusMethodNotAllowed:
		if said.Code == "" && said.Error == "" {
			t.Errorf("%s: %d %s %.200s", where, status, header.Get("Content-Type"), body)
		}
		if status == http.StatusMethodNotAllowed && header.Get("Allow") == "" {
			t.Errorf("%s: 405 without Allow", where)
		}
	case !slices.Contains(registered, said.Error):
		t.Errorf("%s: %d with error %q: %.200s", where, status, said.Error, body)
	case (said.Error == "invalid_client") != (status == http.StatusUnauthorized):
		t.Errorf("%s: %s with %d", where, said.Error, status)
	case status == http.StatusUnauthorized && header.Get("WWW-Authenticate") == "":
		t.Errorf("%s: 401 without WWW-Authenticate", where)
	}
	if bytes.Contains(body, []byte("fosite")) || bytes.Contains(body, []byte("SQL")) || bytes.Contains(body, []byte("goroutine")) {
		t.Errorf("%s: the answer tells how the server is made: %.300s", where, body)
	}
}

// checkPage holds a refused authorization request to RFC 6749 §4.1.2.1: an error page here, or an error at the registered address of the application.
func checkPage(t *testing.T, where string, status int, header http.Header, house string) {
	t.Helper()
	if status >= 300 && status < 400 {
		to, err := url.Parse(header.Get("Location"))
		if err != nil || to.Query().Get("error") == "" || !strings.HasPrefix(to.String(), "https://harbour.example/callback") {
			t.Errorf("%s: sent to %s", where, header.Get("Location"))
		}
		return
	}
	if !strings.HasPrefix(header.Get("Content-Type"), "text/html") {
		t.Errorf("%s: %d %s from %s", where, status, header.Get("Content-Type"), house)
	}
}

func TestBadBearerTokensAreRefused(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	s.house.NewRealm("bolt")
	elsewhere := strings.Replace(s.party.Endpoints.Userinfo, "/realms/acme/", "/realms/bolt/", 1)
	for _, b := range []bad{
		{name: "no token", method: "GET", url: s.party.Endpoints.Userinfo},
		{name: "no scheme", method: "GET", url: s.party.Endpoints.Userinfo, authorization: s.tokens.AccessToken},
		{name: "garbage", method: "GET", url: s.party.Endpoints.Userinfo, authorization: "Bearer x"},
		{name: "20 KiB", method: "GET", url: s.party.Endpoints.Userinfo, authorization: "Bearer " + strings.Repeat("a", 20<<10)},
		{name: "an ID token", method: "GET", url: s.party.Endpoints.Userinfo, authorization: "Bearer " + s.tokens.IDToken},
		{name: "a refresh token", method: "GET", url: s.party.Endpoints.Userinfo, authorization: "Bearer " + s.tokens.RefreshToken},
		{name: "cut short", method: "GET", url: s.party.Endpoints.Userinfo, authorization: "Bearer " + s.tokens.AccessToken[:len(s.tokens.AccessToken)-2]},
		{name: "another realm", method: "GET", url: elsewhere, authorization: "Bearer " + s.tokens.AccessToken},
		{name: "in the query", method: "GET", url: s.party.Endpoints.Userinfo + "?access_token=" + s.tokens.AccessToken},
	} {
		status, header, body := s.send(t, b)
		if status != http.StatusUnauthorized && status != http.StatusBadRequest {
			t.Errorf("%s: %d %.200s", b.name, status, body)
		}
		if status == http.StatusUnauthorized && !strings.HasPrefix(header.Get("WWW-Authenticate"), "Bearer") {
			t.Errorf("%s: WWW-Authenticate %q", b.name, header.Get("WWW-Authenticate"))
		}
	}
}

func TestReadOnlyEndpointsTakeNothingElse(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	e := s.party.Endpoints
	for _, address := range []string{s.house.Issuer + "/.well-known/openid-configuration", e.JWKS,
		s.house.URL + "/.well-known/oauth-authorization-server/realms/acme"} {
		for _, method := range []string{"POST", "PUT", "DELETE", "PATCH"} {
			status, header, body := s.send(t, bad{name: method, method: method, url: address})
			if status != http.StatusMethodNotAllowed || header.Get("Allow") == "" {
				t.Errorf("%s %s: %d, Allow %q: %.100s", method, address, status, header.Get("Allow"), body)
			}
		}
	}
	for _, address := range []string{"/realms/ACME/oauth2/jwks", "/realms/%00/oauth2/jwks", "/realms/../realms/acme/oauth2/nothing", "/realms/" + strings.Repeat("a", 5000) + "/oauth2/jwks",
		"/realms/nowhere/oauth2/jwks", "/realms/acme/nothing", "/.git/config", "/static/../templates/layout.html"} {
		status, _, body := s.send(t, bad{name: address, method: "GET", url: s.house.URL + address})
		if status != http.StatusNotFound && status != http.StatusBadRequest {
			t.Errorf("GET %.60s: %d %.100s", address, status, body)
		}
	}
}
