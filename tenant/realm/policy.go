package realm

import (
	"encoding/json"
	"time"

	"authserver/internal/fault"
)

// ErrPolicyInvalid refuses a policy value outside its bounds; Field names it.
var ErrPolicyInvalid = fault.New(fault.Invalid, "realm_policy_invalid", "That policy value is not allowed.")

// Policy is what a realm decides about tokens, sessions and passwords. An
// application may have its own token lifetimes and algorithms.
type Policy struct {
	AccessTokenLifetime time.Duration
	IDTokenLifetime     time.Duration
	CodeLifetime        time.Duration
	RefreshIdle         time.Duration // a refresh token unused for so long is dead
	RefreshAbsolute     time.Duration // a family of refresh tokens ends after this
	RefreshGrace        time.Duration // a spent refresh token is forgiven for so long
	SessionIdle         time.Duration
	SessionAbsolute     time.Duration

	IDTokenAlgorithm     string // one of Algorithms
	AccessTokenAlgorithm string // one of Algorithms

	// Registration lets people make accounts by themselves, in every application
	// that allows it too.
	Registration bool
	// VerifyEmail stops a person with an unproven address until they prove it.
	VerifyEmail bool

	// SecondFactor is Optional or Required; an application or a person may be
	// held to more, never to less.
	SecondFactor string
	// EmailFactor counts a code by mail as a second factor, which NIST SP 800-63B-4
	// §3.1.3.1 does not.
	EmailFactor bool
	// SMSFactor counts a code by SMS.
	SMSFactor bool
	// TrustDevice is how long a browser may be spared the second factor when its
	// owner asks for that; zero: never.
	TrustDevice time.Duration
	// StepUpAge is how old a sign-in may be for what changes the keys to an account.
	StepUpAge time.Duration
	// ErasureGrace is how long a person may come back after deleting the account.
	ErasureGrace time.Duration
	// TermsOnRefresh renews no tokens for who has not accepted a new version of what
	// they must; otherwise they are asked at their next sign-in.
	TermsOnRefresh bool
	// DocumentMaxAge is how long others may keep a public copy of a document in force.
	DocumentMaxAge time.Duration
	// Purposes are what people are asked to allow or not, of those that there are.
	Purposes []string
	// PhonePrefixes are the beginnings of numbers that messages are sent to, e.g.
	// "+49"; empty: all.
	PhonePrefixes []string

	// NotificationTTL is how long a notification stays in a person's account.
	NotificationTTL time.Duration
	// NotificationMaxLength bounds what one says, in Unicode code points.
	NotificationMaxLength int

	Password Password
	Passkey  Passkey
	Lockout  Lockout
	Risk     Risk

	// later are values of a newer version, which stay as they are.
	later map[string]json.RawMessage
}

// What a policy may say about second factors.
const (
	Optional = "optional"
	Required = "required"
)

// Password is what a password must be. Lengths are Unicode code points. Composition,
// history and rotation are for realms that must, and off by default: they make
// passwords worse (NIST SP 800-63B-4 §3.1.1.2).
type Password struct {
	MinLength, MaxLength int
	// Upper, Lower, Digit and Symbol demand one character of the kind.
	Upper, Lower, Digit, Symbol bool
	// History is how many former passwords may not come back.
	History int
	// MaxAge is after what time a password must be changed; zero: never.
	MaxAge time.Duration
	// WarnBefore is how long before that the person is told.
	WarnBefore time.Duration
	// Breached refuses passwords of the operator's list of breached ones.
	Breached bool
}

// Passkey is what a passkey must be (WebAuthn Level 3).
type Passkey struct {
	// UserVerification is Required or "preferred".
	UserVerification string
	// Attestation is "none" or "direct".
	Attestation string
	// Origins may use the realm's passkeys beside its own (related origin requests).
	Origins []string
}

// Lockout is the answer to wrong passwords: after Threshold failures in a row the
// account waits for Base, then Growth times as long after each further failure,
// at most Max; after Hard failures only a reset opens it (NIST SP 800-63B-4 §3.2.2).
type Lockout struct {
	Threshold int
	Base      time.Duration
	Growth    int
	Max       time.Duration
	Hard      int
}

// What a realm does about a sign-in that looks unusual. Of several the strictest counts.
const (
	Allow  = "allow"   // it is written down
	Notify = "notify"  // and the person gets a letter that asks whether it was they
	StepUp = "step_up" // and must show more than the password before it opens anything
	Block  = "block"   // it is refused
)

// Risk is what a realm does about unusual sign-ins: each that is a word is Allow, Notify,
// StepUp or Block.
type Risk struct {
	// NewDevice is for a browser that the person has not used before.
	NewDevice string
	// Travel is for a place that nobody gets to in the time since the last sign-in.
	Travel string
	// Spraying is for a network that has just failed at SprayingAccounts accounts.
	Spraying         string
	SprayingAccounts int
	// Stuffing is for a new device while there have been StuffingFailures in the realm.
	Stuffing         string
	StuffingFailures int
	// Breached is for a new device with a password of the operator's list of breached ones.
	Breached string
	// DeviceLifetime is how long a browser stays known without a sign-in.
	DeviceLifetime time.Duration
}

// DefaultPolicy is what a new realm starts with.
func DefaultPolicy() Policy {
	return Policy{
		AccessTokenLifetime:   10 * time.Minute,
		IDTokenLifetime:       10 * time.Minute,
		CodeLifetime:          time.Minute,
		RefreshIdle:           30 * day,
		RefreshAbsolute:       90 * day,
		RefreshGrace:          10 * time.Second,
		SessionIdle:           8 * time.Hour,
		SessionAbsolute:       day,
		IDTokenAlgorithm:      "RS256", // OpenID Connect Core §15.1 demands it of every provider
		AccessTokenAlgorithm:  "ES256",
		SecondFactor:          Optional,
		SMSFactor:             true,
		StepUpAge:             10 * time.Minute,
		ErasureGrace:          7 * day,
		DocumentMaxAge:        time.Minute,
		NotificationTTL:       30 * day,
		NotificationMaxLength: 1000,
		Password:              Password{MinLength: 12, MaxLength: 128, WarnBefore: 14 * day},
		Passkey:               Passkey{UserVerification: "preferred", Attestation: "none"},
		Lockout:               Lockout{Threshold: 10, Base: 30 * time.Second, Growth: 2, Max: 15 * time.Minute, Hard: 100},
		Risk: Risk{
			NewDevice: Notify, Travel: Notify, Spraying: Notify, SprayingAccounts: 20, Stuffing: Notify, StuffingFailures: 500, Breached: Notify, DeviceLifetime: 180 * day,
		},
	}
}

// Purposes are what data may be used for beyond what the service needs, each only with
// the person's consent (GDPR Article 6(1)(a)).
func Purposes() []string {
	return []string{"marketing_emails", "analytics", "data_sharing", "personalization", "research"}
}

// Algorithms are the signature algorithms of tokens: all asymmetric, so that a
// verifier can never sign (RFC 8725 §3.1).
func Algorithms() []string { return []string{"RS256", "PS256", "ES256", "EdDSA"} }

const day = 24 * time.Hour
