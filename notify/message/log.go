package message

import (
	"context"
	"errors"
	"fmt"
	"time"

	"authserver/internal/database"
	"authserver/internal/fault"
	"authserver/internal/letter"
)

// ErrNotFound says that no such letter is in the log.
var ErrNotFound = fault.New(fault.NotFound, "letter_not_found", "There is no such letter.")

// logKept is how long the logs remember.
const logKept = 90 * 24 * time.Hour

// Entry is one letter as the log knows it. It holds no secret: the text of an SMS has
// its code masked, and subjects have none.
type Entry struct {
	ID, RealmID, UserID, ApplicationID string
	Channel                            letter.Channel
	Kind                               letter.Kind
	Provider, MessageID                string
	From, To                           string
	// Summary is the subject of a mail, the masked text of an SMS; empty until it left.
	Summary     string
	Status      Status
	LastEvent   string
	LastEventAt time.Time
	Attempts    int
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

func (r logRow) entry(channel letter.Channel) Entry {
	return Entry{
		ID: r.ID, RealmID: r.RealmID, UserID: r.UserID, ApplicationID: r.ApplicationID,
		Channel: channel, Kind: letter.Kind(r.Kind), Provider: r.Provider, MessageID: r.ProviderMsgID,
		From: r.FromAddress, To: r.ToAddress, Summary: r.Summary, Status: Status(r.Status),
		LastEvent: r.LastEvent, LastEventAt: r.LastEventAt.Time(), Attempts: r.Attempts,
		CreatedAt: r.CreatedAt.Time(), UpdatedAt: r.UpdatedAt.Time(),
	}
}

// Filter selects letters of a channel, the newest first.
type Filter struct {
	Channel letter.Channel
	UserID  string
	To      string // an address in any spelling
	Status  Status
	Before  string // id of the last letter seen
	Limit   int    // 1 to 100; 0 means 50
}

// Log returns letters that were sent in a realm, or should have been.
func (s *Service) Log(ctx context.Context, realmID string, f Filter) ([]Entry, error) {
	if f.Limit < 1 {
		f.Limit = 50
	}
	f.Limit = min(f.Limit, 100)
	rows, err := s.listLog(ctx, realmID, f)
	if err != nil {
		return nil, err
	}
	entries := make([]Entry, 0, len(rows))
	for _, r := range rows {
		entries = append(entries, r.entry(f.Channel))
	}
	return entries, nil
}

// Logged returns one letter, or ErrNotFound.
func (s *Service) Logged(ctx context.Context, realmID string, channel letter.Channel, letterID string) (Entry, error) {
	r, err := s.logged(ctx, channel, realmID, letterID)
	if errors.Is(err, database.ErrNotFound) {
		return Entry{}, ErrNotFound
	}
	if err != nil {
		return Entry{}, err
	}
	return r.entry(channel), nil
}

// Erase takes an erased person out of the logs: that letters were sent remains, to whom
// does not. Letters that still wait are sent; they tell of the erasure itself.
func (s *Service) Erase(ctx context.Context, realmID, userID string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		for _, step := range []func() error{
			func() error { return s.forgetSuppressions(ctx, realmID, userID) },
			func() error { return s.forget(ctx, letter.Email, realmID, userID) },
			func() error { return s.forget(ctx, letter.SMS, realmID, userID) },
		} {
			if err := step(); err != nil {
				return fmt.Errorf("erase letters of user %s: %w", userID, err)
			}
		}
		return nil
	})
}

// exported is a letter as its recipient may read of it.
type exported struct {
	Channel letter.Channel `json:"channel"`
	Kind    letter.Kind    `json:"kind"`
	To      string         `json:"to"`
	Summary string         `json:"summary,omitempty"`
	Status  Status         `json:"status"`
	At      time.Time      `json:"at"`
}

// Export is what the logs hold about a person.
func (s *Service) Export(ctx context.Context, realmID, userID string) (section string, value any, err error) {
	list := []exported{}
	for _, channel := range []letter.Channel{letter.Email, letter.SMS} {
		for before := ""; ; {
			entries, err := s.Log(ctx, realmID, Filter{Channel: channel, UserID: userID, Before: before, Limit: 100})
			if err != nil {
				return "", nil, fmt.Errorf("export letters of user %s: %w", userID, err)
			}
			for _, e := range entries {
				list = append(list, exported{e.Channel, e.Kind, e.To, e.Summary, e.Status, e.CreatedAt})
			}
			if len(entries) < 100 {
				break
			}
			before = entries[len(entries)-1].ID
		}
	}
	return "letters", list, nil
}

// Sweep removes lines of the logs, provider's reports and suppressions that are older
// than they are kept, some at a time, and returns how many.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	const some = 500
	now, swept := s.now(), 0
	for _, part := range []func(ctx context.Context) (int, error){
		func(ctx context.Context) (int, error) { return s.sweepLog(ctx, letter.Email, now.Add(-logKept), some) },
		func(ctx context.Context) (int, error) { return s.sweepLog(ctx, letter.SMS, now.Add(-logKept), some) },
		func(ctx context.Context) (int, error) { return s.sweepReports(ctx, now.Add(-reportsKept), some) },
		func(ctx context.Context) (int, error) { return s.sweepSuppressions(ctx, now, some) },
	} {
		err := s.db.InTx(ctx, func(ctx context.Context) error {
			n, err := part(ctx)
			swept += n
			return err
		})
		if err != nil {
			return swept, err
		}
	}
	return swept, nil
}
