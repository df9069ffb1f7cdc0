// Package challenge keeps the one-time secrets that are sent to a person: six digits
// to type, or a link to follow. Whoever brings one back has read what was sent to
// that address.
//
// A secret is typed by its purpose, bound to realm, user, address and, where it
// belongs to one, to the flow or session that asked for it. It is stored as a digest,
// lives for a short while, is replaced by a newer one of the same purpose, and is
// spent by one conditional update in the transaction of what it allows. So no secret
// opens two things, and no thing is opened twice (security rules MFA-04, MAIL-04;
// GHSA-qgqp-xh8r-v73r and CVE-2025-69614 are what happens without).
//
// Guessing a code is counted before it is compared, in a transaction of its own: the
// count survives whatever becomes of the request, and of five parallel guesses five
// count. A link has 256 bits and needs no counting.
//
// What is left to others: writing the letter (internal/letter), and what a proven
// address means.
//
// Tables: challenges, challenge_addresses. Events: none; the rooms that issue and redeem record theirs.
package challenge
