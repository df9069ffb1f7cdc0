package message_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"authserver/internal/event/eventtest"
	"authserver/internal/letter"
	"authserver/notify/message"
)

var errDown = errors.New("connection refused")

func TestLetterIsTriedThreeTimesMoreAndThenGivenUp(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	tries := 0
	h.post.refuse(func(string) error { tries++; return errDown })
	h.send(t, h.notice("ann@example.com"))
	for want := 1; want <= 4; want++ {
		h.drain(t)
		if tries != want {
			t.Fatalf("%d tries, want %d", tries, want)
		}
		if want < 4 {
			if got := h.last(t); got.Status != message.Pending || got.LastEvent != errDown.Error() || got.Attempts != want {
				t.Fatalf("after %d tries: %+v", want, got)
			}
			h.Clock.Add(299 * time.Second)
			h.drain(t)
			if tries != want {
				t.Fatal("tried again before its time")
			}
			h.Clock.Add(62 * time.Second)
		}
	}
	h.Clock.Add(24 * time.Hour)
	h.drain(t)
	if got := h.last(t); tries != 4 || got.Status != message.Failed || h.waiting(t) != 0 {
		t.Errorf("%d tries, %d waiting, %+v", tries, h.waiting(t), got)
	}
}

func TestLetterIsSentWhenTheProviderIsBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.post.refuse(func(string) error { return errDown })
	h.send(t, h.code("ann@example.com"))
	h.drain(t)
	h.post.refuse(nil)
	h.Clock.Add(6 * time.Minute)
	h.drain(t)
	if got := h.last(t); got.Status != message.Sent || got.Attempts != 2 || len(h.post.sent()) != 1 {
		t.Errorf("%+v", got)
	}
}

func TestExpiredLetterIsNeverSent(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.send(t, h.code("ann@example.com"))
	h.Clock.Add(10 * time.Minute)
	h.drain(t)
	if got := h.last(t); got.Status != message.Expired || len(h.post.sent()) != 0 || h.waiting(t) != 0 {
		t.Errorf("%+v, sent %d", got, len(h.post.sent()))
	}

	// One that would have expired before its next attempt is erased at once.
	h.post.refuse(func(string) error { return errDown })
	l := h.code("ann@example.com")
	l.ExpiresAt = h.Clock.Now().Add(4 * time.Minute)
	h.send(t, l)
	h.drain(t)
	if got := h.last(t); got.Status != message.Failed || h.waiting(t) != 0 {
		t.Errorf("%+v, %d waiting", got, h.waiting(t))
	}
}

func TestRefusalIsFinalAndABounceHoldsForTheAddress(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.post.refuse(func(string) error { return &letter.Refusal{Reason: "554 5.7.1 policy"} })
	h.send(t, h.notice("ann@example.com"))
	h.drain(t)
	if got := h.last(t); got.Status != message.Failed || got.LastEvent != "554 5.7.1 policy" || h.waiting(t) != 0 {
		t.Errorf("refused: %+v", got)
	}
	if on, err := h.letters.Subscribed(t.Context(), h.Realm.ID, "ann@example.com"); err != nil || !on {
		t.Errorf("a refusal for another reason than the address suppressed it: %v", err)
	}

	h.post.refuse(func(string) error { return &letter.Refusal{Reason: "550 5.1.1 no such user", Bounce: true} })
	h.send(t, h.code("ann@example.com"))
	h.drain(t)
	if got := h.last(t); got.Status != message.Bounced {
		t.Errorf("bounced: %+v", got)
	}
	h.post.refuse(nil)
	h.send(t, h.notice("ANN@example.com")) // in another spelling
	h.drain(t)
	if got := h.last(t); got.Status != message.Suppressed || len(h.post.sent()) != 0 {
		t.Errorf("to a bounced address: %+v", got)
	}
	h.send(t, h.code("ann@example.com")) // without it nobody comes in
	h.drain(t)
	if got := h.last(t); got.Status != message.Sent || len(h.post.sent()) != 1 {
		t.Errorf("what is essential, to a bounced address: %+v", got)
	}
	if list, err := h.letters.Suppressed(t.Context(), h.Realm.ID, "ann@example.com"); err != nil || len(list) != 1 || list[0].Reason != message.ReasonBounced {
		t.Errorf("suppressions %+v, %v", list, err)
	}
	if err := h.letters.Release(h.Context, h.Realm.ID, "ann@example.com", message.ReasonBounced); err != nil {
		t.Fatal(err)
	}
	h.send(t, h.notice("ann@example.com"))
	h.drain(t)
	if got := h.last(t); got.Status != message.Sent {
		t.Errorf("after the release: %+v", got)
	}
	types := eventtest.Types(t, h.DB, h.Realm.ID)
	if n := len(types); types[n-2] != "letter.address_suppressed" || types[n-1] != "letter.address_released" {
		t.Errorf("events %v", types)
	}
}

func TestBounceIsForgottenAfterAFortnight(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.post.refuse(func(string) error { return &letter.Refusal{Reason: "550 5.1.1", Bounce: true} })
	h.send(t, h.notice("ann@example.com"))
	h.drain(t)
	h.post.refuse(nil)
	h.Clock.Add(14*24*time.Hour + time.Second)
	h.send(t, h.notice("ann@example.com"))
	h.drain(t)
	if got := h.last(t); got.Status != message.Sent {
		t.Errorf("%+v", got)
	}
}

func TestWithoutATransportALetterIsLoggedAsFailed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.letters = h.room(func(d *message.Deps) { d.Mails, d.Texts = nil, nil })
	h.send(t, h.notice("ann@example.com"))
	h.drain(t)
	if got := h.last(t); got.Status != message.Failed || got.LastEvent != "no way to send mail is configured" {
		t.Errorf("%+v", got)
	}
}

func TestOneLetterThatPanicsDoesNotHoldUpTheOthers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.post.refuse(func(to string) error {
		if to == "eve@example.com" {
			panic("a defect")
		}
		return nil
	})
	for _, to := range []string{"ann@example.com", "eve@example.com", "bob@example.com"} {
		h.send(t, h.notice(to))
	}
	h.drain(t)
	if n := len(h.post.sent()); n != 2 || h.waiting(t) != 1 {
		t.Errorf("%d sent, %d waiting", n, h.waiting(t))
	}
}

func TestProviderTellsWhatBecameOfALetter(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.send(t, h.notice("ann@example.com"))
	h.drain(t)
	id := h.last(t).MessageID
	tell := func(event string, fate letter.Fate) error {
		h.Clock.Add(time.Second)
		return h.letters.Report(t.Context(), letter.Report{
			Channel: letter.Email, Provider: "test", EventID: event, MessageID: id, Fate: fate, Detail: "told", At: h.Clock.Now(),
		})
	}
	for _, c := range []struct {
		event string
		fate  letter.Fate
		want  message.Status
	}{
		{"1", letter.Accepted, message.Sent}, {"2", letter.Delivered, message.Delivered}, {"3", letter.Opened, message.Delivered},
		{"4", letter.Complained, message.Complained}, {"5", letter.Delivered, message.Complained},
	} {
		if err := tell(c.event, c.fate); err != nil {
			t.Fatal(err)
		}
		if got := h.last(t); got.Status != c.want || got.LastEvent != string(c.fate)+": told" {
			t.Errorf("%s: %+v", c.fate, got)
		}
	}
	before := h.last(t)
	if err := tell("4", letter.Bounced); err != nil || h.last(t) != before {
		t.Errorf("a repeated report took effect: %v, %+v", err, h.last(t))
	}
	// Whoever complained gets essential mail only.
	h.send(t, h.notice("ann@example.com"))
	h.drain(t)
	if got := h.last(t); got.Status != message.Suppressed {
		t.Errorf("not essential, after a complaint: %+v", got)
	}
	h.send(t, h.code("ann@example.com"))
	h.drain(t)
	if got := h.last(t); got.Status != message.Sent {
		t.Errorf("essential, after a complaint: %+v", got)
	}
	id = "unknown"
	if err := tell("9", letter.Delivered); !errors.Is(err, message.ErrNotFound) {
		t.Errorf("unknown letter: %v", err)
	}
}

// hanging is a provider that does not answer.
type hanging struct {
	mailer
	asked chan struct{}
}

func (h hanging) Send(ctx context.Context, _ letter.Mail) (string, error) {
	h.asked <- struct{}{}
	<-ctx.Done()
	return "", ctx.Err()
}

// Who waits for a code by SMS does not wait for the mail provider.
func TestProviderThatHangsHoldsUpItsOwnLettersOnly(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	slow := hanging{mailer{h.post}, make(chan struct{}, 100)}
	h.letters = h.room(func(d *message.Deps) { d.Mails = slow })
	for i := range 40 {
		l := h.code(fmt.Sprintf("ann%d@example.com", i))
		l.ExpiresAt = h.Clock.Now().Add(3 * time.Second) // it bounds how long the provider is waited for
		h.send(t, l)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- h.letters.Run(ctx) }()
	for range 16 {
		<-slow.asked
	}
	start := time.Now()
	h.send(t, letter.Letter{
		RealmID: h.Realm.ID, UserID: h.user.ID, Kind: letter.SecondFactorSMS, To: "+4915123456789",
		Data: map[string]string{"code": "482913", "minutes": "10"}, ExpiresAt: h.Clock.Now().Add(10 * time.Minute),
	})
	<-h.post.came
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("the SMS left after %s", took)
	}
	cancel()
	h.Clock.Add(time.Hour)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestOutcomesAreToldAndTheQueueHasAnAge(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var told []string
	room := h.room(func(d *message.Deps) {
		d.Observe = func(channel letter.Channel, outcome message.Status) {
			told = append(told, string(channel)+" "+string(outcome))
		}
	})
	since := h.Clock.Now()
	h.send(t, h.notice("ann@example.com"))
	h.Clock.Add(time.Second)
	h.post.refuse(func(string) error { return errDown })
	send := func() {
		if _, err := room.Once(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	send()
	q, err := room.Queue(t.Context())
	if err != nil || q[letter.Email].Waiting != 1 || !q[letter.Email].Since.Equal(since) || q[letter.SMS].Waiting != 0 || !q[letter.SMS].Since.IsZero() {
		t.Errorf("queues %+v, %v", q, err)
	}
	h.post.refuse(nil)
	h.Clock.Add(6 * time.Minute)
	send()
	if want := []string{"email pending", "email sent"}; fmt.Sprint(told) != fmt.Sprint(want) {
		t.Errorf("told %v, want %v", told, want)
	}
}
