// Package session is a person signed in, in one browser, in one realm: who, since
// when, proven how, and until when.
//
// The browser holds an opaque value of 256 random bits in a cookie, the table its
// SHA-256. The session's id is no secret: tokens carry it as sid. Every
// authentication gives the browser a new value, so that one planted before it is
// worth nothing after (session fixation); the same person keeps the id, because
// their tokens and other tabs belong to it, and another person ends it.
//
// A session ends when it is idle too long, at its absolute age, by End, EndAll and
// EndOthers, or because its user is no more. What was granted in it ends in the same
// transaction (Deps.Grants). A verb that gives something out because of a session
// calls Touch in its own transaction: of an End and a Touch at the same moment, the
// row's lock decides which came first, and either the verb fails or End sees what it
// gave out.
//
// A session may be held: it is there, and opens nothing until its person has shown more
// than at its beginning (identity/gate). Who holds it says so with Place.
//
// Table: sessions. Events: session.created, session.ended.
package session
