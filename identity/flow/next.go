package flow

import "time"

// Facts are what Next must know beside the flow: the browser's session, if there
// is one, and what the rooms above found outstanding for its user.
type Facts struct {
	Session *SessionFacts
	// EmailUnverified says that the user must prove their address first.
	EmailUnverified bool
	// PasswordChange says that the user must choose a new password.
	PasswordChange bool
	// SecondFactor is what the session still lacks.
	SecondFactor Need
	// Erasing says that the account is about to be deleted, and opens no application
	// until the person says otherwise.
	Erasing bool
	// LinkProvider says that an identity of another provider waits for the person,
	// who has signed in to the account that it may belong to.
	LinkProvider bool
	// Profile says that something must be known about the user first.
	Profile bool
	// Terms says that documents of the realm are in force that the user has not accepted.
	Terms bool
	// UngrantedScopes are asked for and not yet granted to the application.
	UngrantedScopes []string
	// FirstParty applications need no consent unless they ask for it.
	FirstParty bool
}

// Need is what a session lacks for where it wants to go.
type Need int

// The needs.
const (
	NeedNone  Need = iota
	NeedAsk        // the user has a second factor and must use it
	NeedEnrol      // the user must have one and has none
)

// SessionFacts are the live session of the browser.
type SessionFacts struct {
	ID, UserID      string
	AuthenticatedAt time.Time
	AMR             []string
	ACR             string
}

// Next decides what the person must do before the flow may end. It asks for one
// step at a time; Done means that a code may be issued. It is the only place that
// knows the order (decisions C-16), and it has no effects: prompt=none calls it for
// a flow that was never stored and turns anything but Done into an error.
func Next(f *Flow, facts Facts) Step {
	if f.Denied() {
		return Denied
	}
	s := facts.Session
	if s == nil {
		return Login // typing an address selects an account, too
	}
	// authenticated: signed in within this flow, and that session is still the
	// browser's. Nothing else satisfies what asks for a new sign-in.
	authenticated := f.Proven(Login, s.ID)
	if !authenticated {
		if step := identify(f, s); step != Done {
			return step
		}
	}
	if f.Subject != "" && f.Subject != s.UserID {
		return Mismatch
	}
	if facts.EmailUnverified {
		return VerifyEmail
	}
	if facts.PasswordChange {
		if !authenticated {
			return Login // the current password first, or a borrowed screen sets a new one
		}
		return PasswordChange
	}
	switch {
	case facts.SecondFactor == NeedAsk:
		return SecondFactor
	case facts.Erasing:
		return Erasure
	case facts.SecondFactor == NeedEnrol && !authenticated:
		return Login // or a borrowed screen adds a factor of its own
	case facts.SecondFactor == NeedEnrol:
		return Enrol
	case facts.LinkProvider && authenticated:
		return LinkProvider
	case facts.Profile:
		return Profile
	case facts.Terms:
		return Terms
	}
	if wantsConsent(f, s, facts) {
		return Consent
	}
	return Done
}

// identify asks for whatever makes a session, that did not sign in within the
// flow, the right one; Done if it is.
func identify(f *Flow, s *SessionFacts) Step {
	switch {
	case f.wantsAnother():
		return Login
	case f.Subject != "" && f.Subject != s.UserID:
		return Login
	case !fresh(f, s):
		return Login
	case !f.Proven(SelectAccount, s.ID) && (f.Wants("select_account") || f.SessionID != "" && f.SessionID != s.ID):
		// In the second case another person has signed in since the flow began:
		// going on silently would give the application somebody else (login CSRF).
		return SelectAccount
	}
	return Done
}

// fresh reports whether the session's sign-in is recent enough for prompt=login
// and max_age (OpenID Connect Core §3.1.2.1). A sign-in in the very instant of the
// request came before it: the test is strict, so that a client which asks again
// within the same second still gets its sign-in.
func fresh(f *Flow, s *SessionFacts) bool {
	if s.AuthenticatedAt.After(f.RequestedAt) {
		return true
	}
	if f.Wants("login") {
		return false
	}
	if f.MaxAge == nil {
		return true
	}
	// The age counts at the request: a person who reads the consent page slowly
	// is not sent back. auth_time has whole seconds, so do both sides.
	age := f.RequestedAt.Unix() - s.AuthenticatedAt.Unix()
	return *f.MaxAge > 0 && age <= *f.MaxAge
}

// wantsConsent reports whether the person must be asked for scopes: what is not
// granted, or again because of prompt=consent.
func wantsConsent(f *Flow, s *SessionFacts, facts Facts) bool {
	if f.Wants("consent") && !f.Proven(Consent, s.ID) {
		return true
	}
	return len(facts.UngrantedScopes) > 0 && !facts.FirstParty
}
