package policy

import (
	"time"

	"authserver/internal/event"
	"authserver/internal/fault"
)

// Faults of the room.
var (
	ErrNotFound  = fault.New(fault.NotFound, "policy_not_found", "There is no such policy.")
	ErrTaken     = fault.New(fault.Conflict, "policy_name_taken", "There is a policy of that name.").At("name")
	ErrInvalid   = fault.New(fault.Invalid, "policy_invalid", "The text is no policy that can be evaluated.").At("draft")
	ErrNoDraft   = fault.New(fault.Conflict, "policy_unchanged", "There is no draft that could be put in force.")
	ErrInactive  = fault.New(fault.Conflict, "policy_inactive", "The policy is not in force.")
	ErrNotHeld   = fault.New(fault.Denied, "policy_not_held", "Whoever puts a policy in or out of force must be allowed to change roles there.")
	ErrNoSubject = fault.New(fault.NotFound, "application_not_found", "There is no such application.").At("application_id")
)

// Policy is a text of Cedar statements. Values from memory are shared and must not be
// changed.
type Policy struct {
	ID, RealmID string
	// ApplicationID is "" for a policy of the whole realm.
	ApplicationID     string
	Name, Description string
	// Source is what counts, Draft what is to count next; each may be "".
	Source, Draft        string
	Version              int64
	CreatedAt, UpdatedAt time.Time
	// ActivatedAt is when Source came into force; zero if it is not.
	ActivatedAt time.Time
}

// Active reports whether the policy counts.
func (p *Policy) Active() bool { return !p.ActivatedAt.IsZero() }

// Next is the text that would count after an activation.
func (p *Policy) Next() string {
	if p.Draft != "" {
		return p.Draft
	}
	return p.Source
}

// Ref names the policy in an event.
func (p *Policy) Ref() event.Ref { return event.Ref{RealmID: p.RealmID, Kind: "policy", ID: p.ID} }
