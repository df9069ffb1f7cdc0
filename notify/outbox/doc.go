// Package outbox stands where mail and SMS would leave in `authserver dev`: it keeps
// what would have been sent, in memory, and shows it at /dev/outbox, so that somebody
// who tries the house can confirm an address without a mail server.
//
// It is never part of a server for others: whoever sees it can read everybody's codes.
// It answers only requests that name this machine as their host, so that a site which
// points its own name here reads nothing.
//
// Tables: none. Events: none.
package outbox
