// Package migrations holds the one timeline of the schema, as SQL that both
// SQLite and PostgreSQL run unchanged. Files are NNNN_name.sql for goose, each
// table under a `-- room:` header; forward only, and never changed once released
// (internal/database compares checksums). What the two databases cannot say in the
// same words, such as triggers, stands in a pair of files of one number,
// NNNN_name.sqlite.sql and NNNN_name.postgres.sql: each database runs its own.
package migrations

import "embed"

// Files are the migrations.
//
//go:embed *.sql
var Files embed.FS
