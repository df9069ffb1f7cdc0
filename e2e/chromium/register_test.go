package chromium

import (
	"strings"

	"authserver/identity/user"
	"authserver/tenant/realm"
)

func registering() []journey {
	open := func(p *realm.Policy) { p.Registration, p.VerifyEmail = true, true }
	return []journey{
		{name: "register", policy: open, walk: register},
		{name: "register-by-link", policy: open, walk: registerByLink},
		{name: "register-twice", policy: open, walk: registerTwice},
		{name: "verify-email", policy: open, walk: verifyEmail},
		{name: "verify-email-by-link", policy: open, walk: verifyEmailByLink},
	}
}

// signUp asks for an account and is sent to the inbox.
func (w *walk) signUp(email string) {
	w.t.Helper()
	w.begin()
	w.follow("Create an account")
	w.arrive("Create an account")
	w.fill("email", email)
	w.fill("name", "Ann Archer")
	w.fill("new_password", password)
	w.press("Create account")
	w.arrive("Check your inbox")
}

// Whoever has no account makes one on the way and comes out at the application.
func register(w *walk) {
	w.begin()
	w.hold("sign in")
	w.follow("Create an account")
	w.arrive("Create an account")
	w.hold("register")
	w.fill("email", ann)
	w.fill("name", "Ann Archer")
	w.fill("new_password", "password1234")
	w.press("Create account")
	w.says(`@role="alert"`, "Many people use this password")
	w.hold("register refused")
	w.fill("new_password", password)
	w.press("Create account")
	w.arrive("Check your inbox")
	w.hold("inbox")
	w.fill("code", "000000")
	w.press("Continue")
	w.says(`@role="alert"`, "code")
	w.hold("inbox refused")
	w.fill("code", w.LetterCode(ann))
	w.press("Continue")
	w.arrive("Harbour asks for access")
	w.hold("consent")
	w.press("Allow")
	w.inside(ann)
	w.hold("application")
}

// The letter is opened on another device: it can go on there, or with the code here.
func registerByLink(w *walk) {
	w.signUp(ann)
	link := w.LetterLink(ann)
	other := w.elsewhere()
	other.visit(link)
	other.arrive("Complete your account")
	other.fill("new_password", another)
	other.hold("complete")
	other.press("Create account")
	other.arrive("Your account is ready")
	other.hold("ready")
	w.join(other)

	// The one who began has the address confirmed, not the password.
	w.begin()
	w.fill("email", ann)
	w.fill("password", another)
	w.press("Sign in")
	w.press("Allow")
	w.inside(ann)
}

// An address that has an account is told so by mail, and the page says what it says to everybody.
func registerTwice(w *walk) {
	w.citizen(nil)
	w.signUp(ann)
	w.hold("inbox")
	if m := w.Letter(ann); m.Code != "" || !strings.Contains(m.Text, "account") {
		w.t.Errorf("the letter is %q:\n%s", m.Subject, m.Text)
	}
	w.follow("Use another address")
	w.arrive("Create an account")
	w.fill("email", "annie@example.com")
	w.fill("new_password", password)
	w.press("Create account")
	w.arrive("Check your inbox")
	w.fill("code", w.LetterCode("annie@example.com"))
	w.press("Continue")
	w.press("Allow")
	w.inside("annie@example.com")
}

func unproven(n *user.NewUser) { n.Verified = false }

// Whose address is not proven proves it, or another one, before going on.
func verifyEmail(w *walk) {
	w.citizen(unproven)
	w.begin()
	w.password(ann)
	w.arrive("Check your inbox")
	w.hold("inbox")
	w.follow("Use another address")
	w.arrive("Use another address")
	w.hold("another address")
	w.fill("email", "annie@example.com")
	w.press("Send code")
	w.arrive("Check your inbox")
	w.fill("code", w.LetterCode("annie@example.com"))
	w.press("Continue")
	w.arrive("Harbour asks for access")
	w.press("Allow")
	w.inside("annie@example.com")
}

func verifyEmailByLink(w *walk) {
	w.citizen(unproven)
	w.begin()
	w.password(ann)
	w.arrive("Check your inbox")
	other := w.elsewhere()
	other.visit(w.LetterLink(ann))
	other.arrive("Confirm your address")
	other.hold("confirm")
	other.press("Confirm address")
	other.arrive("Address confirmed")
	other.hold("confirmed")
	w.join(other)
	w.visit(w.app)
	w.press("Sign in")
	w.arrive("Harbour asks for access")
}
