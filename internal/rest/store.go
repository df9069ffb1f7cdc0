package rest

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"authserver/internal/database"
)

// row is one key with what was answered to it.
type row struct {
	RealmID    string          `gorm:"column:realm_id;primaryKey"`
	Caller     string          `gorm:"column:caller;primaryKey"`
	Key        string          `gorm:"column:key;primaryKey"`
	Request    []byte          `gorm:"column:request"`
	Claim      string          `gorm:"column:claim"`
	LeaseUntil database.Micros `gorm:"column:lease_until"`
	Status     int64           `gorm:"column:status"`
	Answer     string          `gorm:"column:answer"`
	ExpiresAt  database.Micros `gorm:"column:expires_at"`
}

// TableName names the table for gorm.
func (row) TableName() string { return "idempotency_keys" }

// insert claims a key that nobody has used; false when somebody has.
func (a *API) insert(ctx context.Context, r row) (won bool, err error) {
	return a.write(ctx, "claim", func(q *gorm.DB) *gorm.DB { return q.Clauses(clause.OnConflict{DoNothing: true}).Create(&r) })
}

// write runs one statement in a transaction of its own and reports whether it met a row.
func (a *API) write(ctx context.Context, what string, statement func(*gorm.DB) *gorm.DB) (met bool, err error) {
	err = a.DB.InTx(ctx, func(ctx context.Context) error {
		result := statement(a.DB.With(ctx))
		met = result.RowsAffected > 0
		return result.Error
	})
	if err != nil {
		return false, fmt.Errorf("%s idempotency key: %w", what, err)
	}
	return met, nil
}

func (a *API) find(ctx context.Context, r row) (row, bool, error) {
	var found []row
	err := a.DB.With(ctx).Where("realm_id = ? AND caller = ? AND key = ?", r.RealmID, r.Caller, r.Key).Limit(1).Find(&found).Error
	if err != nil || len(found) == 0 {
		return row{}, false, err
	}
	return found[0], true, nil
}

// take claims a key whose owner has not come back; false when another was quicker.
func (a *API) take(ctx context.Context, old, claimed row) (bool, error) {
	return a.write(ctx, "take", func(q *gorm.DB) *gorm.DB {
		return q.Model(&row{}).
			Where("realm_id = ? AND caller = ? AND key = ? AND claim = ? AND (lease_until > 0 AND lease_until <= ? OR expires_at <= ?)",
				old.RealmID, old.Caller, old.Key, old.Claim, database.At(a.Now()), database.At(a.Now())).
			Updates(map[string]any{
				"claim": claimed.Claim, "lease_until": claimed.LeaseUntil, "request": claimed.Request,
				"expires_at": claimed.ExpiresAt, "status": 0, "answer": "",
			})
	})
}

// settle writes what was answered, unless the claim was lost.
func (a *API) settle(ctx context.Context, r row, status int, answer string) error {
	_, err := a.write(ctx, "settle", func(q *gorm.DB) *gorm.DB {
		return q.Model(&row{}).
			Where("realm_id = ? AND caller = ? AND key = ? AND claim = ?", r.RealmID, r.Caller, r.Key, r.Claim).
			Updates(map[string]any{"lease_until": 0, "status": status, "answer": answer})
	})
	return err
}

// release gives the key back after a failure.
func (a *API) release(ctx context.Context, r row) error {
	_, err := a.write(ctx, "release", func(q *gorm.DB) *gorm.DB {
		return q.Where("realm_id = ? AND caller = ? AND key = ? AND claim = ?", r.RealmID, r.Caller, r.Key, r.Claim).Delete(&row{})
	})
	return err
}

// Sweep removes keys that are over and reports how many, at most limit.
func (a *API) Sweep(ctx context.Context) (int, error) {
	const most = 1000
	var swept int64
	_, err := a.write(ctx, "sweep", func(q *gorm.DB) *gorm.DB {
		result := q.Exec(`DELETE FROM idempotency_keys WHERE (realm_id, caller, key) IN
			(SELECT realm_id, caller, key FROM idempotency_keys WHERE expires_at <= ? LIMIT ?)`, database.At(a.Now()), most)
		swept = result.RowsAffected
		return result
	})
	return int(swept), err
}

// lease is how long an operation may take before another request may try anew.
const lease = time.Minute
