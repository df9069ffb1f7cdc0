package key_test

import (
	"crypto"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"authserver/identity/identitytest"
	"authserver/internal/event/eventtest"
	"authserver/internal/rest/resttest"
	"authserver/oauth/key"
)

// shown is a key as the administration answers it.
type shown struct {
	ID          string          `json:"id"`
	Algorithm   string          `json:"algorithm"`
	Use         string          `json:"use"`
	State       string          `json:"state"`
	Published   bool            `json:"published"`
	JWK         json.RawMessage `json:"jwk"`
	CreatedAt   string          `json:"created_at"`
	ActivatedAt string          `json:"activated_at"`
	RetiredAt   string          `json:"retired_at"`
}

type shownList struct {
	Items []shown `json:"items"`
	Next  string  `json:"next_cursor"`
}

// office is the administration of keys behind the real router.
type office struct {
	*resttest.House
	people *identitytest.House
	keys   *key.Service
	reader *resttest.Caller
	path   string
}

func openOffice(t *testing.T) *office {
	t.Helper()
	h := identitytest.New(t)
	keys := key.New(key.Deps{DB: h.DB, Events: h.Events, Ring: h.Ring, Now: h.Clock.Now, Generate: quick})
	if err := keys.Ensure(h.Context, h.Realm.ID); err != nil {
		t.Fatal(err)
	}
	house := resttest.New(t, h.DB, h.Realms, h.Realm.ID, h.Clock.Now, keys.MountAdmin)
	return &office{house, h, keys, house.As("keys.read"), "/realms/" + h.Realm.Slug + "/keys"}
}

func (o *office) list(t *testing.T, query string) shownList {
	t.Helper()
	var l shownList
	o.reader.Do(http.MethodGet, o.path+query, nil).Want(http.StatusOK).Into(&l)
	return l
}

func TestAdministratorsSeeKeysAndNeverPrivateHalves(t *testing.T) {
	t.Parallel()
	o := openOffice(t)
	all := o.list(t, "")
	if len(all.Items) != 2 || all.Next != "" {
		t.Fatalf("listed %+v", all)
	}
	first := o.list(t, "?limit=1")
	second := o.list(t, "?limit=1&cursor="+first.Next)
	if len(second.Items) != 1 || second.Items[0].ID != all.Items[1].ID || second.Next != "" {
		t.Errorf("the second page is %+v", second)
	}
	if some := o.list(t, "?state=next"); len(some.Items) != 0 {
		t.Errorf("next keys: %+v", some)
	}
	some := o.list(t, "?algorithm=ES256")
	if len(some.Items) != 1 || some.Items[0].Use != "sig" || some.Items[0].State != "active" || !some.Items[0].Published {
		t.Fatalf("ES256 keys: %+v", some)
	}
	kid := some.Items[0].ID
	answer := o.As("keys.read").Do(http.MethodGet, o.path+"/"+kid, nil).Want(http.StatusOK)
	var one shown
	answer.Into(&one)
	var public jose.JSONWebKey
	if err := json.Unmarshal(one.JWK, &public); err != nil || !public.IsPublic() || public.KeyID != kid {
		t.Errorf("shown as %s: %v", one.JWK, err)
	}
	if strings.Contains(string(one.JWK), `"d"`) {
		t.Error("a private half is shown")
	}
	o.As("keys.read").Do(http.MethodGet, o.path+"/unknown", nil).Want(http.StatusNotFound, "key_not_found")
	o.As("realm.read").Do(http.MethodGet, o.path, nil).Want(http.StatusForbidden)
}

func TestThePublicHalfIsDownloaded(t *testing.T) {
	t.Parallel()
	o := openOffice(t)
	kid := o.list(t, "?algorithm=ES256").Items[0].ID
	k, err := o.keys.ByID(o.people.Context, o.people.Realm.ID, kid)
	if err != nil {
		t.Fatal(err)
	}
	got := o.As("keys.read").Do(http.MethodGet, o.path+"/"+kid+"/public", nil).Want(http.StatusOK)
	block, rest := pem.Decode([]byte(got.Body))
	if block == nil || len(rest) != 0 {
		t.Fatalf("no PEM: %s", got.Body)
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	if same, ok := parsed.(interface{ Equal(x crypto.PublicKey) bool }); err != nil || !ok || !same.Equal(k.Public) {
		t.Errorf("another key: %v", err)
	}
	if d := got.Header.Get("Content-Disposition"); !strings.Contains(d, kid+".pem") {
		t.Errorf("named %s", d)
	}
	got = o.As("keys.read").Do(http.MethodGet, o.path+"/"+kid+"/public?format=jwk", nil).Want(http.StatusOK)
	var public jose.JSONWebKey
	if err := json.Unmarshal([]byte(got.Body), &public); err != nil || public.KeyID != kid {
		t.Errorf("%s: %v", got.Body, err)
	}
	o.As("keys.read").Do(http.MethodGet, o.path+"/"+kid+"/public?format=der", nil).Want(http.StatusBadRequest)
	o.As("keys.read").Do(http.MethodGet, o.path+"/unknown/public", nil).Want(http.StatusNotFound, "key_not_found")
}

func TestKeysAreRotatedAndWithdrawn(t *testing.T) {
	t.Parallel()
	o := openOffice(t)
	old := o.list(t, "?algorithm=ES256").Items[0].ID
	writer := o.As("keys.write")
	o.As("keys.read").Do(http.MethodPost, o.path+"/rotation", nil).Want(http.StatusForbidden)

	var all shownList
	writer.Do(http.MethodPost, o.path+"/rotation", nil).Want(http.StatusOK).Into(&all)
	if len(all.Items) != 4 || all.Items[0].State != "active" || all.Items[2].State != "next" || all.Items[2].ActivatedAt != "" {
		t.Errorf("after a rotation: %+v", all)
	}
	writer.Do(http.MethodPost, o.path+"/rotation", map[string]any{"algorithm": "HS256"}).Want(http.StatusBadRequest)
	writer.Do(http.MethodPost, o.path+"/"+old+"/withdrawal", nil).Want(http.StatusConflict, "key_active")

	writer.Do(http.MethodPost, o.path+"/rotation", map[string]any{"algorithm": "ES256", "immediately": true}).Want(http.StatusOK).Into(&all)
	if retired := o.list(t, "?algorithm=ES256&state=retired"); len(retired.Items) != 2 || retired.Items[0].RetiredAt == "" {
		t.Errorf("after a rotation at once: %+v", retired)
	}
	writer.Do(http.MethodPost, o.path+"/"+old+"/withdrawal", nil).Want(http.StatusNoContent)
	writer.Do(http.MethodPost, o.path+"/"+old+"/withdrawal", nil).Want(http.StatusNotFound, "key_not_found")
	if !slices.Contains(eventtest.Types(t, o.people.DB, o.people.Realm.ID), "key.withdrawn") {
		t.Error("the withdrawal is not recorded")
	}
	body, _, err := o.keys.JWKS(o.people.Context, o.people.Realm.ID)
	if err != nil || strings.Contains(string(body), old) {
		t.Errorf("the withdrawn key is published: %v", err)
	}
}
