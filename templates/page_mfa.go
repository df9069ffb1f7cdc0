package templates

import (
	"html/template"
	"strings"
	"time"
)

// FactorChoice is one kind of second factor to choose: passkey, totp, sms, email or
// recovery.
type FactorChoice struct {
	Kind string
	// URL leads to the kind's page.
	URL string
}

// SecondFactor asks for a second factor after the first. It posts code, action=verify
// or action=send, and trust.
type SecondFactor struct {
	Frame
	App App
	// Method is the kind that is asked for now.
	Method string
	// Others are the kinds to choose instead.
	Others []FactorChoice
	// To is where a code is sent, masked.
	To string
	// Sent says that a code is on its way.
	Sent bool
	// Wait is how many seconds pass until another one may be sent.
	Wait int
	// TrustDays is for how long the browser may be trusted; 0: not at all.
	TrustDays int
	// PasskeyURL leads to the page on which the passkey is used.
	PasskeyURL string
}

// FactorSetup lets a person choose their first second factor. It posts action=totp,
// sms or email.
type FactorSetup struct {
	Frame
	App     App
	Choices []FactorChoice
}

// FactorSetupApp shows the secret for an authenticator application. It posts code.
type FactorSetupApp struct {
	Frame
	App App
	Authenticator
	BackURL string
}

// Authenticator is a secret as an authenticator application takes it.
type Authenticator struct {
	// QR is a picture as data URL, Key the same in groups to type, URL a link for
	// an application on this very device.
	QR, Key, URL string
}

// Link is URL, which html/template lets through only by this way.
func (a Authenticator) Link() template.URL {
	if !strings.HasPrefix(a.URL, "otpauth://totp/") {
		return ""
	}
	return template.URL(a.URL)
}

// FactorSetupCode proves the number or address that codes will be sent to. It posts
// action=send with phone, or action=verify with code.
type FactorSetupCode struct {
	Frame
	App App
	// Kind is sms or email.
	Kind string
	// To is where the code goes, masked; empty when a number is asked for.
	To string
	// Phone is what was typed.
	Phone string
	Sent  bool
	Wait  int
	// BackURL leads to the other kinds, ChangeURL to typing another number; empty
	// when the number is the account's.
	BackURL, ChangeURL string
}

// FactorSetupCodes shows new recovery codes once. It posts action=kept.
type FactorSetupCodes struct {
	Frame
	App   App
	Codes []string
	// DownloadURL gives the same as a text file.
	DownloadURL string
}

// AccountFactors are the second factors that a person has and could have. It posts
// action, for codes by SMS and mail.
type AccountFactors struct {
	AccountFrame
	// Passkeys says that there is at least one.
	Passkeys bool
	// App says that there is an authenticator application.
	App bool
	// SMS and Mail are the codes that are sent; nil when the realm has none.
	SMS, Mail *AccountSentCodes
	// Required says that the person must have a second factor.
	Required bool
	// Factors is how many kinds there are.
	Factors   int
	CodesLeft int
	// Trusting says that the realm lets browsers be trusted.
	Trusting bool
	Devices  int
}

// AccountSentCodes is a second factor that consists in reading what is sent.
type AccountSentCodes struct {
	On bool
	// Ready says that the address is proven.
	Ready bool
	// To is the address, masked.
	To string
}

// AccountTOTP adds, replaces and removes the authenticator application. It posts
// action=begin, confirm with code, cancel or remove.
type AccountTOTP struct {
	AccountFrame
	// Enrolled says that there is one.
	Enrolled bool
	// Pending is the secret to scan now; nil when none was begun.
	Pending *Authenticator
}

// AccountRecoveryCodes makes new recovery codes. It posts action=make or kept.
type AccountRecoveryCodes struct {
	AccountFrame
	// Possible says that there is a factor for which they can stand in.
	Possible bool
	Left     int
	// Codes are new ones that are shown once.
	Codes       []string
	DownloadURL string
}

// AccountTrustedDevices lists browsers that are spared the question. It posts
// action=forget with device, or action=forget_all.
type AccountTrustedDevices struct {
	AccountFrame
	// Days is for how long a browser is trusted; 0: the realm trusts none.
	Days    int
	Devices []AccountTrustedDevice
}

// AccountTrustedDevice is one browser.
type AccountTrustedDevice struct {
	ID string
	// Name is a browser and a system, such as "Firefox, Linux"; empty when unknown.
	Name, IP       string
	Since, Expires time.Time
}

// mfaPages are the pages about second factors.
func mfaPages() []Page {
	return []Page{
		new(SecondFactor), new(FactorSetup), new(FactorSetupApp), new(FactorSetupCode), new(FactorSetupCodes),
		new(AccountFactors), new(AccountTOTP), new(AccountRecoveryCodes), new(AccountTrustedDevices),
	}
}
