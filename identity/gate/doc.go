// Package gate says what stands between a signed-in person and what they came for: an
// unproven address, a password that must change, a second factor, missing facts about
// themselves. Every door asks here (the authorization endpoint, the account console,
// the refresh of tokens), so that none is weaker than another: a door that forgot to
// ask is the commonest finding among our peers (CVE-2025-64103, CVE-2026-9091,
// CVE-2026-15616).
//
// The strictest of realm, application and person wins (decisions C-13). Whoever has a
// second factor is asked for it, also where nothing demands one. What a browser was
// trusted for spares the question, but never raises the session's acr.
//
// What is left to others: the order of steps (identity/flow), the steps themselves,
// consent (oauth asks it, because only applications need it).
//
// It has no table and records no events.
package gate
