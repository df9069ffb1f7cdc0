package e2e_test

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"authserver/e2e"
)

// signedIn takes a person through sign-in and consent and returns the tokens that the party got for the code.
func signedIn(t *testing.T, party *e2e.Party, person *e2e.Person) (e2e.Attempt, e2e.Tokens) {
	t.Helper()
	attempt := party.Begin()
	tokens, err := party.Exchange(t.Context(), codeFor(t, party, person, attempt), attempt.Verifier)
	if err != nil {
		t.Fatalf("exchange: %v", err)
	}
	return attempt, tokens
}

func codeFor(t *testing.T, party *e2e.Party, person *e2e.Person, attempt e2e.Attempt) string {
	t.Helper()
	back, err := person.Authorize(t.Context(), attempt.URL)
	if err != nil {
		t.Fatalf("authorize: %v", err)
	}
	code, err := party.Code(attempt, back)
	if err != nil {
		t.Fatalf("callback: %v", err)
	}
	return code
}

// wantRefusal fails unless err is this refusal.
func wantRefusal(t *testing.T, err error, status int, code string) {
	t.Helper()
	var refused *e2e.Refused
	if !errors.As(err, &refused) || refused.Status != status || refused.Code != code {
		t.Errorf("got %v, want %d %s", err, status, code)
	}
}

func TestAPersonSignsInToAnApplication(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party, person := h.NewParty(nil), h.NewPerson("rosa@example.com")
	ctx := t.Context()

	attempt, tokens := signedIn(t, party, person)
	if want := []string{"login", "consent"}; !slices.Equal(person.Asked, want) {
		t.Errorf("asked for %v, want %v", person.Asked, want)
	}
	claims, err := party.Verify(ctx, tokens.IDToken, attempt.Nonce, tokens.AccessToken, h.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"auth_time", "acr", "amr", "sid"} {
		if claims[name] == nil {
			t.Errorf("the ID token has no %s", name)
		}
	}

	about, err := party.Userinfo(ctx, tokens.AccessToken)
	if err != nil {
		t.Fatalf("userinfo: %v", err)
	}
	if about["sub"] != claims["sub"] || about["email"] != person.Email {
		t.Errorf("userinfo says %v, the ID token %v", about, claims)
	}

	fresh, err := party.Refresh(ctx, tokens.RefreshToken)
	if err != nil {
		t.Fatalf("refresh: %v", err)
	}
	if fresh.RefreshToken == tokens.RefreshToken || fresh.AccessToken == tokens.AccessToken {
		t.Error("refreshing gave a token that was there before")
	}
	said, err := party.Introspect(ctx, fresh.AccessToken)
	if err != nil {
		t.Fatalf("introspect: %v", err)
	}
	if said["active"] != true || said["sub"] != claims["sub"] || said["client_id"] != party.ClientID {
		t.Errorf("introspection says %v", said)
	}

	if err := party.Revoke(ctx, fresh.RefreshToken); err != nil {
		t.Fatalf("revoke: %v", err)
	}
	for _, token := range []string{tokens.AccessToken, fresh.AccessToken, fresh.RefreshToken} {
		if said, err := party.Introspect(ctx, token); err != nil || said["active"] != false || len(said) != 1 {
			t.Errorf("a token of a revoked grant: %v, %v", said, err)
		}
	}
	_, err = party.Refresh(ctx, fresh.RefreshToken)
	wantRefusal(t, err, http.StatusBadRequest, "invalid_grant")
}

func TestTheSecondTimeNobodyIsAsked(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party, person := h.NewParty(nil), h.NewPerson("rosa@example.com")
	signedIn(t, party, person)

	attempt, tokens := signedIn(t, party, person)
	if len(person.Asked) != 0 {
		t.Errorf("asked for %v although signed in and agreed", person.Asked)
	}
	if _, err := party.Verify(t.Context(), tokens.IDToken, attempt.Nonce, tokens.AccessToken, h.Clock.Now()); err != nil {
		t.Error(err)
	}
}

func TestLoggingOutEndsTheSessionAndItsTokens(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party, person := h.NewParty(nil), h.NewPerson("rosa@example.com")
	_, tokens := signedIn(t, party, person)

	q := url.Values{"id_token_hint": {tokens.IDToken}, "post_logout_redirect_uri": {"https://harbour.example/bye"}, "state": {"s-1"}}
	back, err := person.Authorize(t.Context(), party.Endpoints.EndSession+"?"+q.Encode())
	if err != nil {
		t.Fatal(err)
	}
	if back.String() != "https://harbour.example/bye?state=s-1" {
		t.Errorf("came back to %s", back)
	}
	if said, err := party.Introspect(t.Context(), tokens.AccessToken); err != nil || said["active"] != false {
		t.Errorf("an access token of an ended session: %v, %v", said, err)
	}
	party.AuthorizationModifier = func(q url.Values) { q.Set("prompt", "none") }
	back, err = person.Authorize(t.Context(), party.Begin().URL)
	if err != nil {
		t.Fatal(err)
	}
	if got := back.Query().Get("error"); got != "login_required" {
		t.Errorf("prompt=none after logging out: %q", got)
	}
}

func TestSayingNoIsAnAnswer(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party, person := h.NewParty(nil), h.NewPerson("rosa@example.com")
	attempt := party.Begin()
	ctx := t.Context()

	page, err := person.Click(ctx, attempt.URL)
	if err != nil {
		t.Fatal(err)
	}
	if page, err = person.SignIn(ctx, page); err != nil {
		t.Fatal(err)
	}
	if page, err = person.Press(ctx, page, "deny"); err != nil {
		t.Fatal(err)
	}
	if q := page.URL.Query(); !page.Left() || q.Get("error") != "access_denied" || q.Get("state") != attempt.State || q.Get("iss") != h.Issuer {
		t.Errorf("after saying no: %s", page.URL)
	}
}

func TestFormPostWorksWithoutJavaScript(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party, person := h.NewParty(nil), h.NewPerson("rosa@example.com")
	party.AuthorizationModifier = func(q url.Values) { q.Set("response_mode", "form_post") }

	attempt := party.Begin()
	page, err := person.Walk(t.Context(), attempt.URL)
	if err != nil {
		t.Fatal(err)
	}
	if page.URL.String() != party.RedirectURI || page.Posted.Get("state") != attempt.State || page.Posted.Get("iss") != h.Issuer {
		t.Fatalf("posted %v to %s", page.Posted, page.URL)
	}
	if _, err := party.Exchange(t.Context(), page.Posted.Get("code"), attempt.Verifier); err != nil {
		t.Error(err)
	}
}

// A wrong password says the same as an unknown address, and the way on is still open.
func TestAWrongPasswordMayBeCorrected(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party, person := h.NewParty(nil), h.NewPerson("rosa@example.com")
	ctx := t.Context()

	page, err := person.Click(ctx, party.Begin().URL)
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]bool{}
	for _, who := range []struct{ email, password string }{{person.Email, "not-the-password-9"}, {"nobody@example.com", person.Password}} {
		f, err := page.Form("")
		if err != nil {
			t.Fatal(err)
		}
		if page, err = person.Submit(ctx, f.Fill("email", who.email).Fill("password", who.password)); err != nil {
			t.Fatal(err)
		}
		if page.Alert() == "" {
			t.Fatalf("no alert: %s", page.Text())
		}
		said[page.Alert()] = true
		if strings.Contains(string(page.Body), who.password) {
			t.Error("the page repeats the password")
		}
	}
	if len(said) != 1 {
		t.Errorf("a wrong password and an unknown address are told apart: %v", said)
	}
	if page, err = person.SignIn(ctx, page); err != nil {
		t.Fatal(err)
	}
	if page, err = person.Press(ctx, page, "allow"); err != nil || !page.Left() {
		t.Errorf("after the right password: %v, %v", page, err)
	}
}
