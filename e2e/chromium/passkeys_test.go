package chromium

import (
	"strings"

	"github.com/chromedp/chromedp"

	"authserver/tenant/realm"
)

func passing() []journey {
	required := func(p *realm.Policy) { p.SecondFactor = realm.Required }
	return []journey{
		{name: "passkey", scripts: true, walk: passkey},
		{name: "security-key", scripts: true, policy: required, walk: key},
	}
}

// click presses what does not lead to another page at once: the device is asked first.
func (s *screen) click(button string) {
	s.t.Helper()
	s.do("click "+button, chromedp.Click(pressable(button), chromedp.NodeVisible))
}

// A passkey is added in the account and signs in, by the button and in the field for the address.
func passkey(w *walk) {
	w.citizen(nil)
	phone := w.plug(platform())
	w.account(ann)
	w.open("/passkeys", "Passkeys")
	w.hold("none")
	w.press("Add a passkey")
	w.arrive("Add a passkey")
	w.hold("add")
	w.fill("label", "Phone")
	w.click("Add passkey")
	w.arrive("Recovery codes")
	w.done("Your passkey was added")
	w.keep()
	w.open("/passkeys", "Passkeys")
	w.hold("added")
	if kept := phone.credentials(); len(kept) != 1 || kept[0].UserName != ann {
		w.t.Errorf("the device keeps %+v", kept)
	}

	// By the button. Nobody touches the device before, or the field would have it already.
	phone.touched(false)
	w.forget()
	w.begin()
	w.hold("sign in")
	w.tap("Sign in with a passkey", phone)
	w.arrive("Harbour asks for access")
	w.press("Allow")
	w.inside(ann)
	if said := w.text("#id-token"); !strings.Contains(said, "swk") || !strings.Contains(said, "mfa") {
		w.t.Errorf("the application is not told how: %s", said)
	}

	// By the field for the address, with no press at all.
	w.forget()
	w.visit(w.app)
	w.press("Sign in")
	w.arrive("You are signed in")

	// After a password, it is the second factor.
	phone.touched(false)
	w.forget()
	w.begin()
	w.password(ann)
	w.arrive("Confirm that it is you")
	w.press("Use passkey")
	w.arrive("Confirm that it is you")
	w.hold("confirm")
	w.tap("Use passkey", phone)
	w.arrive("You are signed in")

	w.open("/passkeys", "Passkeys")
	w.follow("Phone")
	w.arrive("Phone")
	w.hold("one")
	w.fill("label", "Old phone")
	w.press("Save name")
	w.done("The name was saved")
	w.open("/passkeys", "Passkeys")
	w.follow("Old phone")
	w.arrive("Old phone")
	w.press("Remove passkey")
	w.arrive("Remove this passkey?")
	w.hold("remove")
	w.press("Remove passkey")
	w.done("The passkey was removed")
}

// The realm wants a second factor, and a key on USB is one from the first sign-in on.
func key(w *walk) {
	w.citizen(nil)
	w.plug(securityKey())
	w.begin()
	w.password(ann)
	w.arrive("Protect your account")
	w.choose("Passkey")
	w.arrive("Add a passkey")
	w.hold("enrol")
	w.fill("label", "Key")
	w.click("Add passkey")
	w.arrive("Keep these codes")
	codes := w.keep()
	w.press("Allow")
	w.inside(ann)

	w.forget()
	w.begin()
	w.password(ann)
	w.arrive("Confirm that it is you")
	w.hold("ways")
	w.press("Use passkey")
	w.arrive("Confirm that it is you")
	w.hold("confirm")
	w.press("Confirm in another way")
	w.choose("Recovery code")
	w.fill("code", codes[0])
	w.press("Continue")
	w.inside(ann)

	w.forget()
	w.begin()
	w.password(ann)
	w.arrive("Confirm that it is you")
	w.press("Use passkey")
	w.do("wait for the button", chromedp.WaitVisible(`//button[normalize-space(.)="Use passkey"]`))
	w.click("Use passkey")
	w.inside(ann)
}
