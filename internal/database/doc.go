// Package database owns the two databases that the house runs on, an embedded
// SQLite file and PostgreSQL, and makes them look like one: handles,
// transactions, group commit, migrations, and word of changes from node to node.
// Rooms keep their own tables; this package's are `changes` and
// `schema_migrations`.
//
// # Transactions
//
// The context carries the transaction, because fosite hands its storage nothing
// else. [DB.InTx] opens one or joins the one that is open; [DB.With] gives the
// handle that belongs to the context. Writes outside a transaction are refused
// with [ErrOutsideTransaction], on both databases, so that no room can forget it.
// A transaction holds exactly one connection from begin to end; nothing inside
// may ask for a second one, or a full pool would wait for itself.
//
// # A caller who goes away
//
// The statements of a transaction do not hear of the caller's cancellation: a
// client that hangs up must not cost a database connection, and must not stop
// work half-way. The caller is asked three times: while waiting for a
// connection, before the transaction begins, and before COMMIT. Whoever is gone
// by then has their transaction rolled back, so a client that saw no answer may
// simply try again. Once COMMIT is sent it runs to its end, and the hooks of
// [DB.AfterCommit] run, whether or not anybody still listens. On PostgreSQL the
// whole transaction has a bound of its own (30 s).
//
// One window cannot be closed: if the connection breaks between COMMIT and its
// answer, nobody on this side can know. InTx then returns [ErrCommitUnknown] and
// does not retry; a verb must be safe to call again with the same input, which
// single-use codes and conditional updates give.
//
// # Durability
//
// What InTx acknowledged survives kill -9 of this process on both databases, and
// a power cut on PostgreSQL. SQLite runs in WAL mode with synchronous=NORMAL: a
// power cut may lose the last moments, never the file's consistency. The URL
// parameter synchronous=full trades speed for that (`sqlite:x.db?synchronous=full`).
//
// # Time
//
// Rows hold unix microseconds ([Micros]). Only `changes` and `schema_migrations`
// use the database's own clock, so that nodes with different clocks agree on
// what is new.
package database
