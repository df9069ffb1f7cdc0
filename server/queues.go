package server

import (
	"context"

	"authserver/internal/event"
	"authserver/notify/webhook"
	"authserver/watch/queue"
)

// parkers are the queues of the house whose workers give things up.
func (s *Server) parkers() []queue.Parker {
	return []queue.Parker{eventQueue{s.Events}, webhookQueue{s.Webhooks}}
}

// eventQueue is the log of events as a queue.
type eventQueue struct{ log *event.Log }

// Name implements queue.Parker.
func (eventQueue) Name() string { return "events" }

// Parked implements queue.Parker.
func (q eventQueue) Parked(ctx context.Context, realmID, after string, most int) ([]queue.Item, error) {
	list, err := q.log.Parked(ctx, realmID, after, most)
	if err != nil {
		return nil, err
	}
	items := make([]queue.Item, 0, len(list))
	for _, p := range list {
		items = append(items, queue.Item{
			ID: p.ID, RealmID: p.RealmID, Queue: q.Name(), Kind: p.Type, Subject: p.Ref.Kind + " " + p.Ref.ID,
			Reason: p.Failure, Attempts: p.Attempts, At: p.At, ParkedAt: p.ParkedAt,
		})
	}
	return items, nil
}

// Retry implements queue.Parker.
func (q eventQueue) Retry(ctx context.Context, realmID, id string) (int64, error) {
	return q.log.Retry(ctx, realmID, id)
}

// Drop implements queue.Parker.
func (q eventQueue) Drop(ctx context.Context, realmID, id string) error {
	return q.log.Drop(ctx, realmID, id)
}

// webhookQueue is the deliveries of webhooks as a queue.
type webhookQueue struct{ hooks *webhook.Service }

// Name implements queue.Parker.
func (webhookQueue) Name() string { return "webhooks" }

// Parked implements queue.Parker.
func (q webhookQueue) Parked(ctx context.Context, realmID, after string, most int) ([]queue.Item, error) {
	list, err := q.hooks.Parked(ctx, realmID, after, most)
	if err != nil {
		return nil, err
	}
	items := make([]queue.Item, 0, len(list))
	for _, d := range list {
		items = append(items, queue.Item{
			ID: d.ID, RealmID: d.RealmID, Queue: q.Name(), Kind: d.EventType, Subject: "webhook " + d.WebhookID,
			Reason: d.Error, Attempts: d.Attempts, At: d.CreatedAt, ParkedAt: d.FinishedAt,
		})
	}
	return items, nil
}

// Retry implements queue.Parker.
func (q webhookQueue) Retry(ctx context.Context, realmID, id string) (int64, error) {
	return q.hooks.RetryParked(ctx, realmID, id)
}

// Drop implements queue.Parker.
func (q webhookQueue) Drop(ctx context.Context, realmID, id string) error {
	return q.hooks.DropParked(ctx, realmID, id)
}
