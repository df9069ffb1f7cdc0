// Package audit is the memory of what was done in a realm, by whom, that nobody can
// alter unnoticed: not an administrator, and not whoever can write to the database.
//
// # The chain
//
// Every event of the log becomes one entry, in the transaction that marks the event as
// dispatched: no change without an entry, and none for what was rolled back. Requests pay
// nothing for it. Entries of a realm are numbered without a gap; each holds the SHA-256 of
// the one before, and its own over everything in it. The realm's head says how far the
// chain has come and is sealed with a key of the ring (a MAC), so that cutting off or
// rewriting the end shows. Whoever appends locks the head: one chain, however many nodes.
//
// The database refuses to change or remove entries (triggers). That stops accidents and
// whoever has only the server's account; the chain shows what the owner of the database did.
//
// # Checkpoints
//
// Once an hour, or after a few thousand entries, what has come is closed as a segment: the
// root of a Merkle tree over its entries (RFC 6962 §2.1) is signed, together with the
// digest of the checkpoint before. With a [Proof], anybody who holds the public key can see
// that an entry was there, without the database and without the other entries. The signing
// key is derived from the key ring and the same for all realms; it is not in the database,
// so whoever writes there cannot sign.
//
// # Forgetting
//
// Entries leave with their whole segment, when its retention is over. The checkpoint stays,
// and the chain begins behind it. People are pseudonyms: whatever could identify one (where
// they acted from, words that somebody wrote) is sealed with a key of theirs, which their
// erasure destroys; the hashes are over what is sealed, so the chain holds without it.
// Reading is audited too (audit.read, audit.exported), and so are refusals of the
// administration (administration.refused).
//
// What is left to others: what a person sees of their own account (identity/activity).
//
// Tables: audit_heads, audit_entries, audit_segments, audit_keys. Events: audit.read,
// audit.exported, audit.segment_removed, administration.refused.
package audit
