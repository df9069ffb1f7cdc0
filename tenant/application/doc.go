// Package application is what asks a realm for tokens: a registered client of
// OAuth 2.0, with its redirect URIs, grants, scopes and credentials, and the API
// keys with which machines call the server itself.
//
// The room owns what an application may do (type, grants, redirect URIs, scopes,
// audiences, origins), how it proves itself (client secrets, public keys) and
// whether it is enabled. It leaves to oauth what follows from that, and to consent
// what people have granted. A disabled application is still found, so that an
// administrator can see it; whoever acts for one asks Enabled first.
//
// The type decides the rest: web and service applications keep a secret, spa and
// native ones cannot and prove themselves by PKCE alone (RFC 9700 §2.1.1). Redirect
// URIs are compared as strings, with one exception: the port of a loopback IP
// literal (redirect.go).
//
// A client secret has 256 random bits, is shown once and is stored as SHA-256. Two
// live at once while a deployment moves from one to the other. An API key carries
// its row's id, so that it is found by id and compared by digest.
//
// Applications and keys are read from memory. A change is announced through the
// database under Topic and KeyTopic; every node forgets within a second what it
// knew.
//
// Tables: applications, application_secrets, api_keys. Events: application.created,
// .updated, .enabled, .disabled, .secret_added, .secret_revoked; api_key.created,
// .revoked.
package application
