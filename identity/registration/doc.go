// Package registration lets people make accounts by themselves.
//
// Nothing is created before the address is proven: what a person entered is checked,
// the password hashed, and both kept sealed beside a one-time secret that goes to the
// address (identity/challenge). Whoever brings it back becomes a user with a verified
// address. So nobody can sit in an account that is made for another's address and wait
// for its owner to sign in with a provider (pre-hijacking), and an address that is
// taken already looks the same from outside: the page says "check your inbox", and the
// letter tells its owner that they have an account.
//
// The code is good in the flow that asked for it, and signs the browser in. The link
// works anywhere. In another browser than the one that asked, the person chooses the
// password anew: the one that came with the request may be a stranger's, who hopes
// that the owner of the address will press the button.
//
// Whether people may register is the realm's switch and the application's. Where they
// may not, the addresses answer as if they did not exist.
//
// What is left to others: what must be known about a person beyond this (a step of the
// flow: identity/profile), documents to agree to (a step of the flow: consent), and the
// first sign-in with another provider (identity/federation, which asks Allowed).
//
// Table: none. Events: registration.requested, registration.completed.
package registration
