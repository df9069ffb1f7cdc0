package letter

import (
	"errors"
	"time"
)

// Mail is a letter laid out and addressed, ready to leave by mail.
type Mail struct {
	// ID names the letter; a transport makes the Message-ID of it, so that a second
	// sending after a crash can be recognised.
	ID string
	// FromName is who writes, in a person's words; the address is the transport's.
	FromName string
	To       string
	Subject  string
	Text     string
	HTML     string
	// Unsubscribe is the address for one click (RFC 8058); empty for essential mail.
	Unsubscribe string
}

// Text is a letter ready to leave by SMS.
type Text struct {
	ID, To, Text string
	// Code is the code inside, for a provider that words such messages itself; empty
	// when there is none.
	Code string
	// Language is that of the text.
	Language string
}

// Refusal is a transport's final no: trying again would be refused again. Any other
// error of a transport is tried again.
type Refusal struct {
	// Reason stands in the log; it holds nothing of the letter.
	Reason string
	// Bounce says that the address itself does not exist, so that nothing more is
	// sent there.
	Bounce bool
}

// Error returns the reason.
func (r *Refusal) Error() string { return r.Reason }

// Refused returns the final refusal in err, if there is one.
func Refused(err error) (*Refusal, bool) {
	var r *Refusal
	return r, errors.As(err, &r)
}

// Fate is what became of a letter after it was handed to a provider.
type Fate string

// The fates.
const (
	Accepted   Fate = "accepted"
	Deferred   Fate = "deferred"
	Delivered  Fate = "delivered"
	Opened     Fate = "opened"
	Bounced    Fate = "bounced" // the address does not exist
	Failed     Fate = "failed"  // it did not arrive, for another reason
	Complained Fate = "complained"
)

// Report is what a provider tells of a letter after it took it.
type Report struct {
	Channel  Channel
	Provider string
	// EventID is the provider's name for this report: a second one is dropped.
	EventID string
	// Token is what the provider signed in place of the report, if it does: whoever
	// brings it again with another report did not get it from the provider.
	Token string
	// MessageID is what the transport returned when it sent the letter.
	MessageID string
	Fate      Fate
	// To is the recipient that it is about.
	To string
	// Detail is the provider's reason or code; it holds nothing of the letter.
	Detail string
	At     time.Time
}
