package audit

import (
	"context"
	"errors"
	"time"

	"authserver/internal/database"
)

// segmentRow is a line of the table audit_segments.
type segmentRow struct {
	RealmID    string          `gorm:"column:realm_id;primaryKey"`
	Number     int64           `gorm:"column:number;primaryKey"`
	First      int64           `gorm:"column:first_seq"`
	Last       int64           `gorm:"column:last_seq"`
	Previous   []byte          `gorm:"column:previous"`
	Hash       []byte          `gorm:"column:hash"`
	Root       []byte          `gorm:"column:root"`
	ClosedAt   database.Micros `gorm:"column:closed_at"`
	KeyID      string          `gorm:"column:key_id"`
	Checkpoint string          `gorm:"column:checkpoint"`
}

// TableName names the table.
func (segmentRow) TableName() string { return "audit_segments" }

func (r segmentRow) segment() *Segment {
	return &Segment{r.RealmID, r.Number, r.First, r.Last, r.Previous, r.Hash, r.Root, r.ClosedAt.Time(), r.KeyID, r.Checkpoint}
}

func (s *Service) insertSegment(ctx context.Context, g *Segment) error {
	r := segmentRow{g.RealmID, g.Number, g.First, g.Last, g.Previous, g.Hash, g.Root, database.At(g.ClosedAt), g.KeyID, g.Checkpoint}
	return s.db.With(ctx).Create(&r).Error
}

// segments lists segments of a realm with numbers above the given one, in order.
func (s *Service) segments(ctx context.Context, realmID string, above int64, most int) ([]*Segment, error) {
	var rows []segmentRow
	err := s.db.With(ctx).Where("realm_id = ? AND number > ?", realmID, above).Order("number").Limit(most).Find(&rows).Error
	return segmentsOf(rows), err
}

// newestSegments lists segments of a realm with numbers below the given one (0: all), the
// newest first.
func (s *Service) newestSegments(ctx context.Context, realmID string, below int64, most int) ([]*Segment, error) {
	q := s.db.With(ctx).Where("realm_id = ?", realmID)
	if below > 0 {
		q = q.Where("number < ?", below)
	}
	var rows []segmentRow
	err := q.Order("number DESC").Limit(most).Find(&rows).Error
	return segmentsOf(rows), err
}

// segmentOf returns the segment that holds an entry, nil while it is not closed.
func (s *Service) segmentOf(ctx context.Context, realmID string, seq int64) (*Segment, error) {
	var r segmentRow
	err := database.Translate(s.db.With(ctx).Where("realm_id = ? AND first_seq <= ?", realmID, seq).Order("first_seq DESC").Limit(1).Take(&r).Error)
	if errors.Is(err, database.ErrNotFound) || err == nil && r.Last < seq {
		return nil, nil
	}
	return r.segment(), err
}

// expired lists, for up to so many realms, the oldest segment whose entries are kept, if
// it was closed before the time.
func (s *Service) expired(ctx context.Context, before time.Time, most int) ([]*Segment, error) {
	var rows []segmentRow
	err := s.db.With(ctx).Raw("SELECT g.* FROM audit_heads h JOIN audit_segments g ON g.realm_id = h.realm_id AND g.first_seq = h.kept_seq"+
		" WHERE g.closed_at < ? ORDER BY g.realm_id LIMIT ?", database.At(before), most).Scan(&rows).Error
	return segmentsOf(rows), err
}

// leftovers lists heads whose chain still has entries that were given up.
func (s *Service) leftovers(ctx context.Context, most int) ([]*head, error) {
	var rows []headRow
	err := s.db.With(ctx).Raw("SELECT h.* FROM audit_heads h WHERE h.kept_seq > 1 AND EXISTS"+
		" (SELECT 1 FROM audit_entries e WHERE e.realm_id = h.realm_id AND e.seq < h.kept_seq) ORDER BY h.realm_id LIMIT ?", most).Scan(&rows).Error
	list := make([]*head, 0, len(rows))
	for _, r := range rows {
		list = append(list, r.head())
	}
	return list, err
}

func segmentsOf(rows []segmentRow) []*Segment {
	list := make([]*Segment, 0, len(rows))
	for _, r := range rows {
		list = append(list, r.segment())
	}
	return list
}
