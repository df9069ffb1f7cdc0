package federation_test

import (
	"net/http"
	"strings"
	"testing"

	"authserver/identity/federation"
	"authserver/internal/id"
	"authserver/internal/rest/resttest"
)

func administered(t *testing.T) (*house, *resttest.House) {
	t.Helper()
	h := newHouse(t)
	return h, resttest.New(t, h.DB, h.Realms, h.Realm.ID, h.Clock.Now, h.room.MountAdmin)
}

const providersPath = "/realms/acme/providers"

func partner(more ...any) map[string]any {
	p := map[string]any{"slug": "partner", "kind": "oidc", "name": "Partner", "issuer": "https://id.partner.example", "client_id": "us", "client_secret": "s3cret-of-partner"}
	for i := 0; i < len(more); i += 2 {
		p[more[i].(string)] = more[i+1]
	}
	return p
}

func TestProvidersAreAdministered(t *testing.T) {
	t.Parallel()
	_, a := administered(t)
	all := a.All()
	var made federation.ProviderView
	created := all.Do(http.MethodPost, providersPath, partner("claims", map[string]any{"email": "mail"})).Want(http.StatusCreated).Into(&made)
	if created.Header.Get("Location") != "/api/v1"+providersPath+"/"+made.ID || !strings.HasSuffix(made.CallbackURL, "/realms/acme/federation/partner/callback") {
		t.Errorf("created at %q with callback %q", created.Header.Get("Location"), made.CallbackURL)
	}
	if !made.HasSecret || !made.Enabled || !made.Registration || made.TrustEmail || made.Claims["email"] != "mail" {
		t.Errorf("made %+v", made)
	}
	at := providersPath + "/" + made.ID
	var now federation.ProviderView
	all.Do(http.MethodPatch, at, map[string]any{"name": "Partner Ltd.", "claims": nil, "position": 3}, "If-Match: \"1\"").Want(http.StatusOK).Into(&now)
	if now.Name != "Partner Ltd." || len(now.Claims) != 0 || now.Position != 3 || !now.HasSecret || now.Version != 2 {
		t.Errorf("changed to %+v", now)
	}
	all.Do(http.MethodPatch, at, map[string]any{"name": "Late"}, "If-Match: \"1\"").Want(http.StatusPreconditionFailed)
	all.Do(http.MethodDelete, at+"/activation", nil).Want(http.StatusNoContent)
	all.Do(http.MethodDelete, at+"/activation", nil).Want(http.StatusConflict, "provider_already_disabled")
	all.Do(http.MethodPost, at+"/activation", nil).Want(http.StatusNoContent)
	read := all.Do(http.MethodGet, at, nil).Want(http.StatusOK)
	if strings.Contains(read.Body, "s3cret") {
		t.Error("the client secret is shown")
	}
	all.Do(http.MethodDelete, at, nil, "If-Match: \"1\"").Want(http.StatusPreconditionFailed)
	all.Do(http.MethodDelete, at, nil).Want(http.StatusNoContent)
	all.Do(http.MethodGet, at, nil).Want(http.StatusNotFound, "provider_not_found")
}

func TestProvidersGoByPages(t *testing.T) {
	t.Parallel()
	_, a := administered(t)
	all := a.All()
	for _, slug := range []string{"p1", "p2", "p3"} {
		all.Do(http.MethodPost, providersPath, partner("slug", slug)).Want(http.StatusCreated)
	}
	seen, query := []string{}, "?limit=2"
	for range 2 {
		var page struct {
			Items []federation.ProviderView `json:"items"`
			Next  string                    `json:"next_cursor"`
		}
		all.Do(http.MethodGet, providersPath+query, nil).Want(http.StatusOK).Into(&page)
		for _, p := range page.Items {
			seen = append(seen, p.Slug)
		}
		query = "?limit=2&cursor=" + page.Next
	}
	if strings.Join(seen, " ") != "p1 p2 p3" {
		t.Errorf("pages hold %v", seen)
	}
}

func TestBadProvidersAreRefused(t *testing.T) {
	t.Parallel()
	_, a := administered(t)
	all := a.All()
	all.Do(http.MethodPost, providersPath, partner()).Want(http.StatusCreated)
	all.Do(http.MethodPost, providersPath, partner()).Want(http.StatusConflict, "provider_slug_taken")
	all.Do(http.MethodPost, providersPath, partner("slug", "other", "issuer", "ftp://id.partner.example")).Want(http.StatusBadRequest, "provider_invalid")
	all.Do(http.MethodPost, providersPath, partner("slug", "other", "kind", "facebook")).Want(http.StatusBadRequest, "invalid_value")
	all.Do(http.MethodPost, providersPath, partner("slug", "other", "secret", "x")).Want(http.StatusBadRequest, "unknown_field")
	all.Do(http.MethodPost, providersPath, map[string]any{"slug": "apple", "kind": "apple", "client_id": "us", "client_secret": "no key", "trust_email": false, "apple_key": map[string]any{"team_id": "ABCDEFGHIJ", "key_id": "ABCDEFGHIJ"}}).
		Want(http.StatusBadRequest, "provider_invalid")
}

// Who may change providers, and no more, must not make one that signs in as anybody.
func TestTrustNeedsMoreThanProviders(t *testing.T) {
	t.Parallel()
	_, a := administered(t)
	few := a.As("providers.read", "providers.write")
	few.Do(http.MethodPost, providersPath, partner("trust_email", true)).Want(http.StatusForbidden, "provider_trust_denied")
	few.Do(http.MethodPost, providersPath, map[string]any{"slug": "google", "kind": "google", "client_id": "us", "client_secret": "x"}).
		Want(http.StatusForbidden, "provider_trust_denied") // it is believed unless that is said
	var mine, trusted federation.ProviderView
	few.Do(http.MethodPost, providersPath, partner()).Want(http.StatusCreated).Into(&mine)
	few.Do(http.MethodPatch, providersPath+"/"+mine.ID, map[string]any{"trust_email": true}).Want(http.StatusForbidden, "provider_trust_denied")
	a.All().Do(http.MethodPost, providersPath, partner("slug", "trusted", "trust_email", true, "enabled", false)).Want(http.StatusCreated).Into(&trusted)
	few.Do(http.MethodPatch, providersPath+"/"+trusted.ID, map[string]any{"issuer": "https://evil.example"}).Want(http.StatusForbidden, "provider_trust_denied")
	few.Do(http.MethodPost, providersPath+"/"+trusted.ID+"/activation", nil).Want(http.StatusForbidden, "provider_trust_denied")
	few.Do(http.MethodPatch, providersPath+"/"+trusted.ID, map[string]any{"trust_email": false}).Want(http.StatusOK)
	a.As("providers.read").Do(http.MethodDelete, providersPath+"/"+mine.ID, nil).Want(http.StatusForbidden, "permission_denied")
}

func TestAdministratorsUnlink(t *testing.T) {
	t.Parallel()
	h, _, p := withUpstream(t)
	a := resttest.New(t, h.DB, h.Realms, h.Realm.ID, h.Clock.Now, h.room.MountAdmin)
	all, bob := a.All(), h.person(t, "bob@example.com", true)
	h.signedIn(t, bob).link("globex")
	link := h.linked(t, bob.ID)[0].ID
	at := "/realms/acme/users/" + bob.ID + "/identities"
	var list struct {
		Items []federation.IdentityView `json:"items"`
	}
	all.Do(http.MethodGet, at, nil).Want(http.StatusOK).Into(&list)
	if len(list.Items) != 1 || list.Items[0].ID != link || list.Items[0].ProviderID != p.ID || list.Items[0].Label != "ada@example.com" {
		t.Fatalf("links: %+v", list.Items)
	}
	all.Do(http.MethodGet, "/realms/acme/users/"+id.New()+"/identities", nil).Want(http.StatusNotFound, "user_not_found")
	all.Do(http.MethodDelete, at+"/"+id.New(), nil).Want(http.StatusNotFound, "linked_provider_not_found")
	a.Outranking = []string{bob.ID}
	all.Do(http.MethodDelete, at+"/"+link, nil).Want(http.StatusForbidden, "target_outranks")
	a.Outranking = nil
	a.As("users.read").Do(http.MethodDelete, at+"/"+link, nil).Want(http.StatusForbidden, "permission_denied")
	all.Do(http.MethodDelete, at+"/"+link, nil).Want(http.StatusNoContent)
	all.Do(http.MethodDelete, at+"/"+link, nil).Want(http.StatusNotFound, "linked_provider_not_found")

	// Ada came by the provider and has no other way in.
	b := h.browser(t)
	ada := b.in(b.signIn("globex", ""))
	only := h.linked(t, ada.ID)[0].ID
	all.Do(http.MethodDelete, "/realms/acme/users/"+ada.ID+"/identities/"+only, nil).Want(http.StatusConflict, "last_way_in")
}
