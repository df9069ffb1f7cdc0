// Package consent is what people have agreed to: the scopes that each granted to
// each application.
//
// The room asks, on the page /consent of a sign-in flow, remembers the answer, and
// tells the flow which scopes nobody has agreed to yet. A grant covers the same and
// narrower scopes until it is revoked; asking for more shows the page again, with
// everything that the application asks for. Revoking takes the application's tokens
// along, in the same transaction (oauth fulfils Grants).
//
// In their account people see what may reach it and end that: what they agreed to, and
// what applications of the realm hold because of a sign-in (oauth fulfils Uses).
//
// Who needs no consent is not decided here: identity/flow lets first-party
// applications pass and obeys prompt=consent. Terms and privacy documents are the room
// consent/terms; what data may be used for beside the service is consent/preference.
//
// # Applications that cannot be told apart
//
// A custom scheme or a loopback port can be claimed by any program on a device, so a
// remembered grant could serve a counterfeit (RFC 8252 §8.6). It is remembered all
// the same for a native application that the person has granted these very scopes
// before, because PKCE is required of every client here: a program that merely
// catches the redirect cannot redeem the code. Nothing is ever granted to a public
// application without having been asked once.
//
// Tables: consents. Events: consent.granted, consent.revoked.
package consent
