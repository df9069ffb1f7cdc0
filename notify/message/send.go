package message

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"authserver/identity/user"
	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/failpoint"
	"authserver/internal/id"
	"authserver/internal/letter"
)

// Nobody needs more than this in an hour. Codes have a far narrower limit where they
// are asked for (identity/challenge); this one holds whatever else goes wrong.
const (
	floodWindow  = time.Hour
	floodOfAKind = 20
	floodInAll   = 60
)

// contents is what is sealed of a letter.
type contents struct {
	To       string            `json:"to"`
	UserID   string            `json:"user_id,omitempty"`
	AppID    string            `json:"application_id,omitempty"`
	Language string            `json:"language,omitempty"`
	Data     map[string]string `json:"data,omitempty"`
	IP       string            `json:"ip,omitempty"`
	Agent    string            `json:"agent,omitempty"`
	At       time.Time         `json:"at"`
}

// Send queues a letter in the transaction of ctx, or in one of its own. It leaves as
// soon as that is committed. A letter to an address that has been flooded is logged and
// goes nowhere; that is no error, because the change that it tells of is none.
func (s *Service) Send(ctx context.Context, l letter.Letter) error {
	if err := l.Check(); err != nil {
		return err
	}
	spec, _ := letter.Find(l.Kind)
	if spec.Channel == letter.Email {
		addr, _, err := user.Normalise(l.To)
		if err != nil {
			return fmt.Errorf("send %s: %w", l.Kind, err)
		}
		l.To = addr
	}
	err := s.db.InTx(ctx, func(ctx context.Context) error { return s.queue(ctx, spec, l) })
	if err != nil {
		return fmt.Errorf("send %s: %w", l.Kind, err)
	}
	return nil
}

func (s *Service) queue(ctx context.Context, spec letter.Spec, l letter.Letter) error {
	now := s.now()
	entry := logRow{
		ID: id.New(), RealmID: l.RealmID, UserID: l.UserID, ApplicationID: l.ApplicationID, Kind: string(l.Kind),
		ToAddress: l.To, ToKey: key(spec.Channel, l.To), Status: string(Pending), LastEvent: "queued",
		LastEventAt: database.At(now), CreatedAt: database.At(now), UpdatedAt: database.At(now),
	}
	flooded, err := s.flooded(ctx, spec.Channel, entry, now)
	if err != nil {
		return err
	}
	if l.Kind == letter.Erased { // the one letter to somebody of whom nothing stays
		entry.ToAddress, entry.ToKey = "", ""
	}
	if flooded {
		entry.Status, entry.LastEvent = string(Withheld), "too many to this address"
		s.happened(ctx, spec.Channel, Withheld)
		s.log.WarnContext(ctx, "letter withheld: too many to one address", "letter_id", entry.ID, "kind", l.Kind)
		return s.insertLog(ctx, spec.Channel, entry)
	}
	sealed, err := s.seal(ctx, entry.ID, l, now)
	if err != nil {
		return err
	}
	if err := s.insertLog(ctx, spec.Channel, entry); err != nil {
		return err
	}
	err = s.insert(ctx, row{
		ID: entry.ID, RealmID: l.RealmID, Channel: string(spec.Channel), Kind: string(l.Kind), Sealed: sealed,
		NextAttemptAt: database.At(now), ExpiresAt: database.At(l.ExpiresAt), CreatedAt: database.At(now),
	})
	if err != nil {
		return err
	}
	if err := failpoint.Hit(ctx, "message/queued"); err != nil {
		return err
	}
	s.db.AfterCommit(ctx, s.wake[spec.Channel].Ring)
	return nil
}

// seal closes the letter so that only its own row opens it.
func (s *Service) seal(ctx context.Context, letterID string, l letter.Letter, now time.Time) (string, error) {
	c := contents{To: l.To, UserID: l.UserID, AppID: l.ApplicationID, Language: l.Language, Data: l.Data, At: now}
	if a, ok := event.ActorFrom(ctx); ok && (a.Kind == event.User || a.Kind == event.Anonymous) {
		c.IP, c.Agent = a.IP, a.UserAgent
	}
	plain, err := json.Marshal(c)
	if err != nil {
		return "", fmt.Errorf("encode: %w", err)
	}
	return s.ring.Seal(plain, "letters", l.RealmID, letterID)
}

func (s *Service) open(r row) (contents, error) {
	plain, err := s.ring.Open(r.Sealed, "letters", r.RealmID, r.ID)
	if err != nil {
		return contents{}, err
	}
	var c contents
	err = json.Unmarshal(plain, &c)
	return c, err
}

// flooded tells whether the address has had enough.
func (s *Service) flooded(ctx context.Context, channel letter.Channel, e logRow, now time.Time) (bool, error) {
	all, same, err := s.recent(ctx, channel, e.RealmID, e.ToKey, e.Kind, now.Add(-floodWindow))
	return all >= floodInAll || same >= floodOfAKind, err
}

// key is how an address is found again, whatever its spelling.
func key(channel letter.Channel, to string) string {
	if channel == letter.Email {
		if _, folded, err := user.Normalise(to); err == nil {
			return folded
		}
	}
	return to
}
