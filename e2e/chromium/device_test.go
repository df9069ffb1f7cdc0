package chromium

import (
	"context"
	"fmt"
	"time"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
)

// device is an authenticator that the debugger plays.
type device struct {
	s  *screen
	id webauthn.AuthenticatorID
}

// plug connects a device.
func (s *screen) plug(options webauthn.VirtualAuthenticatorOptions) *device {
	s.t.Helper()
	s.do("play devices", command(webauthn.Enable, webauthn.EnableParams{}))
	added := ask(s, "plug in", told(webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &options}))
	return &device{s, added.AuthenticatorID}
}

// platform is built into the computer: it recognises people, and what it keeps is on their other devices as well.
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

// tap clicks a button and then touches the device. A device that was asked before the touch waits for ever, as if nobody were there: whoever sees
// the page wait clicks again, which ends that request and makes another.
func (s *screen) tap(button string, d *device) {
	s.t.Helper()
	s.do("mark the page", chromedp.Evaluate[chromedp.Void](`document.documentElement.dataset.tapped = ""; true`))
	s.click(button)
	d.touched(true)
	for deadline := time.Now().Add(patience); !s.left(5 * time.Second); {
		if time.Now().After(deadline) {
			s.t.Fatalf("%s: tap %s: the page stays\n%s", s.name, button, s.see())
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

// again clicks the button if the marked page still waits for the device; an answer on its way to the server is left alone. The page may go on
// meanwhile: no error counts.
func (s *screen) again(button string) {
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	_, _ = chromedp.Run(ctx, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`(() => {
		const button = [...document.querySelectorAll("[data-tapped] form[data-passkey] button")].find((b) => b.textContent.trim() === %q);
		if (button?.form.querySelector("[data-passkey-state]").textContent) button.click();
		return true })()`, button)))
}

// credentials are what the device holds.
func (d *device) credentials() []*webauthn.Credential {
	d.s.t.Helper()
	return ask(d.s, "look into the device", told(webauthn.GetCredentials, webauthn.GetCredentialsParams{AuthenticatorID: d.id})).Credentials
}
