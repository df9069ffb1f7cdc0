package chromium

import (
	"authserver/identity/user"
)

func recovering() []journey {
	return []journey{
		{name: "recover", walk: recoverByCode},
		{name: "recover-by-link", walk: recoverByLink},
		{name: "forced-change", walk: forcedChange},
	}
}

// lose asks for another password.
func (w *walk) lose() {
	w.t.Helper()
	w.begin()
	w.follow("Forgot your password?")
	w.arrive("Set a new password")
}

// Whoever has forgotten the password reads the letter beside the page.
func recoverByCode(w *walk) {
	w.citizen(nil)
	w.lose()
	w.hold("recover")
	w.fill("email", ann)
	w.press("Send")
	w.arrive("Check your inbox")
	w.hold("sent")
	w.fill("code", "000000")
	w.press("Continue")
	w.says(`@role="alert"`, "That code is not right")
	w.hold("sent refused")
	w.fill("code", w.LetterCode(ann))
	w.press("Continue")
	w.arrive("Choose a new password")
	w.hold("password")
	w.fill("new_password", another)
	w.press("Save password")
	w.arrive("Your password was changed")
	w.hold("done")
	w.press("Sign in")
	w.arrive("Sign in")
	w.password(ann)
	w.says(`@role="alert"`, "is not right")
	w.hold("former password refused")
	w.fill("email", ann)
	w.fill("password", another)
	w.press("Sign in")
	w.press("Allow")
	w.inside(ann)
}

// The letter is opened on another device, which did not ask for it.
func recoverByLink(w *walk) {
	w.citizen(nil)
	w.lose()
	w.fill("email", ann)
	w.press("Send")
	w.arrive("Check your inbox")
	link := w.LetterLink(ann)
	other := w.elsewhere()
	other.visit(link)
	other.arrive("Choose a new password")
	other.hold("password elsewhere")
	other.fill("new_password", another)
	other.press("Save password")
	other.arrive("Your password was changed")
	other.hold("done elsewhere")
	other.visit(link)
	other.arrive("That did not work")
	other.hold("spent link")
	w.join(other)
	w.begin()
	w.fill("email", ann)
	w.fill("password", another)
	w.press("Sign in")
	w.arrive("Harbour asks for access")
}

// Somebody else chose the password: it is changed on the way in.
func forcedChange(w *walk) {
	w.citizen(func(n *user.NewUser) { n.MustChange = true })
	w.begin()
	w.password(ann)
	w.arrive("Choose a new password")
	w.hold("change")
	w.fill("new_password", password)
	w.press("Save and continue")
	w.says(`@role="alert"`, "That is your present password")
	w.hold("change refused")
	w.fill("new_password", another)
	w.press("Save and continue")
	w.press("Allow")
	w.inside(ann)
}
