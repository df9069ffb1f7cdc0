// Package relyingparty is the demo application: a small web application that
// signs people in at an Auth Server realm and shows what it got for it.
//
// It is written as an application of one's own would be, on the relying-party
// client of zitadel/oidc: authorization code with PKCE, then ID token, access
// token, refresh, userinfo, introspection and RP-initiated logout. It owns its
// pages and the browsers it remembers (in memory only; a restart forgets them)
// and leaves everything about accounts to the server.
//
// What it does by itself, because the client library leaves it open:
//
//   - state, nonce and PKCE verifier stand on the server side, one set a
//     sign-in, so that two tabs never overwrite one another;
//   - the iss parameter of the response is compared (RFC 9207), and so is the
//     nonce of the ID token (OpenID Connect Core §3.1.3.7);
//   - discovery happens at the first use and is tried again after a failure, so
//     that the demo may start before the server does.
package relyingparty
