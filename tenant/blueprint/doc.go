// Package blueprint is a realm as a file: what it is set to, what it wants to know about people, its applications, providers,
// permissions, roles, groups and policies, without secrets and without people.
//
// [Read] makes a [Document] of a realm, [Parse] one of YAML; [Compare] says what must be
// added, changed and destroyed to make the one the other, and [Build] does it. Things are
// named by what people call them (slugs, client ids, names), never by ids, so that a file
// of one realm can build another.
//
// What a file does not say stays as it is: a section or a field that is left out is left
// alone. What a section does not list is destroyed, but for applications, which are
// switched off because tokens and records are theirs.
//
// The room speaks to the administration (package client), so a plan can be made against a
// server elsewhere; whoever builds hands in a client whose calls are one transaction.
package blueprint
