// Package login is signing in with an e-mail address and a password: the attempt,
// the counting of wrong ones, and the pages before consent (sign in, choose an
// account, choose a new password).
//
// # An attempt
//
//	Credential        one read; nobody and somebody cost the same
//	admit             transaction 1: counted and locked before anything is compared
//	Verify or Burn    tens of milliseconds of Argon2id, outside any transaction
//	succeed or fail   transaction 2: stamp, counters, session, proof and event, or the event
//
// An unknown address, a wrong password, a locked account and a suspended user take
// the same path, cost the same hash and get the same answer; so does the right
// password during a lock. What the answer must not tell, its time must not either.
//
// # Counting
//
// A guess is counted by its own committed transaction before the hash is computed.
// Parallel guesses therefore count one by one behind the row's lock, and a client that
// hangs up, a request that fails or a process that dies has been counted. Two counters
// go up together: of the account, and of the address as submitted, so that unknown
// addresses lock like known ones. From the realm's threshold on each further guess
// locks for longer; a guess during a lock is neither compared nor counted against the
// hard limit, after which only Unlock opens the account.
//
// That must not let a stranger lock a person out: a browser in which the person signed
// in before carries a device token, made for that account and that password, and
// counts on its own. A device that fails up to the threshold becomes a stranger.
//
// Guesses at second factors (identity/mfa) have a counter of their own for each account,
// under the same limits: see second.go.
//
// So do guesses at the codes of a recovery, by address: see recovery.go. The person is
// written to when a lock begins, and when one begins that only an operator or a new
// password ends.
//
// Whoever watches sign-ins (identity/flow) may refuse one although the password is right.
// That, too, gets the answer of a wrong one, and counts like one.
//
// Table: login_attempts. Events: login.succeeded, login.failed, login.locked.
package login
