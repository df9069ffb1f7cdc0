// Package privacy is a person taking their data along, and leaving.
//
// # A copy
//
// Each room that holds something about people says it as one section (Exporter). A
// copy of up to 1 MiB is made at once; a larger one by a worker, which writes to the
// person when it can be downloaded. Copies are kept sealed and in pieces for seven
// days, one a person, and are opened only for a fresh session of that person: the
// address of one is worth nothing.
//
// # Leaving
//
// Who asks to be deleted is signed out everywhere and cannot go on to any application;
// until the realm's grace is over they may come back to say otherwise, by the link in
// the letter, in the account, or on the way to an application. Then everything that is
// personal is erased in one transaction: each room empties its own tables (Eraser), and of
// the account an id remains that leads to nobody. Events name ids and never what people
// are called or where they are reached; where somebody acted from leaves with the event.
//
// Tables: privacy_exports, privacy_export_chunks. Events: privacy.exported,
// privacy.export_downloaded; user.erasure_scheduled, user.erasure_cancelled and
// user.deleted come from identity/user.
package privacy
