package passkey_test

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
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
)

// patience is how long a page may take on a machine that is busy with the race detector.
const patience = 30 * time.Second

// screen is a window of a browser that nobody has used before.
type screen struct {
	t   *testing.T
	ctx context.Context
}

type step = chromedp.Action[chromedp.Void]

func browse(t *testing.T, width int64) *screen {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(browser(t)),
		chromedp.WindowSize(int(width), 900),
		chromedp.Flag("headless", "new"),
		chromedp.NoSandbox, // the tests run as root in containers
		chromedp.DisableGPU,
		chromedp.NoFirstRun,
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
	s := &screen{t: t, ctx: ctx}
	s.do("start the browser",
		command(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 900, DeviceScaleFactor: 1, Mobile: width < 600}),
		command(emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}),
		command(webauthn.Enable, webauthn.EnableParams{}))
	return s
}

// browser finds Debian's Chromium, or what else is installed.
func browser(t *testing.T) string {
	t.Helper()
	for _, path := range []string{"/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"} {
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	t.Fatal("no Chromium on this machine: `make test-tools` installs it")
	return ""
}

// do runs actions and fails the test with what is on the screen when one does not succeed in time.
func (s *screen) do(what string, steps ...step) {
	s.t.Helper()
	ask(s, what, chromedp.Steps(steps...))
}

func ask[T any](s *screen, what string, action chromedp.Action[T]) T {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	if chromedp.FromContext(s.ctx).Target == nil {
		ctx = s.ctx // the browser lives as long as the context of the first call
	}
	got, err := chromedp.Run(ctx, action)
	if err != nil {
		s.t.Fatalf("%s: %v\n%s", what, err, s.see())
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

func (s *screen) see() string {
	ctx, cancel := context.WithTimeout(s.ctx, 5*time.Second)
	defer cancel()
	address, _ := chromedp.Run(ctx, chromedp.Location())
	text, _ := chromedp.Run(ctx, chromedp.TextContent(chromedp.CSS("main")))
	return fmt.Sprintf("at %s:\n%.600s\n%s", address, text, s.picture("failure"))
}

// picture leaves what is on the screen for people to look at.
func (s *screen) picture(of string) string {
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	dir := filepath.Join(os.TempDir(), "authserver-screenshots")
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.MkdirAll(dir, 0o755)
	}
	file := filepath.Join(dir, strings.ReplaceAll("passkey "+s.t.Name()+" "+of, " ", "-")+".png")
	if err == nil {
		err = os.MkdirAll(filepath.Dir(file), 0o755)
	}
	if err == nil {
		err = os.WriteFile(file, png, 0o600)
	}
	if err != nil {
		return "no picture: " + err.Error()
	}
	return "picture: " + file
}

func (s *screen) visit(address string) {
	s.t.Helper()
	s.do("open "+address, chromedp.Navigate(address))
}

// arrive waits for a page with this main heading.
func (s *screen) arrive(heading string) {
	s.t.Helper()
	s.do("arrive at "+heading, chromedp.WaitVisible(`//h1[contains(normalize-space(.), "`+heading+`")]`))
}

// press clicks a button, or a link that looks like one.
func (s *screen) press(button string) {
	s.t.Helper()
	s.do("press "+button, chromedp.Click(`//*[self::button or self::a][normalize-space(.)="`+button+`"]`, chromedp.NodeVisible))
}

func (s *screen) fill(name, text string) {
	s.t.Helper()
	field := chromedp.CSS(`input[name="` + name + `"]`)
	s.do("fill "+name, chromedp.Clear(field), chromedp.SendKeys(field, text))
}

func (s *screen) text(selector string) string {
	s.t.Helper()
	return ask(s, "read "+selector, chromedp.Text(chromedp.CSS(selector)))
}

// says waits until an element with the attribute says this, on this page or the next.
func (s *screen) says(attribute, text string) {
	s.t.Helper()
	s.do(attribute+" says "+text, chromedp.WaitVisible(`//*[`+attribute+`][contains(normalize-space(.), "`+text+`")]`))
}

// hold holds the page to the rules of accessibility, in light and in dark.
func (s *screen) hold(page string) {
	s.t.Helper()
	engine, err := os.ReadFile("../node_modules/axe-core/axe.min.js")
	if err != nil {
		s.t.Fatalf("%v: `make test-tools` installs it", err)
	}
	for _, scheme := range []string{"light", "dark"} {
		s.do("choose "+scheme, command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}}))
		s.picture(page + " " + scheme)
		s.do("bring axe in", chromedp.Evaluate[chromedp.Void](string(engine)+"\n;true"))
		report := ask(s, "run axe", chromedp.Evaluate[string](
			`axe.run(document, {resultTypes: ['violations']}).then(r => JSON.stringify(r.violations.map(v => [v.id, v.nodes.map(n => n.html)])))`, chromedp.EvalAwaitPromise))
		if report != "[]" {
			s.t.Errorf("%s in %s: %s", page, scheme, report)
		}
	}
}

// device is an authenticator that the debugger plays.
type device struct {
	s  *screen
	id webauthn.AuthenticatorID
}

// plug connects a device.
func (s *screen) plug(options webauthn.VirtualAuthenticatorOptions) *device {
	s.t.Helper()
	added := ask(s, "plug in", told(webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &options}))
	return &device{s, added.AuthenticatorID}
}

// platform is built into the computer: it recognises people, and what it keeps is on their
// other devices as well.
func platform() webauthn.VirtualAuthenticatorOptions {
	return webauthn.VirtualAuthenticatorOptions{
		Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal, HasResidentKey: true,
		HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true, DefaultBackupEligibility: true, DefaultBackupState: true,
	}
}

// securityKey is only touched, and knows no user names.
func securityKey() webauthn.VirtualAuthenticatorOptions {
	return webauthn.VirtualAuthenticatorOptions{
		Protocol: webauthn.AuthenticatorProtocolU2f, Transport: webauthn.AuthenticatorTransportUsb, AutomaticPresenceSimulation: true,
	}
}

// touched says whether whoever sits there touches the device when it asks.
func (d *device) touched(yes bool) {
	d.s.t.Helper()
	d.s.do("touch", command(webauthn.SetAutomaticPresenceSimulation, webauthn.SetAutomaticPresenceSimulationParams{AuthenticatorID: d.id, Enabled: yes}))
}

// verifies says whether the device recognises the person.
func (d *device) verifies(yes bool) {
	d.s.t.Helper()
	d.s.do("verify", command(webauthn.SetUserVerified, webauthn.SetUserVerifiedParams{AuthenticatorID: d.id, IsUserVerified: yes}))
}

// tap presses a button and then touches the device. A device that was asked before the
// touch waits for ever, as if nobody were there: whoever sees the page wait presses
// again, which ends that request and makes another.
func (s *screen) tap(button string, d *device) {
	s.t.Helper()
	s.do("mark the page", chromedp.Evaluate[chromedp.Void](`document.documentElement.dataset.tapped = ""; true`))
	s.press(button)
	d.touched(true)
	for deadline := time.Now().Add(patience); !s.left(5 * time.Second); {
		if time.Now().After(deadline) {
			s.t.Fatalf("tap %s: the page stays\n%s", button, s.see())
		}
		s.again(button)
	}
}

// left waits that long for the marked page to go on.
func (s *screen) left(within time.Duration) bool {
	ctx, cancel := context.WithTimeout(s.ctx, within)
	defer cancel()
	_, err := chromedp.Run(ctx, chromedp.WaitNotPresent(chromedp.CSS("[data-tapped]")))
	return err == nil
}

// again presses the button if the marked page still waits for the device; an answer on
// its way to the server is left alone. The page may go on meanwhile: no error counts.
func (s *screen) again(button string) {
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	_, _ = chromedp.Run(ctx, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`(() => {
		const button = [...document.querySelectorAll("[data-tapped] form[data-passkey] button")].find((b) => b.textContent.trim() === %q);
		if (button?.form.querySelector("[data-passkey-state]").textContent) button.click();
		return true })()`, button)))
}

func (d *device) unplug() {
	d.s.t.Helper()
	d.s.do("unplug", command(webauthn.RemoveVirtualAuthenticator, webauthn.RemoveVirtualAuthenticatorParams{AuthenticatorID: d.id}))
}

// credentials are what the device holds.
func (d *device) credentials() []*webauthn.Credential {
	d.s.t.Helper()
	return ask(d.s, "look into the device", told(webauthn.GetCredentials, webauthn.GetCredentialsParams{AuthenticatorID: d.id})).Credentials
}

// put gives the device a credential, as somebody who copied it would.
func (d *device) put(c *webauthn.Credential) {
	d.s.t.Helper()
	// The generated command names what older devices refuse to hear of.
	type credential struct {
		CredentialID         []byte  `json:"credentialId"`
		IsResidentCredential bool    `json:"isResidentCredential"`
		RpID                 string  `json:"rpId"`
		PrivateKey           []byte  `json:"privateKey"`
		UserHandle           []byte  `json:"userHandle,omitempty"`
		SignCount            float64 `json:"signCount"`
		BackupEligibility    bool    `json:"backupEligibility"`
		BackupState          bool    `json:"backupState"`
	}
	type params struct {
		AuthenticatorID webauthn.AuthenticatorID `json:"authenticatorId"`
		Credential      credential               `json:"credential"`
	}
	d.s.do("put a credential", command(cdp.Command[params, cdp.Empty]{Method: webauthn.CommandAddCredential}, params{d.id, credential{
		c.CredentialID, c.IsResidentCredential, "localhost", c.PrivateKey, c.UserHandle, c.SignCount, c.BackupEligibility, c.BackupState,
	}}))
}

func clearCookies() step { return command(network.ClearBrowserCookies, cdp.Empty{}) }
