package templates_test

import (
	"time"

	"authserver/templates"
)

// mfaStories are the pages of the area in the states that people meet.
func mfaStories() map[string]templates.Page {
	shop := templates.App{Name: "Little Shop", HomeURL: "https://shop.example", Host: "shop.example"}
	with := func(problems ...templates.Problem) templates.Frame {
		return templates.Frame{FlowID: "0192f0c1-0000-7000-8000-000000000001", Proof: "cHJvb2Y", Problems: problems}
	}
	account := func(problems ...templates.Problem) templates.AccountFrame {
		return templates.AccountFrame{
			Frame: templates.Frame{Problems: problems}, Section: "security", Sub: true,
			Person: templates.Person{Name: "Ada Lovelace", Email: "ada@example.com", Initials: "AL"},
		}
	}
	to := func(method string) string { return "/realms/acme/mfa?flow=1&proof=2&method=" + method }
	others := func(kinds ...string) []templates.FactorChoice {
		var all []templates.FactorChoice
		for _, k := range kinds {
			all = append(all, templates.FactorChoice{Kind: k, URL: to(k)})
		}
		return all
	}
	secret := templates.Authenticator{
		QR: picture(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M4 4h1v1h-1z"/></svg>`), Key: "JBSW Y3DP EHPK 3PXP",
		URL: "otpauth://totp/Acme:ada@example.com?secret=JBSWY3DPEHPK3PXP&issuer=Acme",
	}
	codes := []string{"7k2m-9qrs-w4xz-01ab", "c3d4-e5f6-g7h8-j9k0", "m1n2-p3q4-r5s6-t7v8", "w9x0-y1z2-a3b4-c5d6"}
	march := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	return map[string]templates.Page{
		"secondfactor":       &templates.SecondFactor{Frame: with(), App: shop, Method: "totp", Others: others("sms", "email", "recovery"), TrustDays: 30},
		"secondfactor-plain": &templates.SecondFactor{Frame: with(), Method: "totp"},
		"secondfactor-wrong": &templates.SecondFactor{App: shop, Method: "totp", Others: others("recovery"),
			Frame: with(templates.Problem{Code: "code_wrong", Field: "code"})},
		"secondfactor-passkey": &templates.SecondFactor{Frame: with(), App: shop, Method: "passkey", PasskeyURL: "/realms/acme/mfa/passkey?flow=1&proof=2", Others: others("totp")},
		"secondfactor-sms":     &templates.SecondFactor{Frame: with(), App: shop, Method: "sms", To: "+49•••••456", Others: others("email"), TrustDays: 1},
		"secondfactor-sent":    &templates.SecondFactor{Frame: with(), App: shop, Method: "sms", To: "+49•••••456", Sent: true, Wait: 28},
		"secondfactor-mail":    &templates.SecondFactor{Frame: with(), App: shop, Method: "email", To: "a•••@example.com", Wait: 1},
		"secondfactor-recovery": &templates.SecondFactor{App: shop, Method: "recovery", Others: others("totp"), TrustDays: 30,
			Frame: with(templates.Problem{Code: "factor_locked", Field: "code"})},
		"factorsetup":         &templates.FactorSetup{Frame: with(), App: shop, Choices: others("passkey", "totp", "sms", "email")},
		"factorsetup-missing": &templates.FactorSetup{Frame: with(templates.Problem{Code: "choice_missing"}), Choices: others("passkey", "totp")},
		"factorsetupapp":      &templates.FactorSetupApp{Frame: with(), App: shop, Authenticator: secret, BackURL: "/realms/acme/mfa/setup?flow=1&proof=2"},
		"factorsetupapp-wrong": &templates.FactorSetupApp{App: shop, Authenticator: secret, BackURL: "/realms/acme/mfa/setup?flow=1&proof=2",
			Frame: with(templates.Problem{Code: "code_wrong", Field: "code"})},
		"factorsetupcode": &templates.FactorSetupCode{Frame: with(), App: shop, Kind: "sms", BackURL: "/realms/acme/mfa/setup?flow=1&proof=2"},
		"factorsetupcode-wrong": &templates.FactorSetupCode{App: shop, Kind: "sms", Phone: "12", BackURL: "/realms/acme/mfa/setup?flow=1&proof=2",
			Frame: with(templates.Problem{Code: "phone_invalid", Field: "phone"})},
		"factorsetupcode-sent": &templates.FactorSetupCode{Frame: with(), App: shop, Kind: "sms", To: "+49•••••456", Phone: "+4930123456", Sent: true, Wait: 30,
			BackURL: "/realms/acme/mfa/setup?flow=1&proof=2", ChangeURL: "/realms/acme/mfa/setup/sms?flow=1&proof=2&change=1"},
		"factorsetupcode-mail": &templates.FactorSetupCode{Frame: with(), App: shop, Kind: "email", To: "a•••@example.com", BackURL: "/realms/acme/mfa/setup?flow=1&proof=2"},
		"factorsetupcodes":     &templates.FactorSetupCodes{Frame: with(), App: shop, Codes: codes, DownloadURL: "/realms/acme/mfa/setup/codes.txt?flow=1&proof=2"},
		"accountfactors": &templates.AccountFactors{AccountFrame: account(), Passkeys: true, App: true, Required: true, Factors: 3, CodesLeft: 9, Trusting: true, Devices: 2,
			SMS: &templates.AccountSentCodes{On: true, Ready: true, To: "+49•••••456"}, Mail: &templates.AccountSentCodes{Ready: true, To: "a•••@example.com"}},
		"accountfactors-none":     &templates.AccountFactors{AccountFrame: account(), SMS: &templates.AccountSentCodes{}, Mail: &templates.AccountSentCodes{}},
		"accountfactors-required": &templates.AccountFactors{AccountFrame: account(templates.Problem{Code: "factor_last"}), Required: true, Factors: 1, App: true, Trusting: true},
		"accounttotp":             &templates.AccountTOTP{AccountFrame: account()},
		"accounttotp-on":          &templates.AccountTOTP{AccountFrame: account(), Enrolled: true},
		"accounttotp-pending":     &templates.AccountTOTP{AccountFrame: account(), Pending: &secret},
		"accounttotp-replace":     &templates.AccountTOTP{AccountFrame: account(templates.Problem{Code: "code_wrong", Field: "code"}), Enrolled: true, Pending: &secret},
		"accountrecoverycodes":    &templates.AccountRecoveryCodes{AccountFrame: account(), Possible: true, Left: 7},
		"accountrecoverycodes-new": &templates.AccountRecoveryCodes{AccountFrame: account(), Possible: true, Left: 10, Codes: codes,
			DownloadURL: "/realms/acme/account/recovery-codes.txt"},
		"accountrecoverycodes-none":  &templates.AccountRecoveryCodes{AccountFrame: account(), Possible: true},
		"accountrecoverycodes-never": &templates.AccountRecoveryCodes{AccountFrame: account()},
		"accounttrusteddevices": &templates.AccountTrustedDevices{AccountFrame: account(), Days: 30, Devices: []templates.AccountTrustedDevice{
			{ID: "0192f0c1-0000-7000-8000-00000000000a", Name: "Firefox, Linux", IP: "192.0.2.7", Since: march, Expires: march.AddDate(0, 0, 30)},
			{ID: "0192f0c1-0000-7000-8000-00000000000b", IP: "2001:db8::1", Since: march, Expires: march.AddDate(0, 0, 30)},
		}},
		"accounttrusteddevices-none":  &templates.AccountTrustedDevices{AccountFrame: account(), Days: 1},
		"accounttrusteddevices-never": &templates.AccountTrustedDevices{AccountFrame: account()},
	}
}
