package signal

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/id"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

// Name names the subscriber.
func (s *Service) Name() string { return "signals" }

// Handle queues what receivers are told of the event. It implements event.Subscriber.
func (s *Service) Handle(ctx context.Context, e event.Event) error {
	if e.RealmID == "" {
		return nil
	}
	if e.Type == (application.Deleted{}).EventType() {
		return s.ForgetApplication(ctx, e.RealmID, e.Ref.ID)
	}
	signals, err := translate(e)
	if err != nil || len(signals) == 0 {
		return err
	}
	streams, err := s.open(ctx, e.RealmID)
	if err != nil {
		return fmt.Errorf("streams of realm %s: %w", e.RealmID, err)
	}
	if len(streams) == 0 {
		return nil
	}
	in, err := s.Realms.ByID(ctx, e.RealmID)
	if err != nil {
		return fmt.Errorf("realm of event %s: %w", e.ID, err)
	}
	for _, stream := range streams {
		for _, one := range signals {
			if err := s.tell(ctx, in, stream, e, one); err != nil {
				return fmt.Errorf("tell stream %s of event %s: %w", stream.ID, e.ID, err)
			}
		}
	}
	if e.Type == "user.deleted" {
		return s.forgetExclusions(ctx, e.RealmID, e.Ref.ID)
	}
	return nil
}

func (s *Service) tell(ctx context.Context, in *realm.Realm, stream *Stream, e event.Event, one signalled) error {
	if !slices.Contains(stream.Delivered(), one.uri) {
		return nil
	}
	excluded, err := s.excluded(ctx, stream.ID, one.userID)
	if err != nil || excluded {
		return err
	}
	return s.queue(ctx, in, stream, one.uri, one.subject(s.Tokens.Issuer(in)), one.details, e.ID)
}

// claims are those of a SET (RFC 8417 §2.2, SSF 1.0 §4). There is no sub and no exp, so
// that nobody takes it for a token of a person.
type claims struct {
	Issuer   string                    `json:"iss"`
	Audience string                    `json:"aud"`
	ID       string                    `json:"jti"`
	IssuedAt int64                     `json:"iat"`
	Cause    string                    `json:"txn,omitempty"`
	Subject  map[string]any            `json:"sub_id"`
	Events   map[string]map[string]any `json:"events"`
}

// queue writes one SET, due at once, in the transaction of ctx. cause is the id of our
// event.
func (s *Service) queue(ctx context.Context, in *realm.Realm, stream *Stream, uri string, subject, details map[string]any, cause string) error {
	app, err := s.Applications.ByID(ctx, stream.RealmID, stream.ApplicationID)
	if err != nil {
		return err
	}
	now := database.At(s.Now())
	c := claims{
		Issuer: s.Tokens.Issuer(in), Audience: app.ClientID, ID: id.New(), IssuedAt: now.Time().Unix(), Cause: cause,
		Subject: subject, Events: map[string]map[string]any{uri: details},
	}
	raw, err := json.Marshal(c)
	if err != nil {
		return err
	}
	if err := s.insertSet(ctx, setRow{ID: c.ID, RealmID: stream.RealmID, StreamID: stream.ID, Claims: string(raw), NextAttemptAt: now, CreatedAt: now}); err != nil {
		return err
	}
	s.DB.AfterCommit(ctx, s.nudge)
	return nil
}

// sign makes a compact JWS of a SET that waits (RFC 8417 §2.3).
func (s *Service) sign(ctx context.Context, r setRow) (string, error) {
	in, err := s.Realms.ByID(ctx, r.RealmID)
	if err != nil {
		return "", fmt.Errorf("realm of security event %s: %w", r.ID, err)
	}
	token, err := s.Tokens.SignEvent(ctx, in, json.RawMessage(r.Claims))
	if err != nil {
		return "", fmt.Errorf("sign security event %s: %w", r.ID, err)
	}
	return token, nil
}

// ForgetApplication ends the streams of an application that is deleted, in the transaction of ctx.
func (s *Service) ForgetApplication(ctx context.Context, realmID, applicationID string) error {
	all, err := s.ofApplication(ctx, realmID, applicationID)
	if err != nil {
		return fmt.Errorf("streams of application %s: %w", applicationID, err)
	}
	for _, stream := range all {
		if err := s.drop(ctx, stream); err != nil {
			return fmt.Errorf("delete stream %s: %w", stream.ID, err)
		}
	}
	return nil
}
