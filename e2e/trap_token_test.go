package e2e_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"authserver/e2e"
	"authserver/internal/database"
	"authserver/tenant/application"
)

// payload reads a JWT's claims without verifying it.
func payload(t *testing.T, token string) map[string]any {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("not a JWT: %.20s…", token)
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	claims := map[string]any{}
	if err := json.Unmarshal(raw, &claims); err != nil {
		t.Fatal(err)
	}
	return claims
}

func inactive(t *testing.T, party *e2e.Party, token, why string) {
	t.Helper()
	if said, err := party.Introspect(t.Context(), token); err != nil || said["active"] != false || len(said) != 1 {
		t.Errorf("%s: %v, %v", why, said, err)
	}
}

// Fosite ignores a narrower scope and accepts a wider one.
func TestRefreshNarrowsScopesAndNeverWidens(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party, person := h.NewParty(nil), h.NewPerson("rosa@example.com")
	_, tokens := signedIn(t, party, person)
	ctx := t.Context()
	refresh := func(scope string) e2e.Answer {
		answer, err := party.Post(ctx, party.Endpoints.Token, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {tokens.RefreshToken}, "scope": {scope}})
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
	if answer := refresh("openid phone"); answer.Status != http.StatusBadRequest || !strings.Contains(string(answer.Body), `"invalid_scope"`) {
		t.Errorf("wider: %d %s", answer.Status, answer.Body)
	}
	var narrow e2e.Tokens
	if answer := refresh("email"); answer.Status != http.StatusOK || json.Unmarshal(answer.Body, &narrow) != nil {
		t.Fatalf("narrower: %d %s", answer.Status, answer.Body)
	}
	if narrow.Scope != "email" || narrow.IDToken != "" || payload(t, narrow.AccessToken)["scope"] != "email" {
		t.Errorf("narrower: %+v", narrow)
	}
	whole, err := party.Refresh(ctx, narrow.RefreshToken)
	if err != nil || whole.Scope != "openid profile email offline_access" || whole.IDToken == "" {
		t.Errorf("the refresh token lost its scopes: %+v, %v", whole, err)
	}
}

// Fosite's refresh lifetime slides for ever, and its JWTs keep the first iat.
func TestARefreshedTokenIsNewAndItsFamilyEnds(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party, person := h.NewParty(nil), h.NewPerson("rosa@example.com")
	_, tokens := signedIn(t, party, person)
	first := payload(t, tokens.AccessToken)
	step := h.Realm.Policy.RefreshIdle - time.Hour
	for passed := step; passed < h.Realm.Policy.RefreshAbsolute; passed += step {
		h.Clock.Play(step)
		fresh, err := party.Refresh(t.Context(), tokens.RefreshToken)
		if err != nil {
			t.Fatalf("after %s: %v", passed, err)
		}
		if got := payload(t, fresh.AccessToken); got["iat"].(float64) < first["iat"].(float64)+passed.Seconds()-5 || got["auth_time"] != first["auth_time"] {
			t.Errorf("after %s: iat %v, auth_time %v; first %v", passed, got["iat"], got["auth_time"], first)
		}
		tokens = fresh
	}
	h.Clock.Play(step)
	_, err := party.Refresh(t.Context(), tokens.RefreshToken)
	wantRefusal(t, err, http.StatusBadRequest, "invalid_grant")
}

func TestAnIdleRefreshTokenDies(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party, person := h.NewParty(nil), h.NewPerson("rosa@example.com")
	_, tokens := signedIn(t, party, person)
	h.Clock.Play(h.Realm.Policy.RefreshIdle)
	_, err := party.Refresh(t.Context(), tokens.RefreshToken)
	wantRefusal(t, err, http.StatusBadRequest, "invalid_grant")
}

// Fosite's reuse detection runs before the client is compared: a stranger who knows a spent token could end the family.
func TestAStrangerCannotEndAFamily(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party, stranger, person := h.NewParty(nil), h.NewParty(nil), h.NewPerson("rosa@example.com")
	_, first := signedIn(t, party, person)
	second, err := party.Refresh(t.Context(), first.RefreshToken)
	if err != nil {
		t.Fatal(err)
	}
	h.Clock.Play(time.Minute)
	for _, token := range []string{first.RefreshToken, second.RefreshToken} {
		_, err = stranger.Refresh(t.Context(), token)
		wantRefusal(t, err, http.StatusBadRequest, "invalid_grant")
		if err := stranger.Revoke(t.Context(), token); err != nil {
			t.Errorf("revoking a foreign token must look like success: %v", err)
		}
		inactive(t, stranger, token, "a stranger learns of a refresh token")
	}
	if _, err := party.Refresh(t.Context(), second.RefreshToken); err != nil {
		t.Errorf("the owner: %v", err)
	}
}

// Within the grace a repeated refresh gives the very same successor.
func TestALostAnswerIsForgiven(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party, person := h.NewParty(nil), h.NewPerson("rosa@example.com")
	_, tokens := signedIn(t, party, person)
	lost, err := party.Refresh(t.Context(), tokens.RefreshToken)
	if err != nil {
		t.Fatal(err)
	}
	again, err := party.Refresh(t.Context(), tokens.RefreshToken)
	if err != nil || again.RefreshToken != lost.RefreshToken {
		t.Fatalf("again: %v, the same successor: %v", err, again.RefreshToken == lost.RefreshToken)
	}
	if _, err := party.Refresh(t.Context(), again.RefreshToken); err != nil {
		t.Fatal(err)
	}
	_, err = party.Refresh(t.Context(), tokens.RefreshToken) // its successor is spent: no third line
	wantRefusal(t, err, http.StatusBadRequest, "invalid_grant")
}

// Fosite never asks whether user, application and realm still are what they were. Every way to use a token must.
func TestWhatIsSwitchedOffEndsItsTokens(t *testing.T) {
	t.Parallel()
	for name, off := range map[string]func(h *e2e.House, userID, appID string) error{
		"user suspended": func(h *e2e.House, userID, _ string) error {
			return h.Server.Users.Suspend(h.Operator(), h.Realm.ID, userID, "test")
		},
		"password changed": func(h *e2e.House, userID, _ string) error {
			return h.Server.Users.SetPassword(h.Operator(), h.Realm.ID, userID, "amber-Lantern-88-fig")
		},
		"consent withdrawn": func(h *e2e.House, userID, appID string) error {
			return h.Server.Consents.Revoke(h.Operator(), h.Realm.ID, userID, appID)
		},
		"sessions ended": func(h *e2e.House, userID, _ string) error {
			return h.Server.Sessions.EndAll(h.Operator(), h.Realm.ID, userID, "administrator")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := e2e.Open(t)
			party, person := h.NewParty(nil), h.NewPerson("rosa@example.com")
			opaque := h.NewParty(func(d *application.Draft) { d.TokenFormat, d.FirstParty = application.FormatOpaque, true })
			_, tokens := signedIn(t, party, person)
			user, err := h.Server.Users.ByEmail(t.Context(), h.Realm.ID, person.Email)
			if err != nil {
				t.Fatal(err)
			}
			app, err := h.Server.Applications.ByClientID(t.Context(), h.Realm.ID, party.ClientID)
			if err != nil {
				t.Fatal(err)
			}
			_, other := signedIn(t, opaque, person)
			if err := off(h, user.ID, app.ID); err != nil {
				t.Fatal(err)
			}
			inactive(t, party, tokens.AccessToken, "access token")
			inactive(t, party, tokens.RefreshToken, "refresh token")
			_, err = party.Refresh(t.Context(), tokens.RefreshToken)
			wantRefusal(t, err, http.StatusBadRequest, "invalid_grant")
			_, err = party.Userinfo(t.Context(), tokens.AccessToken)
			wantRefusal(t, err, http.StatusUnauthorized, "invalid_token")
			if name != "consent withdrawn" {
				inactive(t, opaque, other.AccessToken, "opaque access token")
			}
		})
	}
}

func TestADisabledApplicationProcessesNothing(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party, person := h.NewParty(nil), h.NewPerson("rosa@example.com")
	_, tokens := signedIn(t, party, person)
	app, err := h.Server.Applications.ByClientID(t.Context(), h.Realm.ID, party.ClientID)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Server.Applications.SetEnabled(h.Operator(), h.Realm.ID, app.ID, false); err != nil {
		t.Fatal(err)
	}
	_, err = party.Refresh(t.Context(), tokens.RefreshToken)
	wantRefusal(t, err, http.StatusUnauthorized, "invalid_client")
	_, err = party.Userinfo(t.Context(), tokens.AccessToken)
	wantRefusal(t, err, http.StatusUnauthorized, "invalid_token")
	page, err := person.Click(t.Context(), party.Begin().URL)
	if err != nil || page.Left() || page.Status != http.StatusBadRequest {
		t.Errorf("authorize: %v, %v", page, err)
	}
	if err := h.Server.Realms.Suspend(h.Operator(), h.Realm.ID, "test"); err != nil {
		t.Fatal(err)
	}
	if err := party.Discover(t.Context()); err == nil {
		t.Error("a blocked realm describes itself")
	}
}

// Fosite's JWT validator takes ID tokens for access tokens, and any issuer's.
func TestOnlyAccessTokensOfTheRealmOpenAnything(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party, person := h.NewParty(nil), h.NewPerson("rosa@example.com")
	_, tokens := signedIn(t, party, person)
	next := neighbour(h, "globex")
	foreign := next.NewParty(nil)
	machine, err := foreign.ClientCredentials(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(tokens.AccessToken, ".")
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"at+jwt","kid":"x"}`)) + "." + parts[1] + "."
	for name, token := range map[string]string{
		"ID token": tokens.IDToken, "foreign realm": machine.AccessToken, "alg none": none, "refresh token": tokens.RefreshToken,
		"cut signature": tokens.AccessToken[:len(tokens.AccessToken)-2], "dots": strings.Repeat(".", 4000), "nothing": "x",
		"other payload": parts[0] + "." + strings.Split(machine.AccessToken, ".")[1] + "." + parts[2],
	} {
		_, err := party.Userinfo(t.Context(), token)
		wantRefusal(t, err, http.StatusUnauthorized, "invalid_token")
		if name != "refresh token" {
			inactive(t, party, token, name)
		}
	}
	inactive(t, foreign, tokens.AccessToken, "a token of another realm")
	inactive(t, h.NewParty(nil), tokens.AccessToken, "another client's token")
	if _, err := party.Userinfo(t.Context(), tokens.AccessToken); err != nil {
		t.Errorf("the real one: %v", err)
	}
}

// Fosite verifies with the present key only.
func TestOldKeysStillVerify(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party, person := h.NewParty(nil), h.NewPerson("rosa@example.com")
	attempt, tokens := signedIn(t, party, person)
	if err := h.Server.Keys.Rotate(h.Operator(), h.Realm.ID, true); err != nil {
		t.Fatal(err)
	}
	if _, err := party.Userinfo(t.Context(), tokens.AccessToken); err != nil {
		t.Errorf("access token: %v", err)
	}
	if _, err := party.Verify(t.Context(), tokens.IDToken, attempt.Nonce, tokens.AccessToken, h.Clock.Now()); err != nil {
		t.Errorf("ID token: %v", err)
	}
	party.AuthorizationModifier = func(q url.Values) { q.Set("prompt", "none"); q.Set("id_token_hint", tokens.IDToken) }
	codeFor(t, party, person, party.Begin())
}

// An access token names its audience; a resource server learns of those meant for it and of no others (RFC 8707, RFC 7662 §4).
func TestAResourceServerSeesItsOwnTokens(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	const resource = "https://api.harbour.example"
	api := h.NewParty(func(d *application.Draft) {
		d.Type, d.GrantTypes, d.RedirectURIs, d.PostLogoutRedirectURIs, d.Scopes = application.Machine, nil, nil, nil, []string{"ships:read"}
		d.Identifiers = []string{resource}
	})
	party := h.NewParty(func(d *application.Draft) { d.Audiences = []string{resource} })
	person := h.NewPerson("rosa@example.com")
	party.AuthorizationModifier = func(q url.Values) { q.Set("resource", resource) }
	_, tokens := signedIn(t, party, person)
	if got := payload(t, tokens.AccessToken)["aud"]; got != resource {
		t.Errorf("aud %v", got)
	}
	if said, err := api.Introspect(t.Context(), tokens.AccessToken); err != nil || said["active"] != true {
		t.Errorf("the resource server: %v, %v", said, err)
	}
	party.AuthorizationModifier = func(q url.Values) { q.Set("resource", "https://elsewhere.example") }
	back, err := person.Authorize(t.Context(), party.Begin().URL)
	if err != nil || back.Query().Get("error") != "invalid_target" {
		t.Errorf("a foreign resource: %v, %v", back, err)
	}
}

// Fosite says that a token is revoked although the store failed.
func TestRevocationDoesNotLie(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party, person := h.NewParty(nil), h.NewPerson("rosa@example.com")
	_, tokens := signedIn(t, party, person)
	err := h.Server.Database.InTx(h.Operator(), func(ctx context.Context) error {
		return h.Server.Database.With(ctx).Exec(`ALTER TABLE oauth_revocations RENAME TO oauth_revocations_away`).Error
	})
	if err != nil {
		t.Fatal(database.Translate(err))
	}
	for _, token := range []string{tokens.AccessToken, tokens.RefreshToken} {
		err := party.Revoke(t.Context(), token)
		wantRefusal(t, err, http.StatusServiceUnavailable, "temporarily_unavailable")
		if said, err := party.Introspect(t.Context(), token); err != nil || said["active"] != true {
			t.Errorf("not revoked, yet %v, %v", said, err)
		}
	}
}
