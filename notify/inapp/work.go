package inapp

import (
	"context"
	"fmt"
	"time"

	"authserver/identity/user"
	"authserver/internal/failpoint"
	"authserver/internal/id"
	"authserver/internal/worker"
)

const (
	// batch is how many people one transaction of a sending tells; the lease outlasts it.
	batch     = 100
	lease     = time.Minute
	pollEvery = 2 * time.Second
)

// Run takes sendings to people until ctx ends. It finishes the transaction that it is at.
func (s *Service) Run(ctx context.Context) error {
	worker.Drain(ctx, pollEvery, s.wake, s.Once, func(ctx context.Context, err error) {
		s.log.ErrorContext(ctx, "notifications cannot be sent", "error", err)
	})
	return nil
}

// Once takes a sending that is due to everybody whom it concerns, and returns how many
// sendings it worked at: 0 when none is due.
func (s *Service) Once(ctx context.Context) (int, error) {
	owner := id.New()
	g, err := s.claim(ctx, owner)
	if err != nil || g == nil {
		return 0, err
	}
	for more := true; more; {
		if more, err = s.batch(ctx, owner, g); err != nil {
			return 1, fmt.Errorf("sending %s: %w", g.ID, err)
		}
		if err := failpoint.Hit(ctx, "inapp/batch"); err != nil {
			return 1, err
		}
	}
	return 1, nil
}

// claim takes the lease of a sending that is due, nil when there is none.
func (s *Service) claim(ctx context.Context, owner string) (g *Sending, err error) {
	now := s.now()
	sendingID, err := s.dueSending(ctx, now)
	if err != nil || sendingID == "" {
		return nil, err
	}
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		g, err = s.leaseSending(ctx, sendingID, owner, now, now.Add(lease))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("claim sending: %w", err)
	}
	return g, nil
}

// batch tells the next people of the sending in one transaction, which first moves its
// place on: of two workers that hold it, one waits for the other's commit and then finds
// that the place is another. It reports whether there may be more.
func (s *Service) batch(ctx context.Context, owner string, g *Sending) (more bool, err error) {
	in, err := s.realms.ByID(ctx, g.RealmID)
	if err != nil {
		return false, err
	}
	people, last, err := s.audience(ctx, g)
	if err != nil {
		return false, err
	}
	reached := int64(0)
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		now := s.now()
		reached, more = 0, last != ""
		ours, err := s.advance(ctx, g, owner, last, now, now.Add(lease))
		if err != nil || !ours {
			more = false
			return err
		}
		var ids []string
		for _, u := range people {
			ids = append(ids, u.ID)
		}
		wishes, err := s.wishesOf(ctx, g.RealmID, ids)
		if err != nil {
			return err
		}
		for _, u := range people {
			told, err := s.tell(ctx, in, u, wishes[u.ID], g.draft())
			if err != nil {
				return err
			}
			if told {
				reached++
			}
		}
		return s.reach(ctx, g.RealmID, g.ID, reached)
	})
	if err != nil {
		return false, err
	}
	g.LastUser, g.Reached = last, g.Reached+reached
	return more, nil
}

// audience are the next people of the sending who may sign in, and the last that was
// looked at, "" when there are no more.
func (s *Service) audience(ctx context.Context, g *Sending) (people []*user.User, last string, err error) {
	if g.Audience == Everyone {
		people, err = s.users.List(ctx, g.RealmID, user.Filter{Status: user.StatusActive, CreatedBefore: g.StartsAt, After: g.LastUser, Limit: batch})
		if err == nil && len(people) == batch {
			last = people[batch-1].ID
		}
		return people, last, err
	}
	ids, err := s.roles.Holders(ctx, g.RealmID, g.AudienceID, g.LastUser, batch)
	if err != nil {
		return nil, "", err
	}
	if len(ids) == batch {
		last = ids[batch-1]
	}
	for _, userID := range ids {
		u, err := s.users.ByID(ctx, g.RealmID, userID)
		if gone(err) {
			continue
		}
		if err != nil {
			return nil, "", err
		}
		if u.Active() {
			people = append(people, u)
		}
	}
	return people, last, nil
}
