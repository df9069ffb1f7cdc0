// Package recovery is the way back for somebody who does not know their password: a
// letter with a link and a code, and the page that takes a new password for either.
//
// # What a stranger learns
//
// Nothing. The page that takes an address looks nobody up: it records that a recovery
// was asked for, the address sealed, and says what it says to everybody. Whether there
// is an account is found out when that event is dispatched, where nobody can measure
// it. A letter goes to the address on file of the exact account, never to what was
// typed (CVE-2019-19844, CVE-2023-7028), and only if the person may sign in; for
// everybody else a secret is made that no letter carries, so that guessing a code
// costs and answers the same (security rules ENU-01 to ENU-03).
//
// # What the secret allows
//
// One new password, within half an hour. It dies with a newer one, with a new password
// or address, and by use. Following the link consumes nothing: scanners of mail follow
// every link. Guesses at the code are counted for the address, over all codes
// (identity/login).
//
// A new password ends every session and everything granted in them, opens an account
// that wrong passwords have closed, shows that the address is the person's, and is told
// to them. Where the address had never been shown to be anybody's, it also takes the
// sign-ins of other providers away. It begins no session and takes no second factor
// away: the next sign-in asks for it (Keycloak #12759; security rule MFA-09).
//
// What is left to others: the rules of passwords (identity/user), the secret
// (identity/challenge), the letter (notify/message).
//
// Table: none. Events: recovery.requested, recovery.sent, recovery.completed. It
// subscribes to its own recovery.requested.
package recovery
