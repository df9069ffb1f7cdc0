package queue

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/fault"
)

// Faults of the room.
var (
	ErrNotFound = fault.New(fault.NotFound, "parked_not_found", "Nothing of that id was given up.")
	ErrUnknown  = fault.New(fault.Invalid, "queue_unknown", "There is no queue of that name.").At("queue")
)

// Item is something that was given up.
type Item struct {
	ID, RealmID string
	Queue       string
	// Kind is what it is, in the queue's words: the type of an event.
	Kind string
	// Subject names what it is about: "user 0198…".
	Subject string
	// Reason is the last error.
	Reason       string
	Attempts     int
	At, ParkedAt time.Time
}

// Parker is a queue that gives things up. RealmID "" stands for all realms.
type Parker interface {
	// Name is that of the queue, in lower case.
	Name() string
	// Parked lists, in order of id after the given one.
	Parked(ctx context.Context, realmID, after string, most int) ([]Item, error)
	// Retry has one tried again, or all with id ""; it returns how many, and an error of
	// kind NotFound for one that is not there.
	Retry(ctx context.Context, realmID, id string) (int64, error)
	// Drop gives one up for good, or returns an error of kind NotFound.
	Drop(ctx context.Context, realmID, id string) error
}

// Deps is what the room needs.
type Deps struct {
	DB     *database.DB
	Events *event.Log
	Queues []Parker
}

// Service is what the room can do.
type Service struct{ Deps }

// New returns the room. It panics when a dependency is missing.
func New(d Deps) *Service {
	if d.DB == nil || d.Events == nil || len(d.Queues) == 0 {
		panic("queue: DB, Events and Queues are required")
	}
	return &Service{d}
}

// of are the queues of that name, or all with "".
func (s *Service) of(name string) ([]Parker, error) {
	if name == "" {
		return s.Queues, nil
	}
	for _, q := range s.Queues {
		if q.Name() == name {
			return []Parker{q}, nil
		}
	}
	return nil, ErrUnknown
}

// List returns what was given up, over all queues or that of the name, in order of id after
// the given one. It returns ErrUnknown.
func (s *Service) List(ctx context.Context, realmID, name, after string, most int) ([]Item, error) {
	queues, err := s.of(name)
	if err != nil {
		return nil, err
	}
	var all []Item
	for _, q := range queues {
		items, err := q.Parked(ctx, realmID, after, most)
		if err != nil {
			return nil, fmt.Errorf("list parked %s: %w", q.Name(), err)
		}
		all = append(all, items...)
	}
	slices.SortFunc(all, func(a, b Item) int { return cmp.Compare(a.ID, b.ID) })
	return all[:min(len(all), most)], nil
}

// Retry has one item tried again. It returns ErrNotFound.
func (s *Service) Retry(ctx context.Context, realmID, id string) error {
	return s.one(ctx, realmID, id, func(ctx context.Context, q Parker) (event.Payload, error) {
		_, err := q.Retry(ctx, realmID, id)
		return Retried{Queue: q.Name(), Items: 1}, err
	})
}

// Drop gives one item up for good, for the reason. It returns ErrNotFound.
func (s *Service) Drop(ctx context.Context, realmID, id, reason string) error {
	return s.one(ctx, realmID, id, func(ctx context.Context, q Parker) (event.Payload, error) {
		return Dropped{Queue: q.Name(), Reason: reason}, q.Drop(ctx, realmID, id)
	})
}

// one does something to the queue that has the item.
func (s *Service) one(ctx context.Context, realmID, id string, do func(context.Context, Parker) (event.Payload, error)) error {
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		for _, q := range s.Queues {
			p, err := do(ctx, q)
			if f, ok := fault.Of(err); ok && f.Kind == fault.NotFound {
				continue
			}
			if err != nil {
				return fmt.Errorf("parked item %s of %s: %w", id, q.Name(), err)
			}
			return s.Events.Record(ctx, event.Ref{RealmID: realmID, Kind: "parked", ID: id}, p)
		}
		return ErrNotFound
	})
}

// RetryAll has everything tried again that was given up, in all queues or that of the name,
// and returns how many there were. It returns ErrUnknown.
func (s *Service) RetryAll(ctx context.Context, realmID, name string) (int64, error) {
	queues, err := s.of(name)
	if err != nil {
		return 0, err
	}
	var failed error
	total := int64(0)
	for _, q := range queues { // each for itself: one queue must not hold up the others
		err := s.DB.InTx(ctx, func(ctx context.Context) error {
			n, err := q.Retry(ctx, realmID, "")
			if err != nil || n == 0 {
				return err
			}
			total += n
			return s.Events.Record(ctx, event.Ref{RealmID: realmID, Kind: "parked", ID: q.Name()}, Retried{Queue: q.Name(), Items: n})
		})
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("retry parked %s: %w", q.Name(), err))
		}
	}
	return total, failed
}
