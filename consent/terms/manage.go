package terms

import (
	"context"
	"errors"
	"fmt"
	"time"

	"authserver/internal/id"
)

// errBusy is returned when others take every number before us.
var errBusy = errors.New("terms: versions are made faster than they can be counted")

// numberTries is how often a number may be taken between two statements.
const numberTries = 5

// Create writes a new version down, as a draft. RealmID "" makes it for all realms.
func (s *Service) Create(ctx context.Context, d Document) (*Document, error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	d.ID, d.Row, d.CreatedAt, d.Status = id.New(), 1, s.stamp(), Draft
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		for range numberTries {
			last, taken, err := s.numbers(ctx, d.RealmID, d.Kind, d.Version)
			if err != nil {
				return fmt.Errorf("create document: %w", err)
			}
			if taken {
				return ErrVersionTaken.At("version")
			}
			d.Number = last + 1
			made, err := s.insertDocument(ctx, &d)
			if err != nil {
				return fmt.Errorf("create document: %w", err)
			}
			if made {
				return s.events.Record(ctx, d.Ref(), Created{d.Kind, d.Version})
			}
		}
		return errBusy
	})
	if err != nil {
		return nil, err
	}
	return &d, nil
}

// ByID returns a document of that owner with its status, or ErrNotFound.
func (s *Service) ByID(ctx context.Context, realmID, documentID string) (*Document, error) {
	d, err := s.findDocument(ctx, realmID, documentID, false)
	if err != nil {
		return nil, err
	}
	all, err := s.activationsOf(ctx, realmID, d.Kind)
	if err != nil {
		return nil, fmt.Errorf("document %s: %w", documentID, err)
	}
	d.place(all, s.now())
	return d, nil
}

// place sets the status of the document by what the owner has of its kind.
func (d *Document) place(all []activation, now time.Time) {
	d.Status, d.Since = Draft, time.Time{}
	for i, a := range all {
		if a.documentID != d.ID {
			continue
		}
		switch {
		case a.startsAt.After(now):
			if d.Status != Active {
				d.Status, d.Since = Scheduled, a.startsAt
			}
		case i+1 < len(all) && !all[i+1].startsAt.After(now):
			d.Status, d.Since = Superseded, a.startsAt
		default:
			d.Status, d.Since = Active, a.startsAt
		}
	}
}

// List returns the versions of an owner without their texts, the newest first, of one
// kind or of all.
func (s *Service) List(ctx context.Context, realmID, kind, after string, limit int) ([]*Document, error) {
	all, err := s.listDocuments(ctx, realmID, kind, after, limit)
	if err != nil {
		return nil, fmt.Errorf("list documents: %w", err)
	}
	starts := map[string][]activation{}
	for _, d := range all {
		if _, known := starts[d.Kind]; !known {
			if starts[d.Kind], err = s.activationsOf(ctx, realmID, d.Kind); err != nil {
				return nil, fmt.Errorf("list documents: %w", err)
			}
		}
		d.place(starts[d.Kind], s.now())
	}
	return all, nil
}

// Update lets change edit a draft. It returns ErrImmutable for what is, was or will be in
// force.
func (s *Service) Update(ctx context.Context, realmID, documentID string, change func(*Document) error) (*Document, error) {
	var changed *Document
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		d, err := s.draft(ctx, realmID, documentID)
		if err != nil {
			return err
		}
		old := *d
		if err := change(d); err != nil {
			return err
		}
		d.ID, d.RealmID, d.Kind, d.Number, d.Row, d.CreatedAt = old.ID, old.RealmID, old.Kind, old.Number, old.Row+1, old.CreatedAt
		if err := d.check(); err != nil {
			return err
		}
		if d.Version != old.Version {
			if _, taken, err := s.numbers(ctx, realmID, d.Kind, d.Version); err != nil || taken {
				return errors.Join(err, ErrVersionTaken.At("version"))
			}
		}
		if err := s.updateDocument(ctx, d); err != nil {
			return fmt.Errorf("update document %s: %w", documentID, err)
		}
		changed = d
		return s.events.Record(ctx, d.Ref(), Updated{d.Kind, d.Version})
	})
	return changed, err
}

// Delete throws a draft away. Version 0 is whichever it is.
func (s *Service) Delete(ctx context.Context, realmID, documentID string, unless func(*Document) error) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		d, err := s.draft(ctx, realmID, documentID)
		if err != nil {
			return err
		}
		if err := unless(d); err != nil {
			return err
		}
		if err := s.deleteDocument(ctx, realmID, documentID); err != nil {
			return fmt.Errorf("delete document %s: %w", documentID, err)
		}
		return s.events.Record(ctx, d.Ref(), Deleted{d.Kind, d.Version})
	})
}

// draft returns a document that nobody can have seen, held until the transaction ends.
func (s *Service) draft(ctx context.Context, realmID, documentID string) (*Document, error) {
	d, err := s.findDocument(ctx, realmID, documentID, true)
	if err != nil {
		return nil, err
	}
	published, err := s.everActive(ctx, documentID)
	if err != nil {
		return nil, fmt.Errorf("document %s: %w", documentID, err)
	}
	if published {
		return nil, ErrImmutable
	}
	d.Status = Draft
	return d, nil
}
