package chromium

import (
	"context"
	"strings"
	"testing"

	"authserver/tenant/realm"
)

// journey is something that a person wants. It is walked on a phone, at a desk and, unless it needs scripts, without them; each walk has a house of its
// own.
type journey struct {
	name    string
	scripts bool // it does not go without them
	desk    bool // it is for a desk only
	policy  func(*realm.Policy)
	walk    func(*walk)
}

// walk is one journey in one browser.
type walk struct {
	*screen
	*town

	browser context.Context // for more windows
}

// TestJourneys walks all journeys, the windows side by side in one browser.
func TestJourneys(t *testing.T) {
	t.Parallel()
	browser := launch(t)
	for _, j := range journeys() {
		for _, way := range []struct {
			name          string
			width, height int
			plain         bool
		}{{"360", 360, 740, false}, {"1280", 1280, 900, false}, {"plain", 360, 740, true}} {
			if way.plain && j.scripts || way.width < 600 && j.desk {
				continue
			}
			name := j.name + "-" + way.name
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				w := &walk{look(t, browser, name, way.width, way.height), settle(t, j.policy), browser}
				if way.plain {
					w.scripts(false)
				}
				j.walk(w)
				if !t.Failed() {
					w.compare(name)
				}
			})
		}
	}
}

func journeys() []journey {
	var all []journey
	for _, some := range [][]journey{registering(), recovering(), confirming(), passing(), housekeeping(), leaving(), agreeing()} {
		all = append(all, some...)
	}
	return all
}

// elsewhere opens another window, as on another device. It is not outlined.
func (w *walk) elsewhere() *walk {
	w.t.Helper()
	s := look(w.t, w.browser, w.name+" elsewhere", int(w.width), int(w.height))
	if w.plain {
		s.scripts(false)
	}
	return &walk{s, w.town, w.browser}
}

// begin goes to the application and on to the page to sign in.
func (w *walk) begin() {
	w.t.Helper()
	w.visit(w.app)
	w.arrive("Try Auth Server")
	w.press("Sign in")
	w.arrive("Sign in")
}

// password types address and password and goes on.
func (w *walk) password(email string) {
	w.t.Helper()
	w.fill("email", email)
	w.fill("password", password)
	w.press("Sign in")
}

// inside holds the application to know who came.
func (w *walk) inside(email string) {
	w.t.Helper()
	w.arrive("You are signed in")
	w.press("Ask userinfo")
	w.arrive("You are signed in")
	if said := w.text("#userinfo"); !strings.Contains(said, email) {
		w.t.Errorf("%s: the application does not know %s: %s", w.name, email, said)
	}
}

// account signs somebody in to their account.
func (w *walk) account(email string) {
	w.t.Helper()
	w.visit(w.at("/account"))
	w.arrive("Sign in")
	w.password(email)
	w.arrive("Hello, Ann")
}

// open goes to a page of the account.
func (w *walk) open(path, heading string) {
	w.t.Helper()
	w.visit(w.at("/account" + path))
	w.arrive(heading)
}

// done waits for the account's word that something was done.
func (w *walk) done(text string) {
	w.t.Helper()
	w.says(`@role="status"`, text)
}

// at is an address of the realm.
func (w *walk) at(path string) string { return w.Issuer + path }

// join adds the pages that were held in another window.
func (w *walk) join(other *walk) { w.outline = append(w.outline, other.outline...) }
