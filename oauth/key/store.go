package key

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"authserver/internal/database"
)

// row is a line of the table signing_keys.
type row struct {
	ID          string          `gorm:"column:id"`
	RealmID     string          `gorm:"column:realm_id"`
	Algorithm   string          `gorm:"column:algorithm"`
	State       State           `gorm:"column:state"`
	Public      string          `gorm:"column:public"`
	Private     string          `gorm:"column:private"`
	CreatedAt   database.Micros `gorm:"column:created_at;autoCreateTime:false"`
	ActivatedAt database.Micros `gorm:"column:activated_at"`
	RetiredAt   database.Micros `gorm:"column:retired_at"`
}

// TableName names the table.
func (row) TableName() string { return "signing_keys" }

// key returns the row's key without its private half.
func (r row) key() (*Key, error) {
	public, err := parsePublic(r.Public, r.ID, r.Algorithm)
	if err != nil {
		return nil, err
	}
	return &Key{
		ID: r.ID, RealmID: r.RealmID, Algorithm: r.Algorithm, State: r.State, Public: public,
		CreatedAt: r.CreatedAt.Time(), ActivatedAt: r.ActivatedAt.Time(), RetiredAt: r.RetiredAt.Time(),
	}, nil
}

// insert stores a key with its private half sealed. It is database.ErrDuplicate
// when the realm has a key of that algorithm and state already.
func (s *Service) insert(ctx context.Context, k *Key) error {
	der, err := x509.MarshalPKCS8PrivateKey(k.Private)
	if err != nil {
		return fmt.Errorf("encode key: %w", err)
	}
	sealed, err := s.ring.Seal(der, place(k)...)
	if err != nil {
		return fmt.Errorf("seal key: %w", err)
	}
	public, err := json.Marshal(jwk(k))
	if err != nil {
		return fmt.Errorf("encode key: %w", err)
	}
	return database.Translate(s.db.With(ctx).Create(&row{
		ID: k.ID, RealmID: k.RealmID, Algorithm: k.Algorithm, State: k.State, Public: string(public), Private: sealed,
		CreatedAt: database.At(k.CreatedAt), ActivatedAt: database.At(k.ActivatedAt),
	}).Error)
}

// rows returns all keys of a realm.
func (s *Service) rows(ctx context.Context, realmID string) ([]row, error) {
	var rows []row
	return rows, database.Translate(s.db.With(ctx).Where("realm_id = ?", realmID).Order("id").Find(&rows).Error)
}

// lookup returns one key of a realm, or ErrNotFound.
func (s *Service) lookup(ctx context.Context, realmID, kid string) (row, error) {
	var r row
	err := database.Translate(s.db.With(ctx).Where("realm_id = ? AND id = ?", realmID, kid).Take(&r).Error)
	if errors.Is(err, database.ErrNotFound) {
		return row{}, ErrNotFound
	}
	return r, err
}

// hasAny reports whether the realm has a key of an algorithm in a state.
func (s *Service) hasAny(ctx context.Context, realmID, algorithm string, state State) (bool, error) {
	var n int64
	err := s.db.With(ctx).Model(&row{}).Where("realm_id = ? AND algorithm = ? AND state = ?", realmID, algorithm, state).Count(&n).Error
	return n > 0, database.Translate(err)
}

// inState returns the ids of the realm's keys of an algorithm in a state, and
// locks them until the transaction ends.
func (s *Service) inState(ctx context.Context, realmID, algorithm string, state State) ([]string, error) {
	var ids []string
	err := database.Lock(s.db.With(ctx).Model(&row{})).
		Where("realm_id = ? AND algorithm = ? AND state = ?", realmID, algorithm, state).Pluck("id", &ids).Error
	return ids, database.Translate(err)
}

// retireRow moves a key from a state to retired and erases its private half. It
// reports whether the key still was in that state.
func (s *Service) retireRow(ctx context.Context, realmID, kid string, from State, now time.Time) (bool, error) {
	res := s.db.With(ctx).Model(&row{}).Where("realm_id = ? AND id = ? AND state = ?", realmID, kid, from).
		Updates(map[string]any{"state": StateRetired, "retired_at": database.At(now), "private": ""})
	return res.RowsAffected == 1, database.Translate(res.Error)
}

// lock makes other transactions that change the active key of the realm and
// algorithm wait for this one. It locks rows whatever their state: one that waits
// for the active row alone finds it retired and, seeing no other, goes ahead.
func (s *Service) lock(ctx context.Context, realmID, algorithm string) error {
	var ids []string
	return database.Lock(s.db.With(ctx)).Model(&row{}).Where("realm_id = ? AND algorithm = ?", realmID, algorithm).
		Order("id").Pluck("id", &ids).Error
}

// activateRow moves a key from next to active. It reports whether it still was next.
func (s *Service) activateRow(ctx context.Context, realmID, kid string, now time.Time) (bool, error) {
	res := s.db.With(ctx).Model(&row{}).Where("realm_id = ? AND id = ? AND state = ?", realmID, kid, StateNext).
		Updates(map[string]any{"state": StateActive, "activated_at": database.At(now)})
	return res.RowsAffected == 1, database.Translate(res.Error)
}

// deleteRow removes a key that is not active, and reports whether it did.
func (s *Service) deleteRow(ctx context.Context, realmID, kid string) (bool, error) {
	res := s.db.With(ctx).Where("realm_id = ? AND id = ? AND state <> ?", realmID, kid, StateActive).Delete(&row{})
	return res.RowsAffected == 1, database.Translate(res.Error)
}

// The three questions of the worker go over all realms: it acts for the house,
// and each answer names the realm that it is about.

// dueForSuccessor returns active keys of an age at which the next is published.
func (s *Service) dueForSuccessor(ctx context.Context, before time.Time, limit int) ([]row, error) {
	next := s.db.With(ctx).Table("signing_keys AS n").Select("1").
		Where("n.realm_id = signing_keys.realm_id AND n.algorithm = signing_keys.algorithm AND n.state = ?", StateNext)
	return s.due(ctx, "state = ? AND activated_at <= ? AND NOT EXISTS (?)", "activated_at, id", limit, StateActive, database.At(before), next)
}

// dueForUse returns next keys that have been published for long enough.
func (s *Service) dueForUse(ctx context.Context, before time.Time, limit int) ([]row, error) {
	return s.due(ctx, "state = ? AND created_at <= ?", "created_at, id", limit, StateNext, database.At(before))
}

// dueForOblivion returns retired keys that nothing verifies with any more.
func (s *Service) dueForOblivion(ctx context.Context, before time.Time, limit int) ([]row, error) {
	return s.due(ctx, "state = ? AND retired_at <= ?", "retired_at, id", limit, StateRetired, database.At(before))
}

func (s *Service) due(ctx context.Context, where, order string, limit int, args ...any) ([]row, error) {
	var rows []row
	err := s.db.With(ctx).Select("id", "realm_id", "algorithm", "state").Where(where, args...).Order(order).Limit(limit).Find(&rows).Error
	return rows, database.Translate(err)
}

// sealedAfter returns keys of all realms that have a private half, in the order
// of their ids from after on.
func (s *Service) sealedAfter(ctx context.Context, after string, limit int) ([]row, error) {
	var rows []row
	err := s.db.With(ctx).Where("id > ? AND private <> ''", after).Order("id").Limit(limit).Find(&rows).Error
	return rows, database.Translate(err)
}

// replaceSealed stores a private half sealed anew, unless the row changed since.
func (s *Service) replaceSealed(ctx context.Context, r row, sealed string) (bool, error) {
	res := s.db.With(ctx).Model(&row{}).Where("realm_id = ? AND id = ? AND private = ?", r.RealmID, r.ID, r.Private).
		Updates(map[string]any{"private": sealed})
	return res.RowsAffected == 1, database.Translate(res.Error)
}
