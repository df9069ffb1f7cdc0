package passkey

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"authserver/internal/fault"
)

// Faults of the room.
var (
	// ErrRefused is the one answer to a passkey that does not sign in, whatever the
	// reason.
	ErrRefused = fault.New(fault.Unauthenticated, "passkey_refused", "This passkey did not work here. Try again, or choose another way.")
	// ErrRejected says that a new passkey could not be accepted.
	ErrRejected = fault.New(fault.Invalid, "passkey_rejected", "The passkey could not be added. Please try again.")
	// ErrExpired says that the answer came too late, twice, or to another question.
	ErrExpired = fault.New(fault.Expired, "passkey_expired", "That took too long. Please try again.")
	// ErrTaken says that the authenticator's credential is registered already.
	ErrTaken = fault.New(fault.Conflict, "passkey_taken", "That passkey is already registered.")
	// ErrUnattested says that the realm wants to know the make, and does not trust it.
	ErrUnattested = fault.New(fault.Invalid, "passkey_unattested", "This kind of passkey is not allowed here. Try another device or security key.")
	// ErrTooMany bounds how many passkeys one person has.
	ErrTooMany = fault.New(fault.Conflict, "passkey_too_many", "You have as many passkeys as are allowed. Remove one first.")
	// ErrNotFound is for passkeys that people and administrators name by id.
	ErrNotFound = fault.New(fault.NotFound, "passkey_not_found", "There is no such passkey.")
	// ErrLastFactor says that the person must keep a second factor.
	ErrLastFactor = fault.New(fault.Conflict, "passkey_last_factor", "You need a second way to confirm that it is you. Add another one before you remove this passkey.")
	// ErrLastWayIn says that nothing else signs the person in.
	ErrLastWayIn = fault.New(fault.Conflict, "passkey_last_way_in", "This passkey is your only way to sign in. Set a password or add another passkey first.")
	// ErrUnavailable says that the house has no domain name, without which there are
	// no passkeys.
	ErrUnavailable = fault.New(fault.Conflict, "passkey_unavailable", "Passkeys do not work at this address.")
	// ErrLabel refuses a name that is too long or not text.
	ErrLabel = fault.New(fault.Invalid, "passkey_label_invalid", "Choose a name of at most 60 characters.").At("label")
)

const (
	// Max is how many passkeys one person may have.
	Max = 25
	// labelMax is the most characters of a name.
	labelMax = 60
	// CeremonyLifetime is how long a challenge may be answered.
	CeremonyLifetime = 5 * time.Minute
)

// Passkey is one credential of one person.
type Passkey struct {
	ID, RealmID, UserID string
	CredentialID        []byte
	PublicKey           []byte // COSE
	// SignCount is what the authenticator counted last; 0 for those that do not count.
	SignCount  uint32
	Transports []string
	// AAGUID is the make, as a UUID; all zero when it is not told.
	AAGUID                              string
	AttestationFormat, AttestationType  string
	BackupEligible, BackedUp            bool // may be, and is, on several devices
	UserVerified                        bool // in any ceremony so far
	Discoverable                        bool // signs in without a user name
	Label                               string
	CreatedAt, LastUsedAt, CloneWarning time.Time // zero: never
}

// Title is what to call the passkey: the person's name for it, else its maker's.
func (p *Passkey) Title() string {
	if p.Label != "" {
		return p.Label
	}
	return makers(p.AAGUID)
}

// Kind is the method reference of the passkey's key (RFC 8176): software-secured when it
// may leave the device, hardware-secured when it may not.
func (p *Passkey) Kind() string {
	if p.BackupEligible {
		return "swk"
	}
	return "hwk"
}

// methods is what a use of the passkey says in amr.
func (p *Passkey) methods(verified bool) []string {
	if verified {
		return []string{p.Kind(), "user", "mfa"}
	}
	return []string{p.Kind()}
}

// label brings a name into its stored form.
func label(s string) (string, error) {
	s = strings.Join(strings.Fields(s), " ")
	if !utf8.ValidString(s) || utf8.RuneCountInString(s) > labelMax || strings.ContainsFunc(s, unicode.IsControl) {
		return "", ErrLabel
	}
	return s, nil
}

// makers names the makers that people know, by the identifier that their authenticators
// give (github.com/passkeydeveloper/passkey-authenticator-aaguids); "" for others.
func makers(aaguid string) string {
	switch aaguid {
	case "fbfc3007-154e-4ecc-8c0b-6e020557d7bd", "dd4ec289-e01d-41c9-bb89-70fa845d4bf2":
		return "Apple Passwords"
	case "ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4":
		return "Google Password Manager"
	case "adce0002-35bc-c60a-648b-0b25f1f05503":
		return "Chrome on Mac"
	case "08987058-cadc-4b81-b6e1-30de50dcbe96", "9ddd1817-af5a-4672-a2b9-3e3dd95000a9", "6028b017-b1d4-4c02-b4b3-afcdafc96bb2":
		return "Windows Hello"
	case "53414d53-554e-4700-0000-000000000000":
		return "Samsung Pass"
	case "bada5566-a7aa-401f-bd96-45619a55120d":
		return "1Password"
	case "d548826e-79b4-db40-a3d8-11116f7e8349":
		return "Bitwarden"
	case "531126d6-e717-415c-9320-3d9aa6981239":
		return "Dashlane"
	case "fdb141b2-5d84-443e-8a35-4698c205a502":
		return "KeePassXC"
	}
	return ""
}
