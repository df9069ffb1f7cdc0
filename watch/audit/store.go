package audit

import (
	"context"
	"errors"
	"strings"

	"authserver/internal/database"
)

// headRow is a line of the table audit_heads.
type headRow struct {
	RealmID    string          `gorm:"column:realm_id;primaryKey"`
	Seq        int64           `gorm:"column:seq"`
	Hash       []byte          `gorm:"column:hash"`
	Segment    int64           `gorm:"column:segment"`
	First      int64           `gorm:"column:first_seq"`
	Opened     database.Micros `gorm:"column:opened_at"`
	Checkpoint []byte          `gorm:"column:checkpoint"`
	Kept       int64           `gorm:"column:kept_seq"`
	MAC        []byte          `gorm:"column:mac"`
}

// TableName names the table.
func (headRow) TableName() string { return "audit_heads" }

func (r headRow) head() *head {
	return &head{r.RealmID, r.Seq, r.Hash, r.Segment, r.First, r.Opened.Time(), r.Checkpoint, r.Kept, r.MAC}
}

// lockHead returns the head of a realm's chain, made if there is none, and keeps all
// others from it until the transaction ends.
func (s *Service) lockHead(ctx context.Context, realmID string) (*head, error) {
	for made := false; ; made = true {
		var r headRow
		err := database.Translate(database.Lock(s.db.With(ctx)).Where("realm_id = ?", realmID).Take(&r).Error)
		if err == nil {
			return r.head(), nil
		}
		if !errors.Is(err, database.ErrNotFound) || made {
			return nil, err
		}
		h := newHead(realmID)
		s.sealHead(&h, true)
		err = s.db.With(ctx).Exec("INSERT INTO audit_heads (realm_id, seq, hash, segment, first_seq, opened_at, checkpoint, kept_seq, mac)"+
			" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (realm_id) DO NOTHING",
			h.RealmID, h.Seq, h.Hash, h.Segment, h.First, database.At(h.Opened), h.Checkpoint, h.Kept, h.MAC).Error
		if err != nil {
			return nil, err
		}
	}
}

// saveHead writes a head that this transaction has locked.
func (s *Service) saveHead(ctx context.Context, h *head) error {
	return s.db.With(ctx).Exec("UPDATE audit_heads SET seq = ?, hash = ?, segment = ?, first_seq = ?, opened_at = ?, checkpoint = ?, kept_seq = ?, mac = ?"+
		" WHERE realm_id = ?", h.Seq, h.Hash, h.Segment, h.First, database.At(h.Opened), h.Checkpoint, h.Kept, h.MAC, h.RealmID).Error
}

// state reads a head and the number of the newest entry there is, at one moment. It
// returns nil for a realm without a head.
func (s *Service) state(ctx context.Context, realmID string) (h *head, newest int64, err error) {
	var rows []struct {
		Head   headRow `gorm:"embedded"`
		Newest int64   `gorm:"column:newest"`
	}
	err = s.db.With(ctx).Raw("SELECT h.*, (SELECT coalesce(max(seq), 0) FROM audit_entries e WHERE e.realm_id = h.realm_id) AS newest"+
		" FROM audit_heads h WHERE h.realm_id = ?", realmID).Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, 0, err
	}
	return rows[0].Head.head(), rows[0].Newest, nil
}

// heads lists the heads with realms after the given one.
func (s *Service) heads(ctx context.Context, after string, first bool, most int) ([]*head, error) {
	q := s.db.With(ctx).Order("realm_id").Limit(most)
	if !first {
		q = q.Where("realm_id > ?", after)
	}
	var rows []headRow
	if err := q.Find(&rows).Error; err != nil {
		return nil, err
	}
	list := make([]*head, 0, len(rows))
	for _, r := range rows {
		list = append(list, r.head())
	}
	return list, nil
}

// chains lists the realms of which there is anything.
func (s *Service) chains(ctx context.Context) (ids []string, err error) {
	err = s.db.With(ctx).Raw("SELECT realm_id FROM audit_heads UNION SELECT DISTINCT realm_id FROM audit_entries" +
		" UNION SELECT DISTINCT realm_id FROM audit_segments ORDER BY realm_id").Scan(&ids).Error
	return ids, err
}

const entryColumns = "realm_id, seq, version, previous, hash, id, at, type, actor_kind, actor_id, actor_application_id, application_id," +
	" ref_kind, ref_id, subject_kind, subject_id, request_id, payload, details, origin"

const entryWidth = 20

// insert is a statement for a fixed number of rows: one for each number there is would
// fill the drivers' caches of prepared statements.
type insert struct {
	rows int
	sql  string
}

func makeInserts() []insert {
	line := "(" + strings.TrimSuffix(strings.Repeat("?,", entryWidth), ",") + "),"
	var all []insert
	for _, n := range []int{64, 16, 4, 1} {
		all = append(all, insert{n, "INSERT INTO audit_entries (" + entryColumns + ") VALUES " + strings.TrimSuffix(strings.Repeat(line, n), ",")})
	}
	return all
}

func (s *Service) insertEntries(ctx context.Context, list []parts) error {
	for _, in := range s.inserts {
		for ; len(list) >= in.rows; list = list[in.rows:] {
			args := make([]any, 0, entryWidth*in.rows)
			for _, p := range list[:in.rows] {
				e := &p.entry
				args = append(args, e.RealmID, e.Seq, e.Version, e.Previous, e.Hash, e.ID, int64(database.At(e.At)), e.Type, e.ActorKind, e.ActorID,
					e.ActorApplicationID, e.ApplicationID, e.RefKind, e.RefID, e.SubjectKind, e.SubjectID, e.RequestID, e.Payload, e.Details, e.Origin)
			}
			if err := s.db.With(ctx).Exec(in.sql, args...).Error; err != nil {
				return err
			}
		}
	}
	return nil
}
