package e2e_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"authserver/e2e"
	"authserver/internal/config"
	"authserver/tenant/application"
)

// limited is a house that turns away who comes too often.
func limited(t *testing.T) *e2e.House {
	t.Helper()
	return e2e.OpenWith(t, func(c *config.Config) { c.RateLimits = true })
}

// administer sends a request of the administration and returns status, header and body.
func administer(t *testing.T, h *e2e.House, key, method, path, body string) (int, http.Header, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, h.URL+"/api/v1/realms/"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+key)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, res.Header, string(raw)
}

// keyFor is an API key that may do everything in the realm.
func keyFor(t *testing.T, h *e2e.House, realmID string) string {
	t.Helper()
	_, key, err := h.Server.Applications.CreateKey(h.Operator(), realmID, application.KeyDraft{Name: "limits", Scopes: []string{"*"}})
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// setLimit has the realm set a limit for itself.
func setLimit(t *testing.T, h *e2e.House, key, name, limits string) {
	t.Helper()
	if status, _, body := administer(t, h, key, http.MethodPut, "acme/limits/"+name, `{"limits":"`+limits+`"}`); status != http.StatusOK {
		t.Fatalf("set %s: %d %s", name, status, body)
	}
}

// wantLater fails unless the answer turns the caller away, in this form, and tells when to come back and nothing else.
func wantLater(t *testing.T, status int, header http.Header, body, kind string) {
	t.Helper()
	seconds, err := strconv.Atoi(header.Get("Retry-After"))
	if status != http.StatusTooManyRequests || err != nil || seconds < 1 || seconds > 86_400 {
		t.Errorf("%d, Retry-After %q: %.300s", status, header.Get("Retry-After"), body)
	}
	if got := header.Get("Content-Type"); !strings.HasPrefix(got, kind) {
		t.Errorf("Content-Type %q, want %q", got, kind)
	}
	for name := range header {
		if lower := strings.ToLower(name); strings.Contains(lower, "ratelimit") || strings.Contains(lower, "rate-limit") {
			t.Errorf("the header %s tells about the limit", name)
		}
	}
	for _, secret := range []string{"/m", "/day", "sign_in", "remaining"} {
		if kind != "text/html" && strings.Contains(body, secret) {
			t.Errorf("the answer tells %q: %s", secret, body)
		}
	}
}

// attempt signs in from a fresh browser, which is a stranger, and returns the page after the form.
func attempt(t *testing.T, h *e2e.House, party *e2e.Party, email, password string) *e2e.Page {
	t.Helper()
	p := &e2e.Person{Browser: e2e.NewBrowser(h.URL), Email: email, Password: password}
	defer p.Close()
	page, err := p.Click(t.Context(), party.Begin().URL)
	if err != nil {
		t.Fatal(err)
	}
	if page, err = p.SignIn(t.Context(), page); err != nil {
		t.Fatal(err)
	}
	return page
}

func TestSignInIsLimitedByAddressAndAccount(t *testing.T) {
	t.Parallel()
	h := limited(t)
	party, person := h.NewParty(nil), h.NewPerson("rosa@example.com")
	setLimit(t, h, keyFor(t, h, h.Realm.ID), "sign_in", "3/day")
	var known, unknown *e2e.Page
	for i := range 4 {
		known = attempt(t, h, party, []string{"rosa@example.com", "Rosa@Example.com"}[i%2], "wrong-Carriage-41-tin")
		unknown = attempt(t, h, party, "nobody@example.com", "wrong-Carriage-41-tin")
		if want := []int{422, 422, 422, 429}[i]; known.Status != want || unknown.Status != want {
			t.Fatalf("attempt %d: %s, %s", i, known, unknown)
		}
	}
	right := attempt(t, h, party, person.Email, person.Password)
	for name, page := range map[string]*e2e.Page{"wrong": known, "unknown": unknown, "right": right} {
		wantLater(t, page.Status, page.Header, string(page.Body), "text/html")
		if !strings.Contains(page.Text(), "There were too many requests") {
			t.Errorf("%s: %s", name, page.Text())
		}
	}
	request := func(p *e2e.Page) string { // what differs between any two pages
		return strings.ReplaceAll(string(p.Body), p.Header.Get("X-Request-Id"), "ID")
	}
	if request(known) != request(unknown) || request(known) != request(right) {
		t.Error("the pages tell a right password from a wrong one, or somebody from nobody")
	}
	if page := attempt(t, h, party, "else@example.com", "wrong-Carriage-41-tin"); page.Status != http.StatusUnprocessableEntity {
		t.Errorf("another account is turned away as well: %s", page)
	}
	h.Clock.Play(8*time.Hour + time.Minute)
	if page := attempt(t, h, party, person.Email, person.Password); page.Status == http.StatusTooManyRequests {
		t.Errorf("after what Retry-After said: %s", page)
	}
	told, err := e2e.Count(t.Context(), h.Database, "SELECT count(*) FROM events WHERE type = 'limit.reached'")
	if err != nil || told < 1 || told > 2 { // the second only if the attempts took more than a minute
		t.Errorf("%d events of a reached limit: %v", told, err)
	}
}

func TestLimitsOfTheProtocolAndTheAdministration(t *testing.T) {
	t.Parallel()
	h := limited(t)
	party, other := h.NewParty(nil), h.NewParty(nil)
	key := keyFor(t, h, h.Realm.ID)
	for _, name := range []string{"token", "introspection", "userinfo", "authorization", "registration"} {
		setLimit(t, h, key, name, "2/day")
	}
	wrong := *party
	wrong.Secret = "not-the-secret"
	post := func(p *e2e.Party, endpoint string) e2e.Answer {
		a, err := p.Post(t.Context(), endpoint, url.Values{"grant_type": {"client_credentials"}, "token": {"x"}})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	for _, endpoint := range []string{party.Endpoints.Token, party.Endpoints.Introspection} {
		for i := range 3 {
			p, want := &wrong, http.StatusUnauthorized
			if i > 0 {
				p, want = party, http.StatusOK
			}
			a := post(p, endpoint)
			if i < 2 && a.Status != want {
				t.Fatalf("%s, %d: %d %s", endpoint, i, a.Status, a.Body)
			} else if i == 2 {
				wantLater(t, a.Status, a.Header, string(a.Body), "application/json")
				var said struct{ Error string }
				if err := json.Unmarshal(a.Body, &said); err != nil || said.Error != "temporarily_unavailable" {
					t.Errorf("%s: %s", endpoint, a.Body)
				}
				wrongToo := post(&wrong, endpoint)
				wantLater(t, wrongToo.Status, wrongToo.Header, string(wrongToo.Body), "application/json")
			}
		}
		if a := post(other, endpoint); a.Status != http.StatusOK {
			t.Errorf("%s: another client is turned away as well: %d", endpoint, a.Status)
		}
	}
	browser := e2e.NewBrowser(h.URL)
	t.Cleanup(browser.Close)
	for i := range 3 {
		page, err := browser.Click(t.Context(), party.Begin().URL)
		if err != nil {
			t.Fatal(err)
		}
		if i == 2 {
			wantLater(t, page.Status, page.Header, string(page.Body), "text/html")
		} else if page.Status != http.StatusOK {
			t.Fatalf("authorize: %s", page)
		}
	}
	setLimit(t, h, key, "admin", "2/day")
	status, header, body := 0, http.Header(nil), ""
	for range 3 {
		status, header, body = administer(t, h, key, http.MethodGet, "acme/realm", "")
	}
	wantLater(t, status, header, body, "application/problem+json")
	if !strings.Contains(body, `"code":"too_many_requests"`) {
		t.Errorf("%s", body)
	}
	again := keyFor(t, h, h.Realm.ID)
	if status, _, body := administer(t, h, again, http.MethodGet, "acme/realm", ""); status != http.StatusOK {
		t.Errorf("another key is turned away as well: %d %s", status, body)
	}
	setLimit(t, h, again, "admin", "100/day")
	setLimit(t, h, again, "admin_ip", "1/day")
	for i, credential := range []string{again, again, "ak_nobody", key} {
		status, header, body := administer(t, h, credential, http.MethodGet, "acme/realm", "")
		if i > 0 {
			wantLater(t, status, header, body, "application/problem+json")
		}
	}
}

func TestAccountIsLimitedByPerson(t *testing.T) {
	t.Parallel()
	h := limited(t)
	party, rosa, ben := h.NewParty(nil), h.NewPerson("rosa@example.com"), h.NewPerson("ben@example.com")
	signedIn(t, party, rosa)
	signedIn(t, party, ben)
	setLimit(t, h, keyFor(t, h, h.Realm.ID), "account", "3/day")
	look := func(p *e2e.Person) *e2e.Page {
		page, err := p.Open(t.Context(), h.Issuer+"/account/security")
		if err != nil {
			t.Fatal(err)
		}
		return page
	}
	for range 3 {
		if page := look(rosa); page.Status != http.StatusOK {
			t.Fatalf("%s", page)
		}
	}
	page := look(rosa)
	wantLater(t, page.Status, page.Header, string(page.Body), "text/html")
	if page := look(ben); page.Status != http.StatusOK {
		t.Errorf("another person at the same address is turned away as well: %s", page)
	}
}

func TestARealmSetsItsLimits(t *testing.T) {
	t.Parallel()
	h := limited(t)
	key, bravo := keyFor(t, h, h.Realm.ID), keyFor(t, h, h.NewRealm("bravo").ID)
	ask := func(key, method, path, body string, want int) string {
		t.Helper()
		status, _, said := administer(t, h, key, method, path, body)
		if status != want {
			t.Fatalf("%s %s: %d %s", method, path, status, said)
		}
		return said
	}
	if said := ask(key, "GET", "acme/limits?limit=100", "", 200); !strings.Contains(said, `"name":"sign_in","by":["ip","account"],"limits":"5/m","default":"5/m","own":false`) ||
		!strings.Contains(said, `"name":"registration","by":["ip"],"limits":"3/m"`) {
		t.Errorf("%s", said)
	}
	if said := ask(key, "PUT", "acme/limits/sign_in", `{"limits":"100/day, 7/min"}`, 200); !strings.Contains(said, `"limits":"7/m, 100/day","default":"5/m","own":true`) {
		t.Errorf("%s", said)
	}
	ask(key, "PUT", "acme/limits/sign_in", `{"limits":"7/fortnight"}`, 400)
	ask(key, "PUT", "acme/limits/sign_out", `{"limits":"7/m"}`, 404)
	ask(key, "GET", "acme/limits/sign_out", "", 404)
	ask(key, "DELETE", "acme/limits/sign_out", "", 404)
	if said := ask(bravo, "GET", "bravo/limits/sign_in", "", 200); !strings.Contains(said, `"limits":"5/m"`) {
		t.Errorf("the other realm has it too: %s", said)
	}
	ask(key, "DELETE", "acme/limits/sign_in", "", 204)
	ask(key, "DELETE", "acme/limits/sign_in", "", 204)
	if said := ask(key, "GET", "acme/limits/sign_in", "", 200); !strings.Contains(said, `"limits":"5/m","default":"5/m","own":false`) {
		t.Errorf("%s", said)
	}
	first := ask(key, "GET", "acme/limits?limit=5", "", 200)
	var page struct {
		Data       []struct{ Name string } `json:"data"`
		NextCursor string                  `json:"next_cursor"`
	}
	if err := json.Unmarshal([]byte(first), &page); err != nil || page.NextCursor == "" {
		t.Fatalf("%s: %v", first, err)
	}
	if second := ask(key, "GET", "acme/limits?limit=100&cursor="+url.QueryEscape(page.NextCursor), "", 200); strings.Contains(second, `"name":"account"`) || !strings.Contains(second, `"name":"userinfo"`) {
		t.Errorf("%s", second)
	}
	for _, want := range []string{"limit.updated", "limit.reset"} {
		if n, err := e2e.Count(t.Context(), h.Database, "SELECT count(*) FROM events WHERE type = '"+want+"'"); err != nil || n != 1 {
			t.Errorf("%s: %d events, %v", want, n, err)
		}
	}
}

func TestEveryLimitIsKeptSomewhere(t *testing.T) {
	t.Parallel()
	// No form is a good one here: what is counted is what was sent, not what became of it.
	h := limited(t)
	key := keyFor(t, h, h.Realm.ID)
	for _, name := range []string{"registration", "recovery", "message", "code", "sign_in_ip", "sign_in_realm"} {
		setLimit(t, h, key, name, "1/day")
	}
	post := func(path string, form url.Values) *http.Response {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.Issuer+path, strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = res.Body.Close() })
		return res
	}
	for i, c := range []struct {
		path, name string
		form       url.Values
	}{
		{"/register", "registration", url.Values{"email": {"a@example.com"}}},
		{"/recover", "recovery", url.Values{"email": {"b@example.com"}}},
		{"/mfa", "code", url.Values{"code": {"123456"}}},
		{"/login", "sign_in_ip", url.Values{"email": {"c@example.com"}, "password": {"x"}}},
	} {
		if status := post(c.path, c.form).StatusCode; status == http.StatusTooManyRequests {
			t.Errorf("%s, the first time: %d", c.path, status)
		}
		if status := post(c.path, c.form).StatusCode; status != http.StatusTooManyRequests {
			t.Errorf("%s, the second time: %d", c.path, status)
		}
		setLimit(t, h, key, c.name, "9/day")
		if c.name == "sign_in_ip" {
			c.name = "sign_in_realm"
			if status := post(c.path, c.form).StatusCode; status != http.StatusTooManyRequests {
				t.Errorf("by realm: %d", status)
			}
			setLimit(t, h, key, c.name, "9/day")
		}
		if i < 2 { // the destination is still the same
			if status := post(c.path, c.form).StatusCode; status != http.StatusTooManyRequests {
				t.Errorf("%s, to the same address: %d", c.path, status)
			}
			c.form.Set("email", "else@"+c.name+".example.com")
		}
		if status := post(c.path, c.form).StatusCode; status == http.StatusTooManyRequests {
			t.Errorf("%s, with another limit: %d", c.path, status)
		}
	}
	for i, path := range []string{"/recover/sent", "/recover/confirm", "/register/confirm", "/verify-email", "/mfa/setup/totp", "/mfa/passkey"} {
		setLimit(t, h, key, "code", strconv.Itoa(i+2)+"/day") // a counter of its own
		for range i + 2 {
			if status := post(path, url.Values{"code": {"1"}}).StatusCode; status == http.StatusTooManyRequests {
				t.Errorf("%s: turned away too early", path)
			}
		}
		if status := post(path, url.Values{"code": {"1"}}).StatusCode; status != http.StatusTooManyRequests {
			t.Errorf("%s stands under no limit: %d", path, status)
		}
	}
}
