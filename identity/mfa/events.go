package mfa

import "authserver/internal/event"

// Challenged is recorded when a code is sent.
type Challenged struct {
	Method        string `json:"method"`
	ApplicationID string `json:"application_id"`
}

// EventType names the event.
func (Challenged) EventType() string { return "mfa.challenged" }

// Verified is recorded when a person has passed with a second factor.
type Verified struct {
	Method        string `json:"method"`
	SessionID     string `json:"session_id"`
	ApplicationID string `json:"application_id"`
}

// EventType names the event.
func (Verified) EventType() string { return "mfa.verified" }

// Failed is recorded for every guess that was not right.
type Failed struct {
	Method        string `json:"method"`
	Reason        string `json:"reason"` // one of the Reason constants
	ApplicationID string `json:"application_id"`
}

// EventType names the event.
func (Failed) EventType() string { return "mfa.failed" }

// Why a guess failed.
const (
	ReasonWrong  = "wrong_code"
	ReasonDead   = "dead_code" // none was sent, it expired, or was guessed at too often
	ReasonLocked = "locked"
)

// Locked is recorded when wrong guesses close the account's second factors.
type Locked struct {
	Seconds int64 `json:"seconds"` // 0: until it is opened
}

// EventType names the event.
func (Locked) EventType() string { return "mfa.locked" }

// FactorEnabled is recorded when a person has chosen codes by SMS or mail. The other
// kinds have events of their own.
type FactorEnabled struct {
	Factor string `json:"factor"`
}

// EventType names the event.
func (FactorEnabled) EventType() string { return "mfa.factor_enabled" }

// FactorRemoved is recorded when a person no longer wants codes by SMS or mail.
type FactorRemoved struct {
	Factor string `json:"factor"`
}

// EventType names the event.
func (FactorRemoved) EventType() string { return "mfa.factor_removed" }

// Reset is recorded when an operator has taken all of a person's factors away.
type Reset struct {
	Factors []string `json:"factors"`
}

// EventType names the event.
func (Reset) EventType() string { return "mfa.reset" }

// RecoveryCodesMade is recorded with new recovery codes; older ones are dead.
type RecoveryCodesMade struct {
	Count int `json:"count"`
}

// EventType names the event.
func (RecoveryCodesMade) EventType() string { return "mfa.recovery_codes_made" }

// RecoveryCodeUsed is recorded when one stood in for a factor.
type RecoveryCodeUsed struct {
	Left int `json:"left"`
}

// EventType names the event.
func (RecoveryCodeUsed) EventType() string { return "mfa.recovery_code_used" }

// DeviceTrusted is recorded when a person wants to be spared the question in a browser.
type DeviceTrusted struct {
	DeviceID string `json:"device_id"`
}

// EventType names the event.
func (DeviceTrusted) EventType() string { return "mfa.device_trusted" }

// DeviceForgotten is recorded when a person ends their trust in browsers.
type DeviceForgotten struct {
	DeviceID string `json:"device_id"` // empty: all of them
}

// EventType names the event.
func (DeviceForgotten) EventType() string { return "mfa.device_forgotten" }

func ref(realmID, userID string) event.Ref {
	return event.Ref{RealmID: realmID, Kind: "user", ID: userID}
}
