// Package account is the door to a person's own things: the pages below /account and
// the requests below /me. It lets people in (web.Persons), leads them to the sign-in
// and back, and shows what belongs to no other room: the overview, what the account
// is protected by, and where the person is signed in.
//
// # Who is let in
//
// A page asks the gate (identity/gate) as the authorization endpoint does, so that
// nobody reaches through the account what policy keeps from them elsewhere. Whoever
// lacks a step starts a flow without an application; /account/enter is its dispatcher
// and ends it at the page that was asked for, which is always one of the account's. A
// page that changes the keys to the account asks for a fresh sign-in, with a second
// factor if the person has one; of a browser that is merely trusted it asks for the
// factor all the same.
//
// A program brings an access token of the scope "account", given by the person for
// the realm itself, and passes the same gate, which can only refuse it. A browser's
// scripts use the session, and the surface sees to it that they are ours.
//
// What else a person does for themselves stands in the room that owns it (passwords,
// passkeys, factors, profile, consents); those mount their pages on the same surface.
//
// It has no table. Ending sessions records the events of identity/session.
package account
