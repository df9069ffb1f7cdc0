// Command bench measures the server as operators run it: the binary, in production mode, on PostgreSQL and on SQLite, over loopback.
//
// Each figure comes from a closed loop: a fixed number of clients, each with one connection, each sending its next request when the last was answered. The load
// generator, the server and the database share one machine, so throughput is a lower bound; what a request costs the server (CPU time of its process, SQL
// statements, writes, commits) does not depend on who else is running. Two bare handlers and the database's own commit rate, measured in the same run, are what
// the figures are compared with.
//
//	main.go      flags, order of things
//	subject.go   the server under test: set up by its commands, started, asked for its counters
//	load.go      the closed loop and its percentiles
//	wire.go      a client that costs little
//	scenario.go  what is measured
//	admin.go     what administrators ask, on an empty and on a full database
//	limit.go     the bare handlers and the commit rate
//	report.go    tables
//
// It needs a PostgreSQL in TEST_DATABASE_URL: `make bench` starts one.
package main
