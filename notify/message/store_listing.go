package message

import (
	"context"
	"time"

	"gorm.io/gorm"

	"authserver/internal/database"
	"authserver/internal/id"
	"authserver/internal/letter"
)

// before selects what stands behind a place in a list that goes from the newest on.
func before(q *gorm.DB, at database.Micros, id string) *gorm.DB {
	if id == "" {
		return q
	}
	return q.Where("(created_at, id) < (?, ?)", at, id)
}

// pageLog returns lines of a log, the newest first.
func (s *Service) pageLog(ctx context.Context, channel letter.Channel, realmID string, f Search) (rows []logRow, err error) {
	q := before(s.logTable(ctx, channel).Where("realm_id = ?", realmID), database.At(f.AfterAt), f.AfterID)
	if f.UserID != "" {
		q = q.Where("user_id = ?", f.UserID)
	}
	if f.To != "" {
		q = q.Where("to_key = ?", key(channel, f.To))
	}
	if f.Status != "" {
		q = q.Where("status = ?", string(f.Status))
	}
	if f.Kind != "" {
		q = q.Where("kind = ?", f.Kind)
	}
	if !f.Since.IsZero() {
		q = q.Where("created_at >= ?", database.At(f.Since))
	}
	err = q.Order("created_at DESC, id DESC").Limit(f.Limit).Find(&rows).Error
	return rows, err
}

// pageSuppressions returns suppressions of a realm that hold now, the newest first.
func (s *Service) pageSuppressions(ctx context.Context, realmID, toKey string, reason Reason, at time.Time, afterID string, limit int) (rows []suppressionRow, err error) {
	q := before(s.db.With(ctx).Where("realm_id = ? AND (expires_at = 0 OR expires_at > ?)", realmID, database.At(s.now())), database.At(at), afterID)
	if toKey != "" {
		q = q.Where("to_key = ?", toKey)
	}
	if reason != "" {
		q = q.Where("reason = ?", string(reason))
	}
	err = q.Order("created_at DESC, id DESC").Limit(limit).Find(&rows).Error
	return rows, err
}

// nameSuppressions gives ids to rows from before there were any.
func (s *Service) nameSuppressions(ctx context.Context, realmID string) error {
	var rows []suppressionRow
	err := s.db.With(ctx).Where("realm_id = ? AND id = ''", realmID).Limit(1000).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return err
	}
	return s.db.InTx(ctx, func(ctx context.Context) error {
		for _, r := range rows {
			err := s.db.With(ctx).Model(&suppressionRow{}).Where("realm_id = ? AND to_key = ? AND reason = ? AND id = ''", realmID, r.ToKey, r.Reason).
				Update("id", id.New()).Error
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// takeSuppression removes one suppression and returns what it was.
func (s *Service) takeSuppression(ctx context.Context, realmID, suppressionID string) (rows []suppressionRow, err error) {
	err = s.db.With(ctx).Raw("DELETE FROM letter_suppressions WHERE realm_id = ? AND id = ? RETURNING *", realmID, suppressionID).Scan(&rows).Error
	return rows, err
}

// lockTemplate returns the version of a realm's own words, 0 without any, and holds them
// until the transaction ends.
func (s *Service) lockTemplate(ctx context.Context, realmID, kind, language string) (int64, error) {
	var versions []int64
	err := database.Lock(s.db.With(ctx).Model(&templateRow{})).
		Where("realm_id = ? AND kind = ? AND language = ?", realmID, kind, language).Pluck("version", &versions).Error
	if err != nil || len(versions) == 0 {
		return 0, err
	}
	return versions[0], nil
}

// countQueue counts the letters of a realm that wait, and by status those that were given
// up or came back since a time.
func (s *Service) countQueue(ctx context.Context, realmID string, since time.Time) (map[string]int64, error) {
	var waiting int64
	if err := s.db.With(ctx).Model(&row{}).Where("realm_id = ?", realmID).Count(&waiting).Error; err != nil {
		return nil, err
	}
	counted := map[string]int64{string(Pending): waiting}
	for _, channel := range []letter.Channel{letter.Email, letter.SMS} {
		var rows []struct {
			Status string
			N      int64
		}
		err := s.logTable(ctx, channel).Select("status, count(*) AS n").
			Where("realm_id = ? AND status IN ? AND created_at >= ?", realmID, []string{string(Failed), string(Bounced), string(Complained)}, database.At(since)).
			Group("status").Scan(&rows).Error
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			counted[r.Status] += r.N
		}
	}
	return counted, nil
}
