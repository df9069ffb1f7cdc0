package mfa_test

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"authserver/identity/flow"
	"authserver/identity/identitytest"
	"authserver/identity/mfa"
	"authserver/identity/session"
	"authserver/identity/totp"
	"authserver/internal/event/eventtest"
	"authserver/internal/letter"
	"authserver/tenant/realm"
)

func required(p *realm.Policy) { p.SecondFactor, p.EmailFactor = realm.Required, true }

// shownKey is the key on the page in front of the browser.
func shownKey(b *browser) string {
	return strings.ReplaceAll(b.page.Find("code.key").Text(), " ", "")
}

func TestFirstFactorIsAddedOnTheWay(t *testing.T) {
	t.Parallel()
	h := newHouse(t, required)
	u := h.User(t, "ann@example.com")
	b := h.browser(t)
	b.signIn(u.Email)
	if b.path() != "/mfa/setup" {
		t.Fatalf("after the password: %s", b.at)
	}
	before := b.jar["session-acme"]
	b.follow(b.press("totp"))
	key := shownKey(b)
	picture := b.page.Find("img.qr")
	link := b.page.Find("a[href^='otpauth:']").AttrOr("href", "")
	if b.path() != "/mfa/setup/totp" || len(key) != 32 || !strings.HasPrefix(picture.AttrOr("src", ""), "data:image/svg+xml;base64,") || picture.AttrOr("alt", "") == "" || keyOf(t, link) != key {
		t.Fatalf("%s shows key %q, picture %.40s, link %s", b.at, key, picture.AttrOr("src", ""), link)
	}
	if got := b.press("", "code", h.wrong(t, key)); got.StatusCode != http.StatusUnprocessableEntity || b.alert() == "" || shownKey(b) != key {
		t.Errorf("a wrong code = %d, alert %q", got.StatusCode, b.alert())
	}
	b.follow(b.press("", "code", h.code(t, key)))
	if b.path() != "/mfa/setup/codes" {
		t.Fatalf("after the code: %s", b.at)
	}
	var codes []string
	for _, li := range b.page.Find(".codes code").EachIter() {
		codes = append(codes, li.Text())
	}
	if len(codes) != 10 || len(codes[0]) != 19 {
		t.Fatalf("recovery codes %v", codes)
	}
	at := b.at
	file := b.send(http.MethodGet, b.page.Find("a[download]").AttrOr("href", ""), nil)
	if !strings.HasPrefix(file.Header.Get("Content-Disposition"), "attachment") || !strings.Contains(b.body, codes[9]) || file.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("the file: %v", file.Header)
	}
	b.open(at)
	b.follow(b.press("kept"))
	if !b.done() || !b.session().MultiFactor() || b.jar["session-acme"] == before {
		t.Errorf("at %s with acr %s", b.at, b.session().ACR)
	}
	if b.open(at); b.page.Find(".codes").Length() != 0 && b.path() == "/mfa/setup/codes" {
		t.Error("the recovery codes are shown again")
	}
	for _, kind := range []letter.Kind{letter.FactorAdded, letter.RecoveryCodesMade} {
		if n := h.outbox.of(kind); len(n) != 1 || n[0].To != u.Email {
			t.Errorf("letters %s: %+v", kind, n)
		}
	}
	if types := eventtest.Types(t, h.DB, h.Realm.ID); !slices.Contains(types, "user.totp_enabled") || !slices.Contains(types, "mfa.recovery_codes_made") {
		t.Errorf("events %v", types)
	}
}

// MFA-13: neither by a direct call, nor back, nor anew, nor without a prompt.
func TestEnrolmentCannotBeSkipped(t *testing.T) {
	t.Parallel()
	h := newHouse(t, required)
	u := h.User(t, "ann@example.com")
	b := h.browser(t)
	b.signIn(u.Email)
	at := b.at
	flowID := func() string { u, _ := url.Parse(at); return u.Query().Get("flow") }()
	tries := map[string]string{
		"the dispatcher":       "/realms/acme/oauth2/authorize?flow=" + flowID,
		"anew":                 "/realms/acme/start",
		"with a first factor":  "/realms/acme/start?acr_values=1",
		"the account":          "/realms/acme/account/mfa",
		"the account's app":    "/realms/acme/account/totp",
		"the codes of nothing": strings.Replace(at, "/mfa/setup", "/mfa/setup/codes", 1),
		"the file of nothing":  strings.Replace(at, "/mfa/setup", "/mfa/setup/codes.txt", 1),
		"the app of nothing":   strings.Replace(at, "/mfa/setup", "/mfa/setup/totp", 1),
	}
	for name, target := range tries {
		if b.open(target); b.done() || b.path() != "/mfa/setup" && b.path() != "/login" {
			t.Errorf("%s leads to %s", name, b.at)
		}
	}
	if got := b.send(http.MethodGet, strings.Replace(at, "/mfa/setup", "/mfa", 1), nil); got.StatusCode != http.StatusBadRequest {
		t.Errorf("/mfa with the proof of the set-up = %d", got.StatusCode)
	}
	b.open(at)
	to, form := b.form("totp")
	for _, action := range []string{"kept", "skip", "", "continue", "verify"} {
		form.Set("action", action)
		form.Set("code", "123456")
		for _, path := range []string{to, to + "/totp", to + "/sms", to + "/email", to + "/codes"} {
			b.send(http.MethodPost, path, form)
			if b.session().MultiFactor() {
				t.Fatalf("action %q at %s gave a second factor", action, path)
			}
		}
	}
	if b.open("/realms/acme/start"); b.path() != "/mfa/setup" && b.path() != "/login" {
		t.Errorf("after all that: %s", b.at)
	}
	// What prompt=none asks, nothing but Done answers; see flow.Next.
	s := b.session()
	facts, err := h.gate.Facts(h.Context, h.Realm, gateInput(s))
	if err != nil || facts.SecondFactor != flow.NeedEnrol {
		t.Errorf("facts %+v, %v", facts, err)
	}
}

// Whoever has a factor cannot add another with the password alone (INC-006, INC-042).
func TestEnrolmentIsForPeopleWithoutAFactor(t *testing.T) {
	t.Parallel()
	h := newHouse(t, required)
	u := h.User(t, "ann@example.com")
	b := h.browser(t)
	b.signIn(u.Email)
	at := b.at
	b.follow(b.press("totp"))
	evil, to := shownKey(b), b.at
	target, form := b.form("", "code", "")
	h.withApp(t, u.ID) // the owner, elsewhere
	for _, path := range []string{at, to} {
		if got := b.send(http.MethodGet, path, nil); got.StatusCode != http.StatusBadRequest {
			t.Errorf("GET %s = %d, want 400", path, got.StatusCode)
		}
	}
	form.Set("code", h.code(t, evil))
	for _, path := range []string{target, "/realms/acme/mfa/setup/sms", "/realms/acme/mfa/setup/email", "/realms/acme/mfa/setup"} {
		if got := b.send(http.MethodPost, path, form); got.StatusCode != http.StatusBadRequest {
			t.Errorf("POST %s = %d, want 400", path, got.StatusCode)
		}
	}
	if b.session().MultiFactor() {
		t.Error("the thief has a second factor")
	}
}

func TestOneOfManyFirstFactorsIsAdded(t *testing.T) {
	t.Parallel()
	h := newHouse(t, required)
	u := h.User(t, "ann@example.com")
	const n = 10
	type entry struct {
		f *flow.Flow
		s *session.Session
	}
	entries := make([]entry, n)
	for i := range entries {
		f, err := h.Flows.Start(h.Context, flow.Request{ApplicationID: h.app.ID, Browser: strings.Repeat("b", 46)})
		if err != nil {
			t.Fatal(err)
		}
		s, _ := h.Session(t, u.ID)
		entries[i] = entry{f, s}
	}
	// The last one to begin has the pending secret; all try, by mail and by app.
	if err := h.mfa.BeginTOTP(h.as(u.ID), h.Realm, u.ID, entries[0].f.ID); err != nil {
		t.Fatal(err)
	}
	address, err := h.totp.Pending(h.Context, h.Realm.ID, u.ID, entries[0].f.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.mfa.SendEnrol(h.Context, h.Realm, entries[1].f, entries[1].s, mfa.Email, ""); err != nil {
		t.Fatal(err)
	}
	code, mail := h.code(t, keyOf(t, address)), h.sentCode(t, letter.SecondFactorEmail)
	added := 0
	for _, err := range identitytest.Together(n, func(i int) (err error) {
		f, s := *entries[i%2].f, *entries[i%2].s
		if i%2 == 0 {
			_, err = h.mfa.EnrolTOTP(h.Context, h.Realm, &f, &s, code)
		} else {
			_, err = h.mfa.EnrolCode(h.Context, h.Realm, &f, &s, mfa.Email, mail)
		}
		return err
	}) {
		if err == nil {
			added++
		} else if !isFault(err, flow.ErrStale, totp.ErrNone, totp.ErrWrong, mfa.ErrDead, mfa.ErrLocked) {
			t.Error(err)
		}
	}
	if added != 1 {
		t.Errorf("%d first factors were added, want 1", added)
	}
}

func TestPhoneIsProvenBeforeItCounts(t *testing.T) {
	t.Parallel()
	h := newHouse(t, required)
	u := h.User(t, "ann@example.com")
	b := h.browser(t)
	b.signIn(u.Email)
	b.follow(b.press("sms"))
	if got := b.press("send", "phone", "12"); got.StatusCode != http.StatusUnprocessableEntity || b.page.Find("#phone").AttrOr("aria-invalid", "") != "true" {
		t.Errorf("a number that is none = %d", got.StatusCode)
	}
	if got := b.press("send", "phone", ""); got.StatusCode != http.StatusUnprocessableEntity || b.alert() == "" {
		t.Errorf("no number = %d", got.StatusCode)
	}
	b.follow(b.press("send", "phone", "+49 30 123456"))
	l := h.outbox.of(letter.VerifyPhone)
	if len(l) != 1 || l[0].To != "+4930123456" || strings.Contains(b.body, l[0].Data["code"]) || strings.Contains(b.page.Find(".lead").Text(), "123456") {
		t.Fatalf("sent %+v; the page says %s", l, b.page.Find(".lead").Text())
	}
	if b.page.Find("#code").Length() != 1 {
		t.Fatalf("no code is asked for: %s", b.page.Find("main").Text())
	}
	// Whose number is it, in the end? What was proven, not what is posted.
	b.follow(b.press("verify", "code", l[0].Data["code"], "phone", "+4930999999"))
	if b.path() != "/mfa/setup/codes" {
		t.Fatalf("after the code: %s %s", b.at, b.alert())
	}
	got, err := h.Users.ByID(h.Context, h.Realm.ID, u.ID)
	if err != nil || got.Phone != "+4930123456" || !got.PhoneVerified {
		t.Errorf("number %s, proven %v, %v", got.Phone, got.PhoneVerified, err)
	}
	h.agrees(t, u.ID)
	if kinds, err := h.mfa.Enrolled(h.Context, h.Realm.ID, u.ID); err != nil || !slices.Equal(kinds, []string{mfa.SMS}) || !slices.Contains(b.session().AMR, "sms") {
		t.Errorf("factors %v, %v; amr %v", kinds, err, b.session().AMR)
	}
}

// Toll fraud: one account must not have codes sent to one number after the other.
func TestOnePersonDoesNotTextManyNumbers(t *testing.T) {
	t.Parallel()
	h := newHouse(t, required)
	u := h.User(t, "ann@example.com")
	for i, number := range []string{"+4930123456", "+4930123457", "+4930123458"} {
		b := h.browser(t)
		b.signIn(u.Email)
		b.follow(b.press("sms"))
		if got := b.press("send", "phone", number); i > 0 && (got.StatusCode != http.StatusTooManyRequests || b.alert() == "") {
			t.Errorf("number %d in another flow = %d, want 429", i+1, got.StatusCode)
		}
	}
	if sent := h.outbox.of(letter.VerifyPhone); len(sent) != 1 {
		t.Errorf("%d codes were sent, want 1", len(sent))
	}
}

// GHSA-qgqp-xh8r-v73r: the attacker knows the password of somebody whose number and
// address are proven, and names their own.
func TestEnrolmentSendsToTheProvenAddressOnly(t *testing.T) {
	t.Parallel()
	h := newHouse(t, required)
	u := h.User(t, "ann@example.com")
	h.withPhone(t, u.ID, "+4930123456", false)
	b := h.browser(t)
	b.signIn(u.Email)
	at := b.at
	for _, kind := range []string{mfa.SMS, mfa.Email} {
		b.open(strings.Replace(at, "/mfa/setup", "/mfa/setup/"+kind, 1))
		b.follow(b.press("send", "phone", "+4930999999", "email", "eve@evil.example", "to", "eve@evil.example"))
	}
	if len(h.outbox.of(letter.VerifyPhone)) != 0 {
		t.Errorf("sent %+v", h.outbox.of(letter.VerifyPhone))
	}
	for kind, to := range map[letter.Kind]string{letter.SecondFactorSMS: "+4930123456", letter.SecondFactorEmail: u.Email} {
		if l := h.outbox.of(kind); len(l) != 1 || l[0].To != to {
			t.Errorf("%s: %+v, want one to %s", kind, l, to)
		}
	}
	b.follow(b.press("verify", "code", h.sentCode(t, letter.SecondFactorEmail)))
	if b.path() != "/mfa/setup/codes" {
		t.Errorf("after the code by mail: %s", b.at)
	}
}

func TestEnrolmentCodesAreCountedToo(t *testing.T) {
	t.Parallel()
	h := newHouse(t, required, func(p *realm.Policy) { p.Lockout.Threshold = 3 })
	u := h.User(t, "ann@example.com")
	f, err := h.Flows.Start(h.Context, flow.Request{ApplicationID: h.app.ID, Browser: strings.Repeat("b", 46)})
	if err != nil {
		t.Fatal(err)
	}
	s, _ := h.Session(t, u.ID)
	if err := h.mfa.SendEnrol(h.Context, h.Realm, f, s, mfa.SMS, "+4930123456"); err != nil {
		t.Fatal(err)
	}
	right := h.sentCode(t, letter.VerifyPhone)
	wrong := "000000"
	if right == wrong {
		wrong = "111111"
	}
	for range 3 {
		if _, err := h.mfa.EnrolCode(h.Context, h.Realm, f, s, mfa.SMS, wrong); err == nil {
			t.Fatal("a wrong code was right")
		}
	}
	if _, err := h.mfa.EnrolCode(h.Context, h.Realm, f, s, mfa.SMS, right); !errors.Is(err, mfa.ErrLocked) {
		t.Errorf("the right one while it is locked: %v", err)
	}
}

func TestRefusedNumbersGetNoMessage(t *testing.T) {
	t.Parallel()
	h := newHouse(t, required, func(p *realm.Policy) { p.PhonePrefixes = []string{"+49"} })
	u := h.User(t, "ann@example.com")
	b := h.browser(t)
	b.signIn(u.Email)
	b.follow(b.press("sms"))
	for _, number := range []string{"+33 1 42 68 53 00", "+49 900 1234567"} {
		if got := b.press("send", "phone", number); got.StatusCode != http.StatusUnprocessableEntity || len(h.outbox.of(letter.VerifyPhone)) != 0 {
			t.Errorf("%s = %d", number, got.StatusCode)
		}
	}
}
