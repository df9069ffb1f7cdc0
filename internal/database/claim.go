package database

import (
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Claim makes q lock the rows it finds and pass over those that others hold
// (FOR UPDATE SKIP LOCKED). SQLite leaves it out: its writers wait for one
// another, so nobody else holds a row inside a transaction.
func Claim(q *gorm.DB) *gorm.DB {
	return q.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate, Options: clause.LockingOptionsSkipLocked})
}

// Lock makes q lock the rows it finds until the transaction ends, waiting for
// whoever holds them (FOR UPDATE).
func Lock(q *gorm.DB) *gorm.DB {
	return q.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate})
}
