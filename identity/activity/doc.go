// Package activity is what has happened in a person's account, told to that person:
// who opened it, who tried, and what was changed, from where.
//
// It is a projection of the events of the other rooms. A subscriber writes one row for
// each event that concerns a person, with what may be shown of it and nothing else:
// no address, no secret, no payload as it is. What concerns nobody, or tells a person
// only what another entry tells already, is left out. An event of which this room
// knows nothing is shown by a general sentence, so that a new room does not change
// accounts in silence.
//
// Entries are kept for Kept, and are the person's: their copy of their data holds
// them, and their erasure removes them. The audit (watch/audit) is another projection
// of the same events, for auditors: it has every event, cannot be altered, and outlasts
// erasure without saying who it was.
//
// Where an administrator acted, no address is kept: it is not the person's to see.
//
// Table: account_activity. Events: none.
package activity
