// Package flow is one sign-in, from the authorize request to the code: what was
// asked for, what the person has proven so far, and which step comes next.
//
// # The order of steps
//
// Only Next orders steps. Today's order and the places kept for later ones:
//
//	SelectAccount ── whose session, when that was asked or has changed
//	Login ────────── who is it: e-mail address and password
//	VerifyEmail ──── an address that the realm wants proven
//	PasswordChange ─ a password that must not stay
//	SecondFactor ─── something else than the password; Enrol for who has nothing yet
//	Erasure ──────── does the account stay that is about to be deleted
//	new-device notice (later)
//	LinkProvider ─── an identity upstream that waits for this very account
//	Profile ──────── what must be known about the person
//	Terms ────────── documents of the realm that are new to the person
//	Consent ──────── may this application have what it asks for
//	Done ─────────── a code may be issued
//
// Two more outcomes end a flow without a code: Denied (the person said no) and
// Mismatch (somebody else signed in than the application named).
//
// # How a step works
//
//	dispatcher (oauth/authorize) ── Next ──► 303 URL(flow, step)
//	step page ── Load: proof, realm, browser, expiry, unfinished ── one transaction: its change, Prove
//	          ──► 303 ReturnURL(flow), back to the dispatcher, and only there
//
// What is proven stands in the row, never in the browser: the browser carries the
// flow's id and a MAC over (flow, step, browser, hop), and each Prove moves the hop
// on, so that a URL serves one step once. A step is taken only if Next asks for it;
// what Next wants is a positive list of proofs, each bound to the session that gave
// it. Starting over therefore takes proofs away and can never skip one. That flow
// machines fail open is the best filled chapter of our peers' advisories (Keycloak
// CVE-2026-18963, authentik CVE-2026-49448).
//
// A flow without an application is that of the account console: it ends at a page
// below /account instead of with a code, and asks for no consent.
//
// One step can have several pages: who signs in may do so by password, by passkey, at
// another provider, by registering. URLAt leads to them with the step's own proof.
//
// The browser is known by one cookie per realm (Bind), so that flows in parallel
// tabs do not disturb each other, and a link to somebody else's flow is worthless.
//
// Table: flows. Event: flow.ended, when an administrator gives one up; the steps record
// theirs.
package flow
