package webhook

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/id"
)

// Name names the subscriber.
func (s *Service) Name() string { return "webhooks" }

// Handle writes a delivery for each webhook that wants the event. It implements
// event.Subscriber.
func (s *Service) Handle(ctx context.Context, e event.Event) error {
	if e.RealmID == "" {
		return nil
	}
	all, err := s.enabled(ctx, e.RealmID)
	if err != nil {
		return fmt.Errorf("webhooks of realm %s: %w", e.RealmID, err)
	}
	var wanting []*Webhook
	for _, w := range all {
		if w.Wants(e.Type) && w.concerns(e) {
			wanting = append(wanting, w)
		}
	}
	if len(wanting) > 0 {
		body, err := s.body(ctx, e)
		if err != nil {
			return fmt.Errorf("body of event %s: %w", e.ID, err)
		}
		for _, w := range wanting {
			if err := s.enqueue(ctx, w, e, body); err != nil {
				return fmt.Errorf("deliver event %s to webhook %s: %w", e.ID, w.ID, err)
			}
		}
		s.DB.AfterCommit(ctx, s.nudge)
	}
	if e.Type == "application.deleted" {
		return s.ForgetApplication(ctx, e.RealmID, e.Ref.ID)
	}
	return nil
}

// concerns reports whether the webhook may hear of the event: those of an application
// hear of what is about it, or done by it or through it. People belong to the realm.
func (w *Webhook) concerns(e event.Event) bool {
	if w.ApplicationID == "" || e.Actor.ApplicationID == w.ApplicationID {
		return true
	}
	if e.Ref.Kind == "application" && e.Ref.ID == w.ApplicationID {
		return true
	}
	var about struct {
		ApplicationID string `json:"application_id"`
	}
	return json.Unmarshal(e.Payload, &about) == nil && about.ApplicationID == w.ApplicationID
}

// message is the body of a delivery. Addresses of people (IP, user agent) stay out.
type message struct {
	Type      string          `json:"type"`
	Timestamp time.Time       `json:"timestamp"`
	ID        string          `json:"id"`
	Version   int             `json:"version"`
	Realm     realmOf         `json:"realm"`
	Subject   subject         `json:"subject"`
	Actor     actor           `json:"actor"`
	Data      json.RawMessage `json:"data"`
}

type realmOf struct {
	ID   string `json:"id"`
	Slug string `json:"slug"`
}

type subject struct {
	Kind string `json:"kind"`
	ID   string `json:"id"`
}

type actor struct {
	Kind          string `json:"kind"`
	ID            string `json:"id,omitempty"`
	ApplicationID string `json:"application_id,omitempty"`
}

func (s *Service) body(ctx context.Context, e event.Event) (string, error) {
	in, err := s.Realms.ByID(ctx, e.RealmID)
	if err != nil {
		return "", err
	}
	m := message{
		Type: e.Type, Timestamp: e.At, ID: e.ID, Version: 1, Realm: realmOf{in.ID, in.Slug}, Subject: subject{e.Ref.Kind, e.Ref.ID},
		Actor: actor{e.Actor.Kind, e.Actor.ID, e.Actor.ApplicationID}, Data: e.Payload,
	}
	for _, k := range s.Catalogue {
		if k.Type() == e.Type {
			m.Version = k.Version()
		}
	}
	raw, err := json.Marshal(m)
	return string(raw), err
}

// enqueue writes a delivery that is due at once; or parks it, if too many wait for a
// receiver that fails.
func (s *Service) enqueue(ctx context.Context, w *Webhook, e event.Event, body string) error {
	now := database.At(s.Now())
	r := deliveryRow{
		ID: id.New(), RealmID: w.RealmID, WebhookID: w.ID, EventID: e.ID, EventType: e.Type, Body: body,
		Status: string(Pending), NextAttemptAt: now, CreatedAt: now,
	}
	if w.Failures > 0 {
		crowded, err := s.crowded(ctx, w.ID)
		if err != nil {
			return err
		}
		if crowded {
			r.Status, r.Error, r.FinishedAt = string(Parked), "too many wait", now
		}
	}
	return s.insertDelivery(ctx, r)
}

// ForgetApplication ends the webhooks of an application that is deleted, in the transaction of ctx.
func (s *Service) ForgetApplication(ctx context.Context, realmID, applicationID string) error {
	all, err := s.ofApplication(ctx, realmID, applicationID)
	if err != nil {
		return fmt.Errorf("webhooks of application %s: %w", applicationID, err)
	}
	for _, w := range all {
		if err := s.drop(ctx, w); err != nil {
			return fmt.Errorf("delete webhook %s: %w", w.ID, err)
		}
	}
	return nil
}
