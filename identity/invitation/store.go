package invitation

import (
	"context"
	"errors"
	"time"

	"authserver/internal/database"
)

// row is a line of the table invitations.
type row struct {
	ID            string          `gorm:"column:id;primaryKey"`
	RealmID       string          `gorm:"column:realm_id"`
	UserID        string          `gorm:"column:user_id"`
	ApplicationID string          `gorm:"column:application_id"`
	Lifetime      int64           `gorm:"column:lifetime"`
	CreatedAt     database.Micros `gorm:"column:created_at;autoCreateTime:false"`
	SentAt        database.Micros `gorm:"column:sent_at"`
	ExpiresAt     database.Micros `gorm:"column:expires_at"`
	AcceptedAt    database.Micros `gorm:"column:accepted_at"`
	RevokedAt     database.Micros `gorm:"column:revoked_at"`
}

// TableName names the table.
func (row) TableName() string { return "invitations" }

func (r *row) invitation() *Invitation {
	return &Invitation{
		ID: r.ID, RealmID: r.RealmID, UserID: r.UserID, ApplicationID: r.ApplicationID, Lifetime: time.Duration(r.Lifetime) * time.Microsecond,
		CreatedAt: r.CreatedAt.Time(), SentAt: r.SentAt.Time(), ExpiresAt: r.ExpiresAt.Time(), AcceptedAt: r.AcceptedAt.Time(), RevokedAt: r.RevokedAt.Time(),
	}
}

func (s *Service) insert(ctx context.Context, i *Invitation) error {
	return database.Translate(s.db.With(ctx).Create(&row{
		ID: i.ID, RealmID: i.RealmID, UserID: i.UserID, ApplicationID: i.ApplicationID, Lifetime: i.Lifetime.Microseconds(),
		CreatedAt: database.At(i.CreatedAt), SentAt: database.At(i.SentAt), ExpiresAt: database.At(i.ExpiresAt),
	}).Error)
}

// find returns an invitation of the realm, or ErrNotFound. With lock, whoever else wants
// to change it waits.
func (s *Service) find(ctx context.Context, realmID, invitationID string, lock bool) (*Invitation, error) {
	q := s.db.With(ctx)
	if lock {
		q = database.Lock(q)
	}
	var r row
	err := database.Translate(q.Where("realm_id = ? AND id = ?", realmID, invitationID).Take(&r).Error)
	if errors.Is(err, database.ErrNotFound) {
		return nil, ErrNotFound
	}
	return r.invitation(), err
}

// list returns up to limit invitations of the realm, the newest first.
func (s *Service) list(ctx context.Context, realmID string, f Filter, now time.Time) ([]*Invitation, error) {
	q := s.db.With(ctx).Where("realm_id = ?", realmID)
	if f.After != "" {
		q = q.Where("id < ?", f.After)
	}
	if f.UserID != "" {
		q = q.Where("user_id = ?", f.UserID)
	}
	switch f.State {
	case Accepted:
		q = q.Where("accepted_at > 0")
	case Revoked:
		q = q.Where("revoked_at > 0")
	case Pending:
		q = q.Where("accepted_at = 0 AND revoked_at = 0 AND expires_at > ?", database.At(now))
	case Expired:
		q = q.Where("accepted_at = 0 AND revoked_at = 0 AND expires_at <= ?", database.At(now))
	}
	var rows []row
	if err := q.Order("id DESC").Limit(f.Limit).Find(&rows).Error; err != nil {
		return nil, database.Translate(err)
	}
	all := make([]*Invitation, 0, len(rows))
	for n := range rows {
		all = append(all, rows[n].invitation())
	}
	return all, nil
}

// set changes an invitation that is neither accepted nor revoked, and reports whether it
// was that.
func (s *Service) set(ctx context.Context, i *Invitation, columns map[string]any) (bool, error) {
	res := s.db.With(ctx).Model(&row{}).Where("realm_id = ? AND id = ? AND accepted_at = 0 AND revoked_at = 0", i.RealmID, i.ID).Updates(columns)
	return res.RowsAffected == 1, database.Translate(res.Error)
}

func (s *Service) remove(ctx context.Context, realmID, userID string) error {
	return database.Translate(s.db.With(ctx).Where("realm_id = ? AND user_id = ?", realmID, userID).Delete(&row{}).Error)
}
