package relyingparty_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/zitadel/oidc/v3/pkg/oidc"
)

func TestSignInShowsTheClaims(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	v := newDemo(t, i)
	if _, _, body := v.get("/"); !strings.Contains(body, "Sign in") || !strings.Contains(body, "The terminal shows the password.") {
		t.Fatalf("the start page does not invite to sign in:\n%s", body)
	}
	v.signIn(i)
	_, _, body := v.get("/")
	for _, want := range []string{"You are signed in", "you are <strong>Ada &lt;b&gt;Lovelace&lt;/b&gt;</strong>", "ID token", "Access token", "Refresh tokens", "Sign out"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not show %q", want)
		}
	}
}

func TestTheRequestCarriesStateNonceAndPKCE(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	v := newDemo(t, i)
	target, err := url.Parse(v.start())
	if err != nil {
		t.Fatal(err)
	}
	q := target.Query()
	for _, name := range []string{"state", "nonce", "code_challenge"} {
		if len(q.Get(name)) < 43 {
			t.Errorf("%s is %q: fewer than 256 bits", name, q.Get(name))
		}
	}
	if got := q.Get("code_challenge_method"); got != "S256" {
		t.Errorf("code_challenge_method = %q", got)
	}
	v.get("/callback?" + i.consent(target.String()).Encode())
	i.mu.Lock()
	defer i.mu.Unlock()
	if got := oidc.NewSHACodeChallenge(i.asked[0].Get("code_verifier")); got != q.Get("code_challenge") {
		t.Errorf("the verifier's challenge is %q, want %q", got, q.Get("code_challenge"))
	}
}

func TestTwoTabsDoNotDisturbEachOther(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	v := newDemo(t, i)
	first, second := v.start(), v.start()
	for n, target := range []string{second, first} {
		if status, _, body := v.get("/callback?" + i.consent(target).Encode()); status != http.StatusSeeOther {
			t.Errorf("tab %d: %d\n%s", n, status, body)
		}
	}
}

func TestForeignResponsesAreRefused(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	tests := map[string]func(url.Values){
		"unknown state":  func(q url.Values) { q.Set("state", "guessed") },
		"no state":       func(q url.Values) { q.Del("state") },
		"another issuer": func(q url.Values) { q.Set("iss", "https://evil.example") },
		"no issuer":      func(q url.Values) { q.Del("iss") },
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := newDemo(t, i)
			q := i.consent(v.start())
			change(q)
			if status, _, _ := v.get("/callback?" + q.Encode()); status != http.StatusBadRequest {
				t.Errorf("status = %d, want 400", status)
			}
			if _, _, body := v.get("/"); strings.Contains(body, "You are signed in") {
				t.Error("signed in nevertheless")
			}
		})
	}
}

func TestAResponseWorksOnceAndInItsBrowserOnly(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	v := newDemo(t, i)
	q := i.consent(v.start()).Encode()
	if status, _, _ := newVisitor(t, v.base).get("/callback?" + q); status != http.StatusBadRequest {
		t.Errorf("another browser: %d, want 400", status)
	}
	if status, _, _ := v.get("/callback?" + q); status != http.StatusSeeOther {
		t.Errorf("own browser: %d, want 303", status)
	}
	if status, _, _ := v.get("/callback?" + q); status != http.StatusBadRequest {
		t.Errorf("second use: %d, want 400", status)
	}
}

func TestAnotherNonceIsRefused(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	i.nonce = "of somebody else's sign-in"
	v := newDemo(t, i)
	if status, _, _ := v.get("/callback?" + i.consent(v.start()).Encode()); status != http.StatusBadGateway {
		t.Errorf("status = %d, want 502", status)
	}
	if _, _, body := v.get("/"); strings.Contains(body, "You are signed in") {
		t.Error("signed in nevertheless")
	}
}

func TestDenialIsToldInWords(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	v := newDemo(t, i)
	q := i.consent(v.start())
	q.Del("code")
	q.Set("error", "access_denied")
	if status, _, _ := v.get("/callback?" + q.Encode()); status != http.StatusSeeOther {
		t.Fatalf("status = %d", status)
	}
	if _, _, body := v.get("/"); !strings.Contains(body, "You did not allow it") || !strings.Contains(body, `role="alert"`) {
		t.Errorf("the denial is not explained:\n%s", body)
	}
}

func TestActions(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	v := newDemo(t, i)
	v.signIn(i)
	v.post("/refresh")
	if _, _, body := v.get("/"); !strings.Contains(body, "New tokens") {
		t.Errorf("refresh is not reported:\n%s", body)
	}
	v.post("/userinfo")
	if _, _, body := v.get("/"); !strings.Contains(body, `id="userinfo"`) || !strings.Contains(body, "ada@example.com") {
		t.Errorf("userinfo is not shown:\n%s", body)
	}
	v.post("/introspect")
	if _, _, body := v.get("/"); !strings.Contains(body, `id="introspection"`) || !strings.Contains(body, "whether the token counts now") {
		t.Errorf("introspection is not shown:\n%s", body)
	}
	i.mu.Lock()
	i.refusing = true
	i.mu.Unlock()
	v.post("/refresh")
	if _, _, body := v.get("/"); !strings.Contains(body, "The server refused") || !strings.Contains(body, "You are signed in") {
		t.Errorf("a refused refresh is not told, or signs out:\n%s", body)
	}
}

func TestSignOutLeadsToTheServer(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	v := newDemo(t, i)
	v.signIn(i)
	status, target, _ := v.post("/signout")
	u, err := url.Parse(target)
	if err != nil || status != http.StatusSeeOther {
		t.Fatalf("status %d, Location %q", status, target)
	}
	q := u.Query()
	if !strings.HasPrefix(target, i.url+"/oauth2/logout?") || q.Get("id_token_hint") == "" || q.Get("client_id") != "demo" ||
		q.Get("post_logout_redirect_uri") != v.base+"/signed-out" {
		t.Errorf("Location = %q", target)
	}
	if _, _, body := v.get("/"); strings.Contains(body, "You are signed in") {
		t.Error("still signed in at the demo")
	}
}

func TestOtherSitesCannotPost(t *testing.T) {
	t.Parallel()
	v := newDemo(t, newIssuer(t))
	for _, path := range []string{"/signin", "/refresh", "/userinfo", "/introspect", "/signout"} {
		if status, _, _ := v.do(http.MethodPost, path, http.Header{"Sec-Fetch-Site": {"cross-site"}}); status != http.StatusForbidden {
			t.Errorf("%s: %d, want 403", path, status)
		}
	}
}

func TestTheServerMayComeLater(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	i.down = true
	v := newDemo(t, i)
	if status, _, body := v.post("/signin"); status != http.StatusServiceUnavailable || !strings.Contains(body, "does not answer") {
		t.Errorf("status = %d\n%s", status, body)
	}
	i.mu.Lock()
	i.down = false
	i.mu.Unlock()
	v.signIn(i)
}

func TestOpaqueTokensAreCalledOpaque(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	i.opaque = true
	v := newDemo(t, i)
	v.signIn(i)
	if _, _, body := v.get("/"); !strings.Contains(body, "opaque token") {
		t.Errorf("not called opaque:\n%s", body)
	}
}

func TestSignInChangesTheCookie(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	v := newDemo(t, i)
	target := v.start()
	base, _ := url.Parse(v.base)
	before := v.http.Jar.Cookies(base)[0].Value
	v.get("/callback?" + i.consent(target).Encode())
	if after := v.http.Jar.Cookies(base)[0].Value; after == before {
		t.Error("the cookie from before the sign-in still works after it")
	}
}
