package federation_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"authserver/identity/federation"
	"authserver/internal/event/eventtest"
	"authserver/internal/fault"
	"authserver/internal/secret"
	"authserver/tenant/realm"
)

func draft() federation.Draft {
	return federation.Draft{
		Slug: "globex", Kind: federation.OIDC, Name: "Globex", Issuer: "https://id.globex.example/tenant", ClientID: "client", ClientSecret: "s3cret",
	}
}

func TestProvidersAreMadeByTheirRules(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(rsaKey)
	if err != nil {
		t.Fatal(err)
	}
	rsaPEM := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	apple := federation.Draft{Slug: "apple", Kind: federation.Apple, ClientID: "c", ClientSecret: "x", AppleKey: federation.AppleKey{TeamID: "TEAM123456", KeyID: "KEY1234567"}}
	for name, c := range map[string]struct {
		field  string
		change func(*federation.Draft)
	}{
		"no slug":                   {"slug", func(d *federation.Draft) { d.Slug = "" }},
		"a slug with a slash":       {"slug", func(d *federation.Draft) { d.Slug = "a/b" }},
		"a slug in capitals":        {"slug", func(d *federation.Draft) { d.Slug = "Globex" }},
		"no kind":                   {"kind", func(d *federation.Draft) { d.Kind = "" }},
		"a kind of nobody":          {"kind", func(d *federation.Draft) { d.Kind = "saml" }},
		"no name":                   {"name", func(d *federation.Draft) { d.Name = "" }},
		"a name with an override":   {"name", func(d *federation.Draft) { d.Name = "a\u202eb" }},
		"no issuer":                 {"issuer", func(d *federation.Draft) { d.Issuer = "" }},
		"an issuer with a query":    {"issuer", func(d *federation.Draft) { d.Issuer += "?x=1" }},
		"an issuer with fragment":   {"issuer", func(d *federation.Draft) { d.Issuer += "#x" }},
		"an issuer with a user":     {"issuer", func(d *federation.Draft) { d.Issuer = "https://a@b.example" }},
		"an issuer of another kind": {"issuer", func(d *federation.Draft) { d.Issuer = "file:///etc/passwd" }},
		"a script":                  {"issuer", func(d *federation.Draft) { d.Issuer = "javascript:alert(1)" }},
		"no client id":              {"client_id", func(d *federation.Draft) { d.ClientID = "" }},
		"a client id with blanks":   {"client_id", func(d *federation.Draft) { d.ClientID = "a b" }},
		"a secret without end":      {"client_secret", func(d *federation.Draft) { d.ClientSecret = strings.Repeat("x", 9000) }},
		"a scope with a quote":      {"scopes", func(d *federation.Draft) { d.Scopes = []string{`a"b`} }},
		"two scopes in one":         {"scopes", func(d *federation.Draft) { d.Scopes = []string{"a b"} }},
		"a claim of roles":          {"claims", func(d *federation.Draft) { d.Claims = federation.Claims{"roles": "groups"} }},
		"a claim of phones":         {"claims", func(d *federation.Draft) { d.Claims = federation.Claims{"phone_number": "phone"} }},
		"a claim of nothing":        {"claims", func(d *federation.Draft) { d.Claims = federation.Claims{"email": ""} }},
		"a position below zero":     {"position", func(d *federation.Draft) { d.Position = -1 }},
		"Apple's key elsewhere":     {"apple_key", func(d *federation.Draft) { d.AppleKey.TeamID = "TEAM123456" }},
		"a tenant elsewhere":        {"tenant", func(d *federation.Draft) { d.Tenant = "common" }},
		"Google elsewhere":          {"issuer", func(d *federation.Draft) { d.Kind = federation.Google }},
		"Google without secret":     {"client_secret", func(d *federation.Draft) { d.Kind, d.Issuer, d.ClientSecret = federation.Google, "", "" }},
		"a tenant that is a name":   {"issuer", func(d *federation.Draft) { d.Kind, d.Issuer, d.Tenant = federation.Microsoft, "", "contoso.example" }},
		"a tenant that climbs":      {"issuer", func(d *federation.Draft) { d.Kind, d.Issuer, d.Tenant = federation.Microsoft, "", "../evil" }},
		"Apple without a key":       {"client_secret", func(d *federation.Draft) { *d = apple }},
		"Apple with another key":    {"client_secret", func(d *federation.Draft) { *d = apple; d.ClientSecret = rsaPEM }},
		"Apple without a team":      {"apple_key", func(d *federation.Draft) { *d = apple; d.AppleKey.TeamID = "" }},
	} {
		d := draft()
		c.change(&d)
		_, err := h.room.Create(h.Context, h.Realm.ID, d)
		if f, ok := fault.Of(err); !ok || f.Kind != fault.Invalid || f.Field != c.field {
			t.Errorf("%s: %v, want a fault at %s", name, err, c.field)
		}
	}
	if _, err := h.room.Create(h.Context, h.Realm.ID, draft()); err != nil {
		t.Fatal(err)
	}
	if _, err := h.room.Create(h.Context, h.Realm.ID, draft()); !errors.Is(err, federation.ErrSlugTaken) {
		t.Errorf("the same slug: %v", err)
	}
	// INC-078: a name is a realm's own.
	other := h.NewRealm(t, "other")
	if _, err := h.room.Create(h.Context, other.ID, draft()); err != nil {
		t.Errorf("the same slug in another realm: %v", err)
	}
	if _, err := h.room.Create(h.Context, "0192f0c1-0000-7000-8000-000000000001", draft()); !errors.Is(err, realm.ErrNotFound) {
		t.Errorf("no such realm: %v", err)
	}
}

// FED-13: a secret goes in and never comes out.
func TestAProvidersSecretIsNotReadable(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const canary = "cnry-client-secret"
	d := draft()
	d.ClientSecret = canary
	p, err := h.room.Create(h.Context, h.Realm.ID, d)
	if err != nil || !p.HasSecret {
		t.Fatalf("%+v, %v", p, err)
	}
	p, err = h.room.Update(h.Context, h.Realm.ID, p.ID, canary+"-2", func(*federation.Provider) error { return nil })
	if err != nil || !p.HasSecret {
		t.Fatalf("%+v, %v", p, err)
	}
	if text := fmt.Sprintf("%+v %#v", p, p); strings.Contains(text, canary) {
		t.Errorf("the provider prints it: %s", text)
	}
	all, err := h.Events.Recorded(h.Context, h.Realm.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		if strings.Contains(string(e.Payload), canary) {
			t.Errorf("event %s holds it", e.Type)
		}
	}
	var kept []string
	if err := h.DB.With(h.Context).Raw("SELECT client_secret FROM federation_providers").Scan(&kept).Error; err != nil {
		t.Fatal(err)
	}
	for _, one := range kept {
		if one == "" || strings.Contains(one, canary) {
			t.Errorf("kept as %q", one)
		}
	}
}

func TestProvidersAreChangedAndTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p, err := h.room.Create(h.Context, h.Realm.ID, draft())
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(p.Scopes, []string{"openid", "profile", "email"}) || p.TrustEmail || !p.Registration || !p.Enabled || p.Version != 1 {
		t.Errorf("made as %+v", p)
	}
	after, err := h.room.Update(h.Context, h.Realm.ID, p.ID, "", func(p *federation.Provider) error {
		p.Name, p.Slug, p.Kind, p.Enabled, p.Scopes = "Globex 2", "other", federation.GitHub, false, []string{"email"}
		return nil
	})
	if err != nil || after.Name != "Globex 2" || after.Slug != "globex" || after.Kind != federation.OIDC || !after.Enabled || after.Version != 2 ||
		!slices.Equal(after.Scopes, []string{"openid", "email"}) {
		t.Errorf("changed to %+v, %v", after, err)
	}
	if again, err := h.room.Update(h.Context, h.Realm.ID, p.ID, "", func(*federation.Provider) error { return nil }); err != nil || again.Version != 2 {
		t.Errorf("no change: %+v, %v", again, err)
	}
	refuse := errors.New("no")
	if _, err := h.room.Update(h.Context, h.Realm.ID, p.ID, "", func(*federation.Provider) error { return refuse }); !errors.Is(err, refuse) {
		t.Errorf("refused change: %v", err)
	}
	for _, step := range []struct {
		enabled bool
		want    error
	}{{true, federation.ErrAlreadyEnabled}, {false, nil}, {false, federation.ErrAlreadyDisabled}, {true, nil}} {
		if err := h.room.SetEnabled(h.Context, h.Realm.ID, p.ID, step.enabled); !errors.Is(err, step.want) {
			t.Errorf("enabled %v: %v, want %v", step.enabled, err, step.want)
		}
	}
	if all, err := h.room.List(h.Context, h.Realm.ID); err != nil || len(all) != 1 || all[0].Name != "Globex 2" || all[0].Version != 4 {
		t.Errorf("list %+v, %v", all, err)
	}
	if err := h.room.Delete(h.Context, h.Realm.ID, p.ID); err != nil {
		t.Fatal(err)
	}
	for what, err := range map[string]error{
		"delete":  h.room.Delete(h.Context, h.Realm.ID, p.ID),
		"enable":  h.room.SetEnabled(h.Context, h.Realm.ID, p.ID, true),
		"by slug": func() error { _, err := h.room.BySlug(h.Context, h.Realm.ID, "globex"); return err }(),
		"update":  func() error { _, err := h.room.Update(h.Context, h.Realm.ID, p.ID, "", nil); return err }(),
	} {
		if !errors.Is(err, federation.ErrNotFound) {
			t.Errorf("%s of what is gone: %v", what, err)
		}
	}
	want := []string{
		"federation.provider_created", "federation.provider_updated", "federation.provider_disabled", "federation.provider_enabled", "federation.provider_deleted",
	}
	var got []string
	for _, e := range eventtest.Types(t, h.DB, h.Realm.ID) {
		if strings.HasPrefix(e, "federation.") {
			got = append(got, e)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("events %v, want %v", got, want)
	}
}

func TestAProviderOfAnotherRealmIsNobodys(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p, err := h.room.Create(h.Context, h.Realm.ID, draft())
	if err != nil {
		t.Fatal(err)
	}
	other := h.NewRealm(t, "other")
	for what, err := range map[string]error{
		"delete": h.room.Delete(h.Context, other.ID, p.ID),
		"switch": h.room.SetEnabled(h.Context, other.ID, p.ID, false),
		"read":   func() error { _, err := h.room.ByID(h.Context, other.ID, p.ID); return err }(),
		"update": func() error {
			_, err := h.room.Update(h.Context, other.ID, p.ID, "", func(*federation.Provider) error { return nil })
			return err
		}(),
	} {
		if !errors.Is(err, federation.ErrNotFound) {
			t.Errorf("%s from another realm: %v", what, err)
		}
	}
}

func TestDeletingAProviderEndsWhatItBegan(t *testing.T) {
	t.Parallel()
	h, up, p := withUpstream(t)
	b := h.browser(t)
	u := b.in(b.signIn("globex", ""))
	if err := h.room.Delete(h.Context, h.Realm.ID, p.ID); err != nil {
		t.Fatal(err)
	}
	if b.session() != nil || len(h.linked(t, u.ID)) != 0 {
		t.Error("session or link goes on")
	}
	// One of the same name is another provider: nobody is linked with it.
	h.provider(t, up)
	if got := b.signIn("globex", ""); strings.HasPrefix(got.Header.Get("Location"), dispatcher) && b.session().UserID == u.ID && len(h.linked(t, u.ID)) == 0 {
		t.Error("signed in by a link of before")
	}
}

func TestButtonsStandInOrder(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for i, slug := range []string{"c", "a", "b"} {
		d := draft()
		d.Slug, d.Position = slug, []int{1, 2, 1}[i]
		if _, err := h.room.Create(h.Context, h.Realm.ID, d); err != nil {
			t.Fatal(err)
		}
	}
	all, err := h.room.List(h.Context, h.Realm.ID)
	if err != nil || len(all) != 3 || all[0].Slug+all[1].Slug+all[2].Slug != "bca" {
		t.Errorf("order %v, %v", all, err)
	}
}

func TestTheRoomForgetsAndCleansUp(t *testing.T) {
	t.Parallel()
	h, _, _ := withUpstream(t)
	b := h.browser(t)
	u := b.in(b.signIn("globex", ""))
	b.begin("")
	b.leave("globex")
	count := func(table string) (n int64) {
		if err := h.DB.With(h.Context).Raw("SELECT count(*) FROM " + table).Scan(&n).Error; err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n, err := h.room.Sweep(h.Context); err != nil || n != 0 {
		t.Errorf("swept %d, %v before its time", n, err)
	}
	h.Clock.Add(2 * time.Hour)
	if n, err := h.room.Sweep(h.Context); err != nil || n != 2 || count("federation_states") != 0 {
		t.Errorf("swept %d, %v", n, err)
	}
	h.Clock.Add(40 * 24 * time.Hour)
	if n, err := h.room.Sweep(h.Context); err != nil || n != 1 || count("federation_sessions") != 0 {
		t.Errorf("swept %d, %v", n, err)
	}
	name, section, err := h.room.Export(h.Context, h.Realm.ID, u.ID)
	if text := fmt.Sprintf("%+v", section); err != nil || name != "linked_providers" || !strings.Contains(text, "ada-1") {
		t.Errorf("export %s %s, %v", name, text, err)
	}
	if err := h.room.Forget(h.Context, h.Realm.ID, u.ID); err != nil || len(h.linked(t, u.ID)) != 0 {
		t.Errorf("forget: %v", err)
	}
}

func TestSecretsMoveToTheNewestKey(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	old, young := secret.NewKey(), secret.NewKey()
	ring := func(keys ...string) *secret.Ring {
		r, err := secret.ParseRing(keys)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	p, err := h.newRoom(t, ring(old)).Create(h.Context, h.Realm.ID, draft())
	if err != nil {
		t.Fatal(err)
	}
	both := h.newRoom(t, ring(young, old))
	for _, want := range []int{1, 0} {
		if n, err := both.Reseal(h.Context); err != nil || n != want {
			t.Errorf("resealed %d, %v; want %d", n, err, want)
		}
	}
	var sealed string
	if err := h.DB.With(h.Context).Raw("SELECT client_secret FROM federation_providers").Scan(&sealed).Error; err != nil {
		t.Fatal(err)
	}
	if plain, err := ring(young).Open(sealed, "federation_providers", h.Realm.ID, p.ID); err != nil || string(plain) != "s3cret" {
		t.Errorf("under the new key alone: %q, %v", plain, err)
	}
	if _, err := h.newRoom(t, ring(secret.NewKey())).Reseal(h.Context); err == nil {
		t.Error("what does not open was resealed")
	}
}
