package totp

import (
	"context"
	"errors"
	"fmt"
)

// Reseal seals every secret with the newest key of the ring, and returns how many it
// changed. What does not open is left as it is and reported.
func (s *Service) Reseal(ctx context.Context) (int, error) {
	var errs []error
	done := 0
	for after := ""; ; {
		rows, err := s.sealedAfter(ctx, after, 100)
		if err != nil {
			return done, fmt.Errorf("reseal authenticators: %w", err)
		}
		for _, r := range rows {
			changed, err := s.reseal(ctx, r)
			if err != nil {
				errs = append(errs, fmt.Errorf("reseal the authenticator of user %s: %w", r.UserID, err))
			}
			if changed {
				done++
			}
		}
		if len(rows) == 0 || ctx.Err() != nil {
			return done, errors.Join(append(errs, ctx.Err())...)
		}
		after = rows[len(rows)-1].ID
	}
}

// reseal seals one secret anew if it has to, unless it was replaced meanwhile.
func (s *Service) reseal(ctx context.Context, r row) (bool, error) {
	if s.ring.Current(r.Secret) {
		return false, nil
	}
	plain, err := s.ring.Open(r.Secret, sealContext(r.RealmID, r.UserID)...)
	if err != nil {
		return false, err
	}
	sealed, err := s.ring.Seal(plain, sealContext(r.RealmID, r.UserID)...)
	if err != nil {
		return false, err
	}
	changed := false
	err = s.db.InTx(ctx, func(ctx context.Context) (err error) {
		changed, err = s.replaceSealed(ctx, r, sealed)
		return err
	})
	return changed && err == nil, err
}
