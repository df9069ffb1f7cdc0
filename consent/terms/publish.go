package terms

import (
	"context"
	"fmt"
	"time"

	"authserver/internal/id"
)

// Activate puts the version in force at that time, or at once for the zero time, instead
// of whatever is in force of its kind then. An older version can come back so.
func (s *Service) Activate(ctx context.Context, realmID, documentID string, at time.Time) (*Document, error) {
	var d *Document
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		var err error
		if d, err = s.findDocument(ctx, realmID, documentID, true); err != nil {
			return err
		}
		now := s.stamp()
		all, err := s.activationsOf(ctx, realmID, d.Kind)
		if err != nil {
			return fmt.Errorf("activate document %s: %w", documentID, err)
		}
		if at.IsZero() {
			at = atOnce(all, now)
		}
		if at.Before(now) {
			return ErrPast.At("at")
		}
		if last := latest(all, at); last != nil && last.documentID == documentID {
			return ErrInForce
		}
		if err := s.begin(ctx, d, documentID, at); err != nil {
			return err
		}
		if all, err = s.activationsOf(ctx, realmID, d.Kind); err != nil {
			return fmt.Errorf("activate document %s: %w", documentID, err)
		}
		d.place(all, now)
		return s.events.Record(ctx, d.Ref(), Activated{d.Kind, d.Version, at})
	})
	return d, err
}

// atOnce is now, or right after what came into force in this very moment.
func atOnce(all []activation, now time.Time) time.Time {
	if last := latest(all, now); last != nil && last.startsAt.Equal(now) {
		return now.Add(time.Microsecond)
	}
	return now
}

// latest is the activation in force at that time, or nil.
func latest(all []activation, at time.Time) *activation {
	var last *activation
	for i := range all {
		if !all[i].startsAt.After(at) {
			last = &all[i]
		}
	}
	return last
}

// begin stores that from then on documentID, or nothing, is in force of d's kind.
func (s *Service) begin(ctx context.Context, d *Document, documentID string, at time.Time) error {
	made, err := s.insertActivation(ctx, activationRow{
		ID: id.New(), RealmID: d.RealmID, Kind: d.Kind, DocumentID: documentID, StartsAt: micros(at), CreatedAt: micros(s.stamp()),
	})
	if err != nil {
		return fmt.Errorf("activate document %s: %w", d.ID, err)
	}
	if !made {
		return ErrTimeTaken.At("at")
	}
	return s.db.Changed(ctx, topic, d.RealmID)
}

// Withdraw takes the version out of force, without another in its place, and gives up
// plans to put it in force. In a realm, the document for all realms counts again.
func (s *Service) Withdraw(ctx context.Context, realmID, documentID string) (*Document, error) {
	var d *Document
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		var err error
		if d, err = s.findDocument(ctx, realmID, documentID, true); err != nil {
			return err
		}
		now := s.stamp()
		planned, err := s.deletePlans(ctx, realmID, documentID, now)
		if err != nil {
			return fmt.Errorf("withdraw document %s: %w", documentID, err)
		}
		all, err := s.activationsOf(ctx, realmID, d.Kind)
		if err != nil {
			return fmt.Errorf("withdraw document %s: %w", documentID, err)
		}
		last := latest(all, now)
		active := last != nil && last.documentID == documentID
		switch {
		case active:
			end := atOnce(all, now)
			if err := s.begin(ctx, d, "", end); err != nil {
				return err
			}
			all, now = append(all, activation{startsAt: end}), end
		case planned == 0:
			return ErrNotInForce
		default:
			if err := s.db.Changed(ctx, topic, realmID); err != nil {
				return err
			}
		}
		d.place(all, now)
		return s.events.Record(ctx, d.Ref(), Withdrawn{d.Kind, d.Version})
	})
	return d, err
}

// Pins returns what an application demands, by kind.
func (s *Service) Pins(ctx context.Context, realmID, applicationID string) ([]Pin, error) {
	pins, err := s.pinsOf(ctx, realmID, applicationID)
	if err != nil {
		return nil, fmt.Errorf("documents of application %s: %w", applicationID, err)
	}
	return pins, nil
}

// SetPins makes the application demand these documents, each as the least version of its
// kind. They must be, or have been, in force for the realm.
func (s *Service) SetPins(ctx context.Context, realmID, applicationID string, documentIDs []string) ([]Pin, error) {
	pins := []Pin{}
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		for _, wanted := range documentIDs {
			d, err := s.published(ctx, realmID, wanted)
			if err != nil {
				return err
			}
			if pinOf(pins, d.Kind) != nil {
				return ErrInvalid.At("documents").Say("There are two documents of the kind " + d.Kind + ".")
			}
			pins = append(pins, Pin{d.Kind, d.ID, d.Global(), d.Number})
		}
		if err := s.replacePins(ctx, realmID, applicationID, pins); err != nil {
			return fmt.Errorf("documents of application %s: %w", applicationID, err)
		}
		if err := s.db.Changed(ctx, topic, realmID); err != nil {
			return err
		}
		app, err := s.apps.ByID(ctx, realmID, applicationID)
		if err != nil {
			return err
		}
		return s.events.Record(ctx, app.Ref(), Pinned{documentIDs})
	})
	return pins, err
}

// ForgetApplication removes what an application demanded that is deleted, in the
// transaction of the context. What people accepted for it stays on record.
func (s *Service) ForgetApplication(ctx context.Context, realmID, applicationID string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		some, err := s.dropPins(ctx, realmID, applicationID)
		if err != nil {
			return fmt.Errorf("forget documents of application %s: %w", applicationID, err)
		}
		if !some {
			return nil
		}
		return s.db.Changed(ctx, topic, realmID)
	})
}

// published returns a document of the realm or of all that is or was in force.
func (s *Service) published(ctx context.Context, realmID, documentID string) (*Document, error) {
	d, err := s.findEither(ctx, realmID, documentID)
	if err != nil {
		return nil, fmt.Errorf("document %s: %w", documentID, err)
	}
	if d == nil {
		return nil, ErrPinUnknown.At("documents")
	}
	ever, err := s.everActive(ctx, documentID)
	if err != nil {
		return nil, fmt.Errorf("document %s: %w", documentID, err)
	}
	if !ever {
		return nil, ErrPinUnknown.At("documents")
	}
	return d, nil
}
