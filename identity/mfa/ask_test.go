package mfa_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"authserver/identity/challenge"
	"authserver/identity/flow"
	"authserver/identity/identitytest"
	"authserver/identity/mfa"
	"authserver/identity/session"
	"authserver/internal/event/eventtest"
	"authserver/internal/letter"
	"authserver/tenant/realm"
)

// CVE-2025-64103: who has a second factor is asked for it, though no policy demands one.
func TestPasswordAloneIsNotEnoughForWhoHasASecondFactor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	key := h.withApp(t, u.ID)
	b := h.browser(t)
	b.signIn(u.Email)
	if b.path() != "/mfa" || b.session().MultiFactor() {
		t.Fatalf("after the password: %s, acr %s", b.at, b.session().ACR)
	}
	before := b.jar["session-acme"]
	b.open("/realms/acme/account/mfa")
	if b.path() == "/account/mfa" {
		t.Error("the account opens before the second factor")
	}
	b.open("/realms/acme/start")
	b.follow(b.press("verify", "code", h.code(t, key)))
	if !b.done() {
		t.Fatalf("after the code: %s", b.at)
	}
	s := b.session()
	if !s.MultiFactor() || !slices.Equal(s.AMR, []string{"pwd", "otp", "mfa"}) || b.jar["session-acme"] == before {
		t.Errorf("session acr %s amr %v, cookie renewed %v", s.ACR, s.AMR, b.jar["session-acme"] != before)
	}
	if got, err := h.Sessions.Current(h.Context, h.Realm, before); err != nil || got != nil {
		t.Errorf("the cookie of before opens %v, %v", got, err)
	}
	if types := eventtest.Types(t, h.DB, h.Realm.ID); !slices.Contains(types, "mfa.verified") {
		t.Errorf("events %v", types)
	}
}

func TestMethodsSayWhatHappened(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(p *realm.Policy) { p.EmailFactor = true })
	u := h.User(t, "ann@example.com")
	key := h.withApp(t, u.ID)
	h.withPhone(t, u.ID, "+4930123456", true)
	h.enable(t, u.ID, mfa.Email)
	codes := h.recoveryCodes(t, u.ID)
	for method, tc := range map[string]struct {
		code func() string
		amr  []string
	}{
		mfa.TOTP:     {func() string { return h.code(t, key) }, []string{"pwd", "otp", "mfa"}},
		mfa.SMS:      {func() string { return h.sentCode(t, letter.SecondFactorSMS) }, []string{"pwd", "sms", "mfa"}},
		mfa.Email:    {func() string { return h.sentCode(t, letter.SecondFactorEmail) }, []string{"pwd", "otp", "mfa"}},
		mfa.Recovery: {func() string { return " " + strings.ToUpper(strings.ReplaceAll(codes[3], "-", " ")) }, []string{"pwd", "otp", "mfa"}},
	} {
		b := h.browser(t)
		b.signIn(u.Email)
		b.open(b.at + "&method=" + method)
		if method == mfa.SMS || method == mfa.Email {
			if got := b.follow(b.press("send")); got.StatusCode != http.StatusOK || sixDigits.MatchString(b.page.Find("main").Text()) {
				t.Fatalf("%s: sending = %d, or the code is in the answer", method, got.StatusCode)
			}
		}
		b.follow(b.press("verify", "code", tc.code()))
		if !b.done() || !slices.Equal(b.session().AMR, tc.amr) {
			t.Errorf("%s: at %s with amr %v, want %v", method, b.at, b.session().AMR, tc.amr)
		}
	}
	if n := h.outbox.of(letter.RecoveryCodeUsed); len(n) != 1 || n[0].Data["left"] != "9" {
		t.Errorf("letters about the used recovery code: %+v", n)
	}
}

func TestPageBeginsWithWhatWasUsedLast(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	h.withApp(t, u.ID)
	h.withPhone(t, u.ID, "+4930123456", true)
	h.passkeys.has[u.ID] = true
	b := h.browser(t)
	b.signIn(u.Email)
	if b.page.Find("main a.button").AttrOr("href", "") == "" || b.page.Find(".choices a").Length() != 3 { // totp, sms, recovery
		t.Errorf("a passkey does not come first: %s", b.page.Find("main").Text())
	}
	b.open(b.at + "&method=sms")
	b.follow(b.press("send"))
	b.follow(b.press("verify", "code", h.sentCode(t, letter.SecondFactorSMS)))
	again := h.browser(t)
	again.signIn(u.Email)
	if again.page.Find("input[name=method]").AttrOr("value", "") != mfa.SMS {
		t.Errorf("the last one does not come first: %s", again.page.Find("main").Text())
	}
}

// A code is bound to user, flow and purpose (MFA-04).
func TestSentCodeOpensOnlyWhatItWasSentFor(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(p *realm.Policy) { p.EmailFactor = true })
	ann, ben := h.User(t, "ann@example.com"), h.User(t, "ben@example.com")
	h.withPhone(t, ann.ID, "+4930123456", true)
	h.withPhone(t, ben.ID, "+4930654321", true)
	h.enable(t, ann.ID, mfa.Email)
	mine, other, bens := h.browser(t), h.browser(t), h.browser(t)
	mine.signIn(ann.Email)
	mine.open(mine.at + "&method=sms")
	mine.follow(mine.press("send"))
	code := h.sentCode(t, letter.SecondFactorSMS)
	other.signIn(ann.Email)
	other.open(other.at + "&method=sms")
	bens.signIn(ben.Email)
	forms := map[*browser]url.Values{}
	for _, b := range []*browser{mine, other, bens} {
		_, forms[b] = b.form("send", "action", "verify", "code", code)
	}
	for name, try := range map[string]struct {
		b      *browser
		method string
	}{"another flow": {other, mfa.SMS}, "another person": {bens, mfa.SMS}, "another purpose": {mine, mfa.Email}, "the app": {mine, mfa.TOTP}} {
		form := forms[try.b]
		form.Set("method", try.method)
		got := try.b.send(http.MethodPost, "/realms/acme/mfa", form)
		if got.StatusCode == http.StatusSeeOther || try.b.session().MultiFactor() {
			t.Errorf("%s: %d", name, got.StatusCode)
		}
	}
	if _, err := h.challenges.CheckCode(h.Context, h.Realm.ID, challenge.VerifyPhone, ann.ID, "", code); err == nil {
		t.Error("the code proves a phone number")
	}
}

func TestNewCodeKillsTheOld(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	h.withPhone(t, u.ID, "+4930123456", true)
	b := h.browser(t)
	b.signIn(u.Email)
	b.follow(b.press("send"))
	old := h.sentCode(t, letter.SecondFactorSMS)
	if hint := b.page.Find("[data-wait]").AttrOr("data-wait", ""); hint != "30" {
		t.Errorf("the page says %q of the pause, want 30", hint)
	}
	got := b.press("send")
	if got.StatusCode != http.StatusTooManyRequests || got.Header.Get("Retry-After") != "30" || b.alert() == "" || len(h.outbox.of(letter.SecondFactorSMS)) != 1 {
		t.Errorf("at once again: %d, Retry-After %q, alert %q", got.StatusCode, got.Header.Get("Retry-After"), b.alert())
	}
	h.Clock.Add(challenge.Pause)
	b.follow(b.press("send"))
	fresh := h.sentCode(t, letter.SecondFactorSMS)
	if old != fresh {
		if got := b.press("verify", "code", old); got.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("the old code = %d", got.StatusCode)
		}
	}
	h.Clock.Add(challenge.CodeLifetime)
	if got := b.press("verify", "code", fresh); got.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("an expired code = %d", got.StatusCode)
	}
}

// GHSA-qgqp-xh8r-v73r: where a code goes is the account's to say.
func TestCodeGoesToTheAccountsAddressOnly(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(p *realm.Policy) { p.EmailFactor = true })
	u := h.User(t, "ann@example.com")
	h.withPhone(t, u.ID, "+4930123456", true)
	h.enable(t, u.ID, mfa.Email)
	evil := []string{"email", "eve@evil.example", "phone", "+4930999999", "to", "+4930999999", "address", "eve@evil.example"}
	for _, method := range []string{mfa.SMS, mfa.Email} {
		b := h.browser(t)
		b.signIn(u.Email)
		b.open(b.at + "&method=" + method)
		b.press("send", evil...)
	}
	for _, l := range append(h.outbox.of(letter.SecondFactorSMS), h.outbox.of(letter.SecondFactorEmail)...) {
		if l.To != "+4930123456" && l.To != u.Email {
			t.Errorf("%s went to %s", l.Kind, l.To)
		}
	}
	if len(h.outbox.of(letter.SecondFactorSMS)) != 1 || len(h.outbox.of(letter.SecondFactorEmail)) != 1 {
		t.Error("not both were sent")
	}
}

func TestOnlyProvenAddressesAndAllowedKindsCount(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	s, _ := h.Session(t, u.ID)
	ctx := h.as(u.ID)
	if _, err := h.mfa.Enable(ctx, h.Realm, s, mfa.SMS); err == nil {
		t.Error("codes by SMS without a number")
	}
	if _, err := h.mfa.Enable(ctx, h.Realm, s, mfa.Email); err == nil {
		t.Error("codes by mail where the realm has none")
	}
	h.withPhone(t, u.ID, "+4930123456", true)
	b := h.browser(t)
	b.signIn(u.Email)
	_, form := b.form("send")
	for _, method := range []string{mfa.Email, mfa.TOTP, mfa.Passkey, "", "x"} {
		form.Set("method", method)
		form.Set("action", "send")
		form.Del("code")
		if got := b.send(http.MethodPost, "/realms/acme/mfa", form); got.StatusCode < 400 {
			t.Errorf("sending by %q = %d", method, got.StatusCode)
		}
		form.Set("action", "verify")
		form.Set("code", "123456")
		if got := b.send(http.MethodPost, "/realms/acme/mfa", form); got.StatusCode < 400 || b.session().MultiFactor() {
			t.Errorf("a code by %q = %d", method, got.StatusCode)
		}
	}
}

// CVE-2026-54730: a step that is only submitted is not passed.
func TestStepIsNotPassedWithoutACode(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	h.withApp(t, u.ID)
	b := h.browser(t)
	b.signIn(u.Email)
	at := b.at
	for _, action := range []string{"verify", "", "continue", "skip", "done"} {
		_, form := b.form("", "action", action)
		if got := b.send(http.MethodPost, "/realms/acme/mfa", form); got.StatusCode != http.StatusUnprocessableEntity || b.alert() == "" {
			t.Errorf("action %q = %d, alert %q", action, got.StatusCode, b.alert())
		}
	}
	for _, path := range []string{"/mfa/setup", "/mfa/setup/totp", "/mfa/setup/sms", "/mfa/setup/codes"} {
		if got := b.send(http.MethodGet, strings.Replace(at, "/mfa", path, 1), nil); got.StatusCode != http.StatusBadRequest {
			t.Errorf("%s with the proof of /mfa = %d", path, got.StatusCode)
		}
	}
	b.open("/realms/acme/start")
	if b.path() != "/mfa" {
		t.Errorf("starting over leads to %s", b.at)
	}
}

func TestFormBelongsToTheSessionThatItWasShownTo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ann, ben := h.User(t, "ann@example.com"), h.User(t, "ben@example.com")
	key := h.withApp(t, ann.ID)
	h.withApp(t, ben.ID)
	b := h.browser(t)
	b.signIn(ann.Email)
	to, form := b.form("", "code", h.code(t, key))
	_, b.jar["session-acme"] = h.Session(t, ben.ID)
	if got := b.send(http.MethodPost, to, form); got.StatusCode != http.StatusBadRequest || b.session().MultiFactor() {
		t.Errorf("ann's form in ben's session = %d", got.StatusCode)
	}
}

func TestOneOfFiftyEqualCodesPasses(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(p *realm.Policy) { p.Lockout.Threshold, p.Lockout.Hard = 100, 100 })
	u := h.User(t, "ann@example.com")
	key := h.withApp(t, u.ID)
	recovery := h.recoveryCodes(t, u.ID)[0]
	for method, code := range map[string]string{mfa.TOTP: h.code(t, key), mfa.Recovery: recovery} {
		passed := 0
		for _, err := range identitytest.Together(50, func(int) error {
			f, err := h.Flows.Start(h.Context, flow.Request{ApplicationID: h.app.ID, Browser: strings.Repeat("b", 46)})
			if err != nil {
				return err
			}
			s, _, err := h.Sessions.Begin(h.Context, h.Realm, u.ID, []string{"pwd"}, nil)
			if err != nil {
				return err
			}
			_, err = h.mfa.Pass(h.Context, h.Realm, f, s, mfa.Guess{Method: method, Code: code})
			return err
		}) {
			if err == nil {
				passed++
			} else if !isFault(err, mfa.ErrWrong, mfa.ErrLocked) {
				t.Errorf("%s: %v", method, err)
			}
		}
		if passed != 1 {
			t.Errorf("%s: %d of 50 passed, want 1", method, passed)
		}
	}
}

// One flow, one session, one code sent: one hop is taken once.
func TestOneOfFiftyEqualFormsPasses(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(p *realm.Policy) { p.Lockout.Threshold, p.Lockout.Hard = 100, 100 })
	u := h.User(t, "ann@example.com")
	key := h.withApp(t, u.ID)
	s, _ := h.Session(t, u.ID)
	f, err := h.Flows.Start(h.Context, flow.Request{ApplicationID: h.app.ID, Browser: strings.Repeat("b", 46)})
	if err != nil {
		t.Fatal(err)
	}
	code, passed := h.code(t, key), 0
	for _, err := range identitytest.Together(50, func(int) error {
		mine, theirs := *f, *s
		_, err := h.mfa.Pass(h.Context, h.Realm, &mine, &theirs, mfa.Guess{Method: mfa.TOTP, Code: code})
		return err
	}) {
		if err == nil {
			passed++
		} else if !isFault(err, mfa.ErrWrong, mfa.ErrLocked, flow.ErrStale, session.ErrEnded) {
			t.Error(err)
		}
	}
	if passed != 1 {
		t.Errorf("%d of 50 passed, want 1", passed)
	}
}

func TestGetOfThePagesChangesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	h.withApp(t, u.ID)
	h.withPhone(t, u.ID, "+4930123456", true)
	b := h.browser(t)
	b.signIn(u.Email)
	before := h.DB.Totals().Writes
	for _, method := range []string{"", "totp", "sms", "recovery", "nonsense"} {
		for _, verb := range []string{http.MethodGet, http.MethodHead} {
			if got := b.send(verb, b.at+"&method="+method, nil); got.StatusCode != http.StatusOK {
				t.Errorf("%s %q = %d", verb, method, got.StatusCode)
			}
			b.at = strings.TrimSuffix(b.at, "&method="+method)
		}
	}
	if n := h.DB.Totals().Writes - before; n != 0 || len(h.outbox.of(letter.SecondFactorSMS)) != 0 {
		t.Errorf("reading wrote %d times, sent %d", n, len(h.outbox.of(letter.SecondFactorSMS)))
	}
}
