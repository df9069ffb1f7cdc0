package audit

import (
	"context"

	"authserver/internal/database"
)

// keyRow is a line of the table audit_keys.
type keyRow struct {
	RealmID string `gorm:"column:realm_id;primaryKey"`
	OwnerID string `gorm:"column:owner_id;primaryKey"`
	Sealed  string `gorm:"column:sealed"`
}

// TableName names the table.
func (keyRow) TableName() string { return "audit_keys" }

func (s *Service) keysOf(ctx context.Context, realmID string, owners []string) (rows []keyRow, err error) {
	err = s.db.With(ctx).Where("realm_id = ? AND owner_id IN ?", realmID, owners).Find(&rows).Error
	return rows, err
}

// insertKey stores a new key, unless the owner has one or has had one.
func (s *Service) insertKey(ctx context.Context, realmID, owner, sealed string) error {
	return s.db.With(ctx).Exec("INSERT INTO audit_keys (realm_id, owner_id, sealed) VALUES (?, ?, ?) ON CONFLICT (realm_id, owner_id) DO NOTHING",
		realmID, owner, sealed).Error
}

// destroyKey leaves nothing of a key but that there is none any more.
func (s *Service) destroyKey(ctx context.Context, realmID, owner string) error {
	return s.db.With(ctx).Exec("INSERT INTO audit_keys (realm_id, owner_id, sealed) VALUES (?, ?, '')"+
		" ON CONFLICT (realm_id, owner_id) DO UPDATE SET sealed = ''", realmID, owner).Error
}

// keysAfter lists keys in the order of realm and owner, behind the given one; nil is the
// beginning.
func (s *Service) keysAfter(ctx context.Context, after *keyRow, most int) (rows []keyRow, err error) {
	q := s.db.With(ctx).Order("realm_id").Order("owner_id").Limit(most)
	if after != nil {
		q = q.Where("(realm_id > ? OR realm_id = ? AND owner_id > ?)", after.RealmID, after.RealmID, after.OwnerID)
	}
	err = q.Find(&rows).Error
	return rows, err
}

// replaceKey seals a key anew, if it is still as it was read.
func (s *Service) replaceKey(ctx context.Context, old keyRow, sealed string) (bool, error) {
	res := s.db.With(ctx).Exec("UPDATE audit_keys SET sealed = ? WHERE realm_id = ? AND owner_id = ? AND sealed = ?", sealed, old.RealmID, old.OwnerID, old.Sealed)
	return res.RowsAffected == 1, database.Translate(res.Error)
}
