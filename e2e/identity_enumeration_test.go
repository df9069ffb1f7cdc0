package e2e_test

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"authserver/e2e"
	"authserver/identity/user"
	"authserver/tenant/realm"
)

// transcript writes down all that a browser is answered, without what differs from one visit to the next.
type transcript struct {
	hide *strings.Replacer

	mu   sync.Mutex
	said strings.Builder
}

// clocks are seconds that go by while the test looks at others.
var clocks = regexp.MustCompile(`data-wait="[0-9]+"|<span>[0-9]+:[0-9]{2}</span>`)

// nonces differ from one page to the next: ids of flows, proofs, challenges and the tokens in what a page is given.
var nonces = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}|[A-Za-z0-9_-]{43}`)

// RoundTrip implements http.RoundTripper.
func (w *transcript) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	if err := res.Body.Close(); err != nil {
		return nil, err
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	var lines []string
	for name, values := range res.Header {
		for _, value := range values {
			switch name {
			case "Date", "X-Request-Id", "Retry-After", "Content-Length": // the body is compared itself
				value = "…"
			case "Set-Cookie":
				named, attributes, _ := strings.Cut(value, ";")
				named, _, _ = strings.Cut(named, "=")
				value = named + ";" + attributes
			}
			lines = append(lines, name+": "+value)
		}
	}
	slices.Sort(lines)
	w.mu.Lock()
	defer w.mu.Unlock()
	said := fmt.Sprintf("%s %s: %d\n%s\n\n%s\n", r.Method, r.URL.Path, res.StatusCode, strings.Join(lines, "\n"), body)
	w.said.WriteString(clocks.ReplaceAllString(nonces.ReplaceAllString(w.hide.Replace(said), "NONCE"), "WAIT"))
	return res, nil
}

// crowd is a house with people of every kind, by the part of their address before the @. All are of one length, so that lengths
// tell the truth.
func crowd(t *testing.T) (*scene, []string) {
	t.Helper()
	up := e2e.Open(t)
	s := openScene(t, func(p *realm.Policy) {
		p.Lockout = realm.Lockout{Threshold: threshold, Base: time.Hour, Growth: 1, Max: time.Hour, Hard: 100}
	})
	s.provide(up, nil)
	s.person("existing@example.com", nil)
	p := s.person("suspends@example.com", nil)
	s.must(s.Server.Users.Suspend(s.Operator(), s.Realm.ID, p.id, "test"))
	wrong(threshold)(s.person("lockedup@example.com", nil))
	s.person("unproven@example.com", func(n *user.NewUser) { n.Verified = false })
	s.person("noknocks@example.com", func(n *user.NewUser) { n.Password = "" })
	s.person("twosteps@example.com", nil).enrol()
	mustChange(s.person("mustmove@example.com", nil))
	fay := s.person("upstream@example.com", nil)
	fay.upstream = (&keeper{scene: s, up: up}).native(fay.Email)
	fay.link()
	eve := s.person("erasures@example.com", nil)
	_, err := s.Server.Privacy.Schedule(s.Operator(), s.Realm, eve.id)
	s.must(err)
	return s, []string{"existing", "suspends", "lockedup", "unproven", "noknocks", "twosteps", "mustmove", "upstream", "erasures"}
}

// question is something that anybody may ask about an address.
type question struct {
	name string
	ask  func(p *traveller, page *e2e.Page)
}

func questions() []question {
	follow := func(p *traveller, page *e2e.Page, path string) *e2e.Page {
		return p.click(page.Doc().Find(`a[href*="`+path+`"]`).AttrOr("href", ""))
	}
	return []question{
		{"sign-in", func(p *traveller, page *e2e.Page) {
			p.send(p.send(page, "Sign in", "email", p.Email, "password", newPassword), "Sign in", "email", strings.ToUpper(p.Email), "password", newPassword)
		}},
		{"registration", func(p *traveller, page *e2e.Page) {
			page = p.send(follow(p, page, "/register"), "Create account", "email", p.Email, "new_password", newPassword, "name", "Ann")
			page = p.send(page, "confirm", "code", "000000")
			page = p.send(page, "resend")
			p.send(page, "confirm", "code", "000001")
		}},
		{"recovery", func(p *traveller, page *e2e.Page) {
			page = p.send(follow(p, page, "/recover"), "Send", "email", p.Email)
			p.s.must(p.s.Server.Settle(p.s.Operator()))
			page = p.send(page, "confirm", "code", "000000")
			page = p.send(page, "resend")
			p.send(page, "confirm", "code", "000001")
		}},
		{"passkey", func(p *traveller, page *e2e.Page) {
			form := flowOf(page)
			form.Set("email", p.Email)
			for range 2 {
				_, err := p.Post(p.s.t.Context(), p.s.at("/passkey/options"), form)
				p.s.must(err)
			}
		}},
		{"hint of the application", func(p *traveller, _ *e2e.Page) {
			p.click(p.s.party.Begin().URL + "&" + url.Values{"login_hint": {p.Email}}.Encode())
			p.click(p.s.party.Begin().URL + "&" + url.Values{"login_hint": {p.Email}, "prompt": {"none"}}.Encode())
		}},
	}
}

// ENU-01 to ENU-05, INC-169: who asks learns nothing about an address that is not theirs, by the status, a header or a byte.
func TestIdentityAnswersAreTheSameForEverybody(t *testing.T) {
	t.Parallel()
	s, kinds := crowd(t)
	for _, q := range questions() {
		s.play(2 * time.Hour) // no address has been written to just now
		wrong := s.answers(q, "nobodyis")
		for _, kind := range kinds {
			if got := s.answers(q, kind); got != wrong {
				t.Errorf("%s of %s differs from that of nobody:\n%s", q.name, kind, difference(wrong, got))
			}
		}
	}
}

func (s *scene) answers(q question, name string) string {
	s.t.Helper()
	p := &traveller{s: s, Person: &e2e.Person{Browser: e2e.NewBrowser(s.URL), Email: name + "@example.com"}}
	w := &transcript{hide: strings.NewReplacer(
		p.Email, "EMAIL", strings.ToUpper(p.Email), "EMAIL", url.QueryEscape(p.Email), "EMAIL", user.Mask(p.Email), "MASKED")}
	_, page := p.login()
	p.UseTransport(w)
	q.ask(p, page)
	return w.said.String()
}

// difference is the first line that differs, with the one before.
func difference(want, got string) string {
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("%s\n  nobody: %s\n  here:   %s", a[max(i-1, 0)], a[i], b[i])
		}
	}
	return fmt.Sprintf("%d lines and %d", len(a), len(b))
}

// The time that an answer takes says nothing about an address either. One thousand samples are taken in the suite; for a closer
// look, on a machine that does nothing else:
//
//	TIMING_SAMPLES=10000 go test ./e2e/ -run IdentityTime -v -timeout 1h
func samples(t *testing.T, few int) int {
	t.Helper()
	set := os.Getenv("TIMING_SAMPLES")
	if set == "" {
		return few
	}
	n, err := strconv.Atoi(set)
	if err != nil {
		t.Fatalf("TIMING_SAMPLES: %v", err)
	}
	return n
}

// stopwatch sends one form after another from one page.
type stopwatch struct {
	s      *scene
	client *http.Client
	form   url.Values
	at     string
}

func (s *scene) stopwatch(path string) *stopwatch {
	s.t.Helper()
	b := e2e.NewBrowser(s.URL)
	page, err := b.Click(s.t.Context(), s.party.Begin().URL)
	s.must(err)
	w := &stopwatch{s: s, form: flowOf(page), at: s.at(path), client: &http.Client{
		Transport: &cookies{b.Cookies()}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	return w
}

// cookies sends the same ones with each request.
type cookies struct{ all []*http.Cookie }

// RoundTrip implements http.RoundTripper.
func (c *cookies) RoundTrip(r *http.Request) (*http.Response, error) {
	for _, one := range c.all {
		r.AddCookie(one)
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return http.DefaultTransport.RoundTrip(r)
}

func (w *stopwatch) measure(email string, status int) float64 {
	w.s.t.Helper()
	w.form.Set("email", email)
	began := time.Now()
	res, err := w.client.PostForm(w.at, w.form)
	w.s.must(err)
	_, err = io.Copy(io.Discard, res.Body)
	took := time.Since(began)
	w.s.must(err)
	w.s.must(res.Body.Close())
	if res.StatusCode != status {
		w.s.t.Fatalf("%s: %d, want %d", email, res.StatusCode, status)
	}
	return float64(took.Microseconds())
}

// compare takes n samples, of both kinds in turn and each first as often, so that what disturbs the machine disturbs both.
func (w *stopwatch) compare(n, status int, email func(exists bool, i int) string) {
	w.s.t.Helper()
	w.measure(email(true, n), status)
	w.measure(email(false, n), status)
	var known, unknown []float64
	for i := range n / 2 {
		for _, exists := range []bool{i%2 == 0, i%2 != 0} {
			took := w.measure(email(exists, i), status)
			if exists {
				known = append(known, took)
			} else {
				unknown = append(unknown, took)
			}
		}
	}
	apart(w.s.t, known, unknown)
}

// apart fails when the time tells the kinds apart. The area under the ROC curve is how often one of the first is slower than one of the second:
// 0.5 when time says nothing, with a standard deviation that is known; 1 when one side skips a hash. Five deviations do not happen by
// chance.
func apart(t *testing.T, known, unknown []float64) {
	t.Helper()
	slower := 0.0
	for _, a := range known {
		for _, b := range unknown {
			switch {
			case a > b:
				slower++
			case a == b:
				slower += 0.5
			}
		}
	}
	n, m := float64(len(known)), float64(len(unknown))
	area, deviation := slower/(n*m), math.Sqrt((n+m+1)/(12*n*m))
	slices.Sort(known)
	slices.Sort(unknown)
	first, second := known[len(known)/2], unknown[len(unknown)/2]
	t.Logf("area %.3f ± %.3f, medians %.0f and %.0f µs", area, deviation, first, second)
	if math.Abs(area-0.5) > 5*deviation && math.Abs(first-second) > 0.05*second {
		t.Errorf("the time tells who exists: area %.3f ± %.3f, medians %.0f and %.0f µs", area, deviation, first, second)
	}
}

func TestIdentityTimeOfSignInTellsNothing(t *testing.T) {
	t.Parallel()
	const each = 50 // guesses at one account, which does not lock it
	s := openScene(t, func(p *realm.Policy) { p.Lockout.Threshold = 100 })
	n := samples(t, 150)
	for i := range n/each + 1 {
		s.person(fmt.Sprintf("taken%06d@example.com", i), nil)
	}
	w := s.stopwatch("/login")
	w.form.Set("password", newPassword)
	w.compare(n, http.StatusUnprocessableEntity, func(exists bool, i int) string {
		return fmt.Sprintf("%s%06d@example.com", map[bool]string{true: "taken", false: "fresh"}[exists], i/each)
	})
}

func TestIdentityTimeOfRegistrationTellsNothing(t *testing.T) {
	t.Parallel()
	s, n := openScene(t, nil), samples(t, 150)
	w := s.stopwatch("/register")
	w.form.Set("new_password", newPassword)
	w.form.Set("name", "Ann")
	for i := range n + 1 {
		s.person(fmt.Sprintf("taken%06d@example.com", i), func(n *user.NewUser) { n.Password = "" })
	}
	w.compare(n, http.StatusSeeOther, func(exists bool, i int) string {
		return fmt.Sprintf("%s%06d@example.com", map[bool]string{true: "taken", false: "fresh"}[exists], i)
	})
}

func TestIdentityTimeOfRecoveryTellsNothing(t *testing.T) {
	t.Parallel()
	s, n := openScene(t, nil), samples(t, 700)
	s.person("existing@example.com", nil)
	w := s.stopwatch("/recover")
	w.compare(n, http.StatusSeeOther, func(exists bool, _ int) string {
		if exists {
			return "existing@example.com"
		}
		return "nobodyis@example.com"
	})
}
