// Package directory is how administrators look after people: find them, make accounts,
// change, suspend, unlock, sign out, merge and erase them.
//
// It owns no table: every change is a verb of the room that keeps the rules (user,
// session, login, mfa, privacy), called here with who may what.
//
// Event: user.merged.
//
// What is left to others: roles (rbac), what a person does for themselves (account).
package directory
