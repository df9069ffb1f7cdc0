package account_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"authserver/identity/session"
	"authserver/internal/fault"
	"authserver/internal/web/webtest"
	"authserver/tenant/realm"
)

var errToken = fault.New(fault.Unauthenticated, "token_invalid", "The access token is not valid here.")

const home = "/realms/acme/account"

func TestWhoIsNotSignedInIsLedThereAndBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.browser(t)
	b.open(home + "/sessions?cursor=x")
	if b.path() != "/realms/acme/login" {
		t.Fatalf("led to %s (%d)", b.at, b.status)
	}
	b.post("email", "ann@example.com")
	if b.at != home+"/sessions?cursor=x" || b.status != http.StatusOK {
		t.Fatalf("after signing in at %s (%d)\n%s", b.at, b.status, b.body)
	}
	if got := b.text(".bar-name"); got != "ann@example.com" {
		t.Errorf("the frame names %q", got)
	}
	// The flow is finished: its address leads nowhere, and says where to begin.
	flowID := h.browser(t)
	flowID.open(home + "/enter?flow=0192f0c1-0000-7000-8000-000000000001")
	if flowID.status != http.StatusBadRequest || flowID.page.Find(`a[href="`+home+`"]`).Length() != 1 {
		t.Errorf("an unknown flow: %d\n%s", flowID.status, flowID.body)
	}
}

func TestAFlowOfAnApplicationDoesNotEndInTheAccount(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b, _ := h.as(t, h.ann.ID)
	b.jar["browser-acme"] = "br_" + strings.Repeat("b", 43)
	f := h.startFor(t, h.app.ID, b.jar["browser-acme"])
	if b.open(home + "/enter?flow=" + f.ID); b.status != http.StatusBadRequest {
		t.Errorf("%d at %s", b.status, b.at)
	}
}

func TestTheGateStandsBeforeTheAccount(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b, _ := h.as(t, h.ann.ID)
	h.set(func() { h.missing = []string{"nickname"} })
	if b.open(home); b.path() != "/realms/acme/complete-profile" {
		t.Errorf("with a missing field at %s", b.at)
	}
	h.set(func() { h.missing = nil })
	h.factors(t, 1)
	if b.open(home); b.path() != "/realms/acme/mfa" {
		t.Fatalf("with a second factor at %s", b.at)
	}
	if b.post(); b.path() != home || b.status != http.StatusOK {
		t.Fatalf("after the second factor at %s (%d)", b.at, b.status)
	}
	if err := h.Users.Suspend(h.Context, h.Realm.ID, h.ann.ID, "test"); err != nil {
		t.Fatal(err)
	}
	if b.open(home); b.path() != "/realms/acme/login" {
		t.Errorf("suspended at %s", b.at)
	}
}

func TestKeysAskForAFreshSignIn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b, _ := h.as(t, h.ann.ID)
	if b.open(home + "/keys"); b.path() != home+"/keys" {
		t.Fatalf("signed in just now: at %s", b.at)
	}
	h.Clock.Add(h.Realm.Policy.StepUpAge + time.Second)
	if b.open(home + "/keys"); b.path() != "/realms/acme/login" {
		t.Fatalf("signed in long ago: at %s", b.at)
	}
	if got := b.page.Find("#email").AttrOr("value", ""); got != "ann@example.com" {
		t.Errorf("the sign-in does not know who it is about: %q", got)
	}
	if b.post("email", "ann@example.com"); b.path() != home+"/keys" {
		t.Fatalf("after signing in anew: at %s", b.at)
	}

	// Somebody with a second factor gives both.
	h.factors(t, 1)
	h.Clock.Add(h.Realm.Policy.StepUpAge + time.Second)
	b.open(home + "/keys")
	if b.path() != "/realms/acme/mfa" {
		t.Fatalf("with a factor: at %s", b.at)
	}
	if b.post(); b.path() != "/realms/acme/login" {
		t.Fatalf("the sign-in of long ago was enough: at %s", b.at)
	}
	b.post("email", "ann@example.com")
	if b.path() != "/realms/acme/mfa" {
		t.Fatalf("after the password: at %s", b.at)
	}
	if b.post(); b.path() != home+"/keys" || b.status != http.StatusOK {
		t.Errorf("after both: at %s (%d)", b.at, b.status)
	}
}

// A trusted browser spares the question on the way in, and not for the keys.
func TestATrustedBrowserIsAskedForTheFactorAllTheSame(t *testing.T) {
	t.Parallel()
	policy := realm.DefaultPolicy()
	policy.TrustDevice = 30 * 24 * time.Hour
	h := newHouse(t, policy)
	h.set(func() { h.trusted = "td_1" })
	h.factors(t, 1)
	b, _ := h.as(t, h.ann.ID)
	b.jar["trusted-acme"] = "td_1"
	if b.open(home); b.path() != home {
		t.Fatalf("the overview leads to %s", b.at)
	}
	if b.open(home + "/keys"); b.path() != "/realms/acme/mfa" {
		t.Fatalf("the keys lead to %s", b.at)
	}
	if b.post(); b.path() != home+"/keys" || b.status != http.StatusOK {
		t.Errorf("after the factor: at %s (%d)", b.at, b.status)
	}
}

func TestTurningBackEndsSomewhere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.browser(t)
	b.open(home)
	if b.post("action", "cancel"); b.path() != home+"/signed-out" || b.status != http.StatusOK {
		t.Errorf("not signed in: at %s (%d)", b.at, b.status)
	}
	b, _ = h.as(t, h.ann.ID)
	h.Clock.Add(h.Realm.Policy.StepUpAge + time.Second)
	b.open(home + "/keys")
	if b.post("action", "cancel"); b.path() != home || b.status != http.StatusOK {
		t.Errorf("signed in: at %s (%d)", b.at, b.status)
	}
	// A sign-in that lacks its second step opens nothing, and is not kept.
	h.factors(t, 1)
	b.open(home)
	f, err := h.Flows.Resume(h.Context, strings.TrimPrefix(strings.Split(b.at, "&")[0], "/realms/acme/mfa?flow="), b.jar["browser-acme"])
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Flows.Deny(h.Context, f); err != nil {
		t.Fatal(err)
	}
	if b.open(h.Flows.ReturnURL(f)); b.path() != home+"/signed-out" || b.jar["session-acme"] != "" {
		t.Errorf("half signed in: at %s, cookie %q", b.at, b.jar["session-acme"])
	}
}

func TestSigningOutEndsTheSession(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b, s := h.as(t, h.ann.ID)
	if b.open(home + "/signed-out"); b.path() != home {
		t.Errorf("still signed in, and told otherwise at %s", b.at)
	}
	if b.send(http.MethodPost, home+"/signout", nil); b.path() != home+"/signed-out" || b.jar["session-acme"] != "" {
		t.Fatalf("at %s (%d), cookie %q", b.at, b.status, b.jar["session-acme"])
	}
	if b.page.Find(`a[href="`+home+`"]`).Length() != 1 {
		t.Error("no way back in")
	}
	after, err := h.Sessions.ByID(h.Context, h.Realm.ID, s.ID)
	if err != nil || after.EndedAt.IsZero() {
		t.Errorf("the session after signing out: %+v, %v", after, err)
	}
	if b.send(http.MethodPost, home+"/signout", nil); b.path() != home+"/signed-out" {
		t.Errorf("signing out twice leads to %s", b.at)
	}
	other, _ := h.as(t, h.ann.ID)
	if other.send(http.MethodPost, home+"/signout", nil, "Sec-Fetch-Site: cross-site"); other.status != http.StatusForbidden {
		t.Errorf("another site signs people out: %d", other.status)
	}
}

const me = "/api/v1/realms/acme/me"

func TestProgramsNeedTheScopeAndPassTheGate(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	now := h.Clock.Now()
	sign := func(acr string, at time.Time) *session.Session {
		return &session.Session{ID: "s", RealmID: h.Realm.ID, UserID: h.ann.ID, ACR: acr, AuthenticatedAt: at}
	}
	scopes := []string{"openid", "account"}
	h.tokens = map[string]token{
		"good":      {sign("1", now), scopes, h.app.ID},
		"strong":    {sign("2", now), scopes, h.app.ID},
		"old":       {sign("1", now.Add(-time.Hour)), scopes, h.app.ID},
		"scopeless": {sign("1", now), []string{"openid", "accounts"}, h.app.ID},
	}
	for _, c := range []struct {
		name, method, path, authorization string
		factors                           int
		want                              int
		code, challenge                   string
	}{
		{"no token", "GET", "/who", "", 0, 401, "sign_in_required", `Bearer realm="account"`},
		{"a token", "GET", "/who", "Bearer good", 0, 200, "", ""},
		{"in another spelling", "GET", "/who", "bearer good", 0, 200, "", ""},
		{"an unknown token", "GET", "/who", "Bearer bad", 0, 401, "token_invalid", `error="invalid_token"`},
		{"another scheme", "GET", "/who", "Basic good", 0, 401, "sign_in_required", `Bearer realm="account"`},
		{"without the scope", "GET", "/who", "Bearer scopeless", 0, 403, "scope_missing", `error="insufficient_scope"`},
		{"keys", "POST", "/keys", "Bearer good", 0, 200, "", ""},
		{"keys, of a sign-in long ago", "POST", "/keys", "Bearer old", 0, 401, "step_up_required", `max_age="600"`},
		{"keys, without the factor", "POST", "/keys", "Bearer good", 1, 401, "step_up_required", `acr_values="2"`},
		{"keys, with the factor", "POST", "/keys", "Bearer strong", 1, 200, "", ""},
	} {
		h.factors(t, c.factors)
		b := h.browser(t)
		var header []string
		if c.authorization != "" {
			header = append(header, "Authorization: "+c.authorization)
		}
		b.send(c.method, me+c.path, nil, header...)
		if b.status != c.want || !strings.Contains(b.body, c.code) || !strings.Contains(b.header.Get("WWW-Authenticate"), c.challenge) {
			t.Errorf("%s: %d %s %q", c.name, b.status, b.body, b.header.Get("WWW-Authenticate"))
		}
	}
	h.factors(t, 0)
	b, _ := h.as(t, h.ann.ID)
	if b.open(me + "/who"); b.status != 200 {
		t.Errorf("a browser's session: %d", b.status)
	}
	b.send("POST", me+"/keys", nil)
	if b.status != 200 {
		t.Errorf("a browser's session, for the keys: %d %s", b.status, b.body)
	}
	if err := h.Users.Suspend(h.Context, h.Realm.ID, h.ann.ID, "test"); err != nil {
		t.Fatal(err)
	}
	if b.send("GET", me+"/who", nil, "Authorization: Bearer good"); b.status != 401 {
		t.Errorf("a suspended person's token: %d %s", b.status, b.body)
	}
}

func TestEveryRouteRefusesWhatStrangersSend(t *testing.T) {
	t.Parallel()
	webtest.Misbehave(t, newHouse(t).server, "acme", "/realms/:realm/mfa")
}
