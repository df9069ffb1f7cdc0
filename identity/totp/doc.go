// Package totp is the authenticator application as a second factor: six digits that
// change every thirty seconds (RFC 6238).
//
// # A secret's life
//
//	Begin    a new secret, pending, bound to the session or flow that asked for it
//	Pending  its address (otpauth:), for as long as it is pending and nobody else sees it
//	Confirm  a valid code makes it the user's one; the old one is dead in that moment
//	Verify   a code of it, once
//	RemoveAll  no secret, no codes
//
// A secret has 160 bits (RFC 4226 §4) and is sealed at rest for its realm and user. It
// leaves the house while it is pending only, so that whoever borrows a signed-in
// browser cannot read it.
//
// A code counts one step to either side of now (RFC 6238 §5.2). Each step is accepted
// once and none before the last one: Verify moves the row's last step forward by one
// conditional update, so that of twenty equal codes on as many nodes one passes
// (CVE-2026-27855), and a code of a replaced secret finds no row (CVE-2026-9047).
//
// What is left to others: counting wrong codes, sessions, letters and pages
// (identity/mfa).
//
// Table: totp_secrets. Events: user.totp_enabled, user.totp_removed.
package totp
