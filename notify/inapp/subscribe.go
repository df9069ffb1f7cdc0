package inapp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/event"
	"authserver/internal/fault"
	"authserver/rbac"
	"authserver/tenant/application"
)

// Name implements event.Subscriber.
func (s *Service) Name() string { return "notifications" }

// payload is what this room reads of events.
type payload struct {
	UserID        string    `json:"user_id"`
	Reason        string    `json:"reason"`
	Purpose       string    `json:"purpose"`
	Provider      string    `json:"provider"`
	ApplicationID string    `json:"application_id"`
	SubjectKind   string    `json:"subject_kind"`
	SubjectID     string    `json:"subject_id"`
	RoleID        string    `json:"role_id"`
	Reaction      string    `json:"reaction"`
	StartsAt      time.Time `json:"starts_at"`
}

// Handle implements event.Subscriber.
func (s *Service) Handle(ctx context.Context, e event.Event) error {
	if e.RealmID == "" {
		return nil
	}
	var p payload
	// A payload of another shape has nothing for this room.
	_ = json.Unmarshal(e.Payload, &p)
	switch e.Type {
	case "user.deleted":
		return s.Erase(ctx, e.RealmID, e.Ref.ID)
	case "security.device_new", "security.sign_in_suspicious":
		if p.Reaction == "allow" { // the realm tells nobody of such sign-ins
			return nil
		}
	case "role_assignment.created", "role_assignment.deleted":
		return s.roleChanged(ctx, e, p)
	case "document.activated":
		return s.published(ctx, e, p)
	case "webhook.disabled":
		return s.switchedOff(ctx, e)
	case "document.withdrawn":
		return s.callOff(ctx, e.RealmID, e.Ref.ID)
	}
	return s.happened(ctx, e, p)
}

// happened tells of what happened to the account of one person.
func (s *Service) happened(ctx context.Context, e event.Event, p payload) error {
	kind, known := FindKind(strings.ReplaceAll(e.Type, ".", "_"))
	if !known {
		return nil
	}
	userID := ""
	switch e.Ref.Kind {
	case "user":
		userID = e.Ref.ID
	case "session":
		// Whoever ends their own, or changes what ends them all, knows it.
		if p.Reason == session.EndedByAdmin {
			userID = p.UserID
		}
	}
	if userID == "" {
		return nil
	}
	d := draftOf(e, userID, kind.Slug)
	switch kind.Topic {
	case "applications":
		name, err := s.applicationName(ctx, e.RealmID, p.ApplicationID)
		if err != nil {
			return err
		}
		d.Data.Detail = name
	case "factors":
		d.Data.Detail = p.Provider
	}
	return s.hear(ctx, e.RealmID, userID, d)
}

// draftOf is what an event tells the user: from where, unless an administrator did it.
func draftOf(e event.Event, userID, kind string) draft {
	d := draft{ID: e.ID, Kind: kind, Data: Data{Agent: e.Actor.UserAgent, IP: e.Actor.IP}, Actor: e.Actor}
	switch e.Actor.Kind {
	case event.Operator, event.APIKey, event.Application:
		d.Data.Admin = true
	case event.User:
		d.Data.Admin = e.Actor.ID != userID
	}
	if d.Data.Admin || e.Actor.Kind == event.System {
		d.Data.Agent, d.Data.IP = "", ""
		d.Actor = event.Actor{Kind: event.System}
	}
	return d
}

func (s *Service) applicationName(ctx context.Context, realmID, appID string) (string, error) {
	if appID == "" {
		return "", nil
	}
	a, err := s.apps.ByID(ctx, realmID, appID)
	if errors.Is(err, application.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("notify: %w", err)
	}
	return a.Name, nil
}

// roleChanged tells a person of a role that they have now, or no more.
func (s *Service) roleChanged(ctx context.Context, e event.Event, p payload) error {
	if p.SubjectKind != rbac.User {
		return nil
	}
	d := draftOf(e, p.SubjectID, strings.ReplaceAll(e.Type, ".", "_"))
	d.Data.Detail = p.RoleID
	r, err := s.roles.Role(ctx, e.RealmID, p.RoleID)
	switch {
	case err == nil:
		d.Data.Detail = r.Name
	case !gone(err):
		return fmt.Errorf("notify: %w", err)
	}
	return s.hear(ctx, e.RealmID, p.SubjectID, d)
}

// published plans to tell everybody in the realm of a new version of a document, at the
// time at which it comes into force.
func (s *Service) published(ctx context.Context, e event.Event, p payload) error {
	starts := e.At
	if p.StartsAt.After(starts) {
		starts = p.StartsAt
	}
	return s.plan(ctx, e, "document_activated", Everyone, "", starts)
}

// switchedOff plans to tell those who administer the realm of a webhook that was disabled
// because it failed; who disabled one themselves knows it.
func (s *Service) switchedOff(ctx context.Context, e event.Event) error {
	if e.Actor.Kind != event.System {
		return nil
	}
	return s.plan(ctx, e, "webhook_disabled", ToRole, rbac.RealmAdministrator, e.At)
}

// plan queues a sending of the house's own words to many.
func (s *Service) plan(ctx context.Context, e event.Event, slug, audience, audienceID string, starts time.Time) error {
	in, err := s.realms.ByID(ctx, e.RealmID)
	if err != nil {
		return fmt.Errorf("notify: %w", err)
	}
	kind, _ := FindKind(slug)
	return s.enqueue(ctx, Sending{
		ID: e.ID, RealmID: e.RealmID, Kind: kind.Slug, Audience: audience, AudienceID: audienceID, SourceID: e.Ref.ID, Priority: kind.priority(),
		Icon: kind.Icon, Link: kind.Link, SenderKind: e.Actor.Kind, SenderID: e.Actor.ID, Status: Waiting, CreatedAt: s.now(), StartsAt: starts,
		ExpiresAt: starts.Add(in.Policy.NotificationTTL),
	})
}

// gone reports whether somebody or something is there no more.
func gone(err error) bool {
	if errors.Is(err, user.ErrNotFound) {
		return true
	}
	f, ok := fault.Of(err)
	return ok && f.Kind == fault.NotFound
}
