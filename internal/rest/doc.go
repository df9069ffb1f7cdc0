// Package rest is how programs administer the house: operations that say what they
// take, what they answer, which permission they need and how they fail.
//
// A room declares an [Operation] with [Handle] in its admin.go, with a plain function
// from one struct to another. From that this package mounts the route, lets in only
// who may ([Authenticator], [Authorizer]), checks the input against its schema, answers
// faults as problem+json (RFC 9457), and writes the OpenAPI document, so that the
// document and the routes cannot differ. Nothing is mounted without a permission.
//
// Lists go by cursor ([Page], [ListOf]), changes are JSON merge patches (RFC 7396,
// [Opt]) that may name the version they are meant for ([Match]), and a POST may carry
// an Idempotency-Key.
//
// Table: idempotency_keys.
package rest
