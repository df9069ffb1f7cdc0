// Package message sends the letters of the house: it queues what the rooms hand on
// (internal/letter), lays it out, takes it to a provider, tries again, and remembers
// what became of it.
//
// # Queue
//
// [Service.Send] stores a letter in the transaction of the change that it tells of,
// its contents sealed, and a line of the log without them. After the commit a worker
// of the same process is woken; workers of other processes look once a second. A
// worker claims letters under a lease in one transaction, talks to the provider
// outside any, and then, in another, erases the letter and writes what became of it.
// Whoever dies in between leaves a lease that runs out: each letter is sent at least
// once, with the same id, and twice only after a crash.
//
// What fails is tried again three times, five minutes apart. A refusal that would be
// repeated ends it, as does the expiry of the secret inside: a letter whose secret
// opens nothing any more is never sent.
//
// # Who gets nothing
//
// An address that does not exist gets essential mail only, for a fortnight; so does one
// whose owner complained or unsubscribed, and for good. What is essential is sent all the
// same: a person must not lose the way into their account by a click, nor by a server
// that says "no such user" to what it takes for spam. Floods to one address are cut.
//
// # Words
//
// Package templates has the words and the looks. A realm may bring its own for a kind
// and language: plain text with {{.placeholders}}, of which nothing is ever executed.
//
// What is left to others: providers (notify/mail, notify/sms), which fulfil [Mails] and
// [Texts] and hand their callbacks to [Service.Report]; the limits on asking for a code
// (identity/challenge).
//
// Tables: letters, email_log, sms_log, letter_reports, letter_suppressions,
// letter_templates. Events: letter.address_suppressed, letter.address_released,
// letter.template_set, letter.template_deleted.
package message
