package message_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"authserver/internal/letter"
	"authserver/notify/message"
)

func TestLetterLeavesWithWhatItSaysAndLeavesNoSecretBehind(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.send(t, h.code("ann@example.com"))
	if got := h.last(t); got.Status != message.Pending || got.To != "ann@example.com" || h.waiting(t) != 1 {
		t.Fatalf("queued: %+v, %d waiting", got, h.waiting(t))
	}
	var sealed string
	if err := h.DB.With(t.Context()).Raw("SELECT sealed FROM letters").Scan(&sealed).Error; err != nil || sealed == "" {
		t.Fatal(sealed, err)
	}
	if strings.Contains(sealed, "482913") || strings.Contains(sealed, "ann@") {
		t.Errorf("the queue holds the letter in the open: %s", sealed)
	}
	h.drain(t)
	sent := h.post.sent()
	if len(sent) != 1 || h.waiting(t) != 0 {
		t.Fatalf("%d sent, %d waiting; want one and none", len(sent), h.waiting(t))
	}
	m := sent[0]
	for _, part := range []string{m.Text, m.HTML} {
		for _, want := range []string{"482913", "SECRETLINK", "Realm acme", "10 minutes", "192.0.2.7", "Firefox"} {
			if !strings.Contains(part, want) {
				t.Errorf("%q is missing in\n%s", want, part)
			}
		}
	}
	if strings.Contains(m.Subject, "482913") || m.Unsubscribe != "" || m.FromName != "Realm acme" {
		t.Errorf("subject %q, unsubscribe %q, from %q", m.Subject, m.Unsubscribe, m.FromName)
	}
	got := h.last(t)
	if got.Status != message.Sent || got.Provider != "test" || got.MessageID != "mail-"+got.ID || got.Summary != m.Subject ||
		got.From != "no-reply@id.example.com" || got.Attempts != 1 || !got.LastEventAt.Equal(h.Clock.Now()) {
		t.Errorf("log: %+v", got)
	}
}

func TestSMSIsLoggedWithItsCodeMasked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.send(t, letter.Letter{
		RealmID: h.Realm.ID, UserID: h.user.ID, Kind: letter.SecondFactorSMS, To: "+4930123456", Language: "de",
		Data: map[string]string{"code": "482913", "minutes": "10"}, ExpiresAt: h.Clock.Now().Add(10 * time.Minute),
	})
	h.drain(t)
	if len(h.post.texts) != 1 || !strings.Contains(h.post.texts[0].Text, "482913") {
		t.Fatalf("sent: %+v", h.post.texts)
	}
	got := h.last(t, letter.SMS)
	if got.Status != message.Sent || strings.Contains(got.Summary, "482913") || !strings.Contains(got.Summary, "******") {
		t.Errorf("log: %+v", got)
	}
}

func TestNoLetterForWhatDidNotHappen(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	undone := errors.New("undone")
	err := h.DB.InTx(h.ctx, func(ctx context.Context) error {
		return errors.Join(h.letters.Send(ctx, h.code("ann@example.com")), undone)
	})
	if !errors.Is(err, undone) {
		t.Fatal(err)
	}
	h.drain(t)
	if n := len(h.post.sent()); n != 0 || h.waiting(t) != 0 {
		t.Errorf("%d sent, %d waiting", n, h.waiting(t))
	}
}

func TestLetterThatCannotBeWrittenIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for name, edit := range map[string]func(*letter.Letter){
		"unknown kind":       func(l *letter.Letter) { l.Kind = "nothing" },
		"no code":            func(l *letter.Letter) { delete(l.Data, "code") },
		"one value too many": func(l *letter.Letter) { l.Data["x"] = "y" },
		"no expiry":          func(l *letter.Letter) { l.ExpiresAt = time.Time{} },
		"no recipient":       func(l *letter.Letter) { l.To = "" },
		"two recipients":     func(l *letter.Letter) { l.To = "ann@example.com,eve@example.com" },
		"a line end":         func(l *letter.Letter) { l.To = "ann@example.com\r\nBcc: eve@example.com" },
		"a command":          func(l *letter.Letter) { l.To = "ann@example.com> ORCPT=x <eve@example.com" },
	} {
		l := h.code("ann@example.com")
		edit(&l)
		if err := h.letters.Send(h.ctx, l); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

// A letter leaves within 100 ms of its commit in this process, without waiting for the
// poll.
func TestLetterLeavesAtOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- h.letters.Run(ctx) }()
	best := time.Hour
	for range 5 { // the best of some: the machine may be busy
		h.Clock.Add(time.Hour)
		start := time.Now()
		h.send(t, h.code("ann@example.com"))
		<-h.post.came
		best = min(best, time.Since(start))
	}
	cancel()
	if err := <-done; err != nil || best > 100*time.Millisecond {
		t.Errorf("best of five took %s, %v", best, err)
	}
}

func TestFloodToOneAddressIsCut(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for range 25 {
		h.send(t, h.notice("Ann@Example.com"))
	}
	h.send(t, h.notice("bob@example.com"))
	h.drain(t)
	if n := len(h.post.sent()); n != 21 {
		t.Errorf("%d sent; want 20 to ann and one to bob", n)
	}
	withheld, err := h.letters.Log(t.Context(), h.Realm.ID, message.Filter{Channel: letter.Email, Status: message.Withheld})
	if err != nil || len(withheld) != 5 {
		t.Errorf("%d withheld, %v; want 5", len(withheld), err)
	}
	h.Clock.Add(61 * time.Minute)
	h.send(t, h.notice("ann@example.com"))
	h.drain(t)
	if got := h.last(t); got.Status != message.Sent {
		t.Errorf("an hour later: %+v", got)
	}
}

func TestLanguageIsThePersonsThenTheRealms(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	l := h.notice("ann@example.com")
	l.Language = "de-AT"
	h.send(t, l)
	h.drain(t)
	if m := h.post.sent()[0]; m.Subject != "Eine Anwendung hat keinen Zugriff mehr" {
		t.Errorf("subject %q", m.Subject)
	}
}

func TestPersonIsExportedAndErased(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.send(t, h.notice("ann@example.com"))
	h.send(t, h.code("ann@example.com"))
	h.drain(t)
	if err := h.letters.Unsubscribe(h.ctx, h.Realm.ID, "ann@example.com"); err != nil {
		t.Fatal(err)
	}
	section, value, err := h.letters.Export(t.Context(), h.Realm.ID, h.user.ID)
	if err != nil || section != "letters" {
		t.Fatal(section, err)
	}
	copied, err := json.Marshal(value)
	if err != nil || !strings.Contains(string(copied), "ann@example.com") || strings.Contains(string(copied), "482913") || strings.Count(string(copied), `"kind"`) != 2 {
		t.Errorf("copy %s, %v", copied, err)
	}
	if err := h.letters.Erase(t.Context(), h.Realm.ID, h.user.ID); err != nil {
		t.Fatal(err)
	}
	if got := h.last(t); got.To != "" || got.UserID != "" || got.Summary != "" {
		t.Errorf("log: %+v", got)
	}
	if on, err := h.letters.Subscribed(t.Context(), h.Realm.ID, "ann@example.com"); err != nil || !on {
		t.Errorf("the address is still known: %v", err)
	}
	if _, value, err = h.letters.Export(t.Context(), h.Realm.ID, h.user.ID); err != nil || fmt.Sprint(value) != "[]" {
		t.Errorf("afterwards: %v, %v", value, err)
	}
}

// The last letter, and those from before there was an account, name the person too.
func TestErasureLeavesNoAddressInTheLog(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	before := h.code("ann@example.com")
	before.UserID, before.Kind = "", letter.Register
	wrong := h.code("eve@example.com") // an address that Ann typed, and that is not hers
	wrong.Kind = letter.ChangeEmail
	for _, l := range []letter.Letter{before, h.code("ann@example.com"), wrong} {
		h.send(t, l)
	}
	h.drain(t)
	if err := h.letters.Unsubscribe(h.ctx, h.Realm.ID, "eve@example.com"); err != nil {
		t.Fatal(err)
	}
	if err := h.letters.Erase(t.Context(), h.Realm.ID, h.user.ID); err != nil {
		t.Fatal(err)
	}
	h.post.refuse(func(string) error { return &letter.Refusal{Reason: "550 5.1.1", Bounce: true} })
	h.send(t, letter.Letter{RealmID: h.Realm.ID, Kind: letter.Erased, To: "ann@example.com"})
	h.drain(t)
	entries, err := h.letters.Log(t.Context(), h.Realm.ID, message.Filter{Channel: letter.Email})
	if err != nil || len(entries) != 4 {
		t.Fatal(entries, err)
	}
	for _, e := range entries {
		if e.To != "" {
			t.Errorf("the log names %s in %s", e.To, e.Kind)
		}
	}
	if on, err := h.letters.Subscribed(t.Context(), h.Realm.ID, "ann@example.com"); err != nil || !on {
		t.Errorf("the address is still known: %v", err)
	}
	if on, err := h.letters.Subscribed(t.Context(), h.Realm.ID, "eve@example.com"); err != nil || on {
		t.Errorf("a stranger is subscribed again: %v", err)
	}
}

func TestOldLinesAreSwept(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.send(t, h.notice("ann@example.com"))
	h.drain(t)
	h.Clock.Add(91 * 24 * time.Hour)
	h.send(t, h.notice("ann@example.com"))
	n, err := h.letters.Sweep(t.Context())
	if err != nil || n != 1 {
		t.Errorf("swept %d, %v; want the old one", n, err)
	}
}
