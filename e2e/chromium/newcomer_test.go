package chromium

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"authserver/e2e"
)

// Somebody has started `authserver dev` and looks round: makes an account, reads the letter at /dev/outbox, adds a passkey and an authenticator app, and
// signs in with each.
func TestANewcomerGetsAnAccountOfTheirOwn(t *testing.T) {
	t.Parallel()
	house := start(t)
	browser := launch(t)
	s := look(t, browser, "newcomer", 1280, 900)
	w := &walk{s, &town{House: &e2e.House{URL: house.url, Issuer: house.url + "/realms/demo", Clock: &e2e.Clock{}}, app: house.demo}, browser}
	phone := w.plug(platform())
	phone.touched(false)

	w.signUp(ann)
	w.fill("code", w.captured())
	w.press("Continue")
	w.arrive("Demo application asks for access")
	w.press("Allow")
	w.inside(ann)

	phone.touched(true)
	w.open("/passkeys/new", "Add a passkey")
	w.click("Add passkey")
	w.arrive("Recovery codes")
	w.keep()
	w.open("/totp", "Authenticator app")
	w.press("Set up app")
	app := w.scan()
	w.fill("code", app.code(0))
	w.press("Confirm")
	w.done("Your authenticator app is set up")

	phone.touched(false)
	w.forget()
	w.begin()
	w.tap("Sign in with a passkey", phone)
	w.inside(ann)

	phone.touched(false)
	w.forget()
	w.begin()
	w.password(ann)
	w.arrive("Confirm that it is you")
	w.choose("Authenticator app")
	w.fill("code", app.code(1))
	w.press("Continue")
	w.inside(ann)
}

// captured is the code of the newest letter at /dev/outbox. A worker takes it there in a moment.
func (w *walk) captured() string {
	w.t.Helper()
	other := w.elsewhere()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		other.visit(w.URL + "/dev/outbox")
		if ask(other.screen, "look for a letter", chromedp.Evaluate[bool](`document.querySelector(".letter-code") !== null`)) {
			other.hold("outbox")
			return other.text(".letter-code code")
		}
	}
	w.t.Fatalf("no letter at /dev/outbox\n%s", other.see())
	return ""
}
