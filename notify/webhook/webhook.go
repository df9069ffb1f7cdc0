package webhook

import (
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"authserver/internal/event"
	"authserver/internal/fault"
	"authserver/internal/outbound"
)

// Faults of the room.
var (
	ErrNotFound         = fault.New(fault.NotFound, "webhook_not_found", "There is no such webhook.")
	ErrDeliveryNotFound = fault.New(fault.NotFound, "delivery_not_found", "There is no such delivery.")
	ErrNoApplication    = fault.New(fault.NotFound, "application_not_found", "There is no such application.").At("application_id")
	ErrAddress          = fault.New(fault.Invalid, "webhook_url_invalid", "The address is a public https address without user and fragment.").At("url")
	ErrEvents           = fault.New(fault.Invalid, "webhook_events_invalid", "Name types of events, or prefixes as in user.*, that exist.").At("events")
	ErrHeaders          = fault.New(fault.Invalid, "webhook_headers_invalid", "Headers may be Authorization and X-…, but not those that proxies set.").At("headers")
	ErrTooMany          = fault.New(fault.Conflict, "webhooks_too_many", "There are as many webhooks as there may be.")
	ErrDisabled         = fault.New(fault.Conflict, "webhook_disabled", "The webhook is disabled.")
	ErrPending          = fault.New(fault.Conflict, "delivery_pending", "The delivery is still being tried.")
)

// Why a registration is disabled.
const (
	ReasonAsked   = "asked"   // somebody did
	ReasonFailing = "failing" // for a day there were only failures
	ReasonGone    = "gone"    // the receiver answered 410
)

const (
	mostWebhooks = 50 // of an application, and of a realm itself
	mostHeaders  = 10
	mostURL      = 2000
)

// Webhook is somebody who wants to be told of events.
type Webhook struct {
	ID, RealmID string
	// ApplicationID is "" for what is told of the whole realm.
	ApplicationID    string
	URL, Description string
	// Events are names of types, prefixes ("user.*"), or "*".
	Events []string
	// Headers are sent along. Their values may be secrets.
	Headers map[string]string
	Enabled bool
	// DisabledReason is one of the Reason constants; "" while it is enabled.
	DisabledReason string
	// Failures is how many attempts in a row have failed, since FailingSince.
	Failures             int
	FailingSince         time.Time
	Version              int64
	CreatedAt, UpdatedAt time.Time
}

// Ref names the webhook in an event.
func (w *Webhook) Ref() event.Ref { return event.Ref{RealmID: w.RealmID, Kind: "webhook", ID: w.ID} }

// Wants reports whether the webhook is told of events of the type.
func (w *Webhook) Wants(eventType string) bool {
	return slices.ContainsFunc(w.Events, func(pattern string) bool { return matches(pattern, eventType) })
}

func matches(pattern, eventType string) bool {
	if prefix, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasPrefix(eventType, prefix)
	}
	return pattern == eventType
}

// checkEvents holds a filter to the types that exist.
func checkEvents(events []string, kinds []event.Kind) ([]string, error) {
	list := slices.Clone(events)
	slices.Sort(list)
	list = slices.Compact(list)
	if len(list) == 0 || len(list) > 100 {
		return nil, ErrEvents
	}
	for _, pattern := range list {
		prefix, wild := strings.CutSuffix(pattern, "*")
		if wild && prefix != "" && !strings.HasSuffix(prefix, ".") || strings.Contains(prefix, "*") {
			return nil, ErrEvents
		}
		if !slices.ContainsFunc(kinds, func(k event.Kind) bool { return matches(pattern, k.Type()) }) {
			return nil, ErrEvents
		}
	}
	return list, nil
}

// checkURL refuses early what would never be called. It is a kindness and not the
// protection: that is internal/outbound, at the moment of the call.
func checkURL(address string, opened []netip.Prefix) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || len(address) > mostURL || !visible(address) || strings.ContainsAny(address, `"<>\^{}|`+"`"):
		return ErrAddress
	case u.Scheme != "https" && (u.Scheme != "http" || len(opened) == 0):
		return ErrAddress
	case u.Hostname() == "" || u.User != nil || u.Opaque != "" || strings.Contains(address, "#"):
		return ErrAddress
	}
	ip, err := netip.ParseAddr(u.Hostname())
	if err != nil {
		return nil //nolint:nilerr // a name, which is judged when it is called
	}
	ip = ip.Unmap()
	if !outbound.Public(ip) && !slices.ContainsFunc(opened, func(p netip.Prefix) bool { return p.Contains(ip) }) {
		return ErrAddress
	}
	return nil
}

// checkHeaders lets through what cannot be mistaken for a word of a proxy or of ours.
func checkHeaders(headers map[string]string) error {
	name := regexp.MustCompile(`^(?i:x-[a-z0-9-]{1,60}|authorization)$`)
	believed := regexp.MustCompile(`^(?i:x-(forwarded|real-ip|aws|amz|amzn|google|goog|original|rewrite|http|envoy|client-ip|cluster|host|metadata|identity)(-.*)?)$`)
	if len(headers) > mostHeaders {
		return ErrHeaders
	}
	seen := map[string]bool{}
	for k, v := range headers {
		folded := strings.ToLower(k)
		if !name.MatchString(k) || believed.MatchString(k) || seen[folded] || v == "" || len(v) > 1000 {
			return ErrHeaders
		}
		if !visible(strings.ReplaceAll(v, " ", "")) || strings.TrimSpace(v) != v {
			return ErrHeaders
		}
		seen[folded] = true
	}
	return nil
}

// visible accepts printable ASCII without blanks.
func visible(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
