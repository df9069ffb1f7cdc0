package flow

import (
	"net/url"
	"slices"
	"time"

	"authserver/internal/fault"
)

// Lifetime is how long a person may take from the authorize request to the code.
const Lifetime = 15 * time.Minute

// What is wrong with a flow that a page or the dispatcher was asked for. All are
// the browser's to mend by starting again, hence one kind and status 400. ErrStale
// does not say whether the flow never existed, belongs to another browser or realm,
// or is another step's turn: whoever holds only an id learns nothing.
var (
	ErrStale    = fault.New(fault.Invalid, "flow_stale", "This page is no longer valid. Go back to the application and sign in again.")
	ErrExpired  = fault.New(fault.Invalid, "flow_expired", "This sign-in took too long. Go back to the application and sign in again.")
	ErrFinished = fault.New(fault.Invalid, "flow_finished", "This sign-in is already complete. Go back to the application to go on.")
	// ErrRefused is for a sign-in that the realm's policy about suspicious ones forbids.
	// It tells only who has shown more than a password: see identity/login.
	ErrRefused  = fault.New(fault.Denied, "sign_in_refused", "This sign-in looks unusual and was refused. You get an e-mail about it.")
	ErrTooLarge = fault.New(fault.Invalid, "request_too_large", "The application's request is too long.")
)

// Step is a thing that a person does in a flow, or an outcome of it.
type Step string

// The steps in the order in which Next asks for them, and the outcomes.
const (
	SelectAccount  Step = "select_account"
	Login          Step = "login"
	VerifyEmail    Step = "verify_email"
	PasswordChange Step = "password_change"
	SecondFactor   Step = "second_factor"
	Enrol          Step = "enrol"
	Erasure        Step = "erasure"
	LinkProvider   Step = "link_provider"
	Profile        Step = "profile"
	Terms          Step = "terms"
	Consent        Step = "consent"

	// Done lets the dispatcher issue a code.
	Done Step = "done"
	// Denied makes it answer access_denied.
	Denied Step = "denied"
	// Mismatch makes it answer login_required: another person has signed in than
	// the one id_token_hint names (OpenID Connect Core §3.1.2.1).
	Mismatch Step = "mismatch"
)

// path is where the step's page stands below the realm; empty for what has none.
func (s Step) path() string {
	switch s {
	case SelectAccount:
		return "/select-account"
	case Login:
		return "/login"
	case PasswordChange:
		return "/password"
	case VerifyEmail:
		return "/verify-email"
	case SecondFactor:
		return "/mfa"
	case Enrol:
		return "/mfa/setup"
	case Erasure:
		return "/keep-account"
	case LinkProvider:
		return "/federation/link"
	case Profile:
		return "/complete-profile"
	case Terms:
		return "/terms"
	case Consent:
		return "/consent"
	}
	return ""
}

// MethodAnother is the Method of a SelectAccount proof by which a person refused
// the account that is signed in and wants to sign in with another.
const MethodAnother = "another"

// Proof says that a step was taken: when, in which session, and how. It counts
// only as long as that session is the browser's.
type Proof struct {
	Step      Step      `json:"step"`
	At        time.Time `json:"at"`
	SessionID string    `json:"session_id,omitempty"`
	Method    string    `json:"method,omitempty"`
	// UserID and AMR say of a Login who has signed in, and how (RFC 8176). They are for who
	// watches; the session keeps them.
	UserID string   `json:"-"`
	AMR    []string `json:"-"`
	// Breached says that the password of a Login is on the list of leaked ones.
	Breached bool `json:"-"`
}

// Flow is one authorize request on its way to a code, or one person on the way into
// their account.
type Flow struct {
	ID, RealmID string
	// ApplicationID is empty in a flow of the account console.
	ApplicationID string
	// Request holds the authorize parameters as the dispatcher wants them back.
	Request             url.Values
	Language, LoginHint string
	// Subject is the user whom id_token_hint names, or empty.
	Subject string
	Prompt  []string
	// MaxAge is the max_age parameter in seconds, nil when absent. Zero means
	// what prompt=login means.
	MaxAge    *int64
	ACRValues []string
	// SessionID is the session that this flow is about: the one at its start,
	// then the one that signed in within it.
	SessionID string
	Proofs    []Proof
	Scopes    []string

	// FinishedAt is zero until a code was issued or the flow was given up.
	RequestedAt, ExpiresAt, FinishedAt time.Time

	slug    string // of the realm, for addresses
	browser []byte // digest of the browser's cookie
	hop     int64  // counts Prove; part of every proof in a URL
}

// Account reports whether the flow leads into the account console.
func (f *Flow) Account() bool { return f.ApplicationID == "" }

// Browser is the digest of the cookie that names the browser (see Service.Bind), for who
// recognises browsers. It opens nothing.
func (f *Flow) Browser() []byte { return slices.Clone(f.browser) }

// Return is where a flow of the account console ends: a path below the realm that
// begins with /account.
func (f *Flow) Return() string { return f.Request.Get(returnTo) }

// Wants reports whether the application asked for prompt.
func (f *Flow) Wants(prompt string) bool { return slices.Contains(f.Prompt, prompt) }

// Proven reports whether the step was taken in this flow by the session.
func (f *Flow) Proven(s Step, sessionID string) bool {
	return slices.ContainsFunc(f.Proofs, func(p Proof) bool {
		return p.Step == s && p.SessionID == sessionID && sessionID != "" && p.Method != MethodAnother
	})
}

// Denied reports whether the person said no.
func (f *Flow) Denied() bool {
	return slices.ContainsFunc(f.Proofs, func(p Proof) bool { return p.Step == Denied })
}

// wantsAnother reports whether the person asked for another account.
func (f *Flow) wantsAnother() bool {
	return slices.ContainsFunc(f.Proofs, func(p Proof) bool { return p.Step == SelectAccount && p.Method == MethodAnother })
}

// check is what holds for every use of a flow.
func (f *Flow) check(now time.Time) error {
	switch {
	case !f.FinishedAt.IsZero():
		return ErrFinished
	case !now.Before(f.ExpiresAt):
		return ErrExpired
	}
	return nil
}

// with returns a copy of the flow one hop further.
func (f *Flow) with(proofs []Proof) *Flow {
	next := *f
	next.Proofs = proofs
	next.hop++
	for _, p := range proofs {
		if p.Step == Login {
			next.SessionID = p.SessionID
		}
	}
	return &next
}
