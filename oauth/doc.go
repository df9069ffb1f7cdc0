// Package oauth is the protocol: everything that knows fosite, for every realm.
//
//	endpoint                            what it follows
//	/.well-known/openid-configuration   OpenID Connect Discovery, RFC 8414 (discovery.go)
//	/oauth2/jwks                        RFC 7517 (discovery.go, key)
//	/oauth2/authorize                   RFC 6749, OpenID Connect Core, RFC 7636, RFC 9207 (authorize.go)
//	/oauth2/token                       RFC 6749, RFC 7523, RFC 9068 (token.go, refresh.go)
//	/oauth2/introspect                  RFC 7662 (introspect.go)
//	/oauth2/revoke                      RFC 7009 (revoke.go)
//	/oauth2/userinfo                    OpenID Connect Core §5.3 (userinfo.go)
//	/oauth2/logout, /logout             OpenID Connect RP-Initiated Logout (logout.go)
//
// Fosite parses and validates authorize and token requests and runs the code, PKCE,
// OpenID and client_credentials handlers. Ours are: client authentication, the
// refresh grant, the making and checking of every token, introspection, revocation
// and everything that writes an answer. The reasons stand where each of them is.
//
// # One unit of work
//
// What fosite's handlers want stored is only noted (unit.go); after the answer is
// complete, one transaction spends the code or refresh token by a conditional update,
// stores the rest and records the event. Whoever comes second gets invalid_grant, and
// nothing is ever half done.
//
// # What ends access
//
// Grants are rows; JWT access tokens are not. Everything that ends access (sign-out,
// suspension, withdrawn consent, a replayed code, a reused refresh token) ends grants
// in its own transaction, and a small set in every node's memory (revocation.go)
// makes introspection, userinfo and our own endpoints refuse the tokens of ended
// grants within a quarter second everywhere.
//
// Tables: oauth_codes, oauth_grants, oauth_refresh_tokens, oauth_access_tokens,
// oauth_revocations, oauth_assertions. Events: see events.go.
package oauth
