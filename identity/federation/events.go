package federation

import "authserver/internal/event"

// ProviderCreated is recorded when a realm gets a provider.
type ProviderCreated struct {
	Slug       string `json:"slug"`
	Kind       Kind   `json:"kind"`
	Issuer     string `json:"issuer"`
	TrustEmail bool   `json:"trust_email"`
}

// EventType names the event.
func (ProviderCreated) EventType() string { return "federation.provider_created" }

// ProviderUpdated is recorded when a provider changes. Fields names what changed,
// Changes tells from what to what, secrets and keys left out.
type ProviderUpdated struct {
	Slug    string         `json:"slug"`
	Fields  []string       `json:"fields"`
	Changes []event.Change `json:"changes,omitempty"`
}

// EventType names the event.
func (ProviderUpdated) EventType() string { return "federation.provider_updated" }

// ProviderEnabled is recorded when people may sign in through the provider again.
type ProviderEnabled struct {
	Slug string `json:"slug"`
}

// EventType names the event.
func (ProviderEnabled) EventType() string { return "federation.provider_enabled" }

// ProviderDisabled is recorded when nobody may sign in through the provider any more.
type ProviderDisabled struct {
	Slug string `json:"slug"`
}

// EventType names the event.
func (ProviderDisabled) EventType() string { return "federation.provider_disabled" }

// ProviderDeleted is recorded when a provider is gone, with all links to it.
type ProviderDeleted struct {
	Slug string `json:"slug"`
}

// EventType names the event.
func (ProviderDeleted) EventType() string { return "federation.provider_deleted" }

// Succeeded is recorded with the session that a sign-in through a provider begins.
type Succeeded struct {
	Provider      string `json:"provider"` // its slug
	IdentityID    string `json:"identity_id"`
	SessionID     string `json:"session_id"`
	ApplicationID string `json:"application_id"`
	// Registered says that the account was made on this occasion.
	Registered bool `json:"registered"`
}

// EventType names the event.
func (Succeeded) EventType() string { return "federation.succeeded" }

// Failed is recorded when a person came back from a provider and was not let in.
type Failed struct {
	Provider      string `json:"provider"`
	ApplicationID string `json:"application_id"`
	Reason        string `json:"reason"` // one of the Reason constants
	// Detail says for an operator what exactly was wrong with an answer; it holds
	// nothing that the provider wrote.
	Detail string `json:"detail,omitempty"`
}

// EventType names the event.
func (Failed) EventType() string { return "federation.failed" }

// Why a sign-in through a provider failed. The person is told less.
const (
	ReasonCancelled   = "cancelled"       // the provider says that the person did not want to
	ReasonUpstream    = "upstream_error"  // the provider answered with an error
	ReasonUnavailable = "unavailable"     // the provider did not answer
	ReasonAnswer      = "answer_invalid"  // its answer breaks a rule
	ReasonDisabled    = "disabled"        // provider switched off, or not offered by the application
	ReasonSuspended   = "suspended"       // the person may not sign in
	ReasonNoAccount   = "no_account"      // and none may be made
	ReasonNoEmail     = "no_email"        // nothing to make an account of
	ReasonTaken       = "identity_taken"  // linked to another account
	ReasonLinkedOther = "provider_in_use" // the account has another identity of that provider
)

// Linked is recorded when an identity can sign in to an account from now on.
type Linked struct {
	Provider   string `json:"provider"`
	IdentityID string `json:"identity_id"`
	// How is registration, trusted_email, reclaimed, proven or account.
	How string `json:"how"`
}

// EventType names the event.
func (Linked) EventType() string { return "user.provider_linked" }

// The ways in which an identity is linked.
const (
	HowRegistration = "registration"  // the account was made with it
	HowTrusted      = "trusted_email" // by an address that both sides have verified
	HowReclaimed    = "reclaimed"     // the account's address was nobody's until now
	HowProven       = "proven"        // the person signed in to the account first
	HowAccount      = "account"       // from the account pages
)

// Unlinked is recorded when an identity no longer signs in to an account.
type Unlinked struct {
	Provider   string `json:"provider"`
	IdentityID string `json:"identity_id"`
}

// EventType names the event.
func (Unlinked) EventType() string { return "user.provider_unlinked" }
