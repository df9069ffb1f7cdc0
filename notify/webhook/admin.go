package webhook

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"time"

	"authserver/internal/fault"
	"authserver/internal/rest"
	"authserver/tenant/realm"
)

const tagWebhooks = "Webhooks"

// MountAdmin adds the administration of webhooks.
func (s *Service) MountAdmin(a *rest.API) {
	op := func(id, method, path, summary string, faults ...*fault.Fault) rest.Operation {
		o := rest.Operation{ID: id, Method: method, Path: "/webhooks" + path, Tag: tagWebhooks, Summary: summary, Permission: "webhooks.write", Narrow: true, Faults: faults}
		if method == http.MethodGet {
			o.Permission = "webhooks.read"
		}
		if path != "" {
			o.Missing = ErrNotFound
		}
		return o
	}
	written := []*fault.Fault{ErrAddress, ErrEvents, ErrHeaders, realm.ErrNameInvalid}
	types := op("listEventTypes", http.MethodGet, "", "List all types of events, with their schemas")
	types.Path = "/event-types"
	rest.Handle(a, types, s.adminTypes)
	rest.Handle(a, op("listWebhooks", http.MethodGet, "", "List webhooks"), s.adminList)
	create := op("createWebhook", http.MethodPost, "", "Register a webhook", append(written, ErrNoApplication, ErrTooMany)...)
	create.Secret, create.Refs = true, []string{"body.application_id:application"}
	create.Description = "The answer has the secret with which deliveries are signed (Standard Webhooks 1.0), for the only time. " +
		"A webhook of an application is told of what is about the application or done through it; one of the realm, of everything."
	rest.Handle(a, create, s.adminCreate)
	rest.Handle(a, op("getWebhook", http.MethodGet, "/{webhook}", "Read a webhook"), s.adminGet)
	update := op("updateWebhook", http.MethodPatch, "/{webhook}", "Change, disable or enable a webhook", written...)
	update.Description = "What waits for a webhook that is disabled is cancelled, and can be replayed later."
	rest.Handle(a, update, s.adminUpdate)
	rest.Handle(a, op("deleteWebhook", http.MethodDelete, "/{webhook}", "Delete a webhook"), s.adminDelete)
	rotate := op("rotateWebhookSecret", http.MethodPost, "/{webhook}/secret", "Make a new secret")
	rotate.Secret, rotate.Status = true, http.StatusCreated
	rotate.Description = "For overlap seconds deliveries carry two signatures, one by each secret."
	rest.Handle(a, rotate, s.adminRotate)
	s.mountDeliveries(a, op)
}

// eventTypeView is a type of event.
type eventTypeView struct {
	Type        string         `json:"type"`
	Version     int            `json:"version" doc:"Rises when members are gone or mean something else."`
	Room        string         `json:"room" doc:"The part of the server that records it."`
	Description string         `json:"description"`
	Schema      map[string]any `json:"schema" doc:"JSON Schema (2020-12) of the member data of a delivery."`
}

func (s *Service) adminTypes(_ context.Context, in *struct{ rest.Page }) (*rest.List[eventTypeView], error) {
	var views []eventTypeView
	for _, k := range s.Catalogue {
		if k.Type() <= in.After() {
			continue
		}
		if len(views) == in.Limit {
			return rest.ListOf(views, views[in.Limit-1].Type), nil
		}
		v := eventTypeView{Type: k.Type(), Version: k.Version(), Room: k.Room, Description: k.Description}
		raw, err := rest.ShapeOf(reflect.TypeOf(k.Payload)).JSON()
		if err == nil {
			err = json.Unmarshal(raw, &v.Schema)
		}
		if err != nil {
			return nil, fmt.Errorf("schema of %s: %w", k.Type(), err)
		}
		views = append(views, v)
	}
	return rest.ListOf(views, ""), nil
}

// WebhookView is a webhook as administrators see it.
type WebhookView struct {
	ID             string    `json:"id" format:"uuid"`
	ApplicationID  string    `json:"application_id,omitempty" doc:"Absent for the whole realm."`
	URL            string    `json:"url"`
	Description    string    `json:"description"`
	Events         []string  `json:"events"`
	Headers        []string  `json:"headers" doc:"Names of headers that are sent along; their values are not shown."`
	Enabled        bool      `json:"enabled"`
	DisabledReason string    `json:"disabled_reason,omitempty" enum:"asked,failing,gone"`
	Failures       int       `json:"failures" doc:"Attempts in a row that have failed."`
	FailingSince   time.Time `json:"failing_since,omitzero"`
	Version        int64     `json:"version"`
	CreatedAt      time.Time `json:"created_at"`
	UpdatedAt      time.Time `json:"updated_at"`
}

func viewOf(w *Webhook) WebhookView {
	return WebhookView{
		w.ID, w.ApplicationID, w.URL, w.Description, w.Events, append([]string{}, slices.Sorted(maps.Keys(w.Headers))...), w.Enabled, w.DisabledReason,
		w.Failures, w.FailingSince, w.Version, w.CreatedAt, w.UpdatedAt,
	}
}

type webhookAnswer struct {
	ETag string `header:"ETag"`
	Body WebhookView
}

func answerOf(w *Webhook, err error) (*webhookAnswer, error) {
	if err != nil {
		return nil, err
	}
	return &webhookAnswer{rest.ETag(w.Version), viewOf(w)}, nil
}

func (s *Service) adminList(ctx context.Context, in *struct{ rest.Page }) (*rest.List[WebhookView], error) {
	var applications []string
	if reach := rest.ReachOf(ctx); !reach.All {
		applications = reach.Applications
	}
	all, err := s.list(ctx, realm.From(ctx).ID, applications, in.After(), in.Limit+1)
	if err != nil {
		return nil, fmt.Errorf("list webhooks: %w", err)
	}
	next := ""
	if len(all) > in.Limit {
		all = all[:in.Limit]
		next = all[in.Limit-1].ID
	}
	views := make([]WebhookView, 0, len(all))
	for _, w := range all {
		views = append(views, viewOf(w))
	}
	return rest.ListOf(views, next), nil
}

type createWebhook struct {
	Body struct {
		ApplicationID string            `json:"application_id,omitempty" maxLength:"36" doc:"Whose webhook it is; the realm's, if left out."`
		URL           string            `json:"url" minLength:"1" maxLength:"2000" example:"https://shop.example/hooks"`
		Description   string            `json:"description,omitempty" maxLength:"500"`
		Events        []string          `json:"events" minItems:"1" maxItems:"100" doc:"Types, prefixes (user.*), or * for all."`
		Headers       map[string]string `json:"headers,omitempty" doc:"Authorization and X-… headers to send along. Never shown again."`
	}
}

type webhookCreated struct {
	ETag     string `header:"ETag"`
	Location string `header:"Location"`
	Body     NewWebhookView
}

// NewWebhookView is a webhook with its secret.
type NewWebhookView struct {
	WebhookView
	Secret string `json:"secret" doc:"whsec_…, shown once."`
}

func (s *Service) adminCreate(ctx context.Context, in *createWebhook) (*webhookCreated, error) {
	r, b := realm.From(ctx), in.Body
	if !rest.ReachOf(ctx).Covers(b.ApplicationID) {
		return nil, ErrNoApplication
	}
	w, plain, err := s.Create(ctx, Webhook{
		RealmID: r.ID, ApplicationID: b.ApplicationID, URL: b.URL, Description: b.Description, Events: b.Events, Headers: b.Headers,
	})
	if err != nil {
		return nil, err
	}
	return &webhookCreated{rest.ETag(w.Version), "/api/v1/realms/" + r.Slug + "/webhooks/" + w.ID, NewWebhookView{viewOf(w), plain}}, nil
}

type webhookID struct {
	ID string `path:"webhook" format:"uuid"`
}

// seen is the webhook, if the caller reaches it; else it does not exist.
func (s *Service) seen(ctx context.Context, webhookID string) (*Webhook, error) {
	w, err := s.ByID(ctx, realm.From(ctx).ID, webhookID)
	if err == nil && !rest.ReachOf(ctx).Covers(w.ApplicationID) {
		return nil, ErrNotFound
	}
	return w, err
}

func (s *Service) adminGet(ctx context.Context, in *webhookID) (*webhookAnswer, error) {
	return answerOf(s.seen(ctx, in.ID))
}

type updateWebhook struct {
	ID string `path:"webhook" format:"uuid"`
	rest.Match
	Body struct {
		URL         rest.Opt[string]            `json:"url,omitzero" maxLength:"2000"`
		Description rest.Opt[string]            `json:"description,omitzero" maxLength:"500"`
		Events      rest.Opt[[]string]          `json:"events,omitzero" maxItems:"100"`
		Headers     rest.Opt[map[string]string] `json:"headers,omitzero" doc:"Replaces all of them; null removes them."`
		Enabled     rest.Opt[bool]              `json:"enabled,omitzero"`
	}
}

func (s *Service) adminUpdate(ctx context.Context, in *updateWebhook) (*webhookAnswer, error) {
	if _, err := s.seen(ctx, in.ID); err != nil {
		return nil, err
	}
	return answerOf(s.Update(ctx, realm.From(ctx).ID, in.ID, func(w *Webhook) error {
		if err := in.Matches(w.Version); err != nil {
			return err
		}
		in.Body.URL.To(&w.URL)
		in.Body.Description.To(&w.Description)
		in.Body.Events.To(&w.Events)
		in.Body.Headers.To(&w.Headers)
		in.Body.Enabled.To(&w.Enabled)
		return nil
	}))
}

type deleteWebhook struct {
	ID string `path:"webhook" format:"uuid"`
	rest.Match
}

func (s *Service) adminDelete(ctx context.Context, in *deleteWebhook) (*rest.None, error) {
	if _, err := s.seen(ctx, in.ID); err != nil {
		return nil, err
	}
	return &rest.None{}, s.Delete(ctx, realm.From(ctx).ID, in.ID, func(w *Webhook) error { return in.Matches(w.Version) })
}

type rotateWebhook struct {
	ID   string `path:"webhook" format:"uuid"`
	Body struct {
		Overlap int64 `json:"overlap,omitempty" minimum:"0" maximum:"604800" doc:"Seconds that the secret before signs as well."`
	}
}

type webhookSecret struct {
	Body struct {
		Secret string `json:"secret" doc:"whsec_…, shown once."`
	}
}

func (s *Service) adminRotate(ctx context.Context, in *rotateWebhook) (*webhookSecret, error) {
	if _, err := s.seen(ctx, in.ID); err != nil {
		return nil, err
	}
	plain, err := s.Rotate(ctx, realm.From(ctx).ID, in.ID, time.Duration(in.Body.Overlap)*time.Second)
	if err != nil {
		return nil, err
	}
	answer := &webhookSecret{}
	answer.Body.Secret = plain
	return answer, nil
}
