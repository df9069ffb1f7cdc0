// Package profile is what a realm wants to know about people beyond the claims of
// OpenID Connect, and how people tell it: the realm's schema, its rules wherever a
// value comes in, what is still missing, the page that asks for it on the way to an
// application, the account's profile page, and the claims that applications get.
//
// A schema is one document of a realm with a version. Its values stand with the
// person (user.User.Attributes), whom this room alone asks to change them. A value that a
// later schema no longer allows stays where it is and counts as not given: no
// application gets it, and the person is asked again if it is required.
//
// What is left to others: the address and the phone number and their proof
// (identity/contact), storing and the rules of the standard claims (identity/user), when a
// person is asked (identity/gate, which asks Missing).
//
// Table: profile_schemas. Events: profile.schema_changed; a changed profile is
// user.updated.
package profile
