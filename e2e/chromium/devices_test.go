package chromium

import "time"

// Somebody signs in with another browser, says that it is theirs, and later that it is not.
func devices(w *walk) {
	w.citizen(nil)
	w.account(ann)
	w.visit(w.at("/account/devices"))
	w.arrive("Known devices")
	w.hold("first device")
	w.elsewhere().account(ann)
	w.visit(w.LetterLink(ann, "New device"))
	w.arrive("Was it you?")
	w.hold("was it you")
	w.press("Yes, it was me")
	w.arrive("Thank you")
	w.hold("confirmed")
	w.visit(w.at("/device/alert"))
	w.arrive("This link no longer works")
	w.hold("link is used")
	w.visit(w.at("/account/devices"))
	w.arrive("Known devices")
	w.hold("two devices")
	w.Clock.Play(time.Minute)
	w.elsewhere().account(ann)
	w.visit(w.at("/account/devices"))
	w.follow("Chrome, Linux")
	w.hold("one device")
	w.fill("name", "Chair in the library")
	w.press("Save the name")
	w.done("The name is saved")
	w.press("Forget this device")
	w.done("The device is forgotten")
}
