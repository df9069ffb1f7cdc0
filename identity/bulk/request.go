package bulk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"authserver/identity/user"
	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/id"
	"authserver/internal/secret"
	"authserver/internal/worker"
	"authserver/tenant/realm"
)

// Attributes holds a person's values to the realm's schema. identity/profile fulfils it.
type Attributes interface {
	// ValidateAttributes returns the values in their stored form.
	ValidateAttributes(ctx context.Context, realmID string, values map[string]any) (map[string]any, error)
}

// Realms finds the realm of a job. tenant/realm fulfils it.
type Realms interface {
	ByID(ctx context.Context, realmID string) (*realm.Realm, error)
}

// Deps is what the room needs.
type Deps struct {
	DB         *database.DB
	Events     *event.Log
	Ring       *secret.Ring
	Realms     Realms
	Users      *user.Service
	Attributes Attributes
	Logger     *slog.Logger
	Now        func() time.Time
}

// Service is what the room can do.
type Service struct {
	Deps
	db *database.DB
	// woken tells the worker of this node that there is a new job.
	woken worker.Bell
}

// New returns the room. It panics when a dependency is missing.
func New(d Deps) *Service {
	if d.DB == nil || d.Events == nil || d.Ring == nil || d.Realms == nil || d.Users == nil || d.Attributes == nil || d.Logger == nil || d.Now == nil {
		panic("bulk: a dependency is missing")
	}
	return &Service{Deps: d, db: d.DB, woken: worker.NewBell()}
}

// Import asks for accounts for people, in the name of the actor of the context. It
// returns ErrBusy when the realm has too many jobs that wait.
func (s *Service) Import(ctx context.Context, realmID string, people []Person) (*Job, error) {
	actor, _ := event.ActorFrom(ctx)
	j := &Job{
		ID: id.New(), RealmID: realmID, Kind: ImportUsers, State: Waiting, Total: len(people), CreatedAt: database.At(s.Now()).Time(), actor: actor,
	}
	rows := make([]line, 0, len(people))
	for n, p := range people {
		text, err := json.Marshal(p)
		if err != nil {
			return nil, fmt.Errorf("encode person %d: %w", n+1, err)
		}
		sealed, err := s.Ring.Seal(text, place(j, n+1)...)
		if err != nil {
			return nil, fmt.Errorf("seal person %d: %w", n+1, err)
		}
		rows = append(rows, line{JobID: j.ID, RealmID: realmID, Position: n + 1, Body: sealed})
	}
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		open, err := s.waiting(ctx, realmID)
		if err != nil {
			return fmt.Errorf("ask for a job: %w", err)
		}
		if open >= waitingMost {
			return ErrBusy
		}
		if err := s.insert(ctx, j, rows); err != nil {
			return fmt.Errorf("ask for a job: %w", err)
		}
		s.db.AfterCommit(ctx, s.woken.Ring)
		return s.Events.Record(ctx, j.Ref(), RequestedEvent{j.Kind, j.Total})
	})
	if err != nil {
		return nil, err
	}
	return j, nil
}

// place is where a row belongs; it opens nowhere else.
func place(j *Job, position int) []string {
	return []string{"bulk_rows", j.RealmID, j.ID, strconv.Itoa(position)}
}

// ByID returns a job of the realm, or ErrNotFound.
func (s *Service) ByID(ctx context.Context, realmID, jobID string) (*Job, error) {
	return s.find(ctx, realmID, jobID, false)
}

// List returns up to limit jobs of the realm, the newest first, those before the job of
// the id after (empty: from the newest).
func (s *Service) List(ctx context.Context, realmID, after string, limit int) ([]*Job, error) {
	all, err := s.list(ctx, realmID, after, limit)
	if err != nil {
		return nil, fmt.Errorf("list jobs of realm %s: %w", realmID, err)
	}
	return all, nil
}

// Failures returns up to limit rows of a job that could not be done, in their order,
// those after the position.
func (s *Service) Failures(ctx context.Context, realmID, jobID string, after, limit int) ([]Failure, error) {
	if _, err := s.ByID(ctx, realmID, jobID); err != nil {
		return nil, err
	}
	return s.failures(ctx, realmID, jobID, after, limit)
}

// Cancel ends a job after the batch that is being done. It returns ErrNotFound or
// ErrOver.
func (s *Service) Cancel(ctx context.Context, realmID, jobID string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		j, err := s.find(ctx, realmID, jobID, true)
		if err != nil {
			return err
		}
		if j.over() {
			return ErrOver
		}
		j.State = Cancelled
		if err := s.end(ctx, j, s.Now()); err != nil {
			return fmt.Errorf("cancel job %s: %w", jobID, err)
		}
		return s.Events.Record(ctx, j.Ref(), CancelledEvent{j.Kind, j.Done, j.Failed})
	})
}

// Sweep removes jobs that ended long ago, and returns how many.
func (s *Service) Sweep(ctx context.Context) (n int, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		n, err = s.sweep(ctx, s.Now().Add(-Kept), 100)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("sweep jobs: %w", err)
	}
	return n, nil
}

var errLost = errors.New("bulk: another worker has the job")
