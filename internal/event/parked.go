package event

import (
	"context"
	"fmt"
	"time"

	"authserver/internal/fault"
)

// ErrNotParked says that no event of that id is parked.
var ErrNotParked = fault.New(fault.NotFound, "parked_not_found", "Nothing of that id was given up.")

// Parked is an event that no attempt could handle. It waits for somebody who looks.
type Parked struct {
	ID, RealmID, Type string
	Ref               Ref
	At, ParkedAt      time.Time
	Attempts          int
	// Failure is the error of the last attempt: words for administrators.
	Failure string
}

// Parked lists what was given up, in order of id after the given one: of the realm, or of
// all with "".
func (l *Log) Parked(ctx context.Context, realmID, after string, most int) ([]Parked, error) {
	rows, err := l.store.parked(ctx, realmID, after, most)
	if err != nil {
		return nil, fmt.Errorf("parked events: %w", err)
	}
	list := make([]Parked, 0, len(rows))
	for _, r := range rows {
		list = append(list, Parked{
			r.ID, r.RealmID, r.Type, Ref{r.RealmID, r.RefKind, r.RefID}, r.At.Time(), r.ParkedAt.Time(), r.Attempts, r.Failure,
		})
	}
	return list, nil
}

// Retry has a parked event dispatched again, or with id "" all of the realm; realmID "" is
// every realm. It counts as tried once, so a dispatcher takes it alone and gives it up again
// after the other attempts. It needs a transaction. It returns how many there were, and ErrNotParked for one that
// is not.
func (l *Log) Retry(ctx context.Context, realmID, id string) (int64, error) {
	n, err := l.store.unpark(ctx, realmID, id)
	if err != nil {
		return 0, fmt.Errorf("retry parked events: %w", err)
	}
	if n == 0 && id != "" {
		return 0, ErrNotParked
	}
	return n, nil
}

// Drop gives a parked event up for good: it counts as dispatched, and has no effect. It
// needs a transaction. It returns ErrNotParked for one that is not.
func (l *Log) Drop(ctx context.Context, realmID, id string) error {
	n, err := l.store.drop(ctx, realmID, id, l.now())
	if err != nil {
		return fmt.Errorf("drop parked event %s: %w", id, err)
	}
	if n == 0 {
		return ErrNotParked
	}
	return nil
}
