package inapp

import (
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"authserver/internal/fault"
)

// Faults of the room.
var (
	ErrNotFound        = fault.New(fault.NotFound, "notification_not_found", "There is no such notification.")
	ErrInvalid         = fault.New(fault.Invalid, "notification_invalid", "That cannot be said in a notification.")
	ErrLink            = fault.New(fault.Invalid, "notification_link_invalid", "A link is a path of the realm, or an https address of an origin that an application of the realm allows.").At("link")
	ErrAudience        = fault.New(fault.Invalid, "notification_audience_invalid", "Name a person or a role, and only one of them.").At("user_id")
	ErrUserUnknown     = fault.New(fault.NotFound, "user_not_found", "There is no such user.").At("user_id")
	ErrRoleUnknown     = fault.New(fault.NotFound, "role_not_found", "There is no such role.").At("role_id")
	ErrBusy            = fault.New(fault.Limited, "notification_busy", "Too many notifications are still on their way. Try again later.").After(time.Minute)
	ErrCursor          = fault.New(fault.Invalid, "cursor_invalid", "That is no place in the list.").At("cursor")
	ErrTopicUnknown    = fault.New(fault.NotFound, "topic_not_found", "There is no such topic.")
	ErrPreferenceFixed = fault.New(fault.Conflict, "preference_fixed", "What protects your account cannot be switched off.")
	ErrChannel         = fault.New(fault.Invalid, "channel_invalid", "That topic does not use that channel.")
)

// Priority is how much a notification stands out.
type Priority string

// The priorities.
const (
	Normal Priority = "normal"
	High   Priority = "high"
)

// Notification is what one person is told.
type Notification struct {
	ID, RealmID, UserID string
	Kind                string
	SendingID           string
	Priority            Priority
	Icon                string
	// Link is a path below the realm or an https address; empty for none.
	Link string
	// Title and Body are the realm's own words, or an administrator's; without a title
	// the house's words for Kind are said.
	Title, Body string
	Data        Data
	CreatedAt   time.Time
	SeenAt      time.Time // zero: not yet
	ExpiresAt   time.Time
}

// Data is what the house's words are about.
type Data struct {
	// Detail is a name: of a role, an application, a provider.
	Detail string `json:"detail,omitempty"`
	// Agent and IP are where it came from, unless an administrator did it.
	Agent string `json:"agent,omitempty"`
	IP    string `json:"ip,omitempty"`
	Admin bool   `json:"admin,omitempty"`
}

// titleMost bounds a title. The body's bound is the realm's policy.
const titleMost = 120

// said reports whether s may be said: readable text of least to most characters, whose
// lines end as lines do.
func said(s string, least, most int) bool {
	if !utf8.ValidString(s) || utf8.RuneCountInString(s) > most || utf8.RuneCountInString(strings.TrimSpace(s)) < least {
		return false
	}
	for _, r := range s {
		if r != '\n' && (unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069') {
			return false
		}
	}
	return true
}

// relative reports whether the link is a path below the realm and can be nothing else to
// any browser.
func relative(link string) bool {
	if !strings.HasPrefix(link, "/") || strings.HasPrefix(link, "//") || strings.ContainsAny(link, "\\\x00") || len(link) > linkMost {
		return false
	}
	u, err := url.Parse(link)
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil || !printable(link) {
		return false
	}
	for _, part := range strings.Split(u.Path, "/") {
		if part == ".." || part == "." {
			return false
		}
	}
	return true
}

// linkMost bounds a link.
const linkMost = 1024

// originOf is the origin of an https address, "" for any other.
func originOf(link string) string {
	u, err := url.Parse(link)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.Opaque != "" || len(link) > linkMost || !printable(link) || strings.Contains(link, "\\") {
		return ""
	}
	return "https://" + strings.ToLower(u.Host)
}

func printable(s string) bool {
	for _, r := range s {
		if r <= ' ' || r == 0x7f || r > unicode.MaxASCII {
			return false
		}
	}
	return true
}
