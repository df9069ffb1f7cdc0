// Package federation lets people sign in through providers upstream: any OpenID
// provider by its discovery document, and Google, Microsoft, Apple and GitHub by
// presets. It owns a realm's providers, which of their identities belongs to which
// person, and the way there and back.
//
// # Who is it
//
// An identity is realm, provider, issuer and subject, and nothing else (security rule
// FED-01): the e-mail address that a provider tells is somebody's to change. What an
// identity without a person leads to, decide says in one place. An account that is
// already there is linked on the spot only if the provider is trusted for the address,
// says that it is verified, and the account's own is verified too (FED-08); otherwise
// the person proves the account first: the identity waits (pending) until they have
// signed in to it within the same flow and said yes. Whoever made an account with an
// address that was never theirs loses it to its owner, with everything they put in
// (FED-09).
//
// # There and back
//
//	POST federation/:provider/start ── state, nonce, PKCE ──► page that leads upstream
//	GET  federation/:provider/callback ── state spent, code exchanged, ID token verified
//	     ── one transaction: user, identity, session, flow.Prove ──► dispatcher
//
// The state belongs to one provider, one browser and one flow or session, and is spent
// by one conditional update before anything is asked upstream, so that a callback
// works once. Provider and application are judged anew when the person comes back
// (FED-11). Our own second factor, and all else that stands before an application, is
// asked by the flow as after every sign-in (INC-029).
//
// What a provider answers is believed as far as verify.go reads it, and never shown.
//
// What is left to others: sessions, the order of steps, accounts, proving an address
// that no provider vouches for (identity/contact).
//
// Tables: federation_providers, federation_identities, federation_states,
// federation_pending, federation_sessions. Events: federation.provider_created,
// federation.provider_updated, federation.provider_enabled,
// federation.provider_disabled, federation.provider_deleted, federation.succeeded,
// federation.failed, user.provider_linked, user.provider_unlinked.
package federation
