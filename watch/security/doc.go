// Package security recognises the browsers that people sign in with, looks at every
// sign-in for what is unusual, and tells of it: the person by letter, administrators by
// a list, everybody else by events.
//
// # A sign-in
//
// identity/flow hands every proof over in the transaction in which it is given
// (flow.Watch), so no way in can forget to ask. A browser is known by the cookie that
// names it in flows; one without that cookie is known if a device that the person has
// confirmed has the same kind of browser at the same address. Both are stored as keyed
// digests for one person: no two people's devices can be matched, and nobody can be told
// from a copy of the table. A User-Agent alone vouches for nothing (RISK-01).
//
// The first device of a person is learned in silence. What is unusual later (Signal)
// meets the realm's policy: it is written down, told, held until the person has shown a
// second factor or read a code in their mail, or refused. Of several the strictest counts.
//
// # Was it you?
//
// The letter has a link, good once and for a week. Opening it shows the sign-in and
// changes nothing; its buttons do. "Yes" confirms the device. "No" ends every session,
// grant and trusted browser, revokes the password (the next one is chosen by a recovery:
// whoever knows the old one must not be the one to change it), and takes away what was
// added to sign in with since that sign-in.
//
// # Networks
//
// Failed sign-ins are counted by network and realm in quarters of an hour, as they are
// dispatched. A sign-in reads the counts of its own network and of the realm.
//
// What is left to others: counting guesses (identity/login), sparing browsers the second
// factor (identity/mfa), what a person sees of their account (identity/activity).
//
// Tables: security_devices, security_people, security_events, security_sources,
// security_targets. Events: security.device_new, security.sign_in_suspicious,
// security.sign_in_blocked, security.sign_in_denied, security.device_confirmed,
// security.device_renamed, security.device_suspected, security.device_revoked,
// security.password_spraying, security.credential_stuffing.
package security
