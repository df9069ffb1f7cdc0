package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/id"
)

// PingType is the type of deliveries that only try the way; no event has it.
const PingType = "webhook.ping"

// mostReplayed is how many deliveries one call makes due again.
const mostReplayed = 500

// kept is how long deliveries and attempts are remembered.
const kept = 30 * 24 * time.Hour

// Ping queues a delivery that tells of nothing, and returns it.
func (s *Service) Ping(ctx context.Context, realmID, webhookID string) (*Delivery, error) {
	var r deliveryRow
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		w, err := s.ByID(ctx, realmID, webhookID)
		if err != nil {
			return err
		}
		if !w.Enabled {
			return ErrDisabled
		}
		in, err := s.Realms.ByID(ctx, realmID)
		if err != nil {
			return err
		}
		now := database.At(s.Now())
		r = deliveryRow{
			ID: id.New(), RealmID: realmID, WebhookID: webhookID, EventType: PingType, Status: string(Pending), NextAttemptAt: now, CreatedAt: now,
		}
		m := message{Type: PingType, Timestamp: now.Time(), ID: r.ID, Version: 1, Realm: realmOf{in.ID, in.Slug}, Subject: subject{"webhook", webhookID}, Data: json.RawMessage("{}")}
		if a, ok := event.ActorFrom(ctx); ok {
			m.Actor = actor{a.Kind, a.ID, a.ApplicationID}
		}
		raw, err := json.Marshal(m)
		if err != nil {
			return err
		}
		r.Body = string(raw)
		s.DB.AfterCommit(ctx, s.nudge)
		return s.insertDelivery(ctx, r)
	})
	if err != nil {
		return nil, fmt.Errorf("ping webhook %s: %w", webhookID, err)
	}
	return r.delivery(), nil
}

// Delivery returns a delivery with its attempts, or ErrDeliveryNotFound.
func (s *Service) Delivery(ctx context.Context, realmID, webhookID, deliveryID string) (*Delivery, []Attempt, error) {
	d, err := s.findDelivery(ctx, realmID, webhookID, deliveryID)
	if errors.Is(err, database.ErrNotFound) {
		return nil, nil, ErrDeliveryNotFound
	}
	if err != nil {
		return nil, nil, fmt.Errorf("delivery %s: %w", deliveryID, err)
	}
	attempts, err := s.attempts(ctx, realmID, deliveryID)
	if err != nil {
		return nil, nil, fmt.Errorf("attempts of delivery %s: %w", deliveryID, err)
	}
	return d, attempts, nil
}

// Deliveries are those of a webhook, the newest first.
func (s *Service) Deliveries(ctx context.Context, realmID, webhookID string, f Filter) ([]*Delivery, error) {
	list, err := s.deliveries(ctx, realmID, webhookID, f)
	if err != nil {
		return nil, fmt.Errorf("deliveries of webhook %s: %w", webhookID, err)
	}
	return list, nil
}

// Replay makes a delivery due again, with the same id and body. ErrPending says that it is
// still being tried, ErrDisabled that nothing would be sent.
func (s *Service) Replay(ctx context.Context, realmID, webhookID, deliveryID string) (*Delivery, error) {
	var d *Delivery
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		w, err := s.ByID(ctx, realmID, webhookID)
		if err != nil {
			return err
		}
		if d, _, err = s.Delivery(ctx, realmID, webhookID, deliveryID); err != nil {
			return err
		}
		if !w.Enabled {
			return ErrDisabled
		}
		changed, err := s.again(ctx, realmID, webhookID, deliveryID, s.Now())
		if err != nil {
			return err
		}
		if !changed {
			return ErrPending
		}
		s.DB.AfterCommit(ctx, s.nudge)
		d, _, err = s.Delivery(ctx, realmID, webhookID, deliveryID)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("replay delivery %s: %w", deliveryID, err)
	}
	return d, nil
}

// ReplayRange makes deliveries of a time due again, the newest first, and returns how many.
// With more it could go on: call it again with an earlier end, which it returns.
func (s *Service) ReplayRange(ctx context.Context, realmID, webhookID string, f Filter) (n int, earlier time.Time, err error) {
	f.Limit = mostReplayed
	err = s.DB.InTx(ctx, func(ctx context.Context) error {
		w, err := s.ByID(ctx, realmID, webhookID)
		if err != nil {
			return err
		}
		if !w.Enabled {
			return ErrDisabled
		}
		list, err := s.deliveries(ctx, realmID, webhookID, f)
		if err != nil {
			return err
		}
		now := s.Now()
		for _, d := range list {
			changed, err := s.again(ctx, realmID, webhookID, d.ID, now)
			if err != nil {
				return err
			}
			if changed {
				n++
			}
		}
		if len(list) == mostReplayed {
			earlier = list[len(list)-1].CreatedAt
		}
		s.DB.AfterCommit(ctx, s.nudge)
		return nil
	})
	if err != nil {
		return 0, time.Time{}, fmt.Errorf("replay deliveries of webhook %s: %w", webhookID, err)
	}
	return n, earlier, nil
}

// Sweep removes deliveries and attempts that are older than they are kept, some at a time,
// and returns how many.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	const some = 500
	before, swept := s.Now().Add(-kept), 0
	for _, part := range []func(context.Context, time.Time, int) (int, error){s.sweepDeliveries, s.sweepAttempts} {
		err := s.DB.InTx(ctx, func(ctx context.Context) error {
			n, err := part(ctx, before, some)
			swept += n
			return err
		})
		if err != nil {
			return swept, err
		}
	}
	return swept, nil
}

// Reseal seals secrets and headers with the newest key of the ring, and returns how many
// it changed. What does not open is left as it is and reported.
func (s *Service) Reseal(ctx context.Context) (int, error) {
	done := 0
	var errs []error
	for after := ""; ctx.Err() == nil; {
		rows, err := s.secretsAfter(ctx, after, 100)
		if err != nil {
			return done, fmt.Errorf("reseal secrets of webhooks: %w", err)
		}
		if len(rows) == 0 {
			break
		}
		for _, r := range rows {
			after = r.ID
			changed, err := s.reseal(ctx, r.Sealed, []string{"webhook_secrets", r.RealmID, r.ID}, func(ctx context.Context, sealed string) (bool, error) {
				return s.replaceSecret(ctx, r, sealed)
			})
			done += changed
			errs = append(errs, err)
		}
	}
	for after := ""; ctx.Err() == nil; {
		rows, err := s.headersAfter(ctx, after, 100)
		if err != nil {
			return done, fmt.Errorf("reseal headers of webhooks: %w", err)
		}
		if len(rows) == 0 {
			break
		}
		for _, r := range rows {
			after = r.ID
			changed, err := s.reseal(ctx, r.Headers, []string{"webhooks", r.RealmID, r.ID}, func(ctx context.Context, sealed string) (bool, error) {
				return s.replaceHeaders(ctx, r, sealed)
			})
			done += changed
			errs = append(errs, err)
		}
	}
	return done, errors.Join(append(errs, ctx.Err())...)
}

func (s *Service) reseal(ctx context.Context, old string, where []string, replace func(context.Context, string) (bool, error)) (int, error) {
	if s.Ring.Current(old) {
		return 0, nil
	}
	plain, err := s.Ring.Open(old, where...)
	if err != nil {
		return 0, fmt.Errorf("reseal %v: %w", where, err)
	}
	sealed, err := s.Ring.Seal(plain, where...)
	if err != nil {
		return 0, err
	}
	changed := 0
	err = s.DB.InTx(ctx, func(ctx context.Context) error {
		ours, err := replace(ctx, sealed)
		if ours {
			changed = 1
		}
		return err
	})
	return changed, err
}
