package signal

import (
	"context"
	"fmt"
)

// mostPolled is how many tokens one answer holds.
const mostPolled = 100

// Polled is the answer of a poll (RFC 8936 §2.3).
type Polled struct {
	Sets map[string]string `json:"sets"` // compact JWS by jti
	More bool              `json:"moreAvailable,omitempty"`
}

// Take forgets the tokens that were received, or refused, and returns up to most others,
// the oldest first. They are returned again until they are named in done.
func (s *Service) Take(ctx context.Context, stream *Stream, done []string, most int) (*Polled, error) {
	if len(done) > 0 {
		err := s.DB.InTx(ctx, func(ctx context.Context) error { return s.acknowledge(ctx, stream.RealmID, stream.ID, done) })
		if err != nil {
			return nil, fmt.Errorf("acknowledge for stream %s: %w", stream.ID, err)
		}
	}
	answer := &Polled{Sets: map[string]string{}}
	if stream.Status != Enabled || most == 0 {
		return answer, nil
	}
	rows, err := s.oldest(ctx, stream.RealmID, stream.ID, most+1)
	if err != nil {
		return nil, fmt.Errorf("poll stream %s: %w", stream.ID, err)
	}
	if len(rows) > most {
		rows, answer.More = rows[:most], true
	}
	for _, r := range rows {
		if answer.Sets[r.ID], err = s.sign(ctx, r); err != nil {
			return nil, err
		}
	}
	return answer, nil
}

// Sweep removes tokens that nobody took in time, some at a time, and returns how many.
func (s *Service) Sweep(ctx context.Context) (n int, err error) {
	err = s.DB.InTx(ctx, func(ctx context.Context) (err error) {
		n, err = s.sweepSets(ctx, s.Now().Add(-kept), 500)
		return err
	})
	return n, err
}

// Reseal seals the credentials of receivers with the newest key of the ring, and returns
// how many it changed.
func (s *Service) Reseal(ctx context.Context) (int, error) {
	done := 0
	for after := ""; ; {
		rows, err := s.credentialsAfter(ctx, after, 100)
		if err != nil {
			return done, fmt.Errorf("reseal credentials of streams: %w", err)
		}
		if len(rows) == 0 || ctx.Err() != nil {
			return done, ctx.Err()
		}
		for _, r := range rows {
			after = r.ID
			if s.Ring.Current(r.Credential) {
				continue
			}
			plain, err := s.Ring.Open(r.Credential, "signal_streams", r.RealmID, r.ID)
			if err != nil {
				return done, fmt.Errorf("reseal the credential of stream %s: %w", r.ID, err)
			}
			sealed, err := s.Ring.Seal(plain, "signal_streams", r.RealmID, r.ID)
			if err != nil {
				return done, err
			}
			err = s.DB.InTx(ctx, func(ctx context.Context) error { return s.replaceCredential(ctx, r, sealed) })
			if err != nil {
				return done, fmt.Errorf("reseal the credential of stream %s: %w", r.ID, err)
			}
			done++
		}
	}
}
