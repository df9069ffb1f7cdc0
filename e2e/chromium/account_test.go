package chromium

import (
	"strings"

	"github.com/chromedp/chromedp"

	"authserver/identity/user"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

func housekeeping() []journey {
	return []journey{
		{name: "account", walk: account},
		{name: "profile", walk: editProfile},
		{name: "complete-profile", walk: completeProfile},
		{name: "change-email", walk: changeEmail},
		{name: "phone", walk: phone},
		{name: "password", walk: changePassword},
		{name: "factors", policy: func(p *realm.Policy) { p.EmailFactor = true }, walk: factors},
		{name: "sessions", walk: sessions},
		{name: "devices", walk: devices},
		{name: "applications", walk: applications},
		{name: "languages", walk: languages},
		{name: "keyboard", desk: true, walk: keyboard},
	}
}

// section goes to a section of the account by its menu, as it is at this size.
func (w *walk) section(name, heading string) {
	w.t.Helper()
	if w.width < 600 {
		w.do("open the menu", chromedp.Click(chromedp.CSS("details.menu summary"), chromedp.NodeVisible))
		w.leave("choose "+name, chromedp.Click(`//details//a[normalize-space(.)="`+name+`"]`, chromedp.NodeVisible))
	} else {
		w.leave("choose "+name, chromedp.Click(`//nav[contains(@class,"side")]//a[normalize-space(.)="`+name+`"]`, chromedp.NodeVisible))
	}
	w.arrive(heading)
}

// Somebody looks round, and signs out.
func account(w *walk) {
	w.citizen(nil)
	w.visit(w.at("/account"))
	w.arrive("Sign in")
	w.hold("sign in")
	w.password(ann)
	w.arrive("Hello, Ann Archer")
	w.hold("overview")
	if w.width < 600 {
		w.do("open the menu", chromedp.Click(chromedp.CSS("details.menu summary"), chromedp.NodeVisible))
		w.hold("menu")
		w.visit(w.at("/account"))
	}
	w.section("Security", "Security")
	w.hold("security")
	w.follow("Linked accounts")
	w.arrive("Linked accounts")
	w.hold("linked accounts")
	w.settled()
	w.section("Activity", "Activity")
	w.hold("activity")
	w.visit(w.at("/account/nothing"))
	w.arrive("Nothing here")
	w.hold("nothing here")
	w.visit(w.at("/account"))
	w.press("Sign out")
	w.arrive("You are signed out")
	w.hold("signed out")
	w.press("Sign in again")
	w.arrive("Sign in")
}

func editProfile(w *walk) {
	w.citizen(nil)
	w.account(ann)
	w.section("Profile", "Profile")
	w.hold("profile")
	w.fill("nickname", "Annie")
	w.fill("website", "not an address")
	w.do("let the server look", chromedp.SetAttributeValue(chromedp.CSS("input[name=website]"), "type", "text"))
	w.press("Save")
	w.says(`@role="alert"`, "Website")
	w.hold("profile refused")
	w.fill("website", "https://ann.example")
	w.press("Save")
	w.done("Your profile was saved")
	if kept := ask(w.screen, "read the name", chromedp.Value(chromedp.CSS("input[name=nickname]"))); kept != "Annie" {
		w.t.Errorf("the nickname is %q", kept)
	}
}

// An application needs to know what is not known yet.
func completeProfile(w *walk) {
	w.citizen(func(n *user.NewUser) { n.Name = "" })
	_, err := w.Server.Applications.Update(w.Operator(), w.Realm.ID, w.id, func(a *application.Application) error {
		a.RequiredFields = []string{"given_name", "family_name"}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.begin()
	w.password(ann)
	w.arrive("One more thing")
	w.hold("complete")
	w.fill("given_name", "Ann")
	w.fill("family_name", "Archer")
	w.press("Continue")
	w.press("Allow")
	w.inside(ann)
}

// The new address is proven before it counts, and the old one may undo it.
func changeEmail(w *walk) {
	w.citizen(nil)
	w.account(ann)
	w.open("/email", "E-mail address")
	w.hold("address")
	w.press("Change")
	w.arrive("Change your e-mail address")
	w.hold("change")
	w.fill("email", "annie@example.com")
	w.press("Send code")
	w.arrive("E-mail address")
	w.hold("pending")
	w.fill("code", w.LetterCode("annie@example.com"))
	w.press("Confirm")
	w.done("Your address was changed")
	w.hold("changed")

	other := w.elsewhere()
	other.visit(w.LetterLink(ann))
	other.arrive("Take your address back")
	other.hold("undo")
	other.press("Take the address back")
	other.arrive("The address is yours again")
	other.hold("undone")
	w.join(other)
	other.press("Choose a new password")
	other.arrive("Set a new password")
	w.visit(w.at("/account"))
	w.arrive("Sign in")
}

func phone(w *walk) {
	w.citizen(nil)
	w.account(ann)
	w.open("/phone", "Phone number")
	w.hold("none")
	w.press("Add a number")
	w.arrive("Enter your number")
	w.hold("number")
	w.fill("phone", mobile)
	w.press("Send code")
	w.arrive("Phone number")
	w.hold("pending")
	w.fill("code", "000000")
	w.press("Confirm")
	w.says(`@role="alert"`, "code")
	w.fill("code", w.LetterCode(mobile))
	w.press("Confirm")
	w.done("Your number is confirmed")
	w.hold("confirmed")
	w.press("Remove")
	w.arrive("Remove your number?")
	w.hold("remove")
	w.press("Remove")
	w.done("Your number was removed")
}

func changePassword(w *walk) {
	w.citizen(nil)
	w.account(ann)
	w.section("Security", "Security")
	w.follow("Password")
	w.arrive("Change your password")
	w.hold("password")
	w.fill("password", "not-the-password-9")
	w.fill("new_password", another)
	if !w.plain {
		w.do("wait for the meter", chromedp.WaitVisible(`//div[@data-strength]//p[contains(., "Strong") or contains(., "Good")]`))
	}
	w.hold("password typed")
	w.press("Save password")
	w.says(`@role="alert"`, "not your current password")
	w.fill("password", password)
	w.fill("new_password", another)
	w.press("Save password")
	w.done("Your password was changed")
	w.hold("changed")
	w.settled()
	w.open("/activity", "Activity")
	if said := w.text("main"); !strings.Contains(strings.ToLower(said), "password") {
		w.t.Errorf("the activity does not tell of it: %s", said)
	}
}

// Second factors by one's own will.
func factors(w *walk) {
	w.citizen(nil)
	w.account(ann)
	w.open("/mfa", "Second factor")
	w.hold("none")
	w.follow("Authenticator app")
	w.arrive("Authenticator app")
	w.hold("app")
	w.press("Set up app")
	w.arrive("Authenticator app")
	w.hold("scan")
	app := w.scan()
	w.fill("code", app.code(0))
	w.press("Confirm")
	w.arrive("Recovery codes")
	w.hold("recovery codes")
	w.keep()
	w.done("Your recovery codes are not shown again")
	w.open("/mfa", "Second factor")
	w.hold("on")
	w.open("/totp", "Authenticator app")
	w.hold("app on")
	w.press("Remove app")
	w.done("The authenticator app was removed")
}

// What one does not recognise is ended.
func sessions(w *walk) {
	w.citizen(nil)
	w.account(ann)
	w.section("Devices and sessions", "Devices and sessions")
	w.hold("alone")
	one, two := w.elsewhere(), w.elsewhere()
	one.account(ann)
	two.account(ann)
	w.section("Devices and sessions", "Devices and sessions")
	w.hold("three")
	w.leave("end the newest", chromedp.Click(`//a[starts-with(@aria-label, "Sign out: ")]`, chromedp.NodeVisible))
	w.arrive("Sign this device out?")
	w.hold("end one")
	w.press("Sign out this device")
	w.done("The device is signed out")
	w.hold("one ended")
	w.press("Sign out everywhere else")
	w.arrive("Sign out everywhere else?")
	w.hold("end others")
	w.press("Sign out everywhere else")
	w.done("You are signed out everywhere else")
	for _, other := range []*walk{one, two} {
		other.visit(w.at("/account"))
		other.arrive("Sign in")
	}
}

// An application loses what it was given, and asks again.
func applications(w *walk) {
	w.citizen(nil)
	w.begin()
	w.password(ann)
	w.press("Allow")
	w.inside(ann)
	w.visit(w.at("/account"))
	w.section("Connected applications", "Connected applications")
	w.hold("one")
	w.press("Withdraw access: Harbour")
	w.arrive("Withdraw access of Harbour?")
	w.hold("withdraw")
	w.press("Withdraw access")
	w.done("no longer has access")
	w.hold("none")
	w.visit(w.app)
	w.press("Refresh tokens")
	w.says(`@role="alert"`, "refused")
	w.press("Sign out")
	w.begin()
	w.password(ann)
	w.arrive("Harbour asks for access")
}

// Every page is there in five languages, and the choice stays.
func languages(w *walk) {
	w.citizen(nil)
	w.begin()
	for _, l := range []struct{ name, code, signIn string }{
		{"Deutsch", "de", "Anmelden"},
		{"français", "fr", "Connexion"},
		{"español", "es", "Iniciar sesión"},
		{"português", "pt-BR", "Entrar"},
		{"English", "en", "Sign in"},
	} {
		w.leave("choose "+l.name, chromedp.Click(`//footer//a[normalize-space(.)="`+l.name+`"]`, chromedp.NodeVisible))
		w.arrive(l.signIn)
		w.hold("sign in " + l.code)
		if got := ask(w.screen, "read lang", chromedp.Evaluate[string](`document.documentElement.lang`)); got != l.code {
			w.t.Errorf("%s: the page says %q", l.name, got)
		}
	}
	w.account(ann)
	for _, l := range []struct{ name, code, hello string }{
		{"Deutsch", "de", "Hallo"}, {"français", "fr", "Bonjour"}, {"español", "es", "Hola"}, {"português", "pt-BR", "Olá"}, {"English", "en", "Hello"},
	} {
		w.leave("choose "+l.name, chromedp.Click(`//footer//a[normalize-space(.)="`+l.name+`"]`, chromedp.NodeVisible))
		w.arrive(l.hello)
		w.hold("account " + l.code)
	}
}

// Everything that a mouse can do in the account, Tab and Enter can do.
func keyboard(w *walk) {
	w.citizen(nil)
	w.visit(w.at("/account"))
	w.arrive("Sign in")
	w.keys("type the address", ann)
	w.tabTo("input[name=password]")
	w.keys("type the password", password)
	w.enter()
	w.arrive("Hello, Ann")
	w.tabTo("a.skip")
	w.tabTo(`nav.side a[href$="/security"]`)
	w.enter()
	w.arrive("Security")
	w.tabTo(`main a[href$="/account/password"]`)
	w.enter()
	w.arrive("Change your password")
	if at := w.focused(); at != "password" {
		w.t.Errorf("the focus is on %q, not on the password", at)
	}
	w.keys("type the password", password)
	w.tabTo("input[name=new_password]")
	w.keys("type another", another)
	w.tabTo("main button[type=submit]")
	w.enter()
	w.done("Your password was changed")
	w.tabTo(`form[action$="/signout"] button`)
	w.enter()
	w.arrive("You are signed out")
}
