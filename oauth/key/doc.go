// Package key owns the signing keys of realms: one issuer, one key set. Nothing
// of one realm's keys is ever visible to another's.
//
// # Life of a key
//
//	next ──24 h──► active ──90 d──► retired ──48 h──► unpublished ──90 d──► gone
//
// A next key is published before it signs, so that every cached key set knows it
// by then. A retired key stays published for longer than any token that it has
// signed is valid, and is kept further on to verify id_token_hint, which may have
// expired (OpenID Connect RP-Initiated Logout §2). Its private half is erased the
// moment it retires.
//
// Per realm and algorithm there is at most one next and one active key; unique
// indexes hold that however many nodes rotate at once. A key has one algorithm
// and one use (RFC 8725 §3.1). Its kid is its RFC 7638 thumbprint: no two keys
// share one, and none can be put in another's place unnoticed.
//
// RS256 (OpenID Connect Core §15.1 asks for it) and ES256 keys exist from the
// birth of a realm; PS256 and EdDSA ones are made when first asked for.
//
// # At rest and in memory
//
// Private halves are PKCS#8, sealed with the key ring under the context
// (signing_keys, realm, kid). Each node holds a realm's set in memory, the body
// and entity tag of its JWKS made ready; changes reach it through topic
// "oauth.keys". While the database is away the set is served as it was.
//
// Table: signing_keys. Events: key.created, key.activated, key.retired,
// key.withdrawn.
package key
