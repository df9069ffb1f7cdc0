package message_test

import (
	"errors"
	"testing"

	"authserver/internal/letter"
	"authserver/notify/message"
)

// A provider that signs a token and not the report must not be impersonated by whoever
// has seen one report.
func TestASignatureServesOneReport(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.send(t, h.notice("ann@example.com"))
	h.drain(t)
	tell := func(event, token string, fate letter.Fate) error {
		return h.letters.Report(t.Context(), letter.Report{
			Channel: letter.Email, Provider: "test", EventID: event, Token: token, MessageID: h.last(t).MessageID, Fate: fate, At: h.Clock.Now(),
		})
	}
	if err := tell("1", "t1", letter.Delivered); err != nil {
		t.Fatal(err)
	}
	if err := tell("1", "t1", letter.Delivered); err != nil {
		t.Errorf("the same report, sent again: %v", err)
	}
	if err := tell("2", "t1", letter.Complained); !errors.Is(err, message.ErrReplayed) {
		t.Errorf("another report with its signature: %v", err)
	}
	if got := h.last(t); got.Status != message.Delivered {
		t.Errorf("it took effect: %+v", got)
	}
	if err := tell("2", "t2", letter.Complained); err != nil || h.last(t).Status != message.Complained {
		t.Errorf("the true one: %v", err)
	}
}
