// Package client administers an Auth Server from Go, by its REST API.
//
//	api, err := client.New("https://auth.example", client.Bearer(key))
//	acme := api.In("acme")
//	user, err := acme.CreateUser(ctx, client.CreateUserRequest{Email: "ada@example.com"})
//	for u, err := range acme.AllUsers(ctx, client.ListUsersQuery{Q: "ada"}) { … }
//
// There is a method for every operation of the server's OpenAPI document, from which
// client_gen.go is written. A refusal is a [*Problem] with a stable Code. A member of a
// patch is an [Opt]: left alone, set to a value, or set to null. [IfMatch] and [ETag] guard
// against changes of others, and with [IdempotencyKey] a POST is repeated safely when the
// server is busy.
//
// The package imports nothing of the server.
package client

//go:generate go run ./generate ../docs/api/openapi.json client_gen.go
