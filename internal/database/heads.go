package database

import "strings"

// Heads is a query of each key of a table with its least moment (columns key and at), out of
// the rows that fit the condition. It takes a look in an index on (key, at) for each key,
// however many rows wait behind the first: a queue with a crowd in one lane must not cost
// every lane. The names and the condition are the caller's constants.
func Heads(table, key, at, condition string) string {
	return strings.NewReplacer("$table", table, "$key", key, "$at", at, "$condition", condition).Replace(
		`WITH RECURSIVE heads (key) AS (
			SELECT first.$key FROM (SELECT $key FROM $table WHERE $condition ORDER BY $key LIMIT 1) first
			UNION ALL
			SELECT (SELECT $key FROM $table WHERE $condition AND $key > heads.key ORDER BY $key LIMIT 1) FROM heads WHERE heads.key IS NOT NULL
		)
		SELECT heads.key AS key, (SELECT $at FROM $table WHERE $condition AND $key = heads.key ORDER BY $at LIMIT 1) AS at FROM heads WHERE heads.key IS NOT NULL`)
}
