package templates

import "time"

// Outbox shows what `authserver dev` would have sent, the newest first.
type Outbox struct {
	Frame
	// To is the recipient whose messages alone are shown, or "".
	To       string
	Messages []OutboxMessage
}

// OutboxMessage is a captured mail or SMS.
type OutboxMessage struct {
	ID  string
	SMS bool
	To  string
	// Subject is empty for an SMS.
	Subject string
	// Code is the code in the text, or "".
	Code string
	Text []TextPiece
	// HTML says that there is a form for readers of HTML, too.
	HTML bool
	At   time.Time
}

// TextPiece is a part of a text: an address that can be followed, or not.
type TextPiece struct {
	Text string
	Link bool
}

// Name is what the message is called: its subject, or else what it is.
func (m OutboxMessage) Name() string {
	if m.Subject != "" {
		return m.Subject
	}
	return "SMS"
}

// Zone is UTC: nobody has said where they are.
func (p *Outbox) Zone() *time.Location { return nil }

// outboxPages are the pages about the messages that `authserver dev` captured.
func outboxPages() []Page { return []Page{new(Outbox)} }
