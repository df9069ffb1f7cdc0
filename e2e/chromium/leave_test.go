package chromium

import (
	"strings"

	"github.com/chromedp/chromedp"
)

func leaving() []journey {
	return []journey{
		{name: "export", walk: export},
		{name: "delete", walk: deleteAccount},
	}
}

// What is known of a person fits into one file.
func export(w *walk) {
	w.citizen(nil)
	w.account(ann)
	w.section("Privacy", "Privacy")
	w.hold("privacy")
	w.press("Prepare my data")
	w.arrive("Privacy")
	w.hold("prepared")
	address := ask(w.screen, "find the file", chromedp.Evaluate[string](`document.querySelector("a[download]").href`))
	res, file := w.fetch(address)
	if !strings.Contains(res.Header.Get("Content-Disposition"), "attachment") || !strings.Contains(file, ann) {
		w.t.Errorf("%d, %s: %.200s", res.StatusCode, res.Header.Get("Content-Disposition"), file)
	}
}

// Who leaves may change their mind: by the letter, or by signing in.
func deleteAccount(w *walk) {
	w.citizen(nil)
	w.account(ann)
	w.open("/privacy/delete", "Delete your account")
	w.hold("delete")
	w.fill("email", "somebody@example.com")
	w.press("Delete my account")
	w.says(`@role="alert"`, "not the address of this account")
	w.hold("delete refused")
	w.fill("email", ann)
	w.press("Delete my account")
	w.arrive("This account is going to be deleted")
	w.hold("deleted")
	link := w.LetterLink(ann)
	w.visit(link)
	w.arrive("Keep your account?")
	w.hold("keep")
	w.press("Keep my account")
	w.arrive("Your account stays")
	w.hold("kept")
	w.press("Sign in")
	w.password(ann)
	w.arrive("Hello, Ann")
	w.forget()

	w.erase()
	w.begin()
	w.password(ann)
	w.arrive("This account is going to be deleted")
	w.hold("on the way in")
	w.press("Keep my account and go on to Harbour")
	w.press("Allow")
	w.inside(ann)
}

// erase deletes the account.
func (w *walk) erase() {
	w.t.Helper()
	w.account(ann)
	w.open("/privacy", "Privacy")
	w.press("Delete my account")
	w.arrive("Delete your account")
	w.fill("email", ann)
	w.press("Delete my account")
	w.arrive("This account is going to be deleted")
}
