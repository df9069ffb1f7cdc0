package event

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"authserver/internal/database"
)

// row is a row of events, without the state of its dispatch except the attempts.
type row struct {
	ID       string          `gorm:"column:id"`
	RealmID  string          `gorm:"column:realm_id"`
	Type     string          `gorm:"column:type"`
	RefKind  string          `gorm:"column:ref_kind"`
	RefID    string          `gorm:"column:ref_id"`
	Actor    string          `gorm:"column:actor"`
	Payload  string          `gorm:"column:payload"`
	At       database.Micros `gorm:"column:at"`
	Attempts int             `gorm:"column:attempts"`
}

// TableName implements gorm's Tabler.
func (row) TableName() string { return "events" }

const columns = "id, realm_id, type, ref_kind, ref_id, actor, payload, at"

// pending is written out in every query: the planner uses the partial index only
// for these very words.
const pending = "dispatched_at = 0 AND parked_at = 0"

// store is the only place that reads and writes the table.
type store struct {
	db      *database.DB
	inserts []insert
}

// insert is a statement for a fixed number of rows. A statement for each number
// there is would fill the drivers' caches of prepared statements.
type insert struct {
	rows int
	sql  string
}

func newStore(db *database.DB) store {
	s := store{db: db}
	for _, n := range []int{64, 16, 4, 1} {
		values := strings.TrimSuffix(strings.Repeat("(?,?,?,?,?,?,?,?),", n), ",")
		s.inserts = append(s.inserts, insert{n, "INSERT INTO events (" + columns + ") VALUES " + values})
	}
	return s
}

func (s store) insert(ctx context.Context, rows []row) error {
	tx := s.db.With(ctx)
	for _, in := range s.inserts {
		for ; len(rows) >= in.rows; rows = rows[in.rows:] {
			args := make([]any, 0, 8*in.rows)
			for _, r := range rows[:in.rows] {
				args = append(args, r.ID, r.RealmID, r.Type, r.RefKind, r.RefID, r.Actor, r.Payload, int64(r.At))
			}
			if err := tx.Exec(in.sql, args...).Error; err != nil {
				return err
			}
		}
	}
	return nil
}

// due tells, without a transaction, whether there is anything to claim: events
// never tried, and events to be tried again.
func (s store) due(ctx context.Context, now time.Time) (fresh, again bool, err error) {
	var found struct {
		Fresh bool `gorm:"column:fresh"`
		Again bool `gorm:"column:again"`
	}
	err = s.db.With(ctx).Raw("SELECT EXISTS (SELECT 1 FROM events WHERE "+pending+" AND attempts = 0) AS fresh,"+
		" EXISTS (SELECT 1 FROM events WHERE "+pending+" AND attempts > 0 AND lease_until < ?) AS again", database.At(now)).Scan(&found).Error
	return found.Fresh, found.Again, err
}

// claimFresh leases up to most events that nobody has tried yet.
func (s store) claimFresh(ctx context.Context, owner string, until time.Time, most int) ([]row, error) {
	return s.claim(ctx, owner, until, most, "attempts = 0")
}

// claimAgain leases the oldest event whose lease or pause is over: one, because
// if it kills us, the others must not count an attempt with it.
func (s store) claimAgain(ctx context.Context, owner string, now, until time.Time) ([]row, error) {
	return s.claim(ctx, owner, until, 1, "attempts > 0 AND lease_until < ?", database.At(now))
}

func (s store) claim(ctx context.Context, owner string, until time.Time, most int, which string, args ...any) ([]row, error) {
	tx := s.db.With(ctx)
	due := database.Claim(tx.Model(&row{}).Select("id").Where(pending).Where(which, args...).Order("at, id").Limit(most))
	var rows []row
	// MATERIALIZED: chosen once, else PostgreSQL may choose, and lock, anew for each row it updates.
	err := tx.Raw("WITH due AS MATERIALIZED (?) UPDATE events SET lease_owner = ?, lease_until = ?, attempts = attempts + 1"+
		" WHERE id IN (SELECT id FROM due) RETURNING "+columns+", attempts", due, owner, database.At(until)).Scan(&rows).Error
	slices.SortFunc(rows, func(a, b row) int { return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.ID, b.ID)) })
	return rows, err
}

// mark marks the events of a claim as dispatched, those between the two times,
// and returns how many were still the claim's.
func (s store) mark(ctx context.Context, owner string, from, to database.Micros, now time.Time) (int64, error) {
	r := s.db.With(ctx).Exec("UPDATE events SET dispatched_at = ?, lease_owner = '', lease_until = 0, failure = '' WHERE "+pending+
		" AND lease_owner = ? AND at BETWEEN ? AND ?", database.At(now), owner, from, to)
	return r.RowsAffected, r.Error
}

// markOne is mark for a single event.
func (s store) markOne(ctx context.Context, owner, id string, now time.Time) (int64, error) {
	r := s.db.With(ctx).Exec("UPDATE events SET dispatched_at = ?, lease_owner = '', lease_until = 0, failure = '' WHERE id = ? AND "+pending+
		" AND lease_owner = ?", database.At(now), id, owner)
	return r.RowsAffected, r.Error
}

// postpone gives an event back until a time, with the reason; park takes it out.
func (s store) postpone(ctx context.Context, owner, id, reason string, until time.Time) error {
	return s.db.With(ctx).Exec("UPDATE events SET lease_owner = '', lease_until = ?, failure = ? WHERE id = ? AND "+pending+
		" AND lease_owner = ?", database.At(until), reason, id, owner).Error
}

func (s store) park(ctx context.Context, owner, id, reason string, now time.Time) error {
	return s.db.With(ctx).Exec("UPDATE events SET lease_owner = '', lease_until = 0, parked_at = ?, failure = ? WHERE id = ? AND "+pending+
		" AND lease_owner = ?", database.At(now), reason, id, owner).Error
}

// sweep removes some of what was dispatched before a time and returns how many.
func (s store) sweep(ctx context.Context, before time.Time, most int) (int64, error) {
	r := s.db.With(ctx).Exec("DELETE FROM events WHERE id IN (SELECT id FROM events WHERE dispatched_at > 0 AND dispatched_at < ?"+
		" ORDER BY dispatched_at LIMIT ?)", database.At(before), most)
	return r.RowsAffected, r.Error
}

func (s store) ofRealm(ctx context.Context, realmID string) (rows []row, err error) {
	err = s.db.With(ctx).Where("realm_id = ?", realmID).Order("at, id").Find(&rows).Error
	return rows, err
}

func (s store) backlog(ctx context.Context) (waiting, parked int64, err error) {
	var n struct {
		Waiting int64 `gorm:"column:waiting"`
		Parked  int64 `gorm:"column:parked"`
	}
	err = s.db.With(ctx).Raw("SELECT (SELECT count(*) FROM events WHERE " + pending + ") AS waiting," +
		" (SELECT count(*) FROM events WHERE parked_at > 0) AS parked").Scan(&n).Error
	return n.Waiting, n.Parked, err
}

// oldest is 0 when nothing waits.
func (s store) oldest(ctx context.Context) (at database.Micros, err error) {
	err = s.db.With(ctx).Raw("SELECT coalesce(min(at), 0) FROM events WHERE " + pending).Scan(&at).Error
	return at, err
}

// events turns rows into what subscribers see.
func events(rows []row) ([]Event, error) {
	list := make([]Event, 0, len(rows))
	for _, r := range rows {
		e := Event{
			ID: r.ID, RealmID: r.RealmID, Type: r.Type, Ref: Ref{r.RealmID, r.RefKind, r.RefID},
			At: r.At.Time(), Payload: json.RawMessage(r.Payload), Attempts: r.Attempts,
		}
		if err := json.Unmarshal([]byte(r.Actor), &e.Actor); err != nil {
			return nil, fmt.Errorf("actor of event %s: %w", r.ID, err)
		}
		list = append(list, e)
	}
	return list, nil
}
