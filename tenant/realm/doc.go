// Package realm is the tenant: an isolated namespace for users, applications,
// keys, sessions and tokens, and one OpenID Connect issuer.
//
// The room owns a realm's name, look, language and policy, and whether it is
// active. It finds the realm of a request by the slug in the path and puts it
// into the context; every other room takes it from there. A blocked realm is
// answered like an unknown one, so nothing is processed in it and nobody learns
// that it exists.
//
// The slug is part of the issuer, so it never changes. Signing keys belong to
// oauth/key, which Create asks for the first ones in its own transaction: a
// realm without keys cannot be seen.
//
// Realms are read from memory. A change is announced through the database under
// Topic, with the realm's id and with its slug as keys; every node forgets the
// realm within a second.
//
// Tables: realms. Events: realm.created, realm.updated, realm.suspended,
// realm.activated.
package realm
