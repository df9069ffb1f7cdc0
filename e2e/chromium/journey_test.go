package chromium

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"authserver/e2e"
	"authserver/internal/database/dbtest"
)

// stage is what `make run` starts: the server, a demo application and somebody to sign in as.
type stage struct {
	demo, email, password string
	url                   string // of the server
}

// start runs `authserver dev` as a person would and reads from its output what the person would read.
func start(t *testing.T) stage {
	t.Helper()
	listen, demo := e2e.FreeAddress(t), e2e.FreeAddress(t)
	public := "http://localhost" + listen[strings.LastIndex(listen, ":"):] // browsers have passkeys only where an address has a name
	dir := t.TempDir()
	process, err := e2e.Start(e2e.Binary(t), dir, []string{
		"AUTHSERVER_LISTEN=" + listen,
		"AUTHSERVER_PUBLIC_URL=" + public,
		"AUTHSERVER_RATE_LIMITS=off",
		"AUTHSERVER_DATABASE_URL=" + dbtest.URL(t),
		"AUTHSERVER_LOG_LEVEL=warn",
	}, "dev", "--demo-listen", demo)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		process.Kill()
		if t.Failed() {
			t.Logf("the server said:\n%s", process.Output())
		}
	})
	printed, err := process.Printed(t.Context(), regexp.MustCompile(`(?s)(http://`+regexp.QuoteMeta(demo)+`)\S*.*?(\S+@\S+).*?[Pp]assword:?\s+(\S+)`))
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Ready(t.Context(), "http://"+listen+"/readyz"); err != nil {
		t.Fatal(err)
	}
	return stage{printed[1], printed[2], printed[3], public}
}

// A person on a phone, then one at a desk.
//
//nolint:tparallel // the two sizes share a server: the second person has agreed before
func TestAPersonTriesTheDemo(t *testing.T) {
	t.Parallel()
	house := start(t)
	for _, size := range []struct{ width, height int }{{360, 740}, {1280, 900}} {
		t.Run(fmt.Sprint(size.width), func(t *testing.T) {
			s := open(t, fmt.Sprint("demo ", size.width), size.width, size.height)
			s.visit(house.demo)
			s.arrive("Try Auth Server")
			s.hold("demo")
			s.press("Sign in")

			s.arrive("Sign in")
			s.hold("sign in")
			s.fill("email", house.email)
			s.fill("password", "not-the-password-9")
			s.press("Sign in")
			s.arrive("Sign in")
			if said := s.text("[role=alert]"); said == "" {
				t.Error("a wrong password is not reported")
			}
			s.hold("sign in refused")
			s.fill("email", house.email)
			s.fill("password", house.password)
			s.press("Sign in")

			s.allowIfAsked()
			s.arrive("You are signed in")
			s.hold("claims")
			if claims := s.text("#id-token"); !strings.Contains(claims, "/realms/demo") || !strings.Contains(claims, "auth_time") {
				t.Errorf("the ID token does not tell who says what: %s", claims)
			}
			s.press("Refresh tokens")
			s.arrive("You are signed in")
			s.press("Ask userinfo")
			s.arrive("You are signed in")
			if claims := s.text("#userinfo"); !strings.Contains(claims, house.email) {
				t.Errorf("userinfo does not tell %s: %s", house.email, claims)
			}
			s.press("Sign out")
			s.arrive("You are signed out")
			s.hold("signed out")
		})
	}
}

// allowIfAsked agrees on the consent page. The demo's second visitor is not asked again.
func (s *screen) allowIfAsked() {
	s.t.Helper()
	if s.heading() == "You are signed in" {
		return
	}
	s.hold("consent")
	s.press("Allow")
}

// Everything that a mouse can do, Tab and Enter can do; the focus starts where the person must act.
func TestTheKeyboardIsEnough(t *testing.T) {
	t.Parallel()
	house := start(t)
	s := open(t, "keyboard", 1280, 900)
	s.visit(house.demo)
	s.arrive("Try Auth Server")
	s.tabTo("button")
	s.enter()
	s.arrive("Sign in")
	if at := s.focused(); at != "email" {
		t.Errorf("the focus is on %q, not on the address", at)
	}
	s.keys("type the address", house.email)
	s.tabTo("input[name=password]")
	s.keys("type a wrong password", "not-the-password-9")
	s.enter()
	s.do("wait for the alert", visible("[role=alert]"))
	s.tabTo("input[name=password]")
	s.keys("type the password", house.password)
	s.enter()
	s.tabTo("button[value=allow]")
	s.enter()
	s.arrive("You are signed in")
	s.tabTo(`form[action="/signout"] button`)
	s.enter()
	s.arrive("You are signed out")
}

// Scripts make pages nicer; none is needed.
func TestJavaScriptIsNotNeeded(t *testing.T) {
	t.Parallel()
	house := start(t)
	s := open(t, "without scripts", 360, 740)
	s.scripts(false)
	s.visit(house.demo)
	s.arrive("Try Auth Server")
	s.press("Sign in")
	s.arrive("Sign in")
	s.picture("sign in")
	s.fill("email", house.email)
	s.fill("password", house.password)
	s.press("Sign in")
	s.press("Allow")
	s.arrive("You are signed in")
	s.press("Sign out")
	s.arrive("You are signed out")
}
