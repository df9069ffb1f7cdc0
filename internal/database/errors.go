package database

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/ncruces/go-sqlite3"
	"gorm.io/gorm"

	"authserver/internal/fault"
)

// What rooms ask about with errors.Is; handles from [DB.With] return them on
// both databases. CHECK violations are defects of ours and have no name here.
var (
	ErrNotFound  = gorm.ErrRecordNotFound     // First or Take found no row
	ErrDuplicate = gorm.ErrDuplicatedKey      // a primary key or unique index refused the row
	ErrReference = gorm.ErrForeignKeyViolated // a foreign key refused the row
)

var (
	// ErrOutsideTransaction refuses a write that is not inside [DB.InTx].
	ErrOutsideTransaction = errors.New("database: write outside a transaction")
	// ErrCommitUnknown says that the connection broke between COMMIT and its
	// answer: the changes are there or not, never in part.
	ErrCommitUnknown = errors.New("database: the outcome of the commit is unknown")
	// ErrAborted says that a transaction went on after a part of it had failed;
	// it is rolled back. Use [DB.Savepoint] for what may fail alone.
	ErrAborted = errors.New("database: transaction continues after a failure inside it")
	// ErrClosed is returned by transactions after [DB.Close].
	ErrClosed = errors.New("database: closed")
	// ErrUnavailable says that the database could not be reached or did not answer
	// in time. It is a fault, so that whoever asked hears "try again" (503).
	ErrUnavailable = fault.New(fault.Unavailable, "unavailable", "The service is not available at the moment. Please try again shortly.").After(time.Second)
)

// Translate gives an error of either driver the names above, keeping the
// original for the log. Handles from [DB.With] do it by themselves; rows that
// are scanned by hand need it.
func Translate(err error) error {
	if err == nil {
		return nil
	}
	var p *pgconn.PgError
	switch {
	case errors.Is(err, ErrNotFound), errors.Is(err, ErrDuplicate), errors.Is(err, ErrReference):
		return err
	case errors.Is(err, sql.ErrNoRows):
		return fmt.Errorf("%w: %w", ErrNotFound, err)
	case errors.As(err, &p):
		switch p.Code {
		case "23505":
			return fmt.Errorf("%w: %w", ErrDuplicate, err)
		case "23503":
			return fmt.Errorf("%w: %w", ErrReference, err)
		}
	case errors.Is(err, sqlite3.CONSTRAINT_UNIQUE), errors.Is(err, sqlite3.CONSTRAINT_PRIMARYKEY):
		return fmt.Errorf("%w: %w", ErrDuplicate, err)
	case errors.Is(err, sqlite3.CONSTRAINT_FOREIGNKEY):
		return fmt.Errorf("%w: %w", ErrReference, err)
	}
	if unreachable(err) && !errors.Is(err, ErrUnavailable) {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return err
}

// unreachable tells whether the database, rather than the statement, is at fault,
// and the same request may succeed in a moment.
func unreachable(err error) bool {
	var network net.Error
	return severed(err) || errors.Is(err, ErrClosed) || errors.Is(err, sqlite3.BUSY) || errors.Is(err, sqlite3.FULL) ||
		errors.As(err, &network) && network.Timeout()
}

// transient tells whether the whole transaction may simply be run again: the
// database chose it as the loser of a conflict and kept nothing of it.
func transient(err error) bool {
	var p *pgconn.PgError
	if errors.As(err, &p) {
		return p.Code == "40001" || p.Code == "40P01" // serialization_failure, deadlock_detected
	}
	return errors.Is(err, sqlite3.BUSY)
}

// severed tells whether the connection to the server broke, or the server itself
// is ending it, rather than refusing a statement.
func severed(err error) bool {
	var p *pgconn.PgError
	if errors.As(err, &p) {
		return p.SeverityUnlocalized == "FATAL" || p.SeverityUnlocalized == "PANIC"
	}
	var network net.Error
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, net.ErrClosed) || pgconn.SafeToRetry(err) || errors.As(err, &network) && !network.Timeout()
}

// undecided tells whether a failed COMMIT may have succeeded all the same. A
// server that refused it has decided; one that went away has not, and a
// terminated session may have committed before it noticed.
func undecided(err error) bool {
	var p *pgconn.PgError
	var s *sqlite3.Error
	refused := errors.As(err, &p) && !severed(err)
	return !refused && !errors.As(err, &s) && !errors.Is(err, pgx.ErrTxCommitRollback) &&
		!errors.Is(err, sql.ErrTxDone) && !pgconn.SafeToRetry(err)
}

// dialect puts our translation of errors in the place of the drivers': theirs
// for SQLite drops the constraint's name, theirs for PostgreSQL marshals every
// unknown error to JSON to look for a code.
type dialect struct{ gorm.Dialector }

// Translate implements gorm.ErrorTranslator.
func (dialect) Translate(err error) error { return Translate(err) }
