// Package letter is what the house writes to a person, as the rooms that have
// something to say hand it on: whom, which kind, in which language, and the values
// that only this letter has. Words and looks are in templates, queueing and sending
// in notify/message.
//
// A letter is handed over inside the transaction of the change that it tells of, so
// that none is written for what did not happen. Values may be secrets (codes and
// links): they are sealed as soon as they are stored, expire with what they open,
// and stand in no log.
package letter

import (
	"fmt"
	"slices"
	"time"
)

// Channel is the way a letter takes.
type Channel string

// The channels.
const (
	Email Channel = "email"
	SMS   Channel = "sms"
)

// Kind says what a letter is about.
type Kind string

// The kinds of letters. Codes and links:
const (
	VerifyEmail       Kind = "verify_email"
	Register          Kind = "register"
	RegisterTaken     Kind = "register_taken"
	ChangeEmail       Kind = "change_email"
	Recover           Kind = "recover"
	SecondFactorEmail Kind = "second_factor_email"
	VerifyPhone       Kind = "verify_phone"
	SecondFactorSMS   Kind = "second_factor_sms"
	Invitation        Kind = "invitation"
)

// Notices about the account:
const (
	EmailChanging      Kind = "email_changing" // to the old address, before the new one is proven
	EmailChanged       Kind = "email_changed"  // to the old address, with a way back
	PhoneChanged       Kind = "phone_changed"
	PasswordChanged    Kind = "password_changed"
	AccountLocked      Kind = "account_locked"
	FactorAdded        Kind = "factor_added"
	FactorRemoved      Kind = "factor_removed"
	RecoveryCodesMade  Kind = "recovery_codes_made"
	RecoveryCodeUsed   Kind = "recovery_code_used"
	PasskeyAdded       Kind = "passkey_added"
	PasskeyRemoved     Kind = "passkey_removed"
	PasskeySuspected   Kind = "passkey_suspected" // its counter went backwards
	ProviderLinked     Kind = "provider_linked"
	ProviderUnlinked   Kind = "provider_unlinked"
	ExportReady        Kind = "export_ready"
	ErasureScheduled   Kind = "erasure_scheduled"
	ErasureCancelled   Kind = "erasure_cancelled"
	Erased             Kind = "erased"
	ApplicationRevoked Kind = "application_revoked"
	NewDevice          Kind = "new_device"      // with a link that asks whether it was they
	UnusualSignIn      Kind = "unusual_sign_in" // so has this one
	SignInBlocked      Kind = "sign_in_blocked"
	SignInDenied       Kind = "sign_in_denied" // after they said that it was not
)

// What notify/inapp tells by other channels, in words of its own:
const (
	Notice    Kind = "notice"
	NoticeSMS Kind = "notice_sms"
)

// Spec says what a kind of letter needs.
type Spec struct {
	Kind    Kind
	Channel Channel
	// Data are the names of the values that the letter must bring. Beside them
	// every template knows realm, app (may be empty), name, ip, browser and time.
	Data []string
	// Secret letters open something: they expire with it.
	Secret bool
	// Essential letters cannot be unsubscribed from.
	Essential bool
}

// Kinds are all kinds of letters.
func Kinds() []Spec {
	code := []string{"code", "link", "minutes"}
	return []Spec{
		{VerifyEmail, Email, code, true, true},
		{Register, Email, code, true, true},
		{RegisterTaken, Email, []string{"link", "recover_link"}, false, true},
		{ChangeEmail, Email, code, true, true},
		{Recover, Email, code, true, true},
		{SecondFactorEmail, Email, []string{"code", "minutes"}, true, true},
		{VerifyPhone, SMS, []string{"code", "minutes"}, true, true},
		{SecondFactorSMS, SMS, []string{"code", "minutes"}, true, true},
		{Invitation, Email, []string{"link", "days"}, true, true},
		{EmailChanging, Email, []string{"new_email"}, false, true},
		{EmailChanged, Email, []string{"new_email", "link", "days"}, true, true},
		{PhoneChanged, Email, []string{"phone"}, false, true},
		{PasswordChanged, Email, []string{"link"}, false, true},
		{AccountLocked, Email, []string{"link", "minutes"}, false, true},
		{FactorAdded, Email, []string{"factor", "link"}, false, true},
		{FactorRemoved, Email, []string{"factor", "link"}, false, true},
		{RecoveryCodesMade, Email, []string{"link"}, false, true},
		{RecoveryCodeUsed, Email, []string{"left", "link"}, false, true},
		{PasskeyAdded, Email, []string{"passkey", "link"}, false, true},
		{PasskeyRemoved, Email, []string{"passkey", "link"}, false, true},
		{PasskeySuspected, Email, []string{"passkey", "link"}, false, true},
		{ProviderLinked, Email, []string{"provider", "link"}, false, true},
		{ProviderUnlinked, Email, []string{"provider", "link"}, false, true},
		{ExportReady, Email, []string{"link", "days"}, false, true},
		{ErasureScheduled, Email, []string{"date", "link"}, true, true},
		{ErasureCancelled, Email, nil, false, true},
		{Erased, Email, nil, false, true},
		{ApplicationRevoked, Email, []string{"application"}, false, false},
		{NewDevice, Email, []string{"link", "days"}, true, true},
		{UnusualSignIn, Email, []string{"link", "days"}, true, true},
		{SignInBlocked, Email, []string{"link"}, false, true},
		{SignInDenied, Email, []string{"link"}, false, true},
		{Notice, Email, []string{"title", "body", "link"}, false, false},
		{NoticeSMS, SMS, []string{"title"}, false, true}, // whoever gets it has asked for it, and an SMS has no link
	}
}

// Find returns the spec of a kind.
func Find(k Kind) (Spec, bool) {
	kinds := Kinds()
	i := slices.IndexFunc(kinds, func(s Spec) bool { return s.Kind == k })
	if i < 0 {
		return Spec{}, false
	}
	return kinds[i], true
}

// Letter is one message to one person.
type Letter struct {
	RealmID string
	// UserID may be empty: an address need not belong to an account.
	UserID string
	// ApplicationID is on whose behalf it is written, or empty.
	ApplicationID string
	Kind          Kind
	// To is an e-mail address, or a phone number in the form of E.164.
	To string
	// Language is a BCP 47 tag; empty means the realm's.
	Language string
	// Data are the values that the kind's spec names.
	Data map[string]string
	// ExpiresAt is when what is inside opens nothing any more: the letter is not
	// sent later than that. Zero means that it may always be sent.
	ExpiresAt time.Time
}

// Check reports a letter that no template could say, which is a mistake of the
// program and not of a person.
func (l Letter) Check() error {
	spec, ok := Find(l.Kind)
	switch {
	case !ok:
		return fmt.Errorf("letter: unknown kind %q", l.Kind)
	case l.RealmID == "" || l.To == "":
		return fmt.Errorf("letter %s: realm and recipient are required", l.Kind)
	case spec.Secret && l.ExpiresAt.IsZero():
		return fmt.Errorf("letter %s: a letter with a secret needs an expiry", l.Kind)
	case len(l.Data) != len(spec.Data):
		return fmt.Errorf("letter %s: has %d values, wants %v", l.Kind, len(l.Data), spec.Data)
	}
	for _, name := range spec.Data {
		if _, ok := l.Data[name]; !ok {
			return fmt.Errorf("letter %s: value %q is missing", l.Kind, name)
		}
	}
	return nil
}
