// Package queue is what the workers of the house gave up: things that no attempt could do
// and that wait, with their reason, for somebody who looks.
//
// The rooms that own queues keep their own rows, claim them under leases and try again by
// themselves; this room holds what they have in common for administrators: a list, another
// try for one or for all, and dropping one with a reason. A room that has a queue fulfils
// [Parker] and is named in server. What is retried goes through the queue's own workers, on
// whichever node, with its own leases.
//
// Events and the deliveries of webhooks are here. Letters are not: one that fails for good is
// erased with what it said, secrets above all, and the log of its channel says why
// (notify/message); whoever needs it asks for another. What goes to the bus is never given
// up, sendings and jobs are tried until they succeed.
//
// Who is an administrator of a realm sees what is the realm's; an operator sees what is
// everybody's. Neither sees the contents.
//
// Tables: none. Events: parked.retried, parked.dropped.
package queue
