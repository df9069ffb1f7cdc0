// Package preference is what people's data may be used for beyond what the service
// needs: marketing, analytics and the like, each only because the person said so.
//
// The purposes are those of realm.Purposes; a realm chooses which of them it asks about
// (consent_purposes). Nothing is allowed until the person allows it, by an act of their
// own: in the account, or through an application that acts for them there. Every choice
// is a new row and none is ever changed, so that it can be shown what was allowed when;
// choosing what is chosen already adds nothing.
//
// Of each choice there is a receipt: a JWS (RFC 7515) of type consent-receipt+jwt, signed
// with a key of the realm that its JWKS publishes. It is signed when it is asked for.
//
// Tables: consent_choices. Events: consent.preference_updated.
package preference
