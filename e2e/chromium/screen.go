// Package chromium lets people use what `make run` starts in a real browser: on a phone and on a desk, with the keyboard only, without JavaScript, in
// light and in dark. Each page on the way is held to the rules of accessibility.
//
//	screen.go      a browser window: what a person can see and press
//	rules.go       what every page is held to
//	outline.go     what stands on a page, in words
//	*_test.go      the journeys: journeys_test.go lists those through the whole house, of which the outlines are kept in testdata/structure
package chromium

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// patience is how long a page may take on a machine that is busy with the race detector.
const patience = 30 * time.Second

// screen is a window of a browser that nobody has used before.
type screen struct {
	t             *testing.T
	ctx           context.Context
	name          string
	album         string // where its pictures go
	width, height int64
	plain         bool      // its pages run no scripts
	outline       []outline // the pages that were held, for the journey's structure
}

// step is something done to the page.
type step = chromedp.Action[chromedp.Void]

// open starts a browser of its own, with a profile that nobody has used, so that cookies, caches and crashes stay in the test.
func open(t *testing.T, name string, width, height int) *screen {
	t.Helper()
	return look(t, launch(t), name, width, height)
}

// launch starts a browser.
func launch(t *testing.T) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(browser(t)),
		chromedp.Flag("headless", "new"),
		chromedp.NoSandbox, // the tests run as root in containers
		chromedp.DisableGPU,
		chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.Flag("lang", "en"),
	)
	allocator, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel := chromedp.NewContext(allocator, chromedp.WithErrorf(func(string, ...any) {}))
	t.Cleanup(cancel)
	if _, err := chromedp.Run(ctx, chromedp.Location()); err != nil {
		t.Fatalf("start the browser: %v", err)
	}
	return ctx
}

// look opens a window of a browser, with cookies and storage of its own.
func look(t *testing.T, browser context.Context, name string, width, height int) *screen {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	s := &screen{t: t, ctx: ctx, name: name, album: album(t), width: int64(width), height: int64(height)}
	s.do("open a window", s.size(int64(width), int64(height)),
		// Several windows are open at once and only one can have the system's focus; each page shall behave as if it had it.
		command(emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}))
	return s
}

// browser finds Debian's Chromium without windows, which is the same engine at half the work, or what else is installed.
func browser(t *testing.T) string {
	t.Helper()
	for _, path := range []string{"/usr/bin/chromium-headless-shell", "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"} {
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	t.Fatal("no Chromium on this machine: `make test-tools` installs it")
	return ""
}

// album is a folder that outlives the test: pictures are for people to look at.
func album(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(os.TempDir(), "authserver-screenshots")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// do runs actions and fails the test with a picture when one does not succeed in time.
func (s *screen) do(what string, steps ...step) {
	s.t.Helper()
	ask(s, what, chromedp.Steps(steps...))
}

// ask runs an action and returns what it found.
func ask[T any](s *screen, what string, action chromedp.Action[T]) T {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	if chromedp.FromContext(s.ctx).Target == nil {
		ctx = s.ctx // the browser lives as long as the context of the first call
	}
	got, err := chromedp.Run(ctx, action)
	if err != nil {
		s.t.Fatalf("%s: %s: %v\n%s", s.name, what, err, s.see())
	}
	return got
}

// command is a command of the debugger's protocol as a step.
func command[P, R any](cmd cdp.Command[P, R], params P) step {
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, t, cmd, params)
		return chromedp.Void{}, err
	}
}

// told is a command of which the answer matters.
func told[P, R any](cmd cdp.Command[P, R], params P) chromedp.Action[R] {
	return func(ctx context.Context, t *chromedp.Target) (R, error) { return cdp.Call(ctx, t, cmd, params) }
}

// size sets how large the page is shown; below 600 px as on a phone.
func (s *screen) size(width, height int64) step {
	return command(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: width, Height: height, DeviceScaleFactor: 1, Mobile: width < 600})
}

// see tells what is on the screen, for a failure's message.
func (s *screen) see() string {
	ctx, cancel := context.WithTimeout(s.ctx, 5*time.Second)
	defer cancel()
	address, _ := chromedp.Run(ctx, chromedp.Location())
	text, _ := chromedp.Run(ctx, chromedp.TextContent(chromedp.CSS("main")))
	return fmt.Sprintf("at %s:\n%.600s\npicture: %s", address, text, s.picture("failure"))
}

// picture stores what is on the screen and returns the file's name.
func (s *screen) picture(of string) string {
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	shot, err := chromedp.Run(ctx, told(page.CaptureScreenshot, page.CaptureScreenshotParams{
		Format: page.CaptureScreenshotFormatPng, CaptureBeyondViewport: new(true), OptimizeForSpeed: new(true)}))
	if err != nil {
		return "none: " + err.Error()
	}
	file := filepath.Join(s.album, strings.ReplaceAll(s.name+" "+of, " ", "-")+".png")
	if err := os.WriteFile(file, shot.Data, 0o600); err != nil {
		return "none: " + err.Error()
	}
	s.t.Logf("picture: %s", file)
	return file
}

// visit types an address.
func (s *screen) visit(address string) {
	s.t.Helper()
	s.do("open "+address, chromedp.Navigate(address))
}

// arrive waits for a page with this main heading.
func (s *screen) arrive(heading string) {
	s.t.Helper()
	s.do("arrive at "+heading, chromedp.WaitVisible(`//h1[contains(normalize-space(.), "`+heading+`")]`))
}

// leave does what leads to another page and waits until that is loaded: without waiting, the next look would still find the old one.
func (s *screen) leave(what string, how step) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	if _, err := chromedp.RunResponse(ctx, how); err != nil {
		s.t.Fatalf("%s: %s: %v\n%s", s.name, what, err, s.see())
	}
}

// press clicks the button, or the link that looks like one, with this text, which leads to another page.
func (s *screen) press(button string) {
	s.t.Helper()
	s.leave("press "+button, chromedp.Click(pressable(button), chromedp.NodeVisible))
}

// pressable finds what can be pressed by its text or its label. What the text leaves out is hidden at this size.
func pressable(name string) string {
	return `//*[self::button or self::a][normalize-space(.)="` + name + `" or @aria-label="` + name + `"]`
}

// follow clicks a link.
func (s *screen) follow(link string) {
	s.t.Helper()
	s.leave("follow "+link, chromedp.Click(`//main//a[contains(normalize-space(.), "`+link+`")]`, chromedp.NodeVisible))
}

// says waits until an element with the attribute says this, on this page or the next.
func (s *screen) says(attribute, text string) {
	s.t.Helper()
	s.do(attribute+" says "+text, chromedp.WaitVisible(`//*[`+attribute+`][contains(normalize-space(.), "`+text+`")]`))
}

// fill puts a text into a field, as from the clipboard.
func (s *screen) fill(name, text string) {
	s.t.Helper()
	field := chromedp.CSS(`input[name="` + name + `"]`)
	s.do("fill "+name, chromedp.Clear(field), chromedp.Focus(field), command(input.InsertText, input.InsertTextParams{Text: text}))
}

// keys presses keys wherever the focus is.
func (s *screen) keys(what, text string) {
	s.t.Helper()
	s.do(what, chromedp.KeyEvent(text))
}

// enter presses Enter where the focus is, which sends a form.
func (s *screen) enter() {
	s.t.Helper()
	s.leave("press Enter", chromedp.KeyEvent(kb.Enter))
}

// tabTo presses Tab until the focus is on the element, as somebody without a mouse does; it fails when the focus comes round without meeting it or
// cannot be seen.
func (s *screen) tabTo(selector string) {
	s.t.Helper()
	for range 25 {
		there := ask(s, "look where the focus is", chromedp.Evaluate[bool](`document.activeElement?.matches(`+quote(selector)+`) ?? false`))
		visible := ask(s, "look whether the focus shows", chromedp.Evaluate[bool](`(() => { const e = document.activeElement; if (!e || e === document.body) return true
				const c = getComputedStyle(e); return e.matches(':focus-visible') && (c.outlineStyle !== 'none' || c.boxShadow !== 'none') })()`))
		if there {
			if !visible {
				s.t.Errorf("%s: the focus on %s cannot be seen", s.name, selector)
			}
			return
		}
		s.keys("Tab", kb.Tab)
	}
	s.t.Fatalf("%s: Tab never comes to %s\n%s", s.name, selector, s.see())
}

// text is what the element says.
func (s *screen) text(selector string) string {
	s.t.Helper()
	return ask(s, "read "+selector, chromedp.Text(chromedp.CSS(selector)))
}

// focused is the name of the field in which typing would land.
func (s *screen) focused() string {
	s.t.Helper()
	return ask(s, "look where the focus is", chromedp.Evaluate[string](`document.activeElement?.name ?? ''`))
}

// scripts switches the page's scripts on or off; what the tests evaluate still runs.
func (s *screen) scripts(on bool) {
	s.t.Helper()
	s.plain = !on
	s.do("switch scripts", command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on}))
}

// scheme chooses between light and dark as the person's system would, and no motion, so that what is looked at is not on its way.
func (s *screen) scheme(name string) step {
	return command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: name}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
}

// cookies are what the browser sends to the page's address.
func (s *screen) cookies() []*network.Cookie {
	s.t.Helper()
	return ask(s, "read the cookies", told(network.GetCookies, network.GetCookiesParams{})).Cookies
}

// forget drops all cookies, which signs out everywhere.
func (s *screen) forget() {
	s.t.Helper()
	s.do("forget", command(network.ClearBrowserCookies, cdp.Empty{}))
}

// heading waits for a page and returns its main heading.
func (s *screen) heading() string {
	s.t.Helper()
	return strings.TrimSpace(s.text("h1"))
}

// visible waits until the element can be seen.
func visible(selector string) step { return chromedp.WaitVisible(chromedp.CSS(selector)) }

func quote(s string) string { return `"` + strings.ReplaceAll(s, `"`, `\"`) + `"` }
