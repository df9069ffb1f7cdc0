// Package mfa is the second factor: which ones a person has, asking for one after the
// first, adding the first one where policy demands it, and what belongs to having one at
// all (recovery codes, trusted devices).
//
// # Factors
//
//	passkey   identity/passkey, with pages of its own for the same steps
//	totp      identity/totp
//	sms       a code to the proven phone number of the account, if the realm allows it
//	          and the person has chosen it
//	email     a code to the proven address, if the realm allows it and the person has
//	          chosen it
//	recovery  ten codes on paper; in the place of a factor, never one of its own
//
// Where a code is sent is read from the account and never from the request
// (GHSA-qgqp-xh8r-v73r), and it opens only the flow that asked for it, for that person.
//
// # A guess
//
//	admit    counted and committed on its own, by account: across flows, browsers and
//	         kinds (identity/login has the counters, security rule THR-01)
//	check    a sent code's own five tries, also committed before it is compared
//	pass     one transaction: the code is used up, the counter opened, the session
//	         elevated under a new cookie, the flow moved on, and the event
//
// Of fifty equal right codes at the same moment one passes. While the counter is closed
// nothing is compared, so a right code gets the answer of a wrong one.
//
// A session that is held because the sign-in looks unusual is asked for a factor like any
// other; its person, if they have none, for a code by mail that makes no factor of it.
//
// # Adding and taking away
//
// Within a flow only a person without any factor may add one, right after signing in:
// what a thief of the password could add, the owner has to use from then on, and is told
// of. Everything else happens in the account, on routes that demand a fresh sign-in with
// a factor the person has. Each change is told by letter, and ends trust in devices;
// taking away and replacing end all other sessions too. Who must have a factor cannot
// give away the last one.
//
// # Trusted devices
//
// A browser may be spared the question for as long as the realm's policy says. Its token
// is random, stored as a digest, and dies with the password under which it was given,
// with every change of factors, and by its owner's hand. It never raises a session's acr.
//
// What is left to others: whether a second factor is needed (identity/gate), the order
// of steps (identity/flow), what a letter looks like (notify/message).
//
// Tables: mfa_people, mfa_recovery_codes, mfa_recovery_sheets, mfa_trusted_devices.
// Events: mfa.challenged, mfa.verified, mfa.failed, mfa.locked, mfa.factor_enabled,
// mfa.factor_removed, mfa.reset, mfa.recovery_codes_made, mfa.recovery_code_used,
// mfa.device_trusted, mfa.device_forgotten.
package mfa
