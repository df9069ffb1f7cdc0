package webhook

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/id"
	"authserver/internal/rest"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

// ByID returns a webhook of the realm, or ErrNotFound.
func (s *Service) ByID(ctx context.Context, realmID, webhookID string) (*Webhook, error) {
	w, err := s.find(ctx, realmID, webhookID)
	if errors.Is(err, database.ErrNotFound) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("webhook %s: %w", webhookID, err)
	}
	return w, nil
}

// Create registers a webhook and returns it with its secret, which is told only now.
func (s *Service) Create(ctx context.Context, w Webhook) (*Webhook, string, error) {
	if err := s.check(&w); err != nil {
		return nil, "", err
	}
	if w.ApplicationID != "" {
		if _, err := s.Applications.ByID(ctx, w.RealmID, w.ApplicationID); errors.Is(err, application.ErrNotFound) {
			return nil, "", ErrNoApplication
		} else if err != nil {
			return nil, "", fmt.Errorf("create webhook: %w", err)
		}
	}
	now := database.At(s.Now()).Time()
	w.ID, w.Enabled, w.Version, w.CreatedAt, w.UpdatedAt = id.New(), true, 1, now, now
	plain := newSecret()
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		n, err := s.count(ctx, w.RealmID, w.ApplicationID)
		if err != nil {
			return err
		}
		if n >= mostWebhooks {
			return ErrTooMany
		}
		if err := s.insert(ctx, &w); err != nil {
			return err
		}
		if err := s.addSecret(ctx, &w, plain, now); err != nil {
			return err
		}
		return s.Events.Record(ctx, w.Ref(), Created{w.ApplicationID, w.Events})
	})
	if err != nil {
		return nil, "", fmt.Errorf("create webhook: %w", err)
	}
	return &w, plain, nil
}

// check holds what somebody wrote to the rules, and brings it into one form.
func (s *Service) check(w *Webhook) (err error) {
	if err := checkURL(w.URL, s.Networks); err != nil {
		return err
	}
	if w.Events, err = checkEvents(w.Events, s.Catalogue); err != nil {
		return err
	}
	if err := checkHeaders(w.Headers); err != nil {
		return err
	}
	w.Description, err = realm.Sentence("description", w.Description)
	return err
}

// Update lets change edit address, description, events, headers, and whether the webhook
// is enabled.
func (s *Service) Update(ctx context.Context, realmID, webhookID string, change func(*Webhook) error) (*Webhook, error) {
	var w *Webhook
	err := s.DB.InTx(ctx, func(ctx context.Context) (err error) {
		if w, err = s.ByID(ctx, realmID, webhookID); err != nil {
			return err
		}
		old := *w
		if err := change(w); err != nil {
			return err
		}
		if err := s.check(w); err != nil {
			return err
		}
		told := changes(&old, w)
		if len(told) == 0 {
			return nil
		}
		w.Version, w.UpdatedAt = old.Version+1, database.At(s.Now()).Time()
		switch {
		case w.Enabled && !old.Enabled:
			w.DisabledReason, w.Failures, w.FailingSince = "", 0, time.Time{}
		case !w.Enabled && old.Enabled:
			w.DisabledReason = ReasonAsked
			if err := s.cancel(ctx, w.RealmID, w.ID, "disabled", s.Now()); err != nil {
				return err
			}
		}
		stored, err := s.update(ctx, w, old.Version)
		if err != nil {
			return err
		}
		if !stored {
			return rest.ErrChanged
		}
		return s.Events.Record(ctx, w.Ref(), told...)
	})
	if err != nil {
		return nil, fmt.Errorf("update webhook %s: %w", webhookID, err)
	}
	return w, nil
}

// changes are the events that tell of the difference.
func changes(old, w *Webhook) []event.Payload {
	var fields []string
	for name, differs := range map[string]bool{
		"url": old.URL != w.URL, "description": old.Description != w.Description,
		"events": !slices.Equal(old.Events, w.Events), "headers": !maps.Equal(old.Headers, w.Headers),
	} {
		if differs {
			fields = append(fields, name)
		}
	}
	var told []event.Payload
	if len(fields) > 0 {
		slices.Sort(fields)
		told = append(told, Updated{w.ApplicationID, fields})
	}
	switch {
	case w.Enabled && !old.Enabled:
		told = append(told, Enabled{w.ApplicationID})
	case !w.Enabled && old.Enabled:
		told = append(told, Disabled{w.ApplicationID, ReasonAsked})
	}
	return told
}

// Rotate gives the webhook a new secret, and returns it. What was valid until now signs as
// well, for overlap.
func (s *Service) Rotate(ctx context.Context, realmID, webhookID string, overlap time.Duration) (string, error) {
	plain := newSecret()
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		w, err := s.ByID(ctx, realmID, webhookID)
		if err != nil {
			return err
		}
		now := s.Now()
		if err := s.expireSecrets(ctx, realmID, webhookID, now, now.Add(overlap)); err != nil {
			return err
		}
		if err := s.addSecret(ctx, w, plain, now); err != nil {
			return err
		}
		return s.Events.Record(ctx, w.Ref(), SecretRotated{w.ApplicationID})
	})
	if err != nil {
		return "", fmt.Errorf("rotate the secret of webhook %s: %w", webhookID, err)
	}
	return plain, nil
}

// Delete ends a webhook, with everything that waits for it.
func (s *Service) Delete(ctx context.Context, realmID, webhookID string, matches func(*Webhook) error) error {
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		w, err := s.ByID(ctx, realmID, webhookID)
		if err != nil {
			return err
		}
		if err := matches(w); err != nil {
			return err
		}
		return s.drop(ctx, w)
	})
	if err != nil {
		return fmt.Errorf("delete webhook %s: %w", webhookID, err)
	}
	return nil
}

func (s *Service) drop(ctx context.Context, w *Webhook) error {
	gone, err := s.remove(ctx, w.RealmID, w.ID)
	if err != nil {
		return err
	}
	if !gone {
		return ErrNotFound
	}
	if err := s.cancel(ctx, w.RealmID, w.ID, "deleted", s.Now()); err != nil {
		return err
	}
	return s.Events.Record(ctx, w.Ref(), Deleted{w.ApplicationID})
}

// addSecret seals a secret into a row of its own.
func (s *Service) addSecret(ctx context.Context, w *Webhook, plain string, now time.Time) error {
	r := secretRow{ID: id.New(), RealmID: w.RealmID, WebhookID: w.ID, CreatedAt: database.At(now)}
	var err error
	if r.Sealed, err = s.Ring.Seal([]byte(plain), "webhook_secrets", r.RealmID, r.ID); err != nil {
		return err
	}
	return s.insertSecret(ctx, r)
}

// secrets are those that sign now, the newest first.
func (s *Service) secrets(ctx context.Context, w *Webhook, now time.Time) ([]string, error) {
	rows, err := s.secretsOf(ctx, w.RealmID, w.ID, now)
	if err != nil {
		return nil, err
	}
	var list []string
	for _, r := range rows {
		plain, err := s.Ring.Open(r.Sealed, "webhook_secrets", r.RealmID, r.ID)
		if err != nil {
			return nil, fmt.Errorf("secret %s of webhook %s: %w", r.ID, w.ID, err)
		}
		list = append(list, string(plain))
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("webhook %s has no secret", w.ID)
	}
	return list, nil
}
