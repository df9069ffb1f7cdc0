package webhook

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"authserver/internal/event"
	"authserver/internal/failpoint"
	"authserver/internal/id"
)

const (
	// wellSlots and ailingSlots are how many calls a process makes at the same time, to
	// receivers that answered last and to those that did not.
	wellSlots, ailingSlots = 32, 8
	// perWebhook is how many of them go to one receiver.
	perWebhook = 4
	// patience bounds one call; the lease must outlast it and what is written then.
	patience  = 10 * time.Second
	lease     = time.Minute
	pollEvery = time.Second

	// A receiver that has failed so often, and for so long, is disabled.
	disableAfter = 10
	disableSince = 24 * time.Hour
)

// lane is a number of calls at the same time.
type lane struct {
	ailing bool
	slots  int
	wake   chan struct{}
	done   chan string // ids of webhooks whose call has ended
}

func newLane(ailing bool, slots int) *lane {
	return &lane{ailing, slots, make(chan struct{}, 1), make(chan string, slots)}
}

// nudge wakes the lanes of this process.
func (s *Service) nudge() {
	for _, l := range s.lanes {
		select {
		case l.wake <- struct{}{}:
		default:
		}
	}
}

// Run delivers until ctx ends: at once what this process dispatches, within a second what
// others do. It finishes the calls that it is at.
func (s *Service) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	for _, l := range s.lanes {
		wg.Go(func() { s.drive(ctx, l) })
	}
	wg.Wait()
	return nil
}

// drive keeps the lane full. A webhook whose calls hang fills its own slots only.
func (s *Service) drive(ctx context.Context, l *lane) {
	poll := time.NewTicker(pollEvery)
	defer poll.Stop()
	busy, running, failing := map[string]int{}, 0, false
	ended := func(webhookID string) {
		running--
		if busy[webhookID]--; busy[webhookID] == 0 {
			delete(busy, webhookID)
		}
	}
	for ctx.Err() == nil {
		claimed, err := s.fill(context.WithoutCancel(ctx), l.ailing, l.slots-running, busy)
		if err != nil && !failing {
			s.Logger.ErrorContext(ctx, "webhooks cannot be delivered", "error", err)
		}
		failing = err != nil
		for _, r := range claimed {
			running++
			busy[r.WebhookID]++
			go func() {
				defer func() { l.done <- r.WebhookID }()
				if err := s.deliver(context.WithoutCancel(ctx), r); err != nil {
					s.Logger.ErrorContext(ctx, "delivery not settled", "delivery_id", r.ID, "error", err)
				}
			}()
		}
		select {
		case <-ctx.Done():
		case <-poll.C:
		case <-l.wake:
		case webhookID := <-l.done:
			ended(webhookID)
		}
	}
	for running > 0 {
		ended(<-l.done)
	}
}

// fill claims as many deliveries as there are free slots, few of each webhook.
func (s *Service) fill(ctx context.Context, ailing bool, free int, busy map[string]int) ([]deliveryRow, error) {
	if free < 1 {
		return nil, nil
	}
	ids, err := s.dueWebhooks(ctx, ailing, s.Now(), free+len(busy))
	if err != nil {
		return nil, fmt.Errorf("look for deliveries: %w", err)
	}
	var all []deliveryRow
	for _, webhookID := range ids {
		most := min(perWebhook-busy[webhookID], free-len(all))
		if most < 1 {
			continue
		}
		rows, err := s.take(ctx, webhookID, most)
		if err != nil {
			return all, err
		}
		all = append(all, rows...)
	}
	return all, nil
}

func (s *Service) take(ctx context.Context, webhookID string, most int) (rows []deliveryRow, err error) {
	owner, now := id.New(), s.Now()
	err = s.DB.InTx(ctx, func(ctx context.Context) (err error) {
		if rows, err = s.claim(ctx, owner, webhookID, now, now.Add(lease), most); err != nil {
			return err
		}
		return failpoint.Hit(ctx, "webhook/claiming")
	})
	if err != nil {
		return nil, fmt.Errorf("claim deliveries of webhook %s: %w", webhookID, err)
	}
	return rows, failpoint.Hit(ctx, "webhook/claimed")
}

// Once makes some of the deliveries that are due and returns how many it took on. Its
// error is the database's; what receivers fail at stays with the delivery.
func (s *Service) Once(ctx context.Context) (int, error) {
	var all []deliveryRow
	for _, l := range s.lanes {
		rows, err := s.fill(ctx, l.ailing, l.slots, nil)
		if err != nil {
			return 0, err
		}
		all = append(all, rows...)
	}
	errs := make([]error, len(all))
	var wg sync.WaitGroup
	for i, r := range all {
		wg.Go(func() { errs[i] = s.deliver(ctx, r) })
	}
	wg.Wait()
	return len(all), errors.Join(errs...)
}

// deliver makes one attempt and writes what came of it.
func (s *Service) deliver(ctx context.Context, r deliveryRow) error {
	w, err := s.ByID(ctx, r.RealmID, r.WebhookID)
	switch {
	case errors.Is(err, ErrNotFound):
		return s.end(ctx, r, Cancelled, "deleted")
	case err != nil:
		return err
	case !w.Enabled:
		return s.end(ctx, r, Cancelled, "disabled")
	case r.Attempts > len(ladder())+2:
		return s.end(ctx, r, Parked, "the worker died each time")
	}
	out, err := s.attempt(ctx, w, r)
	if err != nil {
		return err
	}
	if err := failpoint.Hit(ctx, "webhook/called"); err != nil {
		return err
	}
	return s.finish(ctx, w, r, out)
}

// end settles a delivery without a call.
func (s *Service) end(ctx context.Context, r deliveryRow, status Status, reason string) error {
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		_, err := s.settle(ctx, r, status, reason, s.Now(), s.Now())
		return err
	})
}

// finish writes the attempt, and what it means for the delivery and for the webhook.
func (s *Service) finish(ctx context.Context, w *Webhook, r deliveryRow, out outcome) error {
	now := s.Now()
	status, next, finished := Delivered, now, now
	if out.failed != "" {
		status = Parked
		if wait, more := pause(r.Attempts); more && !out.gone {
			status, next, finished = Pending, now.Add(wait), time.Time{}
		}
	}
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		ours, err := s.settle(ctx, r, status, out.failed, next, finished)
		if err != nil {
			return err
		}
		if err := s.insertAttempt(ctx, out.row(r)); err != nil {
			return err
		}
		if !ours { // whoever took it over, or cancelled it, says what became of it
			return nil
		}
		if out.failed == "" {
			return s.succeeded(ctx, w)
		}
		return s.blame(ctx, w, out, now)
	})
	if err != nil {
		return fmt.Errorf("settle delivery %s: %w", r.ID, err)
	}
	s.Observe(w.RealmID, out.failed == "")
	return failpoint.Hit(ctx, "webhook/finished")
}

// blame counts a failure of the receiver, and disables it when that is enough.
func (s *Service) blame(ctx context.Context, w *Webhook, out outcome, now time.Time) error {
	failures, since, err := s.failed(ctx, w, now)
	if err != nil {
		return err
	}
	reason := ReasonFailing
	switch {
	case out.gone:
		reason = ReasonGone
	case failures < disableAfter || now.Sub(since) < disableSince:
		return nil
	}
	changed, err := s.disable(ctx, w, reason, now)
	if err != nil || !changed {
		return err
	}
	if err := s.cancel(ctx, w.RealmID, w.ID, "disabled", now); err != nil {
		return err
	}
	s.Logger.WarnContext(ctx, "webhook disabled", "webhook_id", w.ID, "reason", reason, "failures", failures)
	return s.Events.Record(event.WithActor(ctx, event.Actor{Kind: event.System}), w.Ref(), Disabled{w.ApplicationID, reason})
}
