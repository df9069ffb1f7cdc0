// Package webhook tells applications of events by HTTP, in the form of Standard Webhooks
// 1.0 (https://www.standardwebhooks.com).
//
// A registration names an address and the types of events that it wants, by name or by
// prefix ("user.*"). One that belongs to an application is told only of what is about the
// application or done through it; one of the realm is told of everything. The secret with
// which deliveries are signed is shown once and kept sealed; after a rotation both the new
// and the old one sign, until the old one's time is over.
//
// # Delivery
//
// [Service.Handle] subscribes to the event log: in the transaction that dispatches an event
// it writes one pending delivery for each registration that wants it, with the body as it
// will be sent. A worker claims deliveries under a lease, calls the receiver outside any
// transaction, and then writes what came of it: every delivery is sent at least once, with
// one id (webhook-id) by which receivers drop repeats. Order is not promised.
//
// What fails is tried again after 1, 5, 15 and 60 minutes, with jitter, and is then parked
// until somebody replays it. Each attempt is in the log, with the beginning of the answer.
// A receiver that has answered nothing but failures for a day is disabled, and so is at
// once one that says 410 Gone; an event tells of it.
//
// # Fairness
//
// A receiver has few deliveries under way at a time, and those that failed last share lanes
// of their own: who hangs delays nobody else. A receiver that fails and has ten thousand
// deliveries waiting gets no more; they are parked at once.
//
// # Whom we call
//
// Addresses are chosen by others, so calls go through internal/outbound: public addresses
// over https, judged when they are connected to. Redirects are failures. POST is the only
// method, and of headers an application may add Authorization and X-…, but none that
// proxies and clouds believe.
//
// Tables: webhooks, webhook_secrets, webhook_deliveries, webhook_attempts. Events:
// webhook.created, webhook.updated, webhook.enabled, webhook.disabled,
// webhook.secret_rotated, webhook.deleted.
package webhook
