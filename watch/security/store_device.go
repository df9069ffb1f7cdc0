package security

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"authserver/internal/database"
)

// deviceRow is a line of the table security_devices.
type deviceRow struct {
	ID          string          `gorm:"column:id;primaryKey"`
	RealmID     string          `gorm:"column:realm_id"`
	UserID      string          `gorm:"column:user_id"`
	Browser     []byte          `gorm:"column:browser"`
	Signals     []byte          `gorm:"column:signals"`
	Name        string          `gorm:"column:name"`
	UserAgent   string          `gorm:"column:user_agent"`
	Network     string          `gorm:"column:network"`
	Status      string          `gorm:"column:status"`
	SignIns     int64           `gorm:"column:sign_ins"`
	FirstSeenAt database.Micros `gorm:"column:first_seen_at"`
	LastSeenAt  database.Micros `gorm:"column:last_seen_at"`
	DecidedAt   database.Micros `gorm:"column:decided_at"`
	ExpiresAt   database.Micros `gorm:"column:expires_at"`
}

// TableName names the table.
func (deviceRow) TableName() string { return "security_devices" }

func (r deviceRow) device() *Device {
	return &Device{
		ID: r.ID, RealmID: r.RealmID, UserID: r.UserID, Name: r.Name, UserAgent: r.UserAgent, Network: r.Network, Status: Status(r.Status), SignIns: r.SignIns,
		FirstSeen: r.FirstSeenAt.Time(), LastSeen: r.LastSeenAt.Time(), DecidedAt: r.DecidedAt.Time(), ExpiresAt: r.ExpiresAt.Time(),
	}
}

// seen is what a sign-in writes of its device.
type seen struct {
	id, realmID, userID, agent, network string
	browser, signals                    []byte
	status                              Status
	at, expires                         time.Time
}

// see writes a device down, or that it was seen again, and returns its id. One that had
// expired begins anew. Two sign-ins of one browser at the same moment see one device.
func (s *Service) see(ctx context.Context, n seen) (string, error) {
	var id string
	at := database.At(n.at)
	err := s.db.With(ctx).Raw(`INSERT INTO security_devices
(id, realm_id, user_id, browser, signals, name, user_agent, network, status, sign_ins, first_seen_at, last_seen_at, decided_at, expires_at)
VALUES (?, ?, ?, ?, ?, '', ?, ?, ?, 1, ?, ?, 0, ?)
ON CONFLICT (realm_id, user_id, browser) DO UPDATE SET
signals = excluded.signals, user_agent = excluded.user_agent, network = excluded.network, status = excluded.status,
sign_ins = security_devices.sign_ins + 1, last_seen_at = excluded.last_seen_at, expires_at = excluded.expires_at,
first_seen_at = CASE WHEN security_devices.expires_at <= excluded.last_seen_at THEN excluded.first_seen_at ELSE security_devices.first_seen_at END
RETURNING id`,
		n.id, n.realmID, n.userID, n.browser, n.signals, n.agent, n.network, string(n.status), at, at, database.At(n.expires)).Scan(&id).Error
	return id, database.Translate(err)
}

// candidates are the user's devices that a sign-in may be in: the browser's own, by its
// cookie, and confirmed ones that vouch for it.
func (s *Service) candidates(ctx context.Context, n *sighting) ([]*deviceRow, error) {
	var rows []*deviceRow
	err := s.db.With(ctx).Where("realm_id = ? AND user_id = ?", n.realm.ID, n.userID).
		Where("(browser IN ? OR signals IN ? AND status = ? AND expires_at > ?)", n.browser, n.signals, string(StatusConfirmed), database.At(n.at)).
		Find(&rows).Error
	return rows, database.Translate(err)
}

// one returns the device that the condition selects, or nil.
func (s *Service) one(ctx context.Context, condition string, args ...any) (*deviceRow, error) {
	var r deviceRow
	err := database.Translate(s.db.With(ctx).Where(condition, args...).Order("id").Take(&r).Error)
	if errors.Is(err, database.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &r, nil
}

func (s *Service) ofUser(ctx context.Context, realmID, userID string) *gorm.DB {
	return s.db.With(ctx).Model(&deviceRow{}).Where("realm_id = ? AND user_id = ?", realmID, userID)
}

// devices returns the user's devices with one of the states, the last seen first.
func (s *Service) devices(ctx context.Context, realmID, userID string, now time.Time, limit int, states ...Status) ([]*Device, error) {
	var rows []deviceRow
	err := s.ofUser(ctx, realmID, userID).Where("expires_at > ? AND status IN ?", database.At(now), states).
		Order("last_seen_at DESC, id DESC").Limit(limit).Find(&rows).Error
	if err != nil {
		return nil, database.Translate(err)
	}
	all := make([]*Device, len(rows))
	for i, r := range rows {
		all[i] = r.device()
	}
	return all, nil
}

// change writes to a device that is in one of the states and reports whether it was.
func (s *Service) change(ctx context.Context, realmID, userID, deviceID string, columns map[string]any, states ...Status) (bool, error) {
	res := s.ofUser(ctx, realmID, userID).Where("id = ? AND status IN ?", deviceID, states).Updates(columns)
	return res.RowsAffected == 1, database.Translate(res.Error)
}

// rekey writes a device's digest under today's key.
func (s *Service) rekey(ctx context.Context, realmID, userID, deviceID string, browser []byte) error {
	return database.Translate(s.ofUser(ctx, realmID, userID).Where("id = ?", deviceID).Updates(map[string]any{"browser": browser}).Error)
}

// sweepDevices removes up to limit devices of all realms that have expired.
func (s *Service) sweepDevices(ctx context.Context, now time.Time, limit int) (int, error) {
	old := s.db.With(ctx).Model(&deviceRow{}).Select("id").Where("expires_at <= ?", database.At(now)).Limit(limit)
	res := s.db.With(ctx).Where("id IN (?)", old).Delete(&deviceRow{})
	return int(res.RowsAffected), database.Translate(res.Error)
}
