// Package server builds the house: it makes every room by hand, mounts their
// routes, runs what works in the background, and ends it all in order.
//
// It is the only package that knows all rooms. Where a lower room needs an upper
// one it declares an interface and server hands the upper one in; the one true
// circle (sessions end grants, grants ask for sessions) is broken by late.go.
//
//	server.go   New: the rooms, from the ground up, in one readable column
//	mount.go    whose routes are served, and what stands in front of them
//	late.go     the adapter that is filled once the upper room exists
//	workers.go  what runs in the background: started, restarted, stopped together
//	sweep.go    expired rows leave
//	health.go   /healthz and /readyz
//	run.go      listen, serve, drain
//
// New touches the network only for the database. Whoever calls New calls Run,
// which closes everything at its end, or Close.
package server
