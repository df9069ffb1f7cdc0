package signal

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"authserver/internal/event"
	"authserver/internal/fault"
	"authserver/internal/outbound"
)

// Faults of the room.
var (
	ErrNotFound   = fault.New(fault.NotFound, "stream_not_found", "There is no such stream.")
	ErrNoSubject  = fault.New(fault.NotFound, "subject_not_found", "There is no such subject.").At("subject")
	ErrStream     = fault.New(fault.Invalid, "stream_invalid", "That is not a configuration of a stream.")
	ErrDelivery   = fault.New(fault.Invalid, "stream_delivery_invalid", "Deliver by urn:ietf:rfc:8935 to a public https address, or by urn:ietf:rfc:8936.").At("delivery")
	ErrStatus     = fault.New(fault.Invalid, "stream_status_invalid", "A stream is enabled, paused or disabled.").At("status")
	ErrSubject    = fault.New(fault.Invalid, "subject_invalid", "Name subjects in the format iss_sub, by the realm's issuer and the sub of its tokens.").At("subject")
	ErrTooMany    = fault.New(fault.Conflict, "streams_too_many", "The application has as many streams as it may have.")
	ErrTooSoon    = fault.New(fault.Limited, "verification_too_soon", "A verification was asked for a moment ago.")
	ErrScope      = fault.New(fault.Denied, "scope_missing", "The access token lacks the scope ssf.manage.")
	ErrPermission = fault.New(fault.Denied, "permission_denied", "The application may not receive the realm's security events.")
)

// Ways of delivery, as the framework names them.
const (
	Push = "urn:ietf:rfc:8935"
	Poll = "urn:ietf:rfc:8936"
)

// Status says what happens to events of a stream.
type Status string

// The states of a stream (SSF 1.0 §8.1.2).
const (
	Enabled  Status = "enabled"  // they are delivered
	Paused   Status = "paused"   // they are held
	Disabled Status = "disabled" // they are dropped
)

// Types of events that we tell of.
const (
	SessionRevoked   = "https://schemas.openid.net/secevent/caep/event-type/session-revoked"
	CredentialChange = "https://schemas.openid.net/secevent/caep/event-type/credential-change"
	AccountDisabled  = "https://schemas.openid.net/secevent/risc/event-type/account-disabled"
	AccountEnabled   = "https://schemas.openid.net/secevent/risc/event-type/account-enabled"
	AccountPurged    = "https://schemas.openid.net/secevent/risc/event-type/account-purged"

	verification  = "https://schemas.openid.net/secevent/ssf/event-type/verification"
	streamUpdated = "https://schemas.openid.net/secevent/ssf/event-type/stream-updated"
)

// supported are the types that a receiver can ask for.
func supported() []string {
	return []string{SessionRevoked, CredentialChange, AccountDisabled, AccountEnabled, AccountPurged}
}

const (
	mostStreams = 5 // of an application
	// verifyEvery is how often a verification may be asked for.
	verifyEvery = time.Minute
	// kept is how long a token waits for its receiver.
	kept = 7 * 24 * time.Hour
)

// Stream is what one receiver is told, and how.
type Stream struct {
	ID, RealmID, ApplicationID string
	Description                string
	// Method is Push or Poll; Endpoint is the receiver's address, for Push.
	Method, Endpoint string
	// Credential is sent as Authorization header, for Push; it may be "".
	Credential string
	// Requested are URIs of types, known here or not.
	Requested            []string
	Status               Status
	Reason               string
	Failures             int
	FailingSince         time.Time
	VerifiedAt           time.Time
	CreatedAt, UpdatedAt time.Time
}

// Ref names the stream in an event.
func (s *Stream) Ref() event.Ref { return event.Ref{RealmID: s.RealmID, Kind: "stream", ID: s.ID} }

// Delivered are the types that the stream is told of.
func (s *Stream) Delivered() []string {
	return slices.DeleteFunc(supported(), func(uri string) bool { return !slices.Contains(s.Requested, uri) })
}

// check holds a stream to the rules.
func (s *Stream) check(opened []netip.Prefix) error {
	if len(s.Description) > 500 || len(s.Requested) > 100 {
		return ErrStream
	}
	for _, uri := range s.Requested {
		if len(uri) > 300 {
			return ErrStream.At("events_requested")
		}
	}
	switch s.Method {
	case Poll:
		s.Endpoint, s.Credential = "", ""
		return nil
	case Push:
	default:
		return ErrDelivery
	}
	if len(s.Credential) > 2000 || strings.ContainsFunc(s.Credential, func(r rune) bool { return r < ' ' || r > '~' }) {
		return ErrDelivery
	}
	return checkEndpoint(s.Endpoint, opened)
}

// checkEndpoint refuses early what would never be called; internal/outbound judges again
// at every call.
func checkEndpoint(address string, opened []netip.Prefix) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || len(address) > 2000 || strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r > '~' }):
		return ErrDelivery
	case u.Scheme != "https" && (u.Scheme != "http" || len(opened) == 0):
		return ErrDelivery
	case u.Hostname() == "" || u.User != nil || u.Opaque != "" || strings.Contains(address, "#"):
		return ErrDelivery
	}
	ip, err := netip.ParseAddr(u.Hostname())
	if err != nil {
		return nil //nolint:nilerr // a name
	}
	ip = ip.Unmap()
	if !outbound.Public(ip) && !slices.ContainsFunc(opened, func(p netip.Prefix) bool { return p.Contains(ip) }) {
		return ErrDelivery
	}
	return nil
}
