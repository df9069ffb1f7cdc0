package federation_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"authserver/identity/federation"
	"authserver/identity/flow"
	"authserver/internal/event/eventtest"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

func TestAPersonSignsInUpstream(t *testing.T) {
	t.Parallel()
	h, up, p := withUpstream(t)
	b := h.browser(t)
	u := b.in(b.signIn("globex", "?login_hint=ada%40example.com"))

	q := up.asked
	for name, want := range map[string]string{
		"response_type": "code", "client_id": up.clientID, "redirect_uri": host + "/realms/acme/federation/globex/callback",
		"scope": "openid profile email", "code_challenge_method": "S256", "login_hint": "ada@example.com", "prompt": "",
	} {
		if q.Get(name) != want {
			t.Errorf("%s = %q, want %q", name, q.Get(name), want)
		}
	}
	if len(q.Get("state")) < 43 || len(q.Get("nonce")) < 43 || len(q.Get("code_challenge")) != 43 || q.Get("state") == q.Get("nonce") {
		t.Errorf("state %q, nonce %q, challenge %q", q.Get("state"), q.Get("nonce"), q.Get("code_challenge"))
	}
	if u.Email != "ada@example.com" || !u.EmailVerified || u.HasPassword || u.Name != "Ada Lovelace" || u.GivenName != "Ada" ||
		u.FamilyName != "Lovelace" || u.Picture != "https://globex.example/ada.png" || u.Locale != "en-GB" || !u.LastLoginAt.Equal(h.Clock.Now()) {
		t.Errorf("user %+v", u)
	}
	s := b.session()
	if len(s.AMR) != 0 || s.ACR != "1" || s.ApplicationID != h.app.ID {
		t.Errorf("session %+v", s)
	}
	if i := slices.IndexFunc(b.f.Proofs, func(p flow.Proof) bool { return p.Step == flow.Login }); b.f.Proofs[i].Method != "federated:globex" {
		t.Errorf("proofs %+v", b.f.Proofs)
	}
	ids := h.linked(t, u.ID)
	if len(ids) != 1 || ids[0].ProviderID != p.ID || ids[0].Issuer != up.URL || ids[0].Subject != "ada-1" || ids[0].Label != "ada@example.com" {
		t.Errorf("identities %+v", ids)
	}
	types := eventtest.Types(t, h.DB, h.Realm.ID)
	for _, want := range []string{"user.created", "user.provider_linked", "session.created", "federation.succeeded"} {
		if !slices.Contains(types, want) {
			t.Errorf("no event %s in %v", want, types)
		}
	}
	if kinds := h.letters.kinds(); len(kinds) != 0 {
		t.Errorf("letters %v to somebody who has just made their account", kinds)
	}

	// Once more, from another browser: the same person.
	h.Clock.Add(time.Hour)
	again := h.browser(t)
	if v := again.in(again.signIn("globex", "")); v.ID != u.ID {
		t.Errorf("the second sign-in made user %s, want %s", v.ID, u.ID)
	}
	if used := h.linked(t, u.ID)[0].LastUsedAt; !used.Equal(h.Clock.Now()) {
		t.Errorf("last used %s", used)
	}
}

func TestUserinfoTellsWhatTheIDTokenLeavesOut(t *testing.T) {
	t.Parallel()
	h, up, _ := withUpstream(t)
	up.profile = false
	b := h.browser(t)
	if u := b.in(b.signIn("globex", "")); u.Email != "ada@example.com" || !u.EmailVerified || u.Name != "Ada Lovelace" {
		t.Errorf("user %+v", u)
	}
}

// One document's word about an address counts for the address of that document only.
func TestAnAddressIsVouchedForWhereItStands(t *testing.T) {
	t.Parallel()
	h, up, _ := withUpstream(t)
	up.claims = func(c map[string]any) { c["email"] = "victim@example.com"; delete(c, "email_verified") }
	b := h.browser(t)
	if u := b.in(b.signIn("globex", "")); u.Email != "ada@example.com" || !u.EmailVerified {
		t.Errorf("user %s, verified %v", u.Email, u.EmailVerified)
	}
}

func TestClaimsAreMapped(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	up := newUpstream(t, h.Clock.Now)
	h.provider(t, up, func(d *federation.Draft) {
		d.Claims = federation.Claims{"email": "mail", "email_verified": "mail_ok", "name": "display"}
	})
	up.person["mail"], up.person["mail_ok"], up.person["display"] = "Ada@Mapped.example", true, "Countess"
	b := h.browser(t)
	if u := b.in(b.signIn("globex", "")); u.Email != "Ada@mapped.example" || !u.EmailVerified || u.Name != "Countess" {
		t.Errorf("user %+v", u)
	}
}

// encoding/json folds the case of names; whoever may write claims upstream must not
// vouch for an address by that.
func TestClaimsAreReadByTheirExactName(t *testing.T) {
	t.Parallel()
	h, up, _ := withUpstream(t)
	up.claims = func(c map[string]any) {
		c["email_verified"] = false
		c["EMAIL_VERIFIED"], c["Email_Verified"], c["SUB"], c["EMAIL"] = true, true, "somebody-else", "victim@example.com"
	}
	b := h.browser(t)
	u := b.in(b.signIn("globex", ""))
	if u.EmailVerified || u.Email != "ada@example.com" || h.linked(t, u.ID)[0].Subject != "ada-1" {
		t.Errorf("user %+v", u)
	}
}

func TestAStrangeProfileKeepsNobodyOut(t *testing.T) {
	t.Parallel()
	h, up, _ := withUpstream(t)
	up.person["name"], up.person["picture"], up.person["locale"] = "Ada\u202e\x00", "javascript:alert(1)", "not a tag!"
	up.person["given_name"], up.person["family_name"] = strings.Repeat("x", 10_000), 7
	b := h.browser(t)
	if u := b.in(b.signIn("globex", "")); u.Name != "" || u.Picture != "" || u.GivenName != "" || u.FamilyName != "" {
		t.Errorf("user %+v", u)
	}
}

func TestProfileIsSyncedOnlyWhereThatIsWanted(t *testing.T) {
	t.Parallel()
	for _, sync := range []bool{false, true} {
		h := newHouse(t)
		up := newUpstream(t, h.Clock.Now)
		h.provider(t, up, func(d *federation.Draft) { d.SyncProfile = sync })
		b := h.browser(t)
		b.in(b.signIn("globex", ""))
		up.bend(func() {
			up.person["name"], up.person["email"], up.person["locale"], up.person["phone_number"] = "Ada King", "king@example.com", "fr", "+4930123456"
		})
		u := b.in(b.signIn("globex", ""))
		want := "Ada Lovelace"
		if sync {
			want = "Ada King"
		}
		// Security rule FED-14: an address is never taken over.
		if u.Name != want || u.Email != "ada@example.com" || u.Locale != "en-GB" || u.Phone != "" {
			t.Errorf("sync %v: user %+v", sync, u)
		}
	}
}

// A new sign-in was asked for (prompt=login, step-up): the provider's memory of an old
// one is none.
func TestANewSignInIsAskedOfTheProviderToo(t *testing.T) {
	t.Parallel()
	h, up, _ := withUpstream(t)
	up.claims = func(c map[string]any) { c["auth_time"] = h.Clock.Now().Unix() }
	b := h.browser(t)
	b.in(b.signIn("globex", "?prompt=login"))
	if up.asked.Get("prompt") != "login" || up.asked.Get("max_age") != "0" {
		t.Errorf("asked prompt=%q max_age=%q", up.asked.Get("prompt"), up.asked.Get("max_age"))
	}
	up.bend(func() {
		up.claims = func(c map[string]any) { c["auth_time"] = h.Clock.Now().Add(-time.Hour).Unix() }
	})
	other := h.browser(t)
	other.out(other.signIn("globex", "?prompt=login"), "federation_refused")
	// Where none was asked for, an old one is fine.
	third := h.browser(t)
	third.in(third.signIn("globex", ""))
}

func TestASuspendedPersonIsRefusedLikeAnybody(t *testing.T) {
	t.Parallel()
	h, _, _ := withUpstream(t)
	b := h.browser(t)
	u := b.in(b.signIn("globex", ""))
	if err := h.Users.Suspend(h.Context, h.Realm.ID, u.ID, "test"); err != nil {
		t.Fatal(err)
	}
	b.out(b.signIn("globex", ""), "federation_refused") // INC-066
}

// INC-067: registration is off on every path.
func TestNobodyRegistersWhereItIsForbidden(t *testing.T) {
	t.Parallel()
	for name, forbid := range map[string]func(t *testing.T, h *house, p *federation.Provider){
		"realm": nil,
		"application": func(t *testing.T, h *house, _ *federation.Provider) {
			if _, err := h.apps.Update(h.Context, h.Realm.ID, h.app.ID, func(a *application.Application) error {
				a.Registration = false
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		},
		"provider": func(t *testing.T, h *house, p *federation.Provider) {
			if _, err := h.room.Update(h.Context, h.Realm.ID, p.ID, "", func(p *federation.Provider) error {
				p.Registration = false
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			policy := open()
			policy.Registration = forbid != nil
			h, _, p := withUpstream(t, policy)
			if forbid != nil {
				forbid(t, h, p)
			}
			b := h.browser(t)
			b.out(b.signIn("globex", ""), "federation_no_account")
			if _, err := h.Users.ByEmail(h.Context, h.Realm.ID, "ada@example.com"); err == nil {
				t.Error("an account was made")
			}
		})
	}
}

// INC-065, INC-095: the provider must be on, and the application's, on the way there and
// on the way back.
func TestAProviderThatIsNotOfferedBringsNobody(t *testing.T) {
	t.Parallel()
	for name, withdraw := range map[string]func(t *testing.T, h *house, p *federation.Provider){
		"switched off": func(t *testing.T, h *house, p *federation.Provider) {
			if err := h.room.SetEnabled(h.Context, h.Realm.ID, p.ID, false); err != nil {
				t.Fatal(err)
			}
		},
		"deleted": func(t *testing.T, h *house, p *federation.Provider) {
			if err := h.room.Delete(h.Context, h.Realm.ID, p.ID); err != nil {
				t.Fatal(err)
			}
		},
		"not the application's": func(t *testing.T, h *house, _ *federation.Provider) {
			if _, err := h.apps.Update(h.Context, h.Realm.ID, h.app.ID, func(a *application.Application) error {
				a.Providers = []string{"another"}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		},
		"another issuer now": func(t *testing.T, h *house, p *federation.Provider) {
			evil := newUpstream(t, h.Clock.Now)
			evil.metadata = func(d map[string]any) { delete(d, "authorization_response_iss_parameter_supported") }
			t.Cleanup(func() {
				if evil.calls("/token") != 0 {
					t.Error("the code of one issuer went to another")
				}
			})
			if _, err := h.room.Update(h.Context, h.Realm.ID, p.ID, "", func(p *federation.Provider) error {
				p.Issuer = evil.URL
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, up, p := withUpstream(t)
			up.answer = func(q url.Values) { q.Del("iss") }
			up.metadata = func(d map[string]any) { delete(d, "authorization_response_iss_parameter_supported") }
			b := h.browser(t)
			b.begin("")
			back := b.visit(b.leave("globex"))
			withdraw(t, h, p)
			got := b.sendFrom("cross-site", http.MethodGet, back, nil)
			if at := got.Header.Get("Location"); strings.HasPrefix(at, dispatcher) || b.session() != nil {
				t.Errorf("callback = %d to %s", got.StatusCode, at)
			}
			if name == "another issuer now" {
				return
			}
			got = b.send(http.MethodPost, "/realms/acme/federation/globex/start", url.Values{
				"flow": {b.f.ID}, "proof": {h.Flows.Proof(b.f, flow.Login)},
			})
			if got.StatusCode != http.StatusNotFound {
				t.Errorf("start = %d, want 404", got.StatusCode)
			}
			if buttons, err := h.room.Providers(h.Context, b.f); err != nil || len(buttons) != 0 {
				t.Errorf("buttons %v, %v", buttons, err)
			}
		})
	}
}

// The account's own flow has no application, and offers what the realm has.
func TestTheAccountOffersEveryProvider(t *testing.T) {
	t.Parallel()
	h, _, _ := withUpstream(t)
	f, err := h.Flows.StartAccount(h.Context, flow.AccountRequest{Browser: strings.Repeat("b", 46), Return: "/account"})
	if err != nil {
		t.Fatal(err)
	}
	if buttons, err := h.room.Providers(h.Context, f); err != nil || len(buttons) != 1 || buttons[0].Name != "Globex" {
		t.Errorf("buttons %v, %v", buttons, err)
	}
}

func TestTheSignInNeedsItsFlow(t *testing.T) {
	t.Parallel()
	h, _, _ := withUpstream(t)
	b := h.browser(t)
	b.begin("")
	form := url.Values{"flow": {b.f.ID}, "proof": {h.Flows.Proof(b.f, flow.Login)}}
	const start = "/realms/acme/federation/globex/start"
	if got := h.browser(t).send(http.MethodPost, start, form); got.StatusCode != http.StatusBadRequest {
		t.Errorf("another browser's flow = %d", got.StatusCode)
	}
	if got := b.sendFrom("cross-site", http.MethodPost, start, form); got.StatusCode != http.StatusForbidden && got.StatusCode != http.StatusBadRequest {
		t.Errorf("another site's form = %d", got.StatusCode)
	}
	wrong := url.Values{"flow": {b.f.ID}, "proof": {h.Flows.Proof(b.f, flow.Consent)}}
	if got := b.send(http.MethodPost, start, wrong); got.StatusCode != http.StatusBadRequest {
		t.Errorf("another step's proof = %d", got.StatusCode)
	}
	if got := b.send(http.MethodGet, start+"?"+form.Encode(), nil); got.StatusCode != http.StatusMethodNotAllowed && got.StatusCode != http.StatusNotFound {
		t.Errorf("GET = %d", got.StatusCode)
	}
}

func TestAProviderOfAnotherRealmIsNotThere(t *testing.T) {
	t.Parallel()
	h, up, _ := withUpstream(t)
	other := h.NewRealm(t, "other", open())
	trust := true
	if _, err := h.room.Create(h.Context, other.ID, federation.Draft{
		Slug: "theirs", Kind: federation.OIDC, Name: "Theirs", Issuer: up.URL, ClientID: up.clientID, ClientSecret: up.secret, TrustEmail: &trust,
	}); err != nil {
		t.Fatal(err)
	}
	b := h.browser(t)
	b.begin("")
	got := b.send(http.MethodPost, "/realms/acme/federation/theirs/start", url.Values{
		"flow": {b.f.ID}, "proof": {h.Flows.Proof(b.f, flow.Login)},
	})
	if got.StatusCode != http.StatusNotFound {
		t.Errorf("start = %d, want 404", got.StatusCode)
	}
	// The state of one realm's trip opens nothing in the other.
	back := b.visit(b.leave("globex"))
	if got := b.sendFrom("cross-site", http.MethodGet, strings.Replace(back, "/realms/acme/federation/globex", "/realms/other/federation/theirs", 1), nil); got.StatusCode != http.StatusBadRequest {
		t.Errorf("callback of the other realm = %d", got.StatusCode)
	}
}

// INC-030: who has a second factor is asked for it, whatever upstream says of its own.
func TestUpstreamMethodsAreNotOurs(t *testing.T) {
	t.Parallel()
	h, up, _ := withUpstream(t, func() realm.Policy { p := open(); p.SecondFactor = realm.Required; return p }())
	up.claims = func(c map[string]any) { c["amr"], c["acr"] = []string{"mfa", "otp", "hwk"}, "2" }
	b := h.browser(t)
	b.in(b.signIn("globex", ""))
	if s := b.session(); len(s.AMR) != 0 || s.ACR != "1" || s.MultiFactor() {
		t.Errorf("session %+v", s)
	}
}
