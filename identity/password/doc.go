// Package password is a person's own password in their account: setting the first one,
// and changing it.
//
// A change asks for a fresh sign-in (the surface sees to that), and for the present
// password of whoever signed in with one: a screen that was left open for a minute is
// no way to take an account over. Who signed in another way, with a passkey, has proven
// more than that just now and is not asked. Wrong ones count like those at the sign-in
// (identity/login).
//
// The new password ends every other session and everything granted in any, makes the
// secrets of unfinished recoveries and changes of address worthless, gives this browser
// a new cookie, and is told to the person.
//
// What is left to others: the rules of passwords and their storage (identity/user), a
// password that must be changed at the sign-in (identity/login), one that is forgotten
// (identity/recovery).
//
// Table: none. Events: none of its own; identity/user records user.password_changed.
package password
