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
	"authserver/internal/worker"
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

// newLane is a lane of calls to receivers that answered last, or to those that did not.
func (s *Service) newLane(ailing bool, slots int) *worker.Lane[deliveryRow] {
	return &worker.Lane[deliveryRow]{
		Slots: slots, PerKey: perWebhook, Every: pollEvery, Bell: worker.NewBell(),
		Due: func(ctx context.Context, most int) ([]string, error) {
			ids, err := s.dueWebhooks(ctx, ailing, s.Now(), most)
			if err != nil {
				return nil, fmt.Errorf("look for deliveries: %w", err)
			}
			return ids, nil
		},
		Take: s.take,
		Key:  func(r deliveryRow) string { return r.WebhookID },
		Do:   s.deliver,
		Failed: func(ctx context.Context, err error) {
			s.Logger.ErrorContext(ctx, "webhooks cannot be delivered", "error", err)
		},
		Broke: func(ctx context.Context, r deliveryRow, err error) {
			s.Logger.ErrorContext(ctx, "delivery not settled", "delivery_id", r.ID, "error", err)
		},
	}
}

// nudge wakes the lanes of this process.
func (s *Service) nudge() {
	for _, l := range s.lanes {
		l.Bell.Ring()
	}
}

// Run delivers until ctx ends: at once what this process dispatches, within a second what
// others do. It finishes the calls that it is at.
func (s *Service) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	for _, l := range s.lanes {
		wg.Go(func() { l.Run(ctx) })
	}
	wg.Wait()
	return nil
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
		rows, err := l.Claim(ctx)
		if err != nil {
			return 0, err
		}
		all = append(all, rows...)
	}
	return len(all), worker.Each(ctx, all, s.deliver)
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
	case r.Attempts > len(s.Ladder)+2:
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
		if wait, more := s.pause(r.Attempts); more && !out.gone {
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
