// Package blueprint is a realm as a file: what it is set to and limited to, what it wants to
// know about people and what they must accept, its letters and notices, providers, applications, permissions,
// roles, groups, who of the groups and applications holds which role, and policies. What
// REST administers in a realm is in it, but for secrets and people, and for webhooks and
// streams: their secrets are made here and belong to one receiver.
//
// [Read] makes a [Document] of a realm, [Parse] one of YAML; [Plan] says what must be
// added, changed and destroyed to make the realm what the document says, and [Build] plans
// anew and does it. Things are named by what people call them (slugs, client ids, names),
// never by ids, so that a file of one realm can build another. [Schema] describes
// documents to editors.
//
// What a file does not say stays as it is: a section or a field that is left out is left
// alone. What a section does not list is destroyed, but for applications, which are
// switched off because tokens and records are theirs, and for documents to accept, which
// are withdrawn because people accepted them.
//
// Secrets are references, to a variable or a file. [Document.Resolve] reads them where the
// document is applied; they are in no plan and no export.
//
// The room speaks to the administration (package client) in this very process: [Service]
// opens the transaction that the calls are made in, and they are made by the caller of its
// own operations, with what that caller may do.
package blueprint
