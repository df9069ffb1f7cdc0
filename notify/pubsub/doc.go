// Package pubsub tells other programs what happens, over a bus, and hears what they want.
//
// It owns the outbox of the bus, the reading of an inbox, and the two ways there are:
// streams of Redis, and topics and queues of Amazon (SNS, SQS). What a message means is
// left to the rooms that handle it.
//
// # Out
//
// When the operator has named a bus, the room is an event.Subscriber: in the transaction
// in which an event takes effect it writes one message. A worker claims messages with a
// lease, publishes them and removes them. Whoever dies when: each is published at least
// once, under the event's id, by which readers drop what comes twice. A bus that is away
// is asked again, ever more seldom but for ever; nothing is given up. They come in about
// the order in which things happened, and nobody may rely on it.
//
// A message says who, what and when, by ids, and has the event's payload. The address
// and browser of who acted stay in the house.
//
// # In
//
// A [Consumer] reads a stream or queue continuously. A [Handlers] says which types are
// known, and of which Go type their payloads are: from that type comes the schema that
// each message is held to. A handler runs in a transaction, in which the message's id is
// noted first: a duplicate finds it there, so a message takes effect once. What fails is
// delivered again by the bus; what failed five times, or cannot be right, becomes a row of
// bus_dead, with its reason, and is taken off the bus. While a batch is worked on, its
// leases are extended. When the bus does not answer, the pauses grow.
//
// Tables: bus_messages, bus_processed, bus_dead. Events: none (a message about a message
// would never end).
package pubsub
