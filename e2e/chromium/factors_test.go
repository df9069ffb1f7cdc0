package chromium

import (
	"strings"
	"time"

	"github.com/chromedp/chromedp"

	"authserver/identity/user"
	"authserver/tenant/realm"
)

func confirming() []journey {
	required := func(p *realm.Policy) { p.SecondFactor, p.TrustDevice = realm.Required, 30*24*time.Hour }
	letters := func(p *realm.Policy) { p.SecondFactor, p.EmailFactor = realm.Required, true }
	return []journey{
		{name: "set-up-app", policy: required, walk: setUpApp},
		{name: "set-up-sms", policy: required, walk: setUpSMS},
		{name: "set-up-email", policy: letters, walk: setUpEmail},
		{name: "second-factor", policy: required, walk: secondFactor},
	}
}

// enrol sets an authenticator app up on the way in, keeps the recovery codes and arrives at the application.
func (w *walk) enrol() (app *authenticator, used string, codes []string) {
	w.t.Helper()
	w.begin()
	w.password(ann)
	w.arrive("Protect your account")
	w.leave("choose the app", chromedp.Click(chromedp.CSS("button[value=totp]"), chromedp.NodeVisible))
	w.arrive("Set up an authenticator app")
	app = w.scan()
	used = app.code(0)
	w.fill("code", used)
	w.press("Confirm")
	w.arrive("Keep these codes")
	codes = w.keep()
	w.press("Allow")
	w.inside(ann)
	return app, used, codes
}

// keep reads the recovery codes and goes on.
func (w *walk) keep() []string {
	w.t.Helper()
	codes := ask(w.screen, "read the codes", chromedp.Evaluate[[]string](`[...document.querySelectorAll(".codes code")].map(e => e.textContent)`))
	if len(codes) != 10 {
		w.t.Errorf("%d recovery codes", len(codes))
	}
	w.press("I have kept them")
	return codes
}

// again signs in to the account a while later, in a browser that knows nothing any more. The application's clock has not moved.
func (w *walk) again() {
	w.t.Helper()
	w.forget()
	w.Clock.Play(time.Minute)
	w.visit(w.at("/account"))
	w.arrive("Sign in")
	w.password(ann)
}

// choose takes another way than the one that is offered first.
func (w *walk) choose(kind string) {
	w.t.Helper()
	w.leave("choose "+kind, chromedp.Click(`//a[contains(@class,"choice")][contains(normalize-space(.),"`+kind+`")]`, chromedp.NodeVisible))
}

// The realm wants a second factor of everybody: it is set up on the way in, and cannot be passed by.
func setUpApp(w *walk) {
	w.citizen(nil)
	w.begin()
	w.password(ann)
	w.arrive("Protect your account")
	w.hold("choose")
	w.visit(w.app)
	w.press("Sign in") // not round it: a borrowed screen must not add a factor of its own
	w.arrive("Sign in")
	w.password(ann)
	w.arrive("Protect your account")
	w.leave("choose the app", chromedp.Click(chromedp.CSS("button[value=totp]"), chromedp.NodeVisible))
	w.arrive("Set up an authenticator app")
	w.hold("app")
	app := w.scan()
	w.fill("code", "000000")
	w.press("Confirm")
	w.says(`@role="alert"`, "That code is not right")
	w.scan()
	w.hold("app refused")
	w.fill("code", app.code(0))
	w.press("Confirm")
	w.arrive("Keep these codes")
	w.hold("recovery codes")
	address := ask(w.screen, "find the file", chromedp.Evaluate[string](`document.querySelector("a[download]").href`))
	res, file := w.fetch(address)
	codes := w.keep()
	if !strings.Contains(res.Header.Get("Content-Disposition"), "attachment") || !strings.Contains(file, codes[9]) {
		w.t.Errorf("the file is %q, %s", file, res.Header.Get("Content-Disposition"))
	}
	w.arrive("Harbour asks for access")
	w.press("Allow")
	w.inside(ann)
	if said := w.text("#id-token"); !strings.Contains(said, "otp") || !strings.Contains(said, "mfa") {
		w.t.Errorf("the application is not told how: %s", said)
	}
}

const mobile = "+4915112345678"

func setUpSMS(w *walk) {
	w.citizen(nil)
	w.begin()
	w.password(ann)
	w.arrive("Protect your account")
	w.leave("choose SMS", chromedp.Click(chromedp.CSS("button[value=sms]"), chromedp.NodeVisible))
	w.arrive("Codes by SMS")
	w.hold("number")
	w.fill("phone", "0151")
	w.press("Send code")
	w.says(`@role="alert"`, "number")
	w.hold("number refused")
	w.fill("phone", mobile)
	w.press("Send code")
	w.arrive("Codes by SMS")
	w.hold("code")
	w.fill("code", w.LetterCode(mobile))
	w.press("Confirm")
	w.arrive("Keep these codes")
	w.keep()
	w.press("Allow")
	w.inside(ann)
	w.again()
	w.arrive("Confirm that it is you")
	w.hold("ask")
	w.press("Send code")
	w.arrive("Confirm that it is you")
	w.hold("sent")
	w.fill("code", w.LetterCode(mobile))
	w.press("Continue")
	w.arrive("Hello, Ann")
}

func setUpEmail(w *walk) {
	w.citizen(func(n *user.NewUser) { n.Verified = true })
	w.begin()
	w.password(ann)
	w.arrive("Protect your account")
	w.leave("choose e-mail", chromedp.Click(chromedp.CSS("button[value=email]"), chromedp.NodeVisible))
	w.arrive("Codes by e-mail")
	w.hold("ask")
	w.press("Send code")
	w.arrive("Codes by e-mail")
	w.hold("code")
	w.fill("code", w.LetterCode(ann, "Your code for Acme"))
	w.press("Confirm")
	w.arrive("Keep these codes")
	w.keep()
	w.press("Allow")
	w.inside(ann)
	w.again()
	w.arrive("Confirm that it is you")
	w.press("Send code")
	w.arrive("Confirm that it is you")
	w.hold("sent")
	w.fill("code", w.LetterCode(ann, "Your code for Acme"))
	w.press("Continue")
	w.arrive("Hello, Ann")
}

// From the second time on one is asked, unless the browser is trusted.
func secondFactor(w *walk) {
	w.citizen(nil)
	app, used, codes := w.enrol()
	w.forget()
	w.begin()
	w.password(ann)
	w.arrive("Confirm that it is you")
	w.hold("ask")
	w.fill("code", used)
	w.press("Continue")
	w.says(`@role="alert"`, "That code is not right")
	w.hold("ask refused")
	w.choose("Recovery code")
	w.arrive("Confirm that it is you")
	w.hold("recovery code")
	w.fill("code", strings.ToLower(codes[3]))
	w.press("Continue")
	w.inside(ann)

	w.forget()
	w.begin()
	w.password(ann)
	w.arrive("Confirm that it is you")
	w.fill("code", app.code(1))
	w.do("trust the browser", chromedp.Click(chromedp.CSS("#trust"), chromedp.NodeVisible))
	w.press("Continue")
	w.inside(ann)
	w.press("Sign out")
	w.arrive("You are signed out")
	w.begin()
	w.password(ann)
	w.inside(ann)

	w.open("/trusted-devices", "Trusted browsers")
	w.hold("trusted")
	w.press("Do not trust")
	w.arrive("Confirm that it is you") // trust is for signing in only
	w.Clock.Play(30 * time.Second)
	w.fill("code", app.code(1))
	w.press("Continue")
	w.arrive("Trusted browsers")
	w.press("Do not trust")
	w.done("not trusted any more")
	w.open("/recovery-codes", "Recovery codes")
	w.says("@id", "9 codes left")
}
