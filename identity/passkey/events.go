package passkey

import "authserver/internal/event"

// Registered is recorded when a person has a new passkey. It tells no label: people
// write names into labels, and events are kept longer than people.
type Registered struct {
	PasskeyID    string `json:"passkey_id"`
	AAGUID       string `json:"aaguid"`
	Attestation  string `json:"attestation"`
	UserVerified bool   `json:"user_verified"`
	Synced       bool   `json:"synced"`
	Discoverable bool   `json:"discoverable"`
}

// EventType names the event.
func (Registered) EventType() string { return "passkey.registered" }

// Renamed is recorded when a passkey gets another name.
type Renamed struct {
	PasskeyID string `json:"passkey_id"`
}

// EventType names the event.
func (Renamed) EventType() string { return "passkey.renamed" }

// Revoked is recorded when a passkey opens nothing any more.
type Revoked struct {
	PasskeyID string `json:"passkey_id"`
}

// EventType names the event.
func (Revoked) EventType() string { return "passkey.revoked" }

// Used is recorded when a passkey has signed a person in, or was their second factor.
type Used struct {
	PasskeyID     string   `json:"passkey_id"`
	SessionID     string   `json:"session_id"`
	ApplicationID string   `json:"application_id"`
	Purpose       string   `json:"purpose"` // signin, second_factor
	Methods       []string `json:"methods"`
}

// EventType names the event.
func (Used) EventType() string { return "passkey.used" }

// Refused is recorded when an answer to a live challenge was not accepted. The browser
// is not told the reason.
type Refused struct {
	ApplicationID string `json:"application_id"`
	Purpose       string `json:"purpose"`
	Reason        string `json:"reason"`
}

// EventType names the event.
func (Refused) EventType() string { return "passkey.refused" }

// Why a passkey was refused, as events tell it.
const (
	ReasonUnknown   = "unknown"   // no passkey of the realm, or not this person's
	ReasonHandle    = "handle"    // names another person than the passkey's
	ReasonSuspended = "suspended" // the person may not sign in
	ReasonAnswer    = "answer"    // signature, origin, flags: what the standard checks
	ReasonCounter   = "counter"   // ran backwards
	ReasonGone      = "gone"      // removed, or used again, in this very moment
)

// CloneSuspected is recorded when a passkey's counter has not grown: two devices may hold
// the same key.
type CloneSuspected struct {
	PasskeyID string `json:"passkey_id"`
	Stored    uint32 `json:"stored"`
	Received  uint32 `json:"received"`
}

// EventType names the event.
func (CloneSuspected) EventType() string { return "passkey.clone_suspected" }

func ref(realmID, userID string) event.Ref {
	return event.Ref{RealmID: realmID, Kind: "user", ID: userID}
}
