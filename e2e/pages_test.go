package e2e_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"authserver/e2e"
)

// The pages of a sign-in are open to everybody's requests. Each is good for one flow, one step and one browser.
func TestAStepIsRefusedToEverybodyElse(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	s.house.NewRealm("bolt")
	ctx := t.Context()
	victim := s.house.NewPerson("vera@example.com")
	page, err := victim.Click(ctx, s.party.Begin().URL)
	if err != nil {
		t.Fatal(err)
	}
	form, err := page.Form("")
	if err != nil {
		t.Fatal(err)
	}
	good := form.Fill("email", victim.Email).Fill("password", victim.Password).Values()
	login := page.URL.String()
	without := func(name string) string {
		u := *page.URL
		q := u.Query()
		q.Del(name)
		u.RawQuery = q.Encode()
		return u.String()
	}
	forged := func(values url.Values, change func(url.Values)) string {
		v := url.Values{}
		for name := range values {
			v.Set(name, values.Get(name))
		}
		if change != nil {
			change(v)
		}
		return v.Encode()
	}
	const formType = "application/x-www-form-urlencoded"
	before := s.settled(t)
	for _, b := range []bad{
		{name: "no flow", method: "GET", url: s.house.Issuer + "/login"},
		{name: "no flow, consent", method: "GET", url: s.house.Issuer + "/consent"},
		{name: "another browser looks", method: "GET", url: login},
		{name: "another browser posts", method: "POST", url: login, body: good.Encode(), contentType: formType},
		{name: "no flow, posted", method: "POST", url: s.house.Issuer + "/login", body: forged(good, func(v url.Values) { v.Del("flow") }), contentType: formType},
		{name: "flow without its proof", method: "GET", url: without("proof")},
		{name: "the step after this one", method: "GET", url: strings.Replace(login, "/login", "/consent", 1)},
		{name: "another realm", method: "GET", url: strings.Replace(login, "/realms/acme/", "/realms/bolt/", 1)},
		{name: "JSON", method: "POST", url: login, body: `{"email":"vera@example.com"}`, contentType: "application/json"},
		{name: "twice", method: "POST", url: login, body: good.Encode() + "&email=x@example.com", contentType: formType},
		{name: "a password of 1 MiB", method: "POST", url: login, body: forged(good, func(v url.Values) { v.Set("password", strings.Repeat("a", 1<<20)) }), contentType: formType},
		{name: "NUL", method: "POST", url: login, body: forged(good, func(v url.Values) { v.Set("email", "vera\x00@example.com") }), contentType: formType},
		{name: "PUT", method: "PUT", url: login},
	} {
		status, header, body := s.send(t, b)
		if status < 400 || status >= 500 {
			t.Errorf("%s: %d %.200s", b.name, status, body)
		}
		if strings.HasPrefix(header.Get("Content-Type"), "text/html") && header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s: a page without a content security policy", b.name)
		}
		if header.Get("Set-Cookie") != "" && strings.Contains(header.Get("Set-Cookie"), "session-") {
			t.Errorf("%s: a session was given", b.name)
		}
	}
	after := s.settled(t)
	for table, print := range after {
		if print != before[table] {
			t.Errorf("table %s: %s, was %s", table, print, before[table])
		}
	}
	// The one whom all of it was aimed at goes on as if nothing had been.
	if page, err = victim.SignIn(ctx, page); err != nil {
		t.Fatal(err)
	}
	if page, err = victim.Press(ctx, page, "allow"); err != nil || !page.Left() {
		t.Errorf("the victim after all that: %v, %v", page, err)
	}
}

// A page of another site cannot make a signed-in person agree to anything.
func TestAForeignSiteCannotPostForAPerson(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party, person := h.NewParty(nil), h.NewPerson("rosa@example.com")
	ctx := t.Context()
	page, err := person.Click(ctx, party.Begin().URL)
	if err != nil {
		t.Fatal(err)
	}
	if page, err = person.SignIn(ctx, page); err != nil {
		t.Fatal(err)
	}
	form, err := page.Form("allow")
	if err != nil {
		t.Fatal(err)
	}
	for _, origin := range []struct{ site, origin string }{{"cross-site", "https://evil.example"}, {"same-site", "http://127.0.0.1:1"}, {"cross-site", "null"}} {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, page.URL.String(), strings.NewReader(form.Values().Encode()))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", origin.origin)
		req.Header.Set("Sec-Fetch-Site", origin.site)
		for _, c := range person.Cookies() {
			req.AddCookie(c)
		}
		res, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != http.StatusForbidden {
			t.Errorf("%s from %s: %d", origin.site, origin.origin, res.StatusCode)
		}
	}
	if page, err = person.Press(ctx, page, "allow"); err != nil || !page.Left() {
		t.Errorf("the person's own click: %v, %v", page, err)
	}
}
