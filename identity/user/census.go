package user

import (
	"context"
	"fmt"
)

// Census counts the people of a realm.
type Census struct {
	Status                                map[Status]int64
	EmailVerified, PhoneVerified, Factors int64 // Factors: who has a second factor
}

// Total is how many people there are, without those of whom only an id is left.
func (c Census) Total() (n int64) {
	for status, some := range c.Status {
		if status != StatusErased {
			n += some
		}
	}
	return n
}

// Census counts the people of realms, by realm id. It reads all their rows: whoever
// shows it keeps it for a while.
func (s *Service) Census(ctx context.Context, realmIDs ...string) (map[string]Census, error) {
	rows, err := s.census(ctx, realmIDs)
	if err != nil {
		return nil, fmt.Errorf("count people: %w", err)
	}
	counted := make(map[string]Census, len(realmIDs))
	for _, r := range rows {
		c := counted[r.RealmID]
		if c.Status == nil {
			c.Status = map[Status]int64{}
		}
		c.Status[Status(r.Status)] += r.People
		c.EmailVerified += r.EmailVerified
		c.PhoneVerified += r.PhoneVerified
		c.Factors += r.Factors
		counted[r.RealmID] = c
	}
	return counted, nil
}
