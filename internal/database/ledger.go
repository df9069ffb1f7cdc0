package database

import (
	"context"
	"database/sql"
	"fmt"

	goose "github.com/pressly/goose/v3/database"
)

// ledger is goose's record of what was applied. It is our own for the name and
// the checksum, and so that both databases hold the same table.
type ledger struct{ engine engine }

const ledgerTable = "schema_migrations"

// Tablename implements goose's Store.
func (ledger) Tablename() string { return ledgerTable }

// TableExists spares goose a failing query on a new database.
func (l ledger) TableExists(ctx context.Context, db goose.DBTxConn) (bool, error) {
	var n int
	err := db.QueryRowContext(ctx, l.engine.exists, ledgerTable).Scan(&n)
	return n > 0, err
}

// CreateVersionTable implements goose's Store.
func (ledger) CreateVersionTable(ctx context.Context, db goose.DBTxConn) error {
	_, err := db.ExecContext(ctx, "CREATE TABLE "+ledgerTable+` (
		version    BIGINT NOT NULL PRIMARY KEY,
		name       TEXT   NOT NULL,
		checksum   TEXT   NOT NULL, -- SHA-256 of the file
		applied_at BIGINT NOT NULL)`)
	return err
}

// Insert implements goose's Store; goose calls it in the migration's transaction.
func (l ledger) Insert(ctx context.Context, db goose.DBTxConn, r goose.InsertRequest) error {
	s := step{version: r.Version} // goose also enters a version 0, which has no file
	known, err := l.engine.files()
	if err != nil {
		return err
	}
	for _, k := range known {
		if k.version == r.Version {
			s = k
		}
	}
	_, err = db.ExecContext(ctx, "INSERT INTO "+ledgerTable+" (version, name, checksum, applied_at) VALUES ($1, $2, $3, "+l.engine.now+")",
		s.version, s.name, s.checksum)
	return err
}

// Delete implements goose's Store. The timeline only goes forward.
func (ledger) Delete(context.Context, goose.DBTxConn, int64) error { return goose.ErrNotImplemented }

// GetMigration implements goose's Store; nothing we call asks for it.
func (ledger) GetMigration(context.Context, goose.DBTxConn, int64) (*goose.GetMigrationResult, error) {
	return nil, goose.ErrNotImplemented
}

// GetLatestVersion implements goose's Store.
func (ledger) GetLatestVersion(ctx context.Context, db goose.DBTxConn) (int64, error) {
	var v sql.NullInt64
	if err := db.QueryRowContext(ctx, "SELECT max(version) FROM "+ledgerTable).Scan(&v); err != nil {
		return 0, err
	}
	if !v.Valid {
		return 0, goose.ErrVersionNotFound
	}
	return v.Int64, nil
}

// ListMigrations implements goose's Store.
func (l ledger) ListMigrations(ctx context.Context, db goose.DBTxConn) ([]*goose.ListMigrationsResult, error) {
	rows, err := db.QueryContext(ctx, "SELECT version FROM "+ledgerTable+" ORDER BY version DESC")
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var list []*goose.ListMigrationsResult
	for rows.Next() {
		m := &goose.ListMigrationsResult{IsApplied: true}
		if err := rows.Scan(&m.Version); err != nil {
			return nil, err
		}
		list = append(list, m)
	}
	return list, rows.Err()
}

// read returns the applied migrations; a database without the ledger has none.
func (l ledger) read(ctx context.Context, db *sql.DB) (map[int64]step, error) {
	applied := map[int64]step{}
	if exists, err := l.TableExists(ctx, db); err != nil || !exists {
		return applied, err
	}
	rows, err := db.QueryContext(ctx, "SELECT version, name, checksum, applied_at FROM "+ledgerTable+" WHERE version > 0")
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var s step
		if err := rows.Scan(&s.version, &s.name, &s.checksum, &s.at); err != nil {
			return nil, fmt.Errorf("row of %s: %w", ledgerTable, err)
		}
		applied[s.version] = s
	}
	return applied, rows.Err()
}
