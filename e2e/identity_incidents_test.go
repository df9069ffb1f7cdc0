package e2e_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"authserver/e2e"
	"authserver/tenant/realm"
)

// INC-006: a step is not passed by saying that it was.
func TestIdentityStepsNeedWhatTheyAskFor(t *testing.T) {
	t.Parallel()
	s := openScene(t, nil)
	ann := s.person("ann@example.com", nil)
	ann.enrol()
	attempt, page := ann.login()
	page = ann.password(page)
	form := flowOf(page)
	for path, fields := range map[string]url.Values{
		"/mfa":            {"action": {"verify"}, "method": {"totp"}},
		"/mfa/passkey":    {"action": {"verify"}},
		"/passkey/signin": {"credential": {"{}"}},
		"/mfa/setup":      {"action": {"totp"}},
		"/mfa/setup/totp": {"action": {"confirm"}, "code": {"000000"}},
	} {
		for _, extra := range []url.Values{nil, {"code": {""}}, {"verified": {"true"}, "mfa": {"true"}, "done": {"1"}}} {
			values := url.Values{}
			for _, from := range []url.Values{form, fields, extra} {
				for name, v := range from {
					values[name] = v
				}
			}
			if page, err := ann.Post(t.Context(), s.at(path), values); err != nil || page.Left() {
				t.Errorf("%s %v: %v, %v", path, extra, page, err)
			}
		}
	}
	if got := s.arrival(attempt, ann.click(attempt.URL)); got != "at mfa" {
		t.Errorf("after all that: %s", got)
	}
	if ann.signedIn() {
		t.Error("the account is open")
	}
}

// INC-007: a code that enrols a factor goes to the address that the account has proven, whatever the form says.
func TestIdentityCodesGoToTheAddressOnFile(t *testing.T) {
	t.Parallel()
	s := openScene(t, func(p *realm.Policy) { p.SecondFactor = realm.Required })
	ann := s.person("ann@example.com", nil)
	s.must(s.Server.Users.VerifyPhone(s.Operator(), s.Realm.ID, ann.id, "+4930123456"))
	for kind, to := range map[string]string{"email": ann.Email, "sms": "+4930123456"} {
		there := ann.elsewhere()
		_, page := there.login()
		form := flowOf(there.password(page))
		for name, value := range map[string]string{"action": "send", "method": kind, "email": "eve@example.com", "phone": "+4930999999", "to": "eve@example.com"} {
			form.Set(name, value)
		}
		_, err := there.Post(t.Context(), s.at("/mfa/setup/"+kind), form)
		s.must(err)
		if s.LetterCode(to, "code") == "" {
			t.Errorf("no code by %s", kind)
		}
	}
	if stray := append(s.Letters("eve@example.com"), s.Letters("+4930999999")...); len(stray) > 0 {
		t.Errorf("a code went astray: %+v", stray)
	}
}

// eavesdropper keeps all that browsers are answered.
type eavesdropper struct {
	mu  sync.Mutex
	all bytes.Buffer
}

// RoundTrip implements http.RoundTripper.
func (e *eavesdropper) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	fmt.Fprintf(&e.all, "%s %s\n%v\n%s\n", r.Method, r.URL.Path, res.Header, body)
	res.Body = io.NopCloser(bytes.NewReader(body))
	return res, res.Body.Close()
}

// INC-008: no answer holds a code or a token that a letter carries.
func TestIdentityAnswersHoldNoCodeThatWasSent(t *testing.T) {
	t.Parallel()
	s, up := openSafes(t)
	heard := &eavesdropper{}
	s.watch = heard
	k := newKeeper(s, up, false)
	n := 0
	for _, one := range safes() {
		if !strings.HasPrefix(one.name, "code ") && !strings.HasPrefix(one.name, "link to ") || one.name == "link to a copy" {
			continue
		}
		value := one.mint(k)
		n++
		// A code of digits may stand in an id by chance, but not between two other things.
		for _, edge := range []string{`"` + value + `"`, ">" + value + "<", " " + value + " ", "=" + value} {
			if strings.Contains(heard.all.String(), edge) {
				t.Errorf("the %s was in an answer: %s", one.name, edge)
			}
		}
	}
	if n < 12 || heard.all.Len() < 10_000 {
		t.Fatalf("heard %d bytes about %d secrets", heard.all.Len(), n)
	}
}

// INC-011, INC-012 and INC-043: each step that proves more gives the browser another value, and the one before is dead.
func TestIdentitySessionValueChangesAtEachStep(t *testing.T) {
	t.Parallel()
	s := openScene(t, nil)
	ann := s.person("ann@example.com", nil)
	ann.enrol()
	planted := "ss_" + strings.Repeat("A", 43)
	ann.SetCookies([]*http.Cookie{{Name: "session-acme", Value: planted}})
	values := []string{planted}
	changed := func(step string) {
		t.Helper()
		now := cookie(ann.Browser, "session-acme")
		for _, before := range values {
			if before == now {
				t.Errorf("after %s the value is that of an earlier step", step)
			}
			old := ann.elsewhere()
			old.SetCookies([]*http.Cookie{{Name: "session-acme", Value: before}})
			if got := old.silent(); old.signedIn() || !strings.HasPrefix(got, "away with ") {
				t.Errorf("after %s an earlier value opens: %s", step, got)
			}
		}
		values = append(values, now)
	}
	_, page := ann.login()
	page = ann.password(page)
	changed("the password")
	ann.send(page, "verify", "code", ann.code())
	changed("the second factor")
	s.play(30 * time.Second)
	page = ann.password(ann.click(s.party.Begin().URL + "&prompt=login"))
	changed("the password once more")
	ann.send(page, "verify", "code", ann.code())
	changed("the second factor once more")
	page = ann.send(ann.open(s.at("/account/password")), "Save password", "password", ann.Password, "new_password", newPassword)
	if page.URL.Query().Get("done") == "" {
		t.Fatalf("change the password: %v", page)
	}
	changed("a new password")
	if !ann.signedIn() {
		t.Error("the browser itself is signed out")
	}
}

// INC-014, INC-015, INC-024 and INC-026: guesses at second factors count for the person, over flows, sessions, browsers and kinds of
// factors, and the right password does not forgive them.
func TestIdentityGuessesCountAcrossFlows(t *testing.T) {
	t.Parallel()
	s, up := openSafes(t) // locks after three
	k := newKeeper(s, up, false)
	guess := func(method, code string) *e2e.Page {
		t.Helper()
		_, page := k.asked(method)
		_ = page
		return k.post(k.at[method], s.at("/mfa"), k.with(method, "code", code, "method", method, "action", "verify"))
	}
	for i, method := range []string{"totp", "recovery", "email"}[:threshold] {
		page := guess(method, "000000")
		if page.Left() || i == threshold-1 && page.Status != http.StatusTooManyRequests {
			t.Errorf("guess %d: %v", i+1, page)
		}
	}
	for range 2 {
		if page := guess("totp", k.ann.code()); page.Status != http.StatusTooManyRequests {
			t.Errorf("the right code while it is locked: %v", page)
		}
	}
	if code := k.ann.silent(); !strings.HasPrefix(code, "in ") { // in the browser that has been in all along
		t.Errorf("the owner is put out: %s", code)
	}
	k.Letter(k.ann.Email, "Too many wrong")
	s.play(time.Hour + time.Second)
	if page := guess("totp", k.ann.code()); !page.Left() {
		t.Errorf("after the lock: %v", page)
	}
}

// INC-019, INC-020 and INC-075: however an address is written, it is one account with one counter.
func TestIdentityOneAddressHasOneCounter(t *testing.T) {
	t.Parallel()
	s := openScene(t, func(p *realm.Policy) {
		p.Lockout = realm.Lockout{Threshold: 4, Base: time.Hour, Growth: 1, Max: time.Hour, Hard: 100}
	})
	ann := s.person("ann@example.com", nil)
	for _, written := range []string{"ann@example.com", "ANN@EXAMPLE.COM", " ann@example.com ", "Ann@Example.com"} {
		_, page := ann.login()
		ann.send(page, "Sign in", "email", written, "password", newPassword)
	}
	if attempt, page := ann.login(); s.arrival(attempt, ann.password(page)) != "at login" {
		t.Error("the account is not locked")
	}
}

// INC-028: a replaced authenticator app opens nothing any more.
func TestIdentityReplacedAppIsDeadAtOnce(t *testing.T) {
	t.Parallel()
	s := openScene(t, nil)
	ann := s.person("ann@example.com", nil)
	ann.enrol()
	before := *ann
	ann.totp = ""
	ann.enrol()
	attempt, page := ann.login()
	page = ann.send(ann.password(page), "verify", "code", before.code())
	if got := s.arrival(attempt, page); got != "at mfa" {
		t.Errorf("by the old app: %s", got)
	}
	if got := s.arrival(attempt, ann.send(page, "verify", "code", ann.code())); got != "in 2 pwd otp mfa" {
		t.Errorf("by the new app: %s", got)
	}
}

// INC-036: who follows Ann's link chooses Ann's password, whomever they name.
func TestIdentityRecoveryIsForWhoAskedForIt(t *testing.T) {
	t.Parallel()
	s := openScene(t, nil)
	ann, eve := s.person("ann@example.com", nil), s.person("eve@example.com", nil)
	ann.send(ann.open(s.at("/recover")), "Send", "email", ann.Email)
	page := eve.open(s.LetterLink(ann.Email, "new password was asked"))
	page = eve.send(page, "Save password", "new_password", newPassword, "email", eve.Email, "username", eve.Email, "user", eve.id, "user_id", eve.id)
	if step(page) != "recover/done" {
		t.Fatalf("recover: %v", page)
	}
	eve = eve.elsewhere()
	if attempt, page := eve.login(); s.arrival(attempt, eve.password(page)) != "in 1 pwd" {
		t.Error("the other's password has changed")
	}
	ann = ann.elsewhere()
	ann.Password = newPassword
	if attempt, page := ann.login(); s.arrival(attempt, ann.password(page)) != "in 1 pwd" {
		t.Error("their own has not")
	}
}

// INC-040: of two addresses in one field, none is written to that is not the account's own.
func TestIdentityTwoAddressesAreNone(t *testing.T) {
	t.Parallel()
	s := openScene(t, nil)
	ann := s.person("ann@example.com", nil)
	const eve = "eve@example.com"
	for _, path := range []string{"/recover", "/register"} {
		for _, spoil := range []func(url.Values){
			func(f url.Values) { f["email[]"] = []string{ann.Email, eve} },
			func(f url.Values) { f["email"] = []string{ann.Email, eve} },
			func(f url.Values) { f["email"] = []string{eve, ann.Email} },
			func(f url.Values) { f.Set("email", ann.Email+","+eve) },
			func(f url.Values) { f.Set("email", ann.Email+"\n"+eve) },
			func(f url.Values) { f.Set("email", ann.Email+"\r\nBcc: "+eve) },
			func(f url.Values) { f.Set("email", `["`+ann.Email+`","`+eve+`"]`) },
			func(f url.Values) { f.Set("email", ann.Email+" "+eve) },
			func(f url.Values) { f.Set("email", ann.Email+"%00"+eve) },
		} {
			there := ann.elsewhere()
			_, page := there.login()
			form := flowOf(page)
			form.Set("new_password", newPassword)
			spoil(form)
			if page, err := there.Post(t.Context(), s.at(path), form); err != nil || page.Status < 400 {
				t.Errorf("%s with %q: %v, %v", path, form, page, err)
			}
		}
	}
	ann.signIn()
	for _, body := range []any{map[string]any{"email": []string{ann.Email, eve}}, map[string]any{"email": ann.Email + "," + eve}, map[string]any{"email": map[string]string{"a": eve}}} {
		raw, err := json.Marshal(body)
		s.must(err)
		page, err := ann.JSON(t.Context(), http.MethodPost, s.URL+"/api/v1/realms/acme/me/email/change", string(raw))
		if err != nil || page.Status < 400 || page.Status >= 500 {
			t.Errorf("change to %s: %v, %v", raw, page, err)
		}
	}
	for _, l := range s.Letters("") {
		if strings.Contains(l.To, "eve") || l.Code != "" {
			t.Errorf("%q went to %s", l.Subject, l.To)
		}
	}
}
