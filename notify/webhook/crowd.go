package webhook

import (
	"context"
	"sync"
	"time"
)

const (
	// mostWaiting is about how many deliveries may wait for a receiver that fails.
	mostWaiting = 10_000
	// lookEvery is how often they are counted.
	lookEvery = time.Second
)

// crowds remembers for which webhooks too many deliveries wait: counting to ten thousand for
// each event would cost more than the event.
type crowds struct {
	mu   sync.Mutex
	seen map[string]crowd
}

type crowd struct {
	at   time.Time
	many bool
}

// crowded reports whether too many deliveries wait for the webhook, as of a second ago at
// most.
func (s *Service) crowded(ctx context.Context, webhookID string) (bool, error) {
	now := s.Now()
	s.crowds.mu.Lock()
	last, known := s.crowds.seen[webhookID]
	s.crowds.mu.Unlock()
	if known && now.Sub(last.at) < lookEvery {
		return last.many, nil
	}
	many, err := s.waiting(ctx, webhookID, mostWaiting)
	if err != nil {
		return false, err
	}
	s.crowds.mu.Lock()
	defer s.crowds.mu.Unlock()
	if s.crowds.seen == nil || len(s.crowds.seen) > mostWaiting {
		s.crowds.seen = map[string]crowd{}
	}
	s.crowds.seen[webhookID] = crowd{now, many}
	return many, nil
}
