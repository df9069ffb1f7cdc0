// Package passkey is the WebAuthn credentials of people: adding, naming and removing
// them, signing in with one instead of address and password, and using one as the
// second factor after a password.
//
// # A ceremony
//
//	options           one row: a challenge for one purpose, realm, flow or session, and
//	                  person (nobody yet when signing in); five minutes
//	spend             transaction 1: one conditional update; what follows may fail, the
//	                  challenge is gone
//	check             the library verifies the answer; what it leaves to us is beside it
//	                  in assert.go and register.go
//	take              transaction 2: the counter moves on if it still can, with all that
//	                  the ceremony earns: session, proof of the flow, event, letter
//
// Options for signing in name no credential and are the same for everybody, so they tell
// nobody who has an account. A passkey that is not ours, another realm's, a suspended
// person's, a wrong signature and a counter that runs backwards get one answer.
//
// # What a passkey proves
//
// Whether the authenticator has verified the person (PIN, finger, face) is read from the
// very answer and never from memory. With it, a passkey is two factors: amr is hwk (bound
// to one device) or swk (synced), user and mfa, and acr 2. Without it, it is one: amr is
// hwk or swk alone, and the flow asks for a second factor. The realm's policy says whether
// that is allowed at all (required) or not demanded (preferred). After such a sign-in a
// passkey counts as second factor only if it verifies the person: one factor is not two.
//
// The lockout of passwords does not touch passkeys: there is nothing to guess, and a
// stranger must not be able to lock people out. A suspended person is refused.
//
// # Relying party
//
// The RP ID is the host of the public address, for all realms of the house: an origin
// and a path are not told apart by WebAuthn, realms are by us. A credential belongs to one
// realm and opens nothing in another. Origins of which the realm's policy knows (related
// origins, WebAuthn §5.11) are accepted for that realm only; /.well-known/webauthn
// names those of all active realms, because a browser asks the host and not the realm.
// Where the public address has no domain name (an IP address), there are no passkeys.
//
// A person is known to authenticators by a handle of 32 random bytes.
//
// What is left to others: whether a second factor is needed, which there are, and in
// which devices people trust (identity/mfa, asked through Deps.Factors).
//
// Tables: passkeys, passkey_handles, passkey_ceremonies. Events: passkey.registered,
// passkey.renamed, passkey.revoked, passkey.used, passkey.refused,
// passkey.clone_suspected.
package passkey
