package federation

import (
	"context"
	"time"

	"gorm.io/gorm/clause"

	"authserver/internal/database"
	"authserver/internal/event"
)

// identityRow is a line of the table federation_identities.
type identityRow struct {
	ID         string          `gorm:"column:id;primaryKey"`
	RealmID    string          `gorm:"column:realm_id"`
	ProviderID string          `gorm:"column:provider_id"`
	Issuer     string          `gorm:"column:issuer"`
	Subject    string          `gorm:"column:subject"`
	UserID     string          `gorm:"column:user_id"`
	Label      string          `gorm:"column:label"`
	CreatedAt  database.Micros `gorm:"column:created_at;autoCreateTime:false"`
	LastUsedAt database.Micros `gorm:"column:last_used_at"`
}

// TableName names the table.
func (identityRow) TableName() string { return "federation_identities" }

func (r identityRow) identity() Identity {
	return Identity{
		ID: r.ID, RealmID: r.RealmID, ProviderID: r.ProviderID, Issuer: r.Issuer, Subject: r.Subject, UserID: r.UserID,
		Label: r.Label, CreatedAt: r.CreatedAt.Time(), LastUsedAt: r.LastUsedAt.Time(),
	}
}

// sessionRow is a line of the table federation_sessions.
type sessionRow struct {
	RealmID    string          `gorm:"column:realm_id;primaryKey"`
	IdentityID string          `gorm:"column:identity_id;primaryKey"`
	SessionID  string          `gorm:"column:session_id;primaryKey"`
	BegunAt    database.Micros `gorm:"column:begun_at"`
}

// TableName names the table.
func (sessionRow) TableName() string { return "federation_sessions" }

// identityOf returns the identity with that key, or nil. This is the only question by
// which an identity finds its person (security rule FED-01).
func (s *Service) identityOf(ctx context.Context, realmID, providerID, issuer, subject string) (*identityRow, error) {
	var r identityRow
	return found(&r, s.db.With(ctx).
		Where("realm_id = ? AND provider_id = ? AND issuer = ? AND subject = ?", realmID, providerID, issuer, subject).
		Take(&r).Error)
}

// identitiesOf are a person's, locked until the transaction of the context ends when
// there is one: whoever takes one of them away sees what the other took.
func (s *Service) identitiesOf(ctx context.Context, realmID, userID string) ([]identityRow, error) {
	var rows []identityRow
	q := s.db.With(ctx).Where("realm_id = ? AND user_id = ?", realmID, userID).Order("created_at").Order("id")
	if database.Within(ctx) {
		q = q.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate})
	}
	return rows, database.Translate(q.Find(&rows).Error)
}

func (s *Service) insertIdentity(ctx context.Context, i Identity) error {
	return database.Translate(s.db.With(ctx).Create(&identityRow{
		ID: i.ID, RealmID: i.RealmID, ProviderID: i.ProviderID, Issuer: i.Issuer, Subject: i.Subject, UserID: i.UserID,
		Label: i.Label, CreatedAt: database.At(i.CreatedAt), LastUsedAt: database.At(i.LastUsedAt),
	}).Error)
}

// useIdentity notes a sign-in, and what the person is called upstream by now. It
// reports whether the identity is still that user's.
func (s *Service) useIdentity(ctx context.Context, realmID, identityID, userID, label string, now time.Time) (bool, error) {
	res := s.db.With(ctx).Model(&identityRow{}).
		Where("realm_id = ? AND id = ? AND user_id = ?", realmID, identityID, userID).
		Updates(map[string]any{"last_used_at": database.At(now), "label": label})
	return res.RowsAffected == 1, database.Translate(res.Error)
}

func (s *Service) deleteIdentity(ctx context.Context, realmID, userID, identityID string) (bool, error) {
	res := s.db.With(ctx).Where("realm_id = ? AND user_id = ? AND id = ?", realmID, userID, identityID).Delete(&identityRow{})
	return res.RowsAffected == 1, database.Translate(res.Error)
}

// noteSession remembers which identity began a session.
func (s *Service) noteSession(ctx context.Context, realmID, identityID, sessionID string, now time.Time) error {
	return database.Translate(s.db.With(ctx).Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "realm_id"}, {Name: "identity_id"}, {Name: "session_id"}},
		DoUpdates: clause.AssignmentColumns([]string{"begun_at"}),
	}).Create(&sessionRow{RealmID: realmID, IdentityID: identityID, SessionID: sessionID, BegunAt: database.At(now)}).Error)
}

// sessionsOf are the ids of the sessions that the selected identities began.
func (s *Service) sessionsOf(ctx context.Context, realmID, condition string, args ...any) ([]string, error) {
	identities := s.db.With(ctx).Model(&identityRow{}).Select("id").Where("realm_id = ?", realmID).Where(condition, args...)
	var ids []string
	err := s.db.With(ctx).Model(&sessionRow{}).Where("realm_id = ? AND identity_id IN (?)", realmID, identities).
		Distinct().Order("session_id").Pluck("session_id", &ids).Error
	return ids, database.Translate(err)
}

func (s *Service) sweepSessions(ctx context.Context, before time.Time, limit int) (int, error) {
	old := s.db.With(ctx).Model(&sessionRow{}).Select("realm_id", "identity_id", "session_id").
		Where("begun_at < ?", database.At(before)).Limit(limit)
	res := s.db.With(ctx).Where("(realm_id, identity_id, session_id) IN (?)", old).Delete(&sessionRow{})
	return int(res.RowsAffected), database.Translate(res.Error)
}

// ref names the identity's user in an event.
func (r identityRow) ref() event.Ref {
	return event.Ref{RealmID: r.RealmID, Kind: "user", ID: r.UserID}
}

// giveIdentity makes an identity another user's; the sessions that it began are not.
func (s *Service) giveIdentity(ctx context.Context, realmID, identityID, from, to string) error {
	if err := s.db.With(ctx).Where("realm_id = ? AND identity_id = ?", realmID, identityID).Delete(&sessionRow{}).Error; err != nil {
		return database.Translate(err)
	}
	return database.Translate(s.db.With(ctx).Model(&identityRow{}).Where("realm_id = ? AND id = ? AND user_id = ?", realmID, identityID, from).
		Updates(map[string]any{"user_id": to}).Error)
}
