// Package terms is what a realm's people must agree to: terms of use, privacy policies
// and other documents, in versions and languages.
//
// A document is one version of one kind. It belongs to a realm, or to all realms; where a
// realm has one of a kind in force, it stands instead of the one for all. A version can be
// changed until it is first put in force, or planned to be: from then on it is immutable,
// because people agree to it. What is in force is decided by the clock: the version whose
// activation began last. So one that is planned comes into force on every node in the same
// moment, an older one can come back, and the past stays known.
//
// Whoever signs in to an application accepts, on the page /terms, every required document
// in force that they have not accepted. An application can name a kind and its least
// version: then that or any later version will do for it, and the document is required
// there even where it is not elsewhere. Nobody has to accept anything on the way into
// their own account, or they could not leave.
//
// With the realm's policy terms_on_refresh, tokens are not renewed either for who has not
// accepted a new version (TERM-01).
//
// An acceptance names the version, the language and the digest of the very text that was
// shown. The room remembers per person what was accepted, so that a sign-in costs no query
// where nothing is new.
//
// Tables: documents, document_activations, document_acceptances, application_documents.
// Events: document.created, document.updated, document.deleted, document.activated,
// document.withdrawn, document.accepted, application.documents_updated.
package terms
