package mfa_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"authserver/identity/identitytest"
	"authserver/identity/mfa"
	"authserver/identity/user"
	"authserver/internal/event"
	"authserver/internal/letter"
	"authserver/tenant/realm"
)

// inside is a browser of a person who is in their account, just signed in.
func inside(t *testing.T, h *house, u *user.User, key string) *browser {
	t.Helper()
	b := h.browser(t)
	b.signIn(u.Email)
	if key != "" {
		b.follow(b.press("verify", "code", h.code(t, key)))
		h.Clock.Add(30 * time.Second)
	}
	if !b.done() {
		t.Fatalf("signing in leads to %s", b.at)
	}
	return b
}

func TestAppIsAddedInTheAccount(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	b := inside(t, h, u, "")
	other := inside(t, h, u, "")
	if got := b.open("/realms/acme/account/mfa"); got.StatusCode != http.StatusOK || b.page.Find("h1").Length() != 1 {
		t.Fatalf("the overview = %d", got.StatusCode)
	}
	b.open("/realms/acme/account/totp")
	b.follow(b.press("begin"))
	key := shownKey(b)
	if other.open("/realms/acme/account/totp"); shownKey(other) != "" {
		t.Error("another session sees the secret")
	}
	if got := b.press("confirm", "code", ""); got.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("no code = %d", got.StatusCode)
	}
	b.follow(b.press("confirm", "code", h.code(t, key)))
	if b.path() != "/account/recovery-codes" || b.page.Find(".codes code").Length() != 10 || b.page.Find("[role=status]").Length() != 1 {
		t.Fatalf("after the code: %s %s", b.at, b.page.Find("main").Text())
	}
	if !b.session().MultiFactor() {
		t.Error("the session does not rest on what was just shown")
	}
	got := b.send(http.MethodGet, "/realms/acme/account/recovery-codes.txt", nil)
	if got.StatusCode != http.StatusOK || strings.Count(b.body, "-") != 30 {
		t.Errorf("the file = %d %q", got.StatusCode, b.body)
	}
	b.open("/realms/acme/account/recovery-codes")
	b.follow(b.press("kept"))
	if b.open("/realms/acme/account/recovery-codes"); b.page.Find(".codes").Length() != 0 {
		t.Error("the recovery codes are shown again")
	}
	if got := b.send(http.MethodGet, "/realms/acme/account/recovery-codes.txt", nil); got.StatusCode != http.StatusSeeOther {
		t.Errorf("the file after that = %d", got.StatusCode)
	}
	if other.open("/realms/acme/account/mfa"); other.path() == "/account/mfa" {
		t.Error("a session of one factor still opens the account")
	}
}

func TestAppIsReplacedOnlyByAConfirmedOne(t *testing.T) {
	t.Parallel()
	h := newHouse(t, trusting)
	u := h.User(t, "ann@example.com")
	old := h.withApp(t, u.ID)
	b, other := inside(t, h, u, old), inside(t, h, u, old)
	b.open("/realms/acme/account/totp")
	b.follow(b.press("begin"))
	fresh := shownKey(b)
	b.follow(b.press("cancel"))
	if shownKey(b) != "" {
		t.Error("given up, and still shown")
	}
	b.follow(b.press("begin"))
	if again := shownKey(b); again == fresh {
		t.Error("the same secret again")
	} else {
		fresh = again
	}
	inside(t, h, u, old) // still works
	b.follow(b.press("confirm", "code", h.code(t, fresh)))
	h.Clock.Add(30 * time.Second)
	if other.session() != nil {
		t.Error("another session goes on")
	}
	thief := h.browser(t)
	thief.signIn(u.Email)
	if got := thief.press("verify", "code", h.code(t, old)); got.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("the old app's code = %d", got.StatusCode)
	}
	thief.follow(thief.press("verify", "code", h.code(t, fresh)))
	if !thief.done() {
		t.Errorf("the new app's code leads to %s", thief.at)
	}
}

func TestAppIsRemovedAndTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	key := h.withApp(t, u.ID)
	codes := h.recoveryCodes(t, u.ID)
	b, other := inside(t, h, u, key), inside(t, h, u, key)
	b.open("/realms/acme/account/totp")
	b.follow(b.press("remove"))
	if b.path() != "/account/mfa" || b.page.Find("[role=status]").Length() != 1 {
		t.Fatalf("after that: %s", b.at)
	}
	if n := h.outbox.of(letter.FactorRemoved); len(n) != 1 || n[0].Data["factor"] != mfa.TOTP || n[0].Data["link"] != "http://auth.test/realms/acme/account/security" {
		t.Errorf("letters %+v", n)
	}
	if other.session() != nil {
		t.Error("another session goes on")
	}
	h.withApp(t, u.ID)
	again := h.browser(t)
	again.signIn(u.Email)
	_, form := again.form("verify", "method", mfa.Recovery, "code", codes[0])
	if got := again.send(http.MethodPost, "/realms/acme/mfa", form); got.StatusCode == http.StatusSeeOther {
		t.Error("recovery codes of before still count")
	}
}

func TestLastFactorStaysWherePolicyDemandsOne(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(p *realm.Policy) { p.SecondFactor = realm.Required })
	u := h.User(t, "ann@example.com")
	key := h.withApp(t, u.ID)
	b := inside(t, h, u, key)
	b.open("/realms/acme/account/totp")
	if got := b.press("remove"); got.StatusCode != http.StatusUnprocessableEntity || b.alert() == "" {
		t.Errorf("the only one = %d, %q", got.StatusCode, b.alert())
	}
	h.withPhone(t, u.ID, "+4930123456", true)
	failed := 0
	s := b.session()
	for _, err := range identitytest.Together(2, func(i int) error {
		return h.mfa.Remove(h.as(u.ID), h.Realm, s, []string{mfa.TOTP, mfa.SMS}[i])
	}) {
		if isFault(err, mfa.ErrLastFactor) {
			failed++
		} else if err != nil {
			t.Error(err)
		}
	}
	if failed != 1 {
		t.Errorf("%d of two removals were refused, want 1", failed)
	}
}

// MFA-08: a change of factors needs a recent sign-in, with the factor that there is.
func TestChangesNeedAFreshSignIn(t *testing.T) {
	t.Parallel()
	h := newHouse(t, trusting)
	u := h.User(t, "ann@example.com")
	key := h.withApp(t, u.ID)
	b := inside(t, h, u, key)
	h.Clock.Add(h.Realm.Policy.StepUpAge + time.Second)
	for path, action := range map[string]string{
		"/totp": "remove", "/mfa": "sms_on", "/recovery-codes": "make", "/trusted-devices": "forget_all",
	} {
		got := b.send(http.MethodPost, "/realms/acme/account"+path, map[string][]string{"action": {action}})
		if to := got.Header.Get("Location"); got.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to, "/realms/acme/start") {
			t.Errorf("%s = %d to %s", path, got.StatusCode, to)
		}
	}
	for _, r := range []struct{ method, path string }{
		{"POST", "/mfa/totp"}, {"POST", "/mfa/totp/confirm"}, {"DELETE", "/mfa/totp"}, {"POST", "/mfa/recovery-codes"},
		{"PUT", "/mfa/sms"}, {"DELETE", "/mfa/sms"}, {"PUT", "/mfa/email"}, {"DELETE", "/mfa/email"},
		{"DELETE", "/mfa/trusted-devices"}, {"DELETE", "/mfa/trusted-devices/x"},
	} {
		if code, _ := b.call(r.method, r.path, ""); code != http.StatusUnauthorized {
			t.Errorf("%s %s = %d, want 401", r.method, r.path, code)
		}
	}
	h.agrees(t, u.ID)
	if kinds, err := h.mfa.Enrolled(h.Context, h.Realm.ID, u.ID); err != nil || !slices.Equal(kinds, []string{mfa.TOTP}) {
		t.Errorf("factors %v, %v", kinds, err)
	}
}

func TestSentCodesAreTurnedOnAndOff(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(p *realm.Policy) { p.EmailFactor = true })
	u := h.User(t, "ann@example.com")
	b := inside(t, h, u, "")
	b.open("/realms/acme/account/mfa")
	if b.page.Find("button[value=sms_on]").Length() != 0 {
		t.Error("codes by SMS are offered without a number")
	}
	_, form := b.form("email_on", "action", "sms_on")
	if got := b.send(http.MethodPost, "/realms/acme/account/mfa", form); got.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("sms_on without a number = %d", got.StatusCode)
	}
	b.follow(b.press("email_on"))
	if b.path() != "/login" && b.path() != "/mfa" { // from now on it is asked for
		t.Errorf("after that: %s", b.at)
	}
	b = h.browser(t)
	b.signIn(u.Email)
	b.follow(b.press("send"))
	b.follow(b.press("verify", "code", h.sentCode(t, letter.SecondFactorEmail)))
	b.open("/realms/acme/account/mfa")
	b.follow(b.press("email_off"))
	h.agrees(t, u.ID)
	if kinds, err := h.mfa.Enrolled(h.Context, h.Realm.ID, u.ID); err != nil || len(kinds) != 0 {
		t.Errorf("factors %v, %v", kinds, err)
	}
}

// call asks the API of the browser's person.
func (b *browser) call(method, path, body string) (int, map[string]any) {
	b.t.Helper()
	r := httptest.NewRequestWithContext(b.t.Context(), method, "http://auth.test/api/v1/realms/acme/me"+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for name, value := range b.jar {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	b.h.web.ServeHTTP(w, r)
	for _, cookie := range w.Result().Cookies() {
		b.jar[cookie.Name] = cookie.Value
	}
	answer := map[string]any{}
	if w.Body.Len() > 0 {
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
			b.t.Fatalf("%s %s: %v in %s", method, path, err, w.Body)
		}
	}
	return w.Code, answer
}

func TestProgramsLookAfterFactors(t *testing.T) {
	t.Parallel()
	h := newHouse(t, trusting)
	u := h.User(t, "ann@example.com")
	b := inside(t, h, u, "")
	code, begun := b.call("POST", "/mfa/totp", "")
	key, _ := begun["secret"].(string)
	if code != http.StatusCreated || len(key) != 32 || keyOf(t, begun["otpauth_url"].(string)) != key {
		t.Fatalf("begin = %d %v", code, begun)
	}
	for body, want := range map[string]int{`{"code":""}`: 400, `{"code":"000"}`: 400, `{"kode":"1"}`: 400, `{`: 400} {
		if code, answer := b.call("POST", "/mfa/totp/confirm", body); code != want || answer["code"] == nil {
			t.Errorf("confirm %s = %d %v, want %d", body, code, answer, want)
		}
	}
	code, confirmed := b.call("POST", "/mfa/totp/confirm", `{"code":"`+h.code(t, key)+`"}`)
	if codes, _ := confirmed["recovery_codes"].([]any); code != http.StatusOK || len(codes) != 10 || !b.session().MultiFactor() {
		t.Fatalf("confirm = %d %v", code, confirmed)
	}
	if _, again := b.call("POST", "/mfa/totp", ""); again["secret"] == key {
		t.Error("the secret is told again")
	}
	code, has := b.call("GET", "/mfa", "")
	if code != http.StatusOK || has["recovery_codes_left"] != 10.0 || has["required"] != false || len(has["factors"].([]any)) != 1 {
		t.Errorf("GET /mfa = %d %v", code, has)
	}
	if code, made := b.call("POST", "/mfa/recovery-codes", ""); code != http.StatusOK || len(made["recovery_codes"].([]any)) != 10 {
		t.Errorf("new codes = %d %v", code, made)
	}
	if b.open("/realms/acme/account/recovery-codes"); b.page.Find(".codes").Length() != 0 {
		t.Error("what was told to a program is shown again")
	}
	if code, answer := b.call("PUT", "/mfa/sms", ""); code != http.StatusConflict || answer["code"] != "factor_unproven" {
		t.Errorf("sms without a number = %d %v", code, answer)
	}
	if code, answer := b.call("PUT", "/mfa/email", ""); code != http.StatusForbidden {
		t.Errorf("email where there is none = %d %v", code, answer)
	}
	if code, list := b.call("GET", "/mfa/trusted-devices", ""); code != http.StatusOK || len(list["items"].([]any)) != 0 {
		t.Errorf("devices = %d %v", code, list)
	}
	if code, _ := b.call("DELETE", "/mfa/trusted-devices/nonsense", ""); code != http.StatusNotFound {
		t.Errorf("a device of nobody = %d", code)
	}
	if code, _ := b.call("DELETE", "/mfa/totp", ""); code != http.StatusNoContent {
		t.Errorf("remove = %d", code)
	}
	if code, answer := b.call("DELETE", "/mfa/totp", ""); code != http.StatusNotFound {
		t.Errorf("remove again = %d %v", code, answer)
	}
	if code, _ := b.call("POST", "/mfa/recovery-codes", ""); code != http.StatusNotFound {
		t.Errorf("codes without a factor = %d", code)
	}
}

func TestNewRecoveryCodesKillTheOld(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	key := h.withApp(t, u.ID)
	old := h.recoveryCodes(t, u.ID)[0]
	b := inside(t, h, u, key)
	b.open("/realms/acme/account/recovery-codes")
	b.follow(b.press("make"))
	fresh := b.page.Find(".codes code").First().Text()
	ben := h.User(t, "ben@example.com")
	h.withApp(t, ben.ID)
	for name, tc := range map[string]struct {
		email, code string
		want        bool
	}{
		"old": {u.Email, old, false}, "ann's code for ben": {ben.Email, fresh, false}, "new": {u.Email, fresh, true},
	} {
		c := h.browser(t)
		c.signIn(tc.email)
		_, form := c.form("verify", "method", mfa.Recovery, "code", tc.code)
		c.follow(c.send(http.MethodPost, "/realms/acme/mfa", form))
		if name == "new" && !c.done() || name != "new" && c.done() {
			t.Errorf("%s leads to %s", name, c.at)
		}
	}
}

func TestLastPasskeyTakesRecoveryCodesWithIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	h.passkeys.has[u.ID] = true
	h.recoveryCodes(t, u.ID)
	left := func() int {
		o, err := h.mfa.Of(h.Context, h.Realm, u)
		if err != nil {
			t.Fatal(err)
		}
		return o.CodesLeft
	}
	revoked := event.Event{Type: "passkey.revoked", RealmID: h.Realm.ID, Ref: u.Ref(), At: h.Clock.Now()}
	if happened(t, h, revoked); left() != 10 {
		t.Errorf("one of several: %d codes left", left())
	}
	delete(h.passkeys.has, u.ID)
	if happened(t, h, revoked); left() != 0 {
		t.Errorf("the last: %d codes left", left())
	}
}

func TestErasedPeopleLeaveNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t, trusting)
	u := h.User(t, "ann@example.com")
	key := h.withApp(t, u.ID)
	b := trusted(t, h, u, key)
	h.withPhone(t, u.ID, "+4930123456", true)
	h.recoveryCodes(t, u.ID)
	for _, erase := range []error{h.mfa.Erase(h.Context, h.Realm.ID, u.ID), h.totp.Erase(h.Context, h.Realm.ID, u.ID)} {
		if erase != nil {
			t.Fatal(erase)
		}
	}
	o, err := h.mfa.Of(h.Context, h.Realm, u)
	if err != nil || len(o.Kinds) != 0 || o.CodesLeft != 0 || len(o.Devices) != 0 {
		t.Errorf("left: %+v, %v", o, err)
	}
	if ok, err := h.mfa.Trusts(h.Context, h.Realm.ID, u.ID, b.jar["trusted-acme"]); ok || err != nil {
		t.Errorf("trusted: %v, %v", ok, err)
	}
}
