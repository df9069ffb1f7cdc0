// Package mail is how mails leave the house: by SMTP, by Amazon SES or by Mailgun. Each
// way is a [Transport], which fulfils what notify/message asks for; [Open] chooses the
// one that the settings name. What a provider tells afterwards (arrived, bounced,
// called spam) comes in by [Callbacks], signatures checked.
//
// A mail has one recipient, whose address was normalised when the letter was queued,
// and is looked at here once more: whatever could end a header or a command of SMTP is
// refused (CVE-2025-59937). Text and HTML travel together; links are never rewritten
// for tracking, because they carry secrets.
//
// Over networks, SMTP is encrypted or not spoken at all. A server that has no STARTTLS
// gets nothing, as does one whose certificate is not its own.
//
// What is left to others: when to send and try again, whom not to write to, and what to
// remember (notify/message).
//
// Tables: none. Events: none.
package mail
