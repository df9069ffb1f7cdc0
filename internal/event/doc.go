// Package event owns the log of what happened, and its delivery to whoever
// inside the house must act on it. Its table is `events`.
//
// A room records an event in the transaction of the change, by [Log.Record]: the
// event is there exactly if the change is. What happens often and changes
// nothing else (a token issued, an introspection) goes through
// [Log.RecordSoon], which writes in groups, a moment later.
//
// # Delivery
//
// A [Dispatcher] claims a batch of events with a lease, in a transaction of its
// own, so that an event that kills the process still counts an attempt. Then, in
// one transaction, it marks the batch as dispatched and lets every [Subscriber]
// write its rows. The mark is conditional on the lease and comes first: of two
// dispatchers that believe they hold an event, one waits for the other's commit
// and then finds nothing to mark. So each committed event takes effect exactly
// once in the database, whoever dies in between. [Observer]s hear of it after the
// commit, at most once, in the process that dispatched: they are for metrics.
//
// If a batch fails, its events are handled one by one, so that a poisonous one
// does not hold up the others. It is tried again, at growing intervals, and
// parked after some attempts, with the reason in its row. An event whose handler
// killed the process is later claimed alone, so only it counts attempts.
//
// Events come in about the order in which they happened; with several nodes, or
// after a failure, nobody may rely on it.
//
// Dispatched events are kept for a while and swept; what must last is kept by a
// subscriber: watch/audit makes an entry of each, in the transaction that marks it. So
// an event that is parked has no entry yet, and /readyz says so. A secret never enters an
// event.
package event
