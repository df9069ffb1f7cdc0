package federation

import (
	"context"
	"time"

	"gorm.io/gorm/clause"

	"authserver/internal/database"
)

// stateRow is a line of the table federation_states.
type stateRow struct {
	Digest     []byte          `gorm:"column:digest;primaryKey"`
	RealmID    string          `gorm:"column:realm_id"`
	ProviderID string          `gorm:"column:provider_id"`
	Purpose    string          `gorm:"column:purpose"`
	FlowID     string          `gorm:"column:flow_id"`
	SessionID  string          `gorm:"column:session_id"`
	UserID     string          `gorm:"column:user_id"`
	Browser    []byte          `gorm:"column:browser"`
	Secrets    string          `gorm:"column:secrets"`
	Again      bool            `gorm:"column:again"`
	CreatedAt  database.Micros `gorm:"column:created_at;autoCreateTime:false"`
	ExpiresAt  database.Micros `gorm:"column:expires_at"`
	SpentAt    database.Micros `gorm:"column:spent_at"`
}

// TableName names the table.
func (stateRow) TableName() string { return "federation_states" }

// pendingRow is a line of the table federation_pending.
type pendingRow struct {
	RealmID    string          `gorm:"column:realm_id;primaryKey"`
	FlowID     string          `gorm:"column:flow_id;primaryKey"`
	ProviderID string          `gorm:"column:provider_id"`
	Issuer     string          `gorm:"column:issuer"`
	Subject    string          `gorm:"column:subject"`
	Label      string          `gorm:"column:label"`
	UserID     string          `gorm:"column:user_id"`
	ExpiresAt  database.Micros `gorm:"column:expires_at"`
}

// TableName names the table.
func (pendingRow) TableName() string { return "federation_pending" }

func (s *Service) insertState(ctx context.Context, r stateRow) error {
	return database.Translate(s.db.With(ctx).Create(&r).Error)
}

// spendState spends the state that was given to this browser for this provider, and
// returns it; nil when there is none that can be spent. The one statement decides for
// all callbacks that come at the same moment (security rule FED-02).
func (s *Service) spendState(ctx context.Context, realmID, providerID string, digest, browser []byte, now time.Time) (*stateRow, error) {
	var rows []stateRow
	res := s.db.With(ctx).Model(&rows).Clauses(clause.Returning{}).
		Where("digest = ? AND realm_id = ? AND provider_id = ? AND browser = ?", digest, realmID, providerID, browser).
		Where("spent_at = 0 AND expires_at > ?", database.At(now)).
		Updates(map[string]any{"spent_at": database.At(now)})
	if err := database.Translate(res.Error); err != nil {
		return nil, err
	}
	if res.RowsAffected != 1 || len(rows) != 1 {
		return nil, nil
	}
	return &rows[0], nil
}

func (s *Service) sweepStates(ctx context.Context, before time.Time, limit int) (int, error) {
	old := s.db.With(ctx).Model(&stateRow{}).Select("digest").Where("expires_at < ?", database.At(before)).Limit(limit)
	res := s.db.With(ctx).Where("digest IN (?)", old).Delete(&stateRow{})
	return int(res.RowsAffected), database.Translate(res.Error)
}

// putPending keeps the identity that waits in the flow, in the place of an older one.
func (s *Service) putPending(ctx context.Context, r pendingRow) error {
	return database.Translate(s.db.With(ctx).Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "realm_id"}, {Name: "flow_id"}},
		DoUpdates: clause.AssignmentColumns([]string{
			"provider_id", "issuer", "subject", "label", "user_id", "expires_at",
		}),
	}).Create(&r).Error)
}

// pendingOf is what waits in the flow, or nil.
func (s *Service) pendingOf(ctx context.Context, realmID, flowID string, now time.Time) (*pendingRow, error) {
	var r pendingRow
	return found(&r, s.db.With(ctx).
		Where("realm_id = ? AND flow_id = ? AND expires_at > ?", realmID, flowID, database.At(now)).Take(&r).Error)
}

// takePending removes what waits in the flow if it is still what was read, and reports
// whether it was.
func (s *Service) takePending(ctx context.Context, r *pendingRow) (bool, error) {
	res := s.db.With(ctx).
		Where("realm_id = ? AND flow_id = ? AND provider_id = ?", r.RealmID, r.FlowID, r.ProviderID).
		Where("issuer = ? AND subject = ? AND user_id = ?", r.Issuer, r.Subject, r.UserID).
		Delete(&pendingRow{})
	return res.RowsAffected == 1, database.Translate(res.Error)
}

// dropPendingOf removes what waits for a user.
func (s *Service) dropPendingOf(ctx context.Context, realmID, userID string) error {
	return database.Translate(s.db.With(ctx).Where("realm_id = ? AND user_id = ?", realmID, userID).Delete(&pendingRow{}).Error)
}

func (s *Service) sweepPending(ctx context.Context, before time.Time, limit int) (int, error) {
	old := s.db.With(ctx).Model(&pendingRow{}).Select("realm_id", "flow_id").Where("expires_at < ?", database.At(before)).Limit(limit)
	res := s.db.With(ctx).Where("(realm_id, flow_id) IN (?)", old).Delete(&pendingRow{})
	return int(res.RowsAffected), database.Translate(res.Error)
}
