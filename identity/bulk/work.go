package bulk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"authserver/identity/user"
	"authserver/internal/event"
	"authserver/internal/failpoint"
	"authserver/internal/fault"
	"authserver/internal/secret"
	"authserver/internal/worker"
	"authserver/tenant/realm"
)

// poll is how often a worker looks for jobs of other nodes, and of workers that died.
const poll = 5 * time.Second

// Run does jobs until ctx ends. It is safe on any number of nodes.
func (s *Service) Run(ctx context.Context) error {
	worker.Drain(ctx, poll, s.woken, func(context.Context) (int, error) {
		// A job is long: it ends with ctx, after the batch that it is at.
		worked, err := s.Once(ctx)
		if !worked {
			return 0, err
		}
		return 1, err
	}, func(ctx context.Context, err error) {
		s.Logger.ErrorContext(ctx, "bulk job broke and will be tried again", "error", err)
	})
	return nil
}

// Once claims one job, if there is one to do, and does all of it. It reports whether
// there was one.
func (s *Service) Once(ctx context.Context) (bool, error) {
	var j *Job
	err := s.db.InTx(ctx, func(ctx context.Context) (err error) {
		j, err = s.claim(ctx, secret.Token("bj_"), s.Now())
		return err
	})
	if err != nil || j == nil {
		return false, err
	}
	for {
		left, err := s.some(ctx, j)
		if errors.Is(err, errLost) {
			return true, nil // cancelled, or too slow: somebody else has it
		}
		if err != nil {
			return true, fmt.Errorf("bulk job %s: %w", j.ID, err)
		}
		if !left {
			return true, nil
		}
		if err := ctx.Err(); err != nil {
			return true, err
		}
	}
}

// some does the next rows of a job in one transaction, and reports whether any are left.
func (s *Service) some(ctx context.Context, j *Job) (left bool, err error) {
	ctx = event.WithActor(ctx, j.actor)
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		now := s.Now()
		held, err := s.hold(ctx, j, now)
		if err != nil {
			return err
		}
		if !held {
			return errLost
		}
		rows, err := s.pending(ctx, j, batch)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			left, j.State = false, Finished
			if err := s.end(ctx, j, now); err != nil {
				return err
			}
			return s.Events.Record(ctx, j.Ref(), FinishedEvent{j.Kind, j.Done, j.Failed})
		}
		left = true
		done, failures, err := s.imported(ctx, j, rows)
		if err != nil {
			return err
		}
		if err := failpoint.Hit(ctx, "bulk/imported"); err != nil {
			return err
		}
		return s.progress(ctx, j, done, failures)
	})
	return left, err
}

// imported makes the accounts of some rows, and returns the positions of those that are
// done and the faults of the others.
func (s *Service) imported(ctx context.Context, j *Job, rows []line) (done []int, failures []Failure, err error) {
	in, err := s.Realms.ByID(ctx, j.RealmID)
	if err != nil {
		return nil, nil, err
	}
	var people []user.Imported
	positions := map[string]int{} // by address
	for _, r := range rows {
		n, key, err := s.open(ctx, j, r, in)
		if _, twice := positions[key]; err == nil && twice {
			err = user.ErrEmailTaken // by a row before this one
		}
		if wrong, is := fault.Of(err); is {
			failures = append(failures, Failure{r.Position, wrong.Code, wrong.Field, wrong.Message})
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		positions[key] = r.Position
		people = append(people, n)
	}
	existing, err := s.Users.Import(ctx, in, people)
	if err != nil {
		return nil, nil, err
	}
	for _, address := range existing {
		_, key, err := user.Normalise(address)
		if err != nil {
			return nil, nil, err
		}
		failures = append(failures, Failure{positions[key], user.ErrEmailTaken.Code, user.ErrEmailTaken.Field, user.ErrEmailTaken.Message})
		delete(positions, key)
	}
	for _, position := range positions {
		done = append(done, position)
	}
	slices.Sort(done)
	return done, failures, nil
}

func (s *Service) open(ctx context.Context, j *Job, r line, in *realm.Realm) (n user.Imported, key string, err error) {
	plain, err := s.Ring.Open(r.Body, place(j, r.Position)...)
	if err != nil {
		return n, "", fmt.Errorf("open row %d: %w", r.Position, err)
	}
	var p Person
	if err := json.Unmarshal(plain, &p); err != nil {
		return n, "", fmt.Errorf("decode row %d: %w", r.Position, err)
	}
	return p.Check(in, func(values map[string]any) (map[string]any, error) {
		if len(values) == 0 {
			return nil, nil
		}
		return s.Attributes.ValidateAttributes(ctx, in.ID, values)
	})
}
