package chromium

import (
	"github.com/chromedp/cdproto/webauthn"
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

// credentials are what the device holds.
func (d *device) credentials() []*webauthn.Credential {
	d.s.t.Helper()
	return ask(d.s, "look into the device", told(webauthn.GetCredentials, webauthn.GetCredentialsParams{AuthenticatorID: d.id})).Credentials
}
