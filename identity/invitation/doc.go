// Package invitation is how administrators bring people in: an account without a
// password, and a letter with a link to the page where the person chooses one.
//
// The link is a one-time secret (identity/challenge), bound to the invitation, its
// account, the account's address and the password that it had: none. It lives as long as
// the administrator says, a week if they say nothing, because people read letters late,
// and what it opens is an account in which nothing is yet. Following it changes nothing.
// Choosing a password proves the address and begins no session: what the realm demands
// at sign-in, a second factor or terms, is asked for there.
//
// An invitation is sent again, with a new link that replaces the one before, or revoked;
// the account then stays, and its person can still ask for a password by themselves.
//
// What is left to others: the account (identity/user), the secret (identity/challenge),
// the letter (notify/message), who may invite (internal/rest).
//
// Table: invitations. Events: invitation.sent, invitation.accepted, invitation.revoked.
package invitation
