package rbac

import (
	"context"
	"net/netip"
	"time"
)

// Kinds of subjects.
const (
	User        = "user"
	Application = "application"
	Group       = "group"
)

// Grant is a permission: a code of an application, or with "" one of the administration.
type Grant struct {
	ApplicationID string `json:"application_id,omitempty"`
	Code          string `json:"code"`
}

// Question is what Evaluate answers: may the subject do this?
type Question struct {
	Grant
	// Scope is the application that an administration code is used upon; "" is the realm.
	Scope string
	// Resource and Context are for attribute rules.
	Resource Resource
	Context  map[string]any
}

// Resource is what is acted upon, as applications name it.
type Resource struct {
	Type, ID   string
	Attributes map[string]any
}

// Facts is what is known about the subject.
type Facts struct {
	Kind, ID string
	// Active is false for who is suspended or disabled: nothing is allowed.
	Active        bool
	VerifiedEmail bool
	VerifiedPhone bool
	TOTP          bool
	StrongFactor  bool
	// FactorAt is when a second factor was last shown; zero for never.
	FactorAt time.Time
	IP       netip.Addr
	Now      time.Time
	// Groups are the ids of the subject's groups.
	Groups []string
	// Attributes are for attribute rules.
	Attributes map[string]any
}

// Codes of reasons.
const (
	Granted     = "granted"
	NoGrant     = "no_grant"
	Inactive    = "subject_inactive"
	NotYet      = "not_started"
	Over        = "expired"
	Elsewhere   = "outside_application"
	Unmet       = "requirement_unmet"
	FactorOld   = "factor_too_old"
	BadNetwork  = "network_not_allowed"
	PolicyAllow = "policy_permits"
	PolicyDeny  = "policy_forbids"
)

// Reason is why, in a word that programs know and details for people.
type Reason struct {
	Code         string `json:"code"`
	Detail       string `json:"detail,omitempty"`
	AssignmentID string `json:"assignment_id,omitempty"`
	RoleID       string `json:"role_id,omitempty"`
	PolicyID     string `json:"policy_id,omitempty"`
}

// Decision is the answer with what decided it.
type Decision struct {
	Allowed bool
	Reasons []Reason
	// Path leads from the assignment over roles to the permission, or is empty.
	Path []string
}

// Verdict is what attribute rules say.
type Verdict int

// The verdicts.
const (
	Silent Verdict = iota
	Permit
	Forbid
)

// Policies are attribute rules, in force or tried.
type Policies interface {
	// Judge says what the realm's rules for the question's application want, and which
	// of them decided.
	Judge(ctx context.Context, realmID string, f Facts, roles []string, q Question) (Verdict, []Reason, error)
}

// InForce are the attribute rules that count. rbac/policy fulfils it.
type InForce interface {
	Policies
	// Barred are those of the application's codes that the rules forbid the subject
	// whatever it acts upon, from wherever and whenever.
	Barred(ctx context.Context, realmID string, f Facts, roles []string, applicationID string, codes []string) ([]string, error)
}
