package inapp

import (
	"context"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"authserver/internal/database"
	"authserver/internal/id"
)

// countMost is where counting ends: a page says "99+", and need not know more.
const countMost = 100

// Unseen returns how many notifications the person has not seen, at most 100. It reads
// one small index and nothing else, because every page of the account asks.
func (s *Service) Unseen(ctx context.Context, realmID, userID string) (int, error) {
	n, err := s.countUnseen(ctx, realmID, userID, s.now())
	if err != nil {
		return 0, fmt.Errorf("count notifications of user %s: %w", userID, err)
	}
	return n, nil
}

// List returns up to limit notifications of the person, the newest first, from the place
// that cursor names (empty: the newest), and the cursor of what follows.
func (s *Service) List(ctx context.Context, realmID, userID string, unseen bool, cursor string, limit int) ([]Notification, string, error) {
	from, err := parse(cursor)
	if err != nil {
		return nil, "", err
	}
	all, err := s.list(ctx, realmID, userID, unseen, from, s.now(), limit+1)
	if err != nil {
		return nil, "", fmt.Errorf("list notifications of user %s: %w", userID, err)
	}
	if len(all) <= limit {
		return all, "", nil
	}
	all = all[:limit]
	return all, place{all[limit-1].CreatedAt, all[limit-1].ID}.String(), nil
}

// MarkSeen marks notifications of the person as seen, all of them without ids, and
// returns how many were not before. One that the person does not have, or no longer, is
// ErrNotFound, and then none is marked.
func (s *Service) MarkSeen(ctx context.Context, realmID, userID string, ids ...string) (int, error) {
	n := 0
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		if len(ids) > 0 {
			there, err := s.countThese(ctx, realmID, userID, ids, s.now())
			if err != nil {
				return err
			}
			if there != len(ids) {
				return ErrNotFound
			}
		}
		var err error
		n, err = s.see(ctx, realmID, userID, ids, s.now())
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("mark notifications of user %s: %w", userID, err)
	}
	return n, nil
}

// Dismiss removes a notification of the person, or is ErrNotFound.
func (s *Service) Dismiss(ctx context.Context, realmID, userID, notificationID string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		had, err := s.remove(ctx, realmID, userID, notificationID, s.now())
		if err != nil {
			return fmt.Errorf("dismiss notification %s: %w", notificationID, err)
		}
		if !had {
			return ErrNotFound
		}
		return nil
	})
}

// place is where a page of the list begins: after the notification of this time and id.
type place struct {
	at time.Time
	id string
}

// String is the place as a cursor.
func (p place) String() string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(int64(database.At(p.at)), 10) + " " + p.id))
}

func parse(cursor string) (place, error) {
	if cursor == "" {
		return place{}, nil
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	micros, last, found := strings.Cut(string(raw), " ")
	at, bad := strconv.ParseInt(micros, 10, 64)
	if err != nil || !found || bad != nil || at <= 0 || !id.Valid(last) {
		return place{}, ErrCursor
	}
	return place{database.Micros(at).Time(), last}, nil
}

const (
	sweepBatch = 500
	// sendingsKept is how long a sending is remembered when it is over.
	sendingsKept = 90 * 24 * time.Hour
)

// Sweep removes what has expired, in small batches, and returns how many rows.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	now, total := s.now(), 0
	for _, sweep := range []func(ctx context.Context) (int, error){
		func(ctx context.Context) (int, error) { return s.sweepNotifications(ctx, now, sweepBatch) },
		func(ctx context.Context) (int, error) {
			return s.sweepSendings(ctx, now.Add(-sendingsKept), sweepBatch)
		},
	} {
		for more := true; more; {
			err := s.db.InTx(ctx, func(ctx context.Context) error {
				n, err := sweep(ctx)
				total, more = total+n, n == sweepBatch
				return err
			})
			if err != nil {
				return total, fmt.Errorf("sweep notifications: %w", err)
			}
		}
	}
	return total, nil
}
