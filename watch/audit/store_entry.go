package audit

import (
	"context"
	"database/sql"
	"time"

	"authserver/internal/database"
)

// Filter chooses entries; what is empty does not count.
type Filter struct {
	Type, ActorID, SubjectID, ApplicationID, RequestID string
	From, To                                           time.Time // not before, and before
	Before                                             int64     // only entries with smaller numbers
	Limit                                              int
}

// list returns entries of a realm, the newest first.
func (s *Service) list(ctx context.Context, realmID string, f Filter) ([]*Entry, error) {
	q := s.db.With(ctx).Table("audit_entries").Select(entryColumns).Where("realm_id = ?", realmID)
	for _, c := range [...]struct{ condition, value string }{
		{"type = ?", f.Type},
		{"actor_id = ?", f.ActorID},
		{"subject_id = ?", f.SubjectID},
		{"application_id <> '' AND application_id = ?", f.ApplicationID},
		{"request_id <> '' AND request_id = ?", f.RequestID},
	} {
		if c.value != "" {
			q = q.Where(c.condition, c.value)
		}
	}
	if !f.From.IsZero() {
		q = q.Where("at >= ?", database.At(f.From))
	}
	if !f.To.IsZero() {
		q = q.Where("at < ?", database.At(f.To))
	}
	if f.Before > 0 {
		q = q.Where("seq < ?", f.Before)
	}
	rows, err := q.Order("seq DESC").Limit(f.Limit).Rows()
	return collect(rows, err)
}

// concerning returns the newest entries that a person did or that concern them.
func (s *Service) concerning(ctx context.Context, realmID, userID string, most int) ([]*Entry, error) {
	one := "SELECT * FROM (SELECT " + entryColumns + " FROM audit_entries WHERE realm_id = ? AND "
	two := " ORDER BY seq DESC LIMIT ?) AS "
	rows, err := s.db.With(ctx).Raw(one+"subject_id = ?"+two+"concerned UNION "+one+"actor_id = ? AND actor_kind = 'user'"+two+"acted ORDER BY seq DESC LIMIT ?",
		realmID, userID, most, realmID, userID, most, most).Rows()
	return collect(rows, err)
}

// byID returns the entry of an event, nil if there is none.
func (s *Service) byID(ctx context.Context, realmID, id string) (*Entry, error) {
	rows, err := s.db.With(ctx).Raw("SELECT "+entryColumns+" FROM audit_entries WHERE realm_id = ? AND id = ?", realmID, id).Rows()
	list, err := collect(rows, err)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list[0], nil
}

// page is how many entries are read by one statement.
const page = 4096

// each calls do with the entries of a realm from one number to another, in order, as they
// are there. Do must not keep the entry. It reads many statements' worth: for entries that
// do not change meanwhile.
func (s *Service) each(ctx context.Context, realmID string, from, to int64, do func(*Entry) error) error {
	var e Entry
	for from <= to {
		n := 0
		rows, err := s.db.With(ctx).Raw("SELECT "+entryColumns+" FROM audit_entries WHERE realm_id = ? AND seq BETWEEN ? AND ? ORDER BY seq LIMIT ?",
			realmID, from, to, page).Rows()
		if err != nil {
			return err
		}
		for rows.Next() {
			n++
			if err = scan(rows, &e); err == nil {
				from = e.Seq + 1
				err = do(&e)
			}
			if err != nil {
				break
			}
		}
		if closing := rows.Close(); err == nil { //nolint:sqlclosecheck // at the end of each page, not of all
			err = closing
		}
		if err == nil {
			err = rows.Err()
		}
		if err != nil || n < page {
			return err
		}
	}
	return nil
}

func collect(rows *sql.Rows, err error) ([]*Entry, error) {
	if err != nil {
		return nil, database.Translate(err)
	}
	defer func() { _ = rows.Close() }()
	var list []*Entry
	for rows.Next() {
		e := &Entry{}
		if err := scan(rows, e); err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, database.Translate(rows.Err())
}

func scan(rows *sql.Rows, e *Entry) error {
	var at int64
	err := rows.Scan(&e.RealmID, &e.Seq, &e.Version, &e.Previous, &e.Hash, &e.ID, &at, &e.Type, &e.ActorKind, &e.ActorID, &e.ActorApplicationID,
		&e.ApplicationID, &e.RefKind, &e.RefID, &e.SubjectKind, &e.SubjectID, &e.RequestID, &e.Payload, &e.Details, &e.Origin)
	e.At = database.Micros(at).Time()
	return err
}

// removeBefore removes some entries before a number and returns how many. The database
// lets those go that the head has given up.
func (s *Service) removeBefore(ctx context.Context, realmID string, before int64, most int) (int64, error) {
	res := s.db.With(ctx).Exec("DELETE FROM audit_entries WHERE realm_id = ? AND seq IN (SELECT seq FROM audit_entries WHERE realm_id = ? AND seq < ? ORDER BY seq LIMIT ?)",
		realmID, realmID, before, most)
	return res.RowsAffected, res.Error
}
