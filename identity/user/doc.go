// Package user is the people of a realm: who they are (the claims of OpenID
// Connect Core §5.1), the e-mail address that is theirs alone, whether they may
// sign in, and their password.
//
// What is left to others: sessions and what hangs on them (identity/session, asked
// through Deps.Sessions in the same transaction), counting wrong passwords
// (identity/login), roles (rbac), what a realm asks about people beyond the
// standard's claims (identity/profile; the values stand here, as attributes), and
// what other rooms hold of somebody who is erased (identity/privacy).
//
// A password is made ready outside of any transaction (NewPassword: policy, then
// Argon2id) and stored by a verb that takes the finished Password. Its hash leaves
// the room in a Credential, for identity/login only.
//
// Who comes from another system brings a hash of that system's making (Import); the
// next sign-in makes it one of ours. A realm may keep the hashes of former passwords
// so that they do not come back, and let passwords grow too old.
//
// People are found by terms: their address and names, folded, in a table of their own that
// is read in its order however large the realm is. A row says which of its versions the
// terms tell of, so what an older version of this program writes meanwhile is noticed, and
// made up for (CatchUp).
//
// Tables: users, user_passwords, user_terms. Events: user.created, user.updated, user.suspended, user.restored,
// user.password_changed, user.password_revoked, user.erasure_scheduled, user.erasure_cancelled, user.deleted.
package user
