package outbox

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"authserver/internal/letter"
)

// kept is how many messages are shown; older ones are forgotten.
const kept = 100

// Message is what would have been sent.
type Message struct {
	ID      string         `json:"id"`
	Channel letter.Channel `json:"channel"`
	To      string         `json:"to"`
	Subject string         `json:"subject,omitempty"`
	Text    string         `json:"text"`
	HTML    string         `json:"html,omitempty"`
	// Code is the code in the text, if there is one; Links are the addresses in it.
	Code  string    `json:"code,omitempty"`
	Links []string  `json:"links"`
	At    time.Time `json:"at"`
}

// Box keeps messages. It is safe for concurrent use.
type Box struct {
	now func() time.Time

	mu       sync.Mutex
	messages []Message // the oldest first
}

// New returns an empty box. It panics without a clock.
func New(now func() time.Time) *Box {
	if now == nil {
		panic("outbox.New: a clock is required")
	}
	return &Box{now: now}
}

// Messages returns what was captured, the newest first; for one recipient, or for all
// when to is empty.
func (b *Box) Messages(to string) []Message {
	b.mu.Lock()
	list := slices.Clone(b.messages)
	b.mu.Unlock()
	slices.Reverse(list)
	return slices.DeleteFunc(list, func(m Message) bool { return to != "" && !strings.EqualFold(m.To, to) })
}

func (b *Box) find(id string) (Message, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := slices.IndexFunc(b.messages, func(m Message) bool { return m.ID == id })
	if i < 0 {
		return Message{}, false
	}
	return b.messages[i], true
}

func (b *Box) put(m Message) {
	m.Code, m.Links, m.At = code(m.Text), links(m.Text), b.now()
	b.mu.Lock()
	defer b.mu.Unlock()
	// A letter that is sent again after a crash is the same letter.
	b.messages = slices.DeleteFunc(b.messages, func(old Message) bool { return old.ID == m.ID })
	if len(b.messages) == kept {
		b.messages = slices.Delete(b.messages, 0, 1)
	}
	b.messages = append(b.messages, m)
}

var (
	address = regexp.MustCompile(`https?://[^\s<>"]+`)
	digits  = regexp.MustCompile(`\b[0-9]{6,8}\b`)
)

// code is the first run of six digits or more that is in no address.
func code(text string) string { return digits.FindString(address.ReplaceAllString(text, " ")) }

func links(text string) []string {
	list := address.FindAllString(text, -1)
	if list == nil {
		list = []string{}
	}
	return list
}

// Mails is the box in the place of a way for mails (notify/message.Mails).
type Mails struct{ Box *Box }

// Provider names it in the log.
func (Mails) Provider() string { return "outbox" }

// From is the address that would write.
func (Mails) From() string { return "no-reply@localhost" }

// Send keeps the mail.
func (m Mails) Send(_ context.Context, l letter.Mail) (string, error) {
	m.Box.put(Message{ID: l.ID, Channel: letter.Email, To: l.To, Subject: l.Subject, Text: l.Text, HTML: l.HTML})
	return l.ID, nil
}

// Texts is the box in the place of a way for SMS (notify/message.Texts).
type Texts struct{ Box *Box }

// Provider names it in the log.
func (Texts) Provider() string { return "outbox" }

// From is the number that would write.
func (Texts) From() string { return "+15005550006" }

// Send keeps the SMS.
func (t Texts) Send(_ context.Context, l letter.Text) (string, error) {
	t.Box.put(Message{ID: l.ID, Channel: letter.SMS, To: l.To, Text: l.Text})
	return l.ID, nil
}
