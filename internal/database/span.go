package database

import (
	"context"
	"strings"

	"authserver/internal/tracing"
)

// span begins the span of a statement: its text, which has placeholders, and never its
// values. Its time ends with the first row; reading the others belongs to the caller.
func (db *DB) span(ctx context.Context, query string) tracing.Span {
	if !db.traced {
		return tracing.Span{}
	}
	_, span := tracing.Child(ctx, tracing.Client, "sql")
	if span.On() {
		operation, table := summary(query)
		span.Name(strings.TrimSpace(operation + " " + table))
		span.String("db.system.name", db.engine.system())
		span.String("db.operation.name", operation)
		span.String("db.query.text", query)
		if table != "" {
			span.String("db.collection.name", table)
		}
	}
	return span
}

// system is the engine as OpenTelemetry calls it.
func (e engine) system() string {
	if e.name == "postgres" {
		return "postgresql"
	}
	return e.name
}

// transactionSpan begins the span of a transaction: the wait for a connection, the
// statements, and the commit.
func (db *DB) transactionSpan(ctx context.Context) (context.Context, tracing.Span) {
	if !db.traced {
		return ctx, tracing.Span{}
	}
	return tracing.Child(ctx, tracing.Internal, "transaction")
}

// noteFailure marks a span. What exactly was wrong may quote values, so it stays with
// the caller.
func noteFailure(span tracing.Span, err error) {
	if err != nil {
		span.Fail("database")
	}
}

// summary is what a statement does, and the first table that it names.
func summary(query string) (operation, table string) {
	words := strings.Fields(query)
	for i, w := range words {
		w = strings.ToUpper(strings.Trim(w, "("))
		switch w {
		case "SELECT", "INSERT", "UPDATE", "DELETE":
			if operation == "" || operation == "WITH" && w != "SELECT" {
				operation = w
			}
		case "WITH":
			if operation == "" {
				operation = w
			}
		}
		if table == "" && i+1 < len(words) && (w == "FROM" || w == "INTO" || w == "UPDATE") {
			if name := strings.Trim(words[i+1], `"(),;`+"`"); name != "" && !strings.EqualFold(name, "SELECT") {
				table = name
			}
		}
	}
	if operation == "" && len(words) > 0 {
		operation = strings.ToUpper(words[0])
	}
	return operation, table
}
