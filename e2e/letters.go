package e2e

import (
	"net/url"
	"strings"

	"authserver/notify/outbox"
)

// Letters are what the house wrote to an address or a number, the newest first; to everybody when to is empty. What waits
// is sent before.
func (h *House) Letters(to string) []outbox.Message {
	h.t.Helper()
	if err := h.Server.Settle(h.t.Context()); err != nil {
		h.t.Fatalf("deliver letters: %v", err)
	}
	return h.Server.Outbox.Messages(to)
}

// Letter is the newest letter to the recipient that says all of the words, in its subject or its text. Letters that wait at
// the same time leave in no order: words tell them apart. The test ends when there is none.
func (h *House) Letter(to string, words ...string) outbox.Message {
	h.t.Helper()
	all := h.Letters(to)
	for _, m := range all {
		if says(m, words) {
			return m
		}
	}
	subjects := make([]string, len(all))
	for i, m := range all {
		subjects[i] = m.Subject
	}
	h.t.Fatalf("no letter to %s with %q, only %q", to, words, subjects)
	return outbox.Message{}
}

// LetterCode is the code in Letter.
func (h *House) LetterCode(to string, words ...string) string {
	h.t.Helper()
	m := h.Letter(to, words...)
	if m.Code == "" {
		h.t.Fatalf("no code in the letter %q to %s:\n%s", m.Subject, to, m.Text)
	}
	return m.Code
}

// LetterLink is the first address in Letter that carries a token.
func (h *House) LetterLink(to string, words ...string) string {
	h.t.Helper()
	m := h.Letter(to, words...)
	for _, link := range m.Links {
		if u, err := url.Parse(link); err == nil && u.Query().Has("token") {
			return link
		}
	}
	h.t.Fatalf("no link in the letter %q to %s:\n%s", m.Subject, to, m.Text)
	return ""
}

func says(m outbox.Message, words []string) bool {
	for _, w := range words {
		if !strings.Contains(m.Subject, w) && !strings.Contains(m.Text, w) {
			return false
		}
	}
	return true
}
