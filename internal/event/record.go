package event

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"authserver/internal/database"
	"authserver/internal/failpoint"
	"authserver/internal/id"
)

// Deps is what a Log needs.
type Deps struct {
	DB     *database.DB
	Now    func() time.Time
	Logger *slog.Logger // nil is slog.Default
}

// Log records events.
type Log struct {
	db    *database.DB
	now   func() time.Time
	log   *slog.Logger
	store store
	soon  soon
	wake  chan struct{} // dispatchers of this process wait here
}

// New returns a Log. It panics when a dependency is missing.
func New(d Deps) *Log {
	if d.DB == nil || d.Now == nil {
		panic("event.New: DB and Now are needed")
	}
	if d.Logger == nil {
		d.Logger = slog.Default()
	}
	return &Log{db: d.DB, now: d.Now, log: d.Logger, store: newStore(d.DB), wake: make(chan struct{}, 1)}
}

// Record writes events about ref into the transaction of ctx. It returns
// ErrOutsideTransaction without one and ErrNoActor when nobody acts in ctx.
func (l *Log) Record(ctx context.Context, ref Ref, payloads ...Payload) error {
	if !database.Within(ctx) {
		return ErrOutsideTransaction
	}
	rows, err := l.rows(ctx, ref, payloads)
	if err != nil {
		return err
	}
	if err := l.store.insert(ctx, rows); err != nil {
		return fmt.Errorf("record %s: %w", rows[0].Type, err)
	}
	if err := failpoint.Hit(ctx, "event/recorded"); err != nil {
		return err
	}
	l.db.AfterCommit(ctx, l.nudge)
	return nil
}

// rows makes the rows of events that happen now.
func (l *Log) rows(ctx context.Context, ref Ref, payloads []Payload) ([]row, error) {
	actor, ok := ActorFrom(ctx)
	if !ok {
		return nil, ErrNoActor
	}
	who, err := json.Marshal(actor)
	if err != nil {
		return nil, fmt.Errorf("actor: %w", err)
	}
	rows := make([]row, 0, len(payloads))
	for _, p := range payloads {
		what, err := json.Marshal(p)
		if err != nil {
			return nil, fmt.Errorf("payload of %s: %w", p.EventType(), err)
		}
		rows = append(rows, row{
			ID: id.New(), RealmID: ref.RealmID, Type: p.EventType(), RefKind: ref.Kind, RefID: ref.ID,
			Actor: string(who), Payload: string(what), At: database.At(l.now()),
		})
	}
	return rows, nil
}

// nudge wakes a dispatcher of this process, if one sleeps.
func (l *Log) nudge() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// Recorded returns the events of a realm that are still kept, oldest first. It
// reads everything: for tests and small tools.
func (l *Log) Recorded(ctx context.Context, realmID string) ([]Event, error) {
	rows, err := l.store.ofRealm(ctx, realmID)
	if err != nil {
		return nil, fmt.Errorf("read the events of realm %s: %w", realmID, err)
	}
	return events(rows)
}

// Backlog returns how many events wait for their dispatch and how many are
// parked, which is for an operator to look into.
func (l *Log) Backlog(ctx context.Context) (waiting, parked int64, err error) {
	waiting, parked, err = l.store.backlog(ctx)
	if err != nil {
		return 0, 0, fmt.Errorf("count the waiting events: %w", err)
	}
	return waiting, parked, nil
}

// Oldest returns when the oldest event happened that waits for its dispatch; the zero
// time when none does.
func (l *Log) Oldest(ctx context.Context) (time.Time, error) {
	at, err := l.store.oldest(ctx)
	if err != nil {
		return time.Time{}, fmt.Errorf("find the oldest waiting event: %w", err)
	}
	return at.Time(), nil
}
