package challenge

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"authserver/internal/database"
)

// row is a line of the table challenges.
type row struct {
	ID        string          `gorm:"column:id;primaryKey"`
	RealmID   string          `gorm:"column:realm_id"`
	Purpose   string          `gorm:"column:purpose"`
	UserID    string          `gorm:"column:user_id"`
	Address   string          `gorm:"column:address"`
	Binding   string          `gorm:"column:binding"`
	Code      []byte          `gorm:"column:code"`
	Token     []byte          `gorm:"column:token"`
	Payload   string          `gorm:"column:payload"`
	Tries     int             `gorm:"column:tries"`
	CreatedAt database.Micros `gorm:"column:created_at;autoCreateTime:false"`
	ExpiresAt database.Micros `gorm:"column:expires_at"`
	SpentAt   database.Micros `gorm:"column:spent_at"`
}

// TableName names the table.
func (row) TableName() string { return "challenges" }

// addressRow is a line of the table challenge_addresses.
type addressRow struct {
	RealmID string          `gorm:"column:realm_id;primaryKey"`
	Address string          `gorm:"column:address;primaryKey"`
	LastAt  database.Micros `gorm:"column:last_at"`
	HourAt  database.Micros `gorm:"column:hour_at"`
	Count   int             `gorm:"column:count"`
}

// TableName names the table.
func (addressRow) TableName() string { return "challenge_addresses" }

// count counts a message to the address, unless it comes too soon.
func (s *Service) count(ctx context.Context, realmID, address string, now time.Time) (bool, error) {
	at, pause, hour := database.At(now), database.At(now.Add(-Pause)), database.At(now.Add(-time.Hour))
	res := s.db.With(ctx).Exec(
		"INSERT INTO challenge_addresses (realm_id, address, last_at, hour_at, count) VALUES (?, ?, ?, ?, 1) "+
			"ON CONFLICT (realm_id, address) DO UPDATE SET last_at = ?, "+
			"count = CASE WHEN challenge_addresses.hour_at <= ? THEN 1 ELSE challenge_addresses.count + 1 END, "+
			"hour_at = CASE WHEN challenge_addresses.hour_at <= ? THEN ? ELSE challenge_addresses.hour_at END "+
			"WHERE challenge_addresses.last_at <= ? AND (challenge_addresses.hour_at <= ? OR challenge_addresses.count < ?)",
		realmID, address, at, at, at, hour, hour, at, pause, hour, Hourly)
	return res.RowsAffected == 1, database.Translate(res.Error)
}

// sent tells when and how often the address was written to.
func (s *Service) sent(ctx context.Context, realmID, address string) (addressRow, error) {
	var r addressRow
	err := database.Translate(s.db.With(ctx).Where("realm_id = ? AND address = ?", realmID, address).Take(&r).Error)
	if errors.Is(err, database.ErrNotFound) {
		return addressRow{}, nil
	}
	return r, err
}

// alive selects what may be redeemed.
func (s *Service) alive(ctx context.Context, realmID string, p Purpose, now time.Time) *gorm.DB {
	return s.db.With(ctx).Model(&row{}).Where("realm_id = ? AND purpose = ?", realmID, string(p)).
		Where("spent_at = 0 AND expires_at > ?", database.At(now))
}

// replace stores a new secret and spends those it takes the place of.
func (s *Service) replace(ctx context.Context, n row) error {
	if n.UserID != "" || n.Binding != "" {
		res := s.db.With(ctx).Model(&row{}).
			Where("realm_id = ? AND purpose = ? AND user_id = ? AND binding = ? AND spent_at = 0", n.RealmID, n.Purpose, n.UserID, n.Binding).
			Update("spent_at", n.CreatedAt)
		if res.Error != nil {
			return database.Translate(res.Error)
		}
	}
	return database.Translate(s.db.With(ctx).Create(&n).Error)
}

// try counts a guess at the live code of the user in the binding, and returns it.
func (s *Service) try(ctx context.Context, realmID string, p Purpose, userID, binding string, now time.Time) (*row, error) {
	var r row
	err := s.alive(ctx, realmID, p, now).Where("user_id = ? AND binding = ? AND tries < ?", userID, binding, Tries).
		Order("created_at DESC").Take(&r).Error
	if err = database.Translate(err); err != nil {
		return nil, err
	}
	// What the statement returns, and not what was read before it: of guesses at the
	// same moment each must know which one it was.
	var counted []row
	res := s.db.With(ctx).Model(&counted).Clauses(clause.Returning{Columns: []clause.Column{{Name: "tries"}}}).
		Where("realm_id = ? AND id = ? AND spent_at = 0 AND tries < ?", realmID, r.ID, Tries).
		Update("tries", gorm.Expr("tries + 1"))
	if res.Error == nil && len(counted) == 0 {
		return nil, database.ErrNotFound
	}
	if res.Error != nil {
		return nil, database.Translate(res.Error)
	}
	r.Tries = counted[0].Tries - 1
	return &r, nil
}

func (s *Service) byToken(ctx context.Context, realmID string, p Purpose, digest []byte, now time.Time) (*row, error) {
	var r row
	err := s.alive(ctx, realmID, p, now).Where("token = ?", digest).Take(&r).Error
	return &r, database.Translate(err)
}

// spend ends the life of one secret and reports whether it still was alive.
func (s *Service) spend(ctx context.Context, c *Challenge, now time.Time) (bool, error) {
	res := s.alive(ctx, c.RealmID, c.Purpose, now).Where("id = ?", c.ID).
		Updates(map[string]any{"spent_at": database.At(now), "payload": ""})
	return res.RowsAffected == 1, database.Translate(res.Error)
}

// kill ends the life of a user's secrets.
func (s *Service) kill(ctx context.Context, realmID, userID string, purposes []string, now time.Time) error {
	q := s.db.With(ctx).Model(&row{}).Where("realm_id = ? AND user_id = ? AND spent_at = 0", realmID, userID)
	if len(purposes) > 0 {
		q = q.Where("purpose IN ?", purposes)
	}
	return database.Translate(q.Updates(map[string]any{"spent_at": database.At(now), "payload": ""}).Error)
}

// erase removes what is kept about a user.
func (s *Service) erase(ctx context.Context, realmID, userID string) error {
	for _, prefix := range []string{"", string(Register) + ":", string(Recover) + ":"} {
		addresses := s.db.With(ctx).Model(&row{}).Select("CAST(? AS TEXT) || address", prefix).Where("realm_id = ? AND user_id = ?", realmID, userID)
		if err := s.db.With(ctx).Where("realm_id = ? AND address IN (?)", realmID, addresses).Delete(&addressRow{}).Error; err != nil {
			return database.Translate(err)
		}
	}
	return database.Translate(s.db.With(ctx).Where("realm_id = ? AND user_id = ?", realmID, userID).Delete(&row{}).Error)
}

// sweep removes up to limit secrets that expired before the time, and as many
// addresses that were not written to since.
func (s *Service) sweep(ctx context.Context, before time.Time, limit int) (int, error) {
	over := s.db.With(ctx).Model(&row{}).Select("id").Where("expires_at < ?", database.At(before)).Limit(limit)
	res := s.db.With(ctx).Where("id IN (?)", over).Delete(&row{})
	if res.Error != nil {
		return 0, database.Translate(res.Error)
	}
	n := int(res.RowsAffected)
	res = s.db.With(ctx).Where("last_at < ?", database.At(before)).Delete(&addressRow{})
	return n, database.Translate(res.Error)
}
