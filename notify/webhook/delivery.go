package webhook

import (
	"math/rand/v2"
	"time"
)

// Status is what has become of a delivery.
type Status string

// The states of a delivery.
const (
	Pending   Status = "pending"   // waiting, or to be tried again
	Delivered Status = "delivered" // the receiver said yes
	Parked    Status = "parked"    // given up, until somebody replays it
	Cancelled Status = "cancelled" // its webhook was disabled or deleted meanwhile
)

// Delivery is an event on its way to a webhook.
type Delivery struct {
	ID, RealmID, WebhookID string
	// EventID is "" for a ping.
	EventID, EventType string
	Body               string
	Status             Status
	Attempts           int
	// NextAttemptAt counts while the delivery is pending.
	NextAttemptAt time.Time
	// Error says in a few words what the last attempt failed at.
	Error                 string
	CreatedAt, FinishedAt time.Time
}

// Attempt is one call of a receiver.
type Attempt struct {
	Number   int
	At       time.Time
	Duration time.Duration
	// StatusCode is 0 if there was no answer.
	StatusCode int
	Error      string
	// Excerpt is the beginning of the answer, as text.
	Excerpt string
}

// Filter selects deliveries of a webhook, the newest first.
type Filter struct {
	Status       Status
	EventType    string
	Since, Until time.Time
	BeforeAt     time.Time // place of the last one seen
	BeforeID     string
	Limit        int
}

// Ladder is how long a delivery rests after each attempt that failed, unless the operator
// says otherwise.
func Ladder() []time.Duration {
	return []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, 60 * time.Minute}
}

// pause is how long a delivery rests after so many attempts, with a fifth of jitter so that
// what failed together does not come back together; false when it is to be parked.
func (s *Service) pause(attempts int) (time.Duration, bool) {
	if attempts < 1 || attempts > len(s.Ladder) {
		return 0, false
	}
	step := s.Ladder[attempts-1]
	return step + rand.N(step/5), true
}
