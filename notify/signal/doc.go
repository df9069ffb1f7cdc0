// Package signal tells receivers of security events as they happen: a session has ended, a
// credential has changed, an account was suspended or erased. It is a transmitter of
// OpenID's Shared Signals Framework 1.0, with events of CAEP 1.0 and RISC 1.0.
//
// A receiver is a service application. It reads where things are at
// /.well-known/ssf-configuration, and manages its streams with an access token that it got
// for itself, of the scope ssf.manage (ssf.read only to look). The scope alone opens
// nothing, because whoever administers one application could give it to that: the
// application must also hold the permission signals.write (signals.read) for the whole
// realm, since a stream tells of everybody in it. A stream is told of all people; those
// who are removed from it by name are left out.
//
// Events of the house are translated ([Service.Handle]) in the transaction that dispatches
// them: each stream that wants one gets a row with the claims of a security event token
// (SET, RFC 8417). It is signed when it leaves, with the realm's key for ID tokens, because
// the interoperability profile of CAEP asks for RS256.
//
// Push (RFC 8935): a worker claims rows under a lease and posts them, outside any
// transaction, to an address that internal/outbound lets it call. A refusal of the token
// itself ends it; what fails otherwise is tried again, after 1, 5, 15 and then every 60
// minutes, until it is a week old. A receiver that has failed for a day is paused.
//
// Poll (RFC 8936): a row stays until it is acknowledged. The answer comes at once, also to
// who would wait for one.
//
// Tables: signal_streams, signal_exclusions, signal_sets. Events: signal.stream_created,
// signal.stream_updated, signal.stream_status_changed, signal.stream_deleted.
package signal
