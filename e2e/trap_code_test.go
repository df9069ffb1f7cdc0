package e2e_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"authserver/e2e"
	"authserver/oauth/key"
	"authserver/tenant/application"
)

// These tests hold off the faults of the protocol library that the design names: each says which one.

// neighbour is another realm of the same house.
func neighbour(h *e2e.House, slug string) *e2e.House {
	next := *h
	next.Realm = h.NewRealm(slug)
	next.Issuer = h.URL + "/realms/" + slug
	return &next
}

// Fosite forgets the PKCE challenge before it compares the verifier: a second attempt without one would pass.
func TestAWrongVerifierBurnsTheCode(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	person := h.NewPerson("rosa@example.com")
	public := h.NewParty(func(d *application.Draft) {
		d.Type, d.GrantTypes, d.Name = application.SPA, []string{"authorization_code", "refresh_token"}, "Pier"
	})
	for _, party := range []*e2e.Party{h.NewParty(nil), public} {
		for _, second := range []string{"", "right"} {
			attempt := party.Begin()
			code := codeFor(t, party, person, attempt)
			_, err := party.Exchange(t.Context(), code, strings.Repeat("x", 43))
			wantRefusal(t, err, http.StatusBadRequest, "invalid_grant")
			verifier := second
			if second == "right" {
				verifier = attempt.Verifier
			}
			_, err = party.Exchange(t.Context(), code, verifier)
			wantRefusal(t, err, http.StatusBadRequest, "invalid_grant")
		}
	}
}

// A verifier of the wrong shape, and one that the request did not announce, are refused (RFC 7636 §4.6).
func TestAuthorizeInsistsOnS256(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party, person := h.NewParty(nil), h.NewPerson("rosa@example.com")
	for name, change := range map[string]func(url.Values){
		"no challenge":    func(q url.Values) { q.Del("code_challenge") },
		"no method":       func(q url.Values) { q.Del("code_challenge_method") },
		"plain":           func(q url.Values) { q.Set("code_challenge_method", "plain") },
		"short challenge": func(q url.Values) { q.Set("code_challenge", "abc") },
		"padded":          func(q url.Values) { q.Set("code_challenge", q.Get("code_challenge")[:42]+"=") },
	} {
		party.AuthorizationModifier = change
		back, err := person.Authorize(t.Context(), party.Begin().URL)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := back.Query().Get("error"); got != "invalid_request" || back.Query().Get("iss") != h.Issuer {
			t.Errorf("%s: came back with %s", name, back.RawQuery)
		}
	}
}

// A code belongs to its client, redirect URI and realm. A stranger's attempt neither spends it nor, once it is spent, ends its grant.
func TestACodeBelongsToItsClient(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	ctx := t.Context()
	party, stranger, person := h.NewParty(nil), h.NewParty(nil), h.NewPerson("rosa@example.com")
	elsewhere := neighbour(h, "globex").NewParty(nil)
	attempt := party.Begin()
	code := codeFor(t, party, person, attempt)
	for _, thief := range []*e2e.Party{stranger, elsewhere} {
		_, err := thief.Exchange(ctx, code, attempt.Verifier)
		wantRefusal(t, err, http.StatusBadRequest, "invalid_grant")
	}
	tokens, err := party.Exchange(ctx, code, attempt.Verifier)
	if err != nil {
		t.Fatalf("after the strangers: %v", err)
	}
	_, err = stranger.Exchange(ctx, code, attempt.Verifier)
	wantRefusal(t, err, http.StatusBadRequest, "invalid_grant")
	if said, err := party.Introspect(ctx, tokens.AccessToken); err != nil || said["active"] != true {
		t.Errorf("a stranger ended the grant: %v, %v", said, err)
	}

	attempt = party.Begin()
	code = codeFor(t, party, person, attempt)
	for _, redirect := range []string{"https://harbour.example/other", ""} {
		form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "code_verifier": {attempt.Verifier}}
		if redirect != "" {
			form.Set("redirect_uri", redirect)
		}
		answer, err := party.Post(ctx, party.Endpoints.Token, form)
		if err != nil || answer.Status != http.StatusBadRequest || !strings.Contains(string(answer.Body), `"invalid_grant"`) {
			t.Errorf("redirect_uri %q: %d %s %v", redirect, answer.Status, answer.Body, err)
		}
	}
}

func TestACodeExpires(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party, person := h.NewParty(nil), h.NewPerson("rosa@example.com")
	attempt := party.Begin()
	code := codeFor(t, party, person, attempt)
	h.Clock.Play(h.Realm.Policy.CodeLifetime)
	_, err := party.Exchange(t.Context(), code, attempt.Verifier)
	wantRefusal(t, err, http.StatusBadRequest, "invalid_grant")
}

// Fosite spends the code before it signs the ID token. Here nothing is spent until every token is made.
func TestACodeSurvivesAnAnswerThatCannotBeMade(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party, person := h.NewParty(nil), h.NewPerson("rosa@example.com")
	attempt := party.Begin()
	code := codeFor(t, party, person, attempt)

	breakKeys := func(statement string) {
		t.Helper()
		err := h.Server.Database.InTx(h.Operator(), func(ctx context.Context) error {
			if err := h.Server.Database.With(ctx).Exec(statement).Error; err != nil {
				return err
			}
			return h.Server.Database.Changed(ctx, key.Topic, h.Realm.ID)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	breakKeys(`UPDATE signing_keys SET private = 'x' || private WHERE algorithm = 'RS256' AND state = 'active'`)
	_, err := party.Exchange(t.Context(), code, attempt.Verifier)
	wantRefusal(t, err, http.StatusInternalServerError, "server_error")
	breakKeys(`UPDATE signing_keys SET private = substr(private, 2) WHERE algorithm = 'RS256' AND state = 'active'`)
	if _, err := party.Exchange(t.Context(), code, attempt.Verifier); err != nil {
		t.Errorf("the code was lost with the failed answer: %v", err)
	}
}

// Sign-out, suspension and withdrawn consent reach codes that are not exchanged yet.
func TestACodeDiesWithWhatItStandsFor(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party := h.NewParty(nil)
	for name, end := range map[string]func(ctx context.Context, userID, appID string) error{
		"session": func(ctx context.Context, userID, _ string) error {
			return h.Server.Sessions.EndAll(ctx, h.Realm.ID, userID, "test")
		},
		"suspension": func(ctx context.Context, userID, _ string) error {
			return h.Server.Users.Suspend(ctx, h.Realm.ID, userID, "test")
		},
		"consent": func(ctx context.Context, userID, appID string) error {
			return h.Server.Consents.Revoke(ctx, h.Realm.ID, userID, appID)
		},
	} {
		person := h.NewPerson(name + "@example.com")
		attempt := party.Begin()
		code := codeFor(t, party, person, attempt)
		user, err := h.Server.Users.ByEmail(t.Context(), h.Realm.ID, person.Email)
		if err != nil {
			t.Fatal(err)
		}
		app, err := h.Server.Applications.ByClientID(t.Context(), h.Realm.ID, party.ClientID)
		if err != nil {
			t.Fatal(err)
		}
		if err := end(h.Operator(), user.ID, app.ID); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		_, err = party.Exchange(t.Context(), code, attempt.Verifier)
		if err == nil {
			t.Errorf("%s: the code was exchanged", name)
			continue
		}
		wantRefusal(t, err, http.StatusBadRequest, "invalid_grant")
	}
}

// A second use of a code after its tokens were refreshed still ends everything (RFC 6749 §4.1.2).
func TestAReplayedCodeEndsRefreshedTokens(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party, person := h.NewParty(nil), h.NewPerson("rosa@example.com")
	ctx := t.Context()
	attempt := party.Begin()
	code := codeFor(t, party, person, attempt)
	tokens, err := party.Exchange(ctx, code, attempt.Verifier)
	if err != nil {
		t.Fatal(err)
	}
	h.Clock.Play(30 * time.Second)
	fresh, err := party.Refresh(ctx, tokens.RefreshToken)
	if err != nil {
		t.Fatal(err)
	}
	_, err = party.Exchange(ctx, code, attempt.Verifier)
	wantRefusal(t, err, http.StatusBadRequest, "invalid_grant")
	_, err = party.Refresh(ctx, fresh.RefreshToken)
	wantRefusal(t, err, http.StatusBadRequest, "invalid_grant")
}
