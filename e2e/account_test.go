package e2e_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"authserver/e2e"
	"authserver/internal/event"
	"authserver/tenant/application"
)

// told lets the rooms that listen hear of what has happened.
func told(t *testing.T, h *e2e.House) {
	t.Helper()
	d := event.NewDispatcher(event.DispatcherDeps{
		DB: h.Server.Database, Log: h.Server.Events, Subscribers: []event.Subscriber{h.Server.Activity}, Now: h.Clock.Now,
	})
	if err := h.Server.Events.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	for {
		n, err := d.Once(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

func open(t *testing.T, p *e2e.Person, path string) *e2e.Page {
	t.Helper()
	page, err := p.Open(t.Context(), "/realms/acme/account"+path)
	if err != nil || page.Status != http.StatusOK {
		t.Fatalf("open %s: %v, %v", path, page, err)
	}
	return page
}

func press(t *testing.T, p *e2e.Person, page *e2e.Page, button string) *e2e.Page {
	t.Helper()
	page, err := p.Press(t.Context(), page, button)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

// follow opens the link of the page with that text or label.
func follow(t *testing.T, p *e2e.Person, page *e2e.Page, text string) *e2e.Page {
	t.Helper()
	for _, link := range page.Doc().Find("main a").EachIter() {
		label := link.AttrOr("aria-label", strings.Join(strings.Fields(link.Text()), " "))
		if strings.HasPrefix(label, text) {
			next, err := p.Open(t.Context(), link.AttrOr("href", ""))
			if err != nil {
				t.Fatal(err)
			}
			return next
		}
	}
	t.Fatalf("no link %q on %v: %s", text, page, page.Text())
	return nil
}

// Journeys 16 and 18 of the specification: where am I signed in, and end it there.
func TestPeopleSeeAndEndTheirSessions(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party := h.NewParty(nil)
	here := h.NewPerson("iris@example.com")
	there := &e2e.Person{Browser: e2e.NewBrowser(h.URL), Email: here.Email, Password: here.Password}
	t.Cleanup(there.Close)

	_, lost := signedIn(t, party, there)
	// The account asks for a sign-in of its own, and leads back to the page that was wanted.
	page, err := here.Open(t.Context(), "/realms/acme/account/sessions")
	if err == nil {
		page, err = here.SignIn(t.Context(), page)
	}
	if err != nil || page.Heading() != "Devices and sessions" {
		t.Fatalf("after signing in: %v, %v", page, err)
	}
	_, kept := signedIn(t, party, here)

	page = open(t, here, "/sessions")
	if others := page.Doc().Find(`section[aria-labelledby="other"]`); others.Find(".row").Length() != 1 || !strings.Contains(others.Text(), "Harbour") {
		t.Fatalf("the other browser is not listed with what it was used for: %s", others.Text())
	}
	page = press(t, here, follow(t, here, page, "Sign out:"), "Sign out this device")
	if got := page.Doc().Find("[role=status]").Text(); got != "The device is signed out." {
		t.Errorf("notice %q on %v", got, page)
	}
	if page, err = there.Open(t.Context(), "/realms/acme/account"); err != nil || page.Heading() != "Sign in" {
		t.Errorf("the other browser is still in: %v, %v", page, err)
	}
	if _, err := party.Userinfo(t.Context(), lost.AccessToken); err == nil {
		t.Error("an access token of the ended session still opens userinfo")
	}
	if _, err := party.Refresh(t.Context(), lost.RefreshToken); err == nil {
		t.Error("a refresh token of the ended session is still good")
	}
	if _, err := party.Userinfo(t.Context(), kept.AccessToken); err != nil {
		t.Errorf("the present session's token: %v", err)
	}

	page = press(t, here, open(t, here, ""), "Sign out")
	if page.Heading() != "You are signed out" {
		t.Errorf("signing out leads to %v", page)
	}
	if page, err = here.Open(t.Context(), "/realms/acme/account"); err != nil || page.Heading() != "Sign in" {
		t.Errorf("still in after signing out: %v, %v", page, err)
	}
}

func TestPeopleWithdrawWhatTheyAllowed(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party := h.NewParty(nil)
	own := h.NewParty(func(d *application.Draft) { d.Name, d.FirstParty = "Pier", true })
	person := h.NewPerson("jo@example.com")
	_, tokens := signedIn(t, party, person)
	_, first := signedIn(t, own, person)

	page := open(t, person, "/applications")
	for _, want := range []string{"Harbour", "See your e-mail address", "Stay connected", "Pier", "Part of Acme"} {
		if !strings.Contains(page.Text(), want) {
			t.Errorf("no %q in %s", want, page.Text())
		}
	}
	for _, name := range []string{"Harbour", "Pier"} {
		page = press(t, person, follow(t, person, page, "Withdraw access: "+name), "Withdraw access")
		if strings.Contains(page.Text(), name) {
			t.Errorf("%s is still listed: %s", name, page.Text())
		}
	}
	for name, c := range map[string]struct {
		party  *e2e.Party
		tokens e2e.Tokens
	}{"Harbour": {party, tokens}, "Pier": {own, first}} {
		if _, err := c.party.Userinfo(t.Context(), c.tokens.AccessToken); err == nil {
			t.Errorf("%s still reads userinfo", name)
		}
		if _, err := c.party.Refresh(t.Context(), c.tokens.RefreshToken); err == nil {
			t.Errorf("%s still refreshes", name)
		}
	}
	if letter := h.Letter(person.Email, "Harbour"); letter.Code != "" {
		t.Errorf("a code in the letter about a withdrawal: %+v", letter)
	}
	// The person is asked again.
	if _, err := person.Authorize(t.Context(), party.Begin().URL); err != nil || len(person.Asked) != 1 || person.Asked[0] != "consent" {
		t.Errorf("asked for %v, %v", person.Asked, err)
	}
}

func TestPeopleSeeWhatHappens(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party, person := h.NewParty(nil), h.NewPerson("kit@example.com")
	attempt := party.Begin()
	page, err := person.Click(t.Context(), attempt.URL)
	if err != nil {
		t.Fatal(err)
	}
	right := person.Password
	person.Password = "not-" + right
	if page, err = person.SignIn(t.Context(), page); err != nil {
		t.Fatal(err)
	}
	person.Password = right
	if page, err = person.SignIn(t.Context(), page); err != nil {
		t.Fatal(err)
	}
	press(t, person, page, "allow")
	told(t, h)

	page = open(t, person, "/activity")
	entries := page.Doc().Find(".rows > li .row-text b").Map(func(_ int, s *goquery.Selection) string { return s.Text() })
	want := []string{"An application was given access", "You signed in with your password", "A sign-in was refused", "Your account was created"}
	if strings.Join(entries, "\n") != strings.Join(want, "\n") {
		t.Errorf("entries %q, want %q", entries, want)
	}
	if !strings.Contains(open(t, person, "").Text(), want[0]) {
		t.Error("the overview does not tell of it")
	}
	for _, lang := range []string{"de", "fr", "es", "pt-BR"} {
		page = open(t, person, "/activity?lang="+lang)
		if got := page.Doc().Find("html").AttrOr("lang", ""); got != lang || strings.Contains(page.Doc().Find("main").Text(), want[1]) {
			t.Errorf("in %s the page speaks %s", lang, got)
		}
	}
}

func TestAProgramWithTheScopeReadsWhatIsThePersons(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party := h.NewParty(func(d *application.Draft) { d.Scopes = append(d.Scopes, "account") })
	person := h.NewPerson("lou@example.com")
	_, without := signedIn(t, party, person)
	party.Scope = "openid account offline_access"
	_, with := signedIn(t, party, person)

	ask := func(method, path, token string) (int, string, map[string]any) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, h.URL+"/api/v1/realms/acme/me"+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		answer, err := party.HTTP.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = answer.Body.Close() }()
		raw, err := io.ReadAll(answer.Body)
		var body map[string]any
		if err == nil && len(raw) > 0 {
			err = json.Unmarshal(raw, &body)
		}
		if err != nil {
			t.Fatalf("%s %s: %v: %s", method, path, err, raw)
		}
		return answer.StatusCode, answer.Header.Get("WWW-Authenticate"), body
	}
	for _, path := range []string{"/sessions", "/sessions/current", "/applications", "/activity"} {
		if status, _, body := ask("GET", path, with.AccessToken); status != http.StatusOK {
			t.Errorf("%s: %d %v", path, status, body)
		}
		if status, challenge, body := ask("GET", path, without.AccessToken); status != http.StatusForbidden || !strings.Contains(challenge, `error="insufficient_scope"`) || body["code"] != "scope_missing" {
			t.Errorf("%s without the scope: %d %q %v", path, status, challenge, body)
		}
		if status, challenge, _ := ask("GET", path, ""); status != http.StatusUnauthorized || challenge == "" {
			t.Errorf("%s without a token: %d %q", path, status, challenge)
		}
		for name, token := range map[string]string{"an ID token": with.IDToken, "a refresh token": with.RefreshToken, "rubbish": "x"} {
			if status, challenge, _ := ask("GET", path, token); status != http.StatusUnauthorized || !strings.Contains(challenge, "invalid_token") {
				t.Errorf("%s with %s: %d %q", path, name, status, challenge)
			}
		}
	}
	_, _, current := ask("GET", "/sessions/current", with.AccessToken)
	if status, _, _ := ask("DELETE", "/sessions/"+current["id"].(string), with.AccessToken); status != http.StatusConflict {
		t.Errorf("a program ends the session that it speaks for: %d", status)
	}
	h.Clock.Play(time.Minute)
	if status, _, body := ask("DELETE", "/sessions", with.AccessToken); status != http.StatusNoContent {
		t.Errorf("end the others: %d %v", status, body)
	}
	if status, _, _ := ask("GET", "/sessions", with.AccessToken); status != http.StatusUnauthorized {
		t.Errorf("after everything was ended the token still opens: %d", status)
	}
}
