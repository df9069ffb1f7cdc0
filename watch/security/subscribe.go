package security

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"authserver/identity/login"
	"authserver/identity/user"
	"authserver/internal/device"
	"authserver/internal/event"
	"authserver/internal/letter"
)

// realmDeleted is the event after which nothing is kept of a realm.
const realmDeleted = "realm.deleted"

// Name implements event.Subscriber.
func (s *Service) Name() string { return "security" }

// Handle implements event.Subscriber: it counts failed sign-ins, and writes down what
// administrators should know of.
func (s *Service) Handle(ctx context.Context, e event.Event) error {
	switch e.Type {
	case realmDeleted:
		return s.eraseRealm(ctx, e.RealmID)
	case user.Deleted{}.EventType():
		return s.erase(ctx, e.RealmID, e.Ref.ID)
	case login.Failed{}.EventType():
		return s.failed(ctx, e)
	case SignInBlocked{}.EventType():
		if err := s.tellBlocked(ctx, e); err != nil {
			return err
		}
	}
	n, ok := eventOf(e)
	if !ok {
		return nil
	}
	if err := s.insertEvent(ctx, n); err != nil {
		return fmt.Errorf("write down event %s: %w", e.ID, err)
	}
	return nil
}

// failed counts a failed sign-in, and records when a count becomes an attack: each count
// passes the limit once in its slot.
func (s *Service) failed(ctx context.Context, e event.Event) error {
	var failed login.Failed
	if err := json.Unmarshal(e.Payload, &failed); err != nil || e.RealmID == "" {
		return nil //nolint:nilerr // of another shape: nothing to count
	}
	in, err := s.realms.ByID(ctx, e.RealmID)
	if err != nil {
		return fmt.Errorf("count event %s: %w", e.ID, err)
	}
	slot, network, policy := slotOf(e.At), s.source(e.RealmID, e.Actor.IP), in.Policy.Risk
	fresh, err := s.aim(ctx, e.RealmID, network, slot, failed.Identifier)
	if err != nil {
		return fmt.Errorf("count event %s: %w", e.ID, err)
	}
	accounts := int64(0)
	if fresh {
		accounts = 1
	}
	here, err := s.count(ctx, e.RealmID, network, slot, accounts)
	if err != nil {
		return fmt.Errorf("count event %s: %w", e.ID, err)
	}
	all, err := s.count(ctx, e.RealmID, s.source(e.RealmID, ""), slot, 0)
	if err != nil {
		return fmt.Errorf("count event %s: %w", e.ID, err)
	}
	about := event.Ref{RealmID: e.RealmID, Kind: "realm", ID: e.RealmID}
	if fresh && here.Accounts == int64(policy.SprayingAccounts) {
		err = s.events.Record(ctx, about, Spraying{device.Network(e.Actor.IP), here.Accounts, here.Failures})
	}
	if all.Failures == int64(policy.StuffingFailures) {
		err = errors.Join(err, s.events.Record(ctx, about, Stuffing{all.Failures}))
	}
	return err
}

// tellBlocked writes to the person whose sign-in was refused: they may be standing before
// the door, and somebody else may know their password.
func (s *Service) tellBlocked(ctx context.Context, e event.Event) error {
	u, err := s.users.ByID(ctx, e.RealmID, e.Ref.ID)
	if errors.Is(err, user.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("tell of event %s: %w", e.ID, err)
	}
	in, err := s.realms.ByID(ctx, e.RealmID)
	if err != nil {
		return fmt.Errorf("tell of event %s: %w", e.ID, err)
	}
	return s.letters.Send(event.WithActor(ctx, e.Actor), letter.Letter{
		RealmID: in.ID, UserID: u.ID, Kind: letter.SignInBlocked, To: u.Email, Language: u.Locale,
		Data: map[string]string{"link": s.issuer(in.Slug) + "/recover"},
	})
}
