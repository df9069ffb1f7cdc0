package database

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"authserver/migrations"

	"github.com/pressly/goose/v3"
)

var (
	// ErrSchemaPending says that migrations wait to be applied: run Migrate.
	ErrSchemaPending = errors.New("database: the schema is older than this program")
	// ErrSchemaUnknown says that the database holds a migration that this program
	// does not have, or has with another text: a newer program was here.
	ErrSchemaUnknown = errors.New("database: the schema is not one that this program knows")
)

// Migration is one step of the schema's timeline.
type Migration struct {
	Version   int64
	Name      string    // of its file
	AppliedAt time.Time // zero while it waits
}

// Migrate applies all waiting migrations, each in a transaction of its own, and
// returns their names. Nodes that start together wait for one another. It
// refuses a schema that it does not know (ErrSchemaUnknown).
func (db *DB) Migrate(ctx context.Context) (names []string, err error) {
	pool, unlock, err := db.engine.migrating(ctx)
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	defer func() { err = errors.Join(err, unlock()) }()
	// Compared under the lock: another node may have finished a moment ago.
	if err := db.CheckSchema(ctx); !errors.Is(err, ErrSchemaPending) {
		return nil, err
	}
	names, err = apply(ctx, pool, ledger{db.engine})
	if err != nil {
		return names, fmt.Errorf("migrate: %w", err)
	}
	return names, nil
}

func apply(ctx context.Context, pool *sql.DB, l ledger) ([]string, error) {
	p, err := goose.NewProvider(goose.DialectCustom, pool, migrations.Files,
		goose.WithStore(l), goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()),
		goose.WithExcludeNames(l.engine.strange()),
		// Each room has a block of numbers, so that a new migration may stand before
		// one that was applied long ago. None touches another room's tables.
		goose.WithAllowOutofOrder(true))
	if err != nil {
		return nil, err
	}
	results, err := p.Up(ctx)
	var partial *goose.PartialError
	if errors.As(err, &partial) {
		results = partial.Applied
	}
	var names []string
	for _, r := range results {
		names = append(names, r.Source.Path)
	}
	return names, err
}

// Status lists all migrations, applied and waiting, oldest first.
func (db *DB) Status(ctx context.Context) ([]Migration, error) {
	known, applied, err := db.schema(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]Migration, 0, len(known))
	for _, k := range known {
		list = append(list, Migration{k.version, k.name, applied[k.version].at.Time()})
	}
	return list, nil
}

// CheckSchema returns nil when the schema is exactly this program's, and else
// ErrSchemaUnknown or ErrSchemaPending with the migration in question.
func (db *DB) CheckSchema(ctx context.Context) error {
	known, applied, err := db.schema(ctx)
	if err != nil {
		return err
	}
	var pending []string
	for _, k := range known {
		a, done := applied[k.version]
		delete(applied, k.version)
		switch {
		case !done:
			pending = append(pending, k.name)
		case a.checksum != k.checksum:
			return fmt.Errorf("%w: %s was another text when it was applied", ErrSchemaUnknown, k.name)
		}
	}
	for _, a := range applied {
		return fmt.Errorf("%w: it has %s", ErrSchemaUnknown, a.name)
	}
	if len(pending) > 0 {
		return fmt.Errorf("%w: %d migrations wait, the first is %s", ErrSchemaPending, len(pending), pending[0])
	}
	return nil
}

// step is a migration as its file or its row in the ledger tells it.
type step struct {
	version        int64
	name, checksum string
	at             Micros
}

// schema returns what this program knows, in order, and what the database has.
func (db *DB) schema(ctx context.Context) (known []step, applied map[int64]step, err error) {
	if known, err = db.engine.files(); err != nil {
		return nil, nil, err
	}
	applied, err = ledger{db.engine}.read(ctx, db.engine.read)
	if err != nil {
		return nil, nil, fmt.Errorf("read the state of migrations: %w", err)
	}
	return known, applied, nil
}

// strange lists the migrations that are for the other database.
func (e engine) strange() []string {
	other := "*.sqlite.sql"
	if e.name == "sqlite" {
		other = "*.postgres.sql"
	}
	names, err := fs.Glob(migrations.Files, other)
	if err != nil {
		panic("database: " + err.Error()) // only for a pattern that is none
	}
	return names
}

// files lists the embedded migrations of this database; their numbers have equal
// length, so their names are in order.
func (e engine) files() ([]step, error) {
	names, err := fs.Glob(migrations.Files, "*.sql")
	if err != nil {
		return nil, err
	}
	strange := e.strange()
	list := make([]step, 0, len(names))
	for _, name := range names {
		if slices.Contains(strange, name) {
			continue
		}
		version, err := goose.NumericComponent(name)
		if err != nil {
			return nil, fmt.Errorf("migration %s: %w", name, err)
		}
		text, err := fs.ReadFile(migrations.Files, name)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(text)
		list = append(list, step{version: version, name: name, checksum: hex.EncodeToString(sum[:])})
	}
	return list, nil
}
