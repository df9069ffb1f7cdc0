// Package contact is how a person is reached: the e-mail address and the phone number
// of an account, shown to be theirs.
//
// Nothing is stored unproven. A new address or number stands in a one-time secret
// (identity/challenge) until its owner brings that back, by typing the code or by the
// button behind the link; until then the old one stays in use (security rule MAIL-06).
// What is proven is the address that the letter went to: when the account has another
// one by then, the secret opens nothing (MAIL-05). An address that somebody else has
// looks the same from outside; its owner is told by letter.
//
// Opening a link changes nothing. It leads to a page that names the address and the
// account, and only the button there redeems it (MAIL-02), in any browser; it signs
// nobody in.
//
// After a change the old address gets a link that undoes it for seven days, whatever
// has happened since. Undoing gives the address back, takes the password away, and
// ends every session with all that was granted in it: somebody else may have been
// there.
//
// A number is a way to receive codes, so a new one is a new authenticator: it needs a
// fresh sign-in, goes by the realm's prefixes (THR-11), and the person gets a letter
// (MFA-05).
//
// Table: none; identity/user keeps address and number. Events: user.email_change_requested,
// beside those that identity/user records.
package contact
