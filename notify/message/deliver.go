package message

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"authserver/internal/database"
	"authserver/internal/failpoint"
	"authserver/internal/id"
	"authserver/internal/letter"
	"authserver/internal/tracing"
	"authserver/internal/worker"
)

const (
	// batch is how many letters a worker sends at the same time, and lanes how many
	// workers a process has for each channel: a provider that hangs holds up its own
	// letters, and not those of the other channel.
	batch = 8
	lanes = 2
	// patience bounds one letter; the lease must outlast it.
	patience = 30 * time.Second
	lease    = 2 * time.Minute
	// retries and retryAfter are how a letter is tried again.
	retries    = 3
	retryAfter = 300 * time.Second
	pollEvery  = time.Second
)

// Run sends letters until ctx ends: at once what this process queues, within a second
// what others do. It finishes the letters that it is at.
func (s *Service) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	for channel, wake := range s.wake {
		for range lanes {
			wg.Go(func() { s.lane(ctx, channel, wake) })
		}
	}
	wg.Wait()
	return nil
}

func (s *Service) lane(ctx context.Context, channel letter.Channel, wake worker.Bell) {
	worker.Drain(ctx, pollEvery, wake,
		func(ctx context.Context) (int, error) { return s.once(ctx, channel) },
		func(ctx context.Context, err error) { s.log.ErrorContext(ctx, "letters cannot be sent", "error", err) })
}

// Once sends some of the letters that are due and returns how many it took on, sent or
// not. Its error is the database's; what a provider fails at stays with the letter.
func (s *Service) Once(ctx context.Context) (int, error) {
	return s.once(ctx, letter.Email, letter.SMS)
}

// once is Once for letters of those channels.
func (s *Service) once(ctx context.Context, channels ...letter.Channel) (int, error) {
	some, err := s.due(ctx, s.now(), channels)
	if err != nil || !some {
		return 0, err
	}
	rows, err := s.take(ctx, channels)
	if err != nil {
		return 0, err
	}
	errs := make([]error, len(rows))
	var wg sync.WaitGroup
	for i, r := range rows {
		wg.Go(func() { errs[i] = s.deliver(ctx, r) })
	}
	wg.Wait()
	return len(rows), errors.Join(errs...)
}

func (s *Service) take(ctx context.Context, channels []letter.Channel) ([]row, error) {
	owner, now := id.New(), s.now()
	var rows []row
	err := s.db.InTx(ctx, func(ctx context.Context) (err error) {
		if rows, err = s.claim(ctx, owner, channels, now, now.Add(lease)); err != nil {
			return err
		}
		return failpoint.Hit(ctx, "message/claiming")
	})
	if err != nil {
		return nil, fmt.Errorf("claim letters: %w", err)
	}
	return rows, failpoint.Hit(ctx, "message/claimed")
}

// deliver takes one letter as far as it can go now.
func (s *Service) deliver(ctx context.Context, r row) error {
	ctx, span := tracing.Start(ctx, tracing.Producer, "letter deliver")
	defer span.End()
	span.String("authserver.letter.channel", r.Channel)
	span.String("authserver.letter.kind", r.Kind)
	span.Int("authserver.attempt", r.Attempts)
	now := s.now()
	switch {
	case r.ExpiresAt != 0 && !r.ExpiresAt.Time().After(now):
		return s.finish(ctx, r, outcome{status: Expired, event: "expired"})
	case r.Attempts > retries+1:
		return s.finish(ctx, r, outcome{status: Failed, event: "the worker died each time"})
	}
	out, err := s.attempt(ctx, r)
	if err != nil {
		span.Fail("attempt")
	}
	if err == nil {
		if err := failpoint.Hit(ctx, "message/sent"); err != nil {
			return err
		}
		return s.finish(ctx, r, out)
	}
	again := now.Add(retryAfter + jitter())
	refusal, final := letter.Refused(err)
	switch {
	case final:
		out.status, out.event, out.bounce = Failed, refusal.Reason, refusal.Bounce
		if refusal.Bounce {
			out.status = Bounced
		}
	case r.Attempts > retries:
		out.status, out.event = Failed, err.Error()
	case r.ExpiresAt != 0 && !r.ExpiresAt.Time().After(again):
		out.status, out.event = Failed, "no time for another attempt: "+err.Error()
	default:
		return s.again(ctx, r, out, err, again)
	}
	s.log.WarnContext(ctx, "letter given up", "letter_id", r.ID, "kind", r.Kind, "attempts", r.Attempts, "error", bound(out.event))
	return s.finish(ctx, r, out)
}

// jitter keeps the letters that failed together from coming together again.
func jitter() time.Duration { return rand.N(retryAfter / 5) }

// outcome is what is known of a letter after an attempt.
type outcome struct {
	status                Status
	event                 string
	provider, messageID   string
	from, to, toKey, text string
	bounce                bool
}

// attempt lays the letter out and hands it to the provider. It is outside any
// transaction. A defect in the words of one letter must not end the worker.
func (s *Service) attempt(ctx context.Context, r row) (out outcome, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	c, err := s.open(r)
	if err != nil {
		return out, &letter.Refusal{Reason: "the letter cannot be opened: its key has left the ring"}
	}
	channel := letter.Channel(r.Channel)
	out.to, out.toKey = c.To, key(channel, c.To)
	if barred, err := s.barred(ctx, r, out.toKey); err != nil || barred != "" {
		return outcome{status: Suppressed, event: string(barred)}, err
	}
	if unwanted, err := s.unwanted(ctx, r, c.UserID); err != nil || unwanted {
		return outcome{status: Suppressed, event: string(ReasonSwitchedOff)}, err
	}
	limit := patience
	if left := r.ExpiresAt.Time().Sub(s.now()); r.ExpiresAt != 0 {
		limit = min(limit, left)
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if channel == letter.SMS {
		return s.sendText(ctx, r, c, out)
	}
	return s.sendMail(ctx, r, c, out)
}

func (s *Service) sendMail(ctx context.Context, r row, c contents, out outcome) (outcome, error) {
	if s.mails == nil {
		return out, &letter.Refusal{Reason: "no way to send mail is configured"}
	}
	m, err := s.compose(ctx, r, c)
	if err != nil {
		return out, err
	}
	out.provider, out.from, out.text = s.mails.Provider(), s.mails.From(), m.Subject
	if err := failpoint.Hit(ctx, "message/composed"); err != nil {
		return out, err
	}
	if out.messageID, err = s.mails.Send(ctx, m); err != nil {
		return out, err
	}
	out.status, out.event = Sent, "sent"
	return out, nil
}

func (s *Service) sendText(ctx context.Context, r row, c contents, out outcome) (outcome, error) {
	if s.texts == nil {
		return out, &letter.Refusal{Reason: "no way to send SMS is configured"}
	}
	text, masked, err := s.composeText(ctx, r, c)
	if err != nil {
		return out, err
	}
	out.provider, out.from, out.text = s.texts.Provider(), s.texts.From(), masked
	if err := failpoint.Hit(ctx, "message/composed"); err != nil {
		return out, err
	}
	if out.messageID, err = s.texts.Send(ctx, letter.Text{ID: r.ID, To: c.To, Text: text, Code: c.Data["code"], Language: c.Language}); err != nil {
		return out, err
	}
	out.status, out.event = Sent, "sent"
	return out, nil
}

// finish erases the letter and writes what became of it.
func (s *Service) finish(ctx context.Context, r row, out outcome) error {
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		ours, err := s.remove(ctx, r)
		if err != nil || !ours {
			return err // whoever took it over says what became of it
		}
		if out.bounce && letter.Kind(r.Kind) != letter.Erased {
			if err := s.suppress(ctx, r.RealmID, out.toKey, ReasonBounced); err != nil {
				return err
			}
		}
		if err := failpoint.Hit(ctx, "message/finishing"); err != nil {
			return err
		}
		return s.note(ctx, r, out)
	})
	if err != nil {
		return fmt.Errorf("finish letter %s: %w", r.ID, err)
	}
	return failpoint.Hit(ctx, "message/finished")
}

// again gives the letter back until its next attempt.
func (s *Service) again(ctx context.Context, r row, out outcome, failed error, at time.Time) error {
	out.status, out.event = Pending, failed.Error()
	s.log.WarnContext(ctx, "letter will be tried again", "letter_id", r.ID, "kind", r.Kind, "attempts", r.Attempts, "error", bound(out.event))
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		ours, err := s.postpone(ctx, r, at)
		if err != nil || !ours {
			return err
		}
		return s.note(ctx, r, out)
	})
	if err != nil {
		return fmt.Errorf("postpone letter %s: %w", r.ID, err)
	}
	return nil
}

func (s *Service) note(ctx context.Context, r row, out outcome) error {
	now := database.At(s.now())
	s.happened(ctx, letter.Channel(r.Channel), out.status)
	return s.updateLog(ctx, letter.Channel(r.Channel), r.RealmID, r.ID, map[string]any{
		"status": string(out.status), "last_event": bound(out.event), "last_event_at": now, "updated_at": now, "attempts": r.Attempts,
		"provider": out.provider, "provider_msg_id": out.messageID, "from_address": out.from, "summary": out.text,
	})
}

// bound makes of a provider's words something that every log and column can hold.
func bound(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	if len(s) > 300 {
		s = strings.ToValidUTF8(s[:300], "")
	}
	return s
}
