package message

import (
	"context"
	"errors"
	"time"

	"authserver/internal/database"
	"authserver/internal/fault"
	"authserver/internal/letter"
)

// reportsKept is how long a repeated report of a provider is recognised; providers give
// up repeating after a day or three.
const reportsKept = 7 * 24 * time.Hour

// ErrReplayed refuses a report whose signature came with another one before.
var ErrReplayed = fault.New(fault.Denied, "signature_replayed", "The signature belongs to another report.")

// Report takes what a provider tells of a letter: once, whatever its number of tries.
// ErrNotFound means that no letter has that name, perhaps not yet: the provider may
// have been quicker than our own note of having sent it.
func (s *Service) Report(ctx context.Context, r letter.Report) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		if r.MessageID == "" {
			return ErrNotFound
		}
		e, err := s.byProvider(ctx, r.Channel, r.Provider, r.MessageID)
		if errors.Is(err, database.ErrNotFound) {
			return ErrNotFound
		}
		if err != nil {
			return err
		}
		fresh, err := s.firstTime(ctx, r.Provider, bound(r.EventID), s.now())
		if err != nil || !fresh {
			return err
		}
		if r.Token != "" {
			// Event ids of providers begin otherwise.
			if fresh, err = s.firstTime(ctx, r.Provider, bound("token "+r.Token), s.now()); err != nil {
				return err
			}
			if !fresh {
				return ErrReplayed
			}
		}
		return s.learn(ctx, e, r)
	})
}

// learn writes what has become of a letter, and what follows from it.
func (s *Service) learn(ctx context.Context, e logRow, r letter.Report) error {
	switch r.Fate {
	case letter.Bounced:
		if r.Channel == letter.Email {
			if err := s.suppress(ctx, e.RealmID, e.ToKey, ReasonBounced); err != nil {
				return err
			}
		}
	case letter.Complained:
		if err := s.suppress(ctx, e.RealmID, e.ToKey, ReasonComplained); err != nil {
			return err
		}
	}
	at := r.At
	if at.IsZero() || at.After(s.now()) {
		at = s.now()
	}
	text := string(r.Fate)
	if r.Detail != "" {
		text += ": " + r.Detail
	}
	changed := map[string]any{"updated_at": database.At(s.now())}
	if database.At(at) >= e.LastEventAt { // reports overtake one another
		changed["last_event"], changed["last_event_at"] = bound(text), database.At(at)
	}
	if status := after(Status(e.Status), r.Fate); status != Status(e.Status) {
		changed["status"] = string(status)
		s.happened(ctx, r.Channel, status)
	}
	return s.updateLog(ctx, r.Channel, e.RealmID, e.ID, changed)
}

// after is the state of a letter once a fate is known. What is worse or later stays:
// "delivered" that arrives after "complained" changes nothing.
func after(now Status, f letter.Fate) Status {
	rank := map[Status]int{Pending: 0, Sent: 1, Failed: 2, Delivered: 3, Bounced: 4, Complained: 5}
	told := map[letter.Fate]Status{
		letter.Delivered: Delivered, letter.Opened: Delivered, letter.Bounced: Bounced, letter.Failed: Failed, letter.Complained: Complained,
	}
	next, known := told[f]
	if !known || rank[next] <= rank[now] {
		return now
	}
	return next
}
