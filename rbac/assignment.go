package rbac

import (
	"net/netip"
	"time"

	"authserver/internal/event"
	"authserver/internal/fault"
)

// Faults of assignments and groups.
var (
	ErrAssignmentNotFound = fault.New(fault.NotFound, "assignment_not_found", "There is no such assignment.")
	ErrAssigned           = fault.New(fault.Conflict, "role_already_assigned", "The role is assigned already.")
	ErrAssignmentInvalid  = fault.New(fault.Invalid, "assignment_invalid", "That value is not allowed for an assignment.")
	ErrSubjectUnknown     = fault.New(fault.NotFound, "subject_not_found", "There is no such person, application or group.").At("subject_id")
	ErrRequirementsUnmet  = fault.New(fault.Conflict, "requirements_unmet", "The person does not meet what the role requires.")
	ErrLastAdministrator  = fault.New(fault.Conflict, "last_administrator", "The realm would be without an administrator.")
	ErrGroupNotFound      = fault.New(fault.NotFound, "group_not_found", "There is no such group.")
	ErrGroupTaken         = fault.New(fault.Conflict, "group_name_taken", "Another group has that name.").At("name")
	ErrGroupInvalid       = fault.New(fault.Invalid, "group_invalid", "That value is not allowed for a group.")
	ErrMemberUnknown      = fault.New(fault.NotFound, "member_not_found", "There is no such member.")
	ErrOutranked          = fault.New(fault.Denied, "target_outranks", "They hold permissions that the caller does not.")
)

// Assignment gives a role to somebody.
type Assignment struct {
	ID, RealmID string
	// SubjectKind is User, Application or Group.
	SubjectKind, SubjectID string
	RoleID                 string
	// ApplicationID limits a role of the realm to one application; "" is the whole realm.
	ApplicationID string
	// StartsAt and ExpiresAt are zero for always.
	StartsAt, ExpiresAt time.Time
	// MaxFactorAge demands a second factor shown no longer ago; zero does not.
	MaxFactorAge time.Duration
	// Networks are those that it counts in; none is everywhere.
	Networks []netip.Prefix
	// Unmet are the requirements that were not met when last looked.
	Unmet     []Requirement
	Version   int64
	CreatedAt time.Time
}

// Valid says that its requirements were met when last looked.
func (a *Assignment) Valid() bool { return len(a.Unmet) == 0 }

// Ref names the assignment in an event.
func (a *Assignment) Ref() event.Ref {
	return event.Ref{RealmID: a.RealmID, Kind: "role_assignment", ID: a.ID}
}

// blocked is why the assignment does not count for those facts and that question, or nil.
// Roles are those on the way from it to the permission.
func (a *Assignment) blocked(f Facts, q Question, roles []*Role) *Reason {
	why := func(code, detail string, r *Role) *Reason {
		reason := &Reason{Code: code, Detail: detail, AssignmentID: a.ID}
		if r != nil {
			reason.RoleID = r.ID
		}
		return reason
	}
	switch {
	case !a.StartsAt.IsZero() && f.Now.Before(a.StartsAt):
		return why(NotYet, a.StartsAt.Format(time.RFC3339), nil)
	case !a.ExpiresAt.IsZero() && !f.Now.Before(a.ExpiresAt):
		return why(Over, a.ExpiresAt.Format(time.RFC3339), nil)
	case a.ApplicationID != "" && a.ApplicationID != q.target():
		return why(Elsewhere, a.ApplicationID, nil)
	}
	for _, r := range roles {
		for _, need := range r.Requirements {
			if !f.meets(need) {
				return why(Unmet, string(need), r)
			}
		}
	}
	if a.MaxFactorAge > 0 && (f.FactorAt.IsZero() || f.Now.Sub(f.FactorAt) > a.MaxFactorAge) {
		return why(FactorOld, a.MaxFactorAge.String(), nil)
	}
	if len(a.Networks) > 0 && !within(a.Networks, f.IP) {
		return why(BadNetwork, "", nil)
	}
	return nil
}

// target is the application that the question is about; "" is the realm.
func (q Question) target() string {
	if q.ApplicationID != "" {
		return q.ApplicationID
	}
	return q.Scope
}

func within(networks []netip.Prefix, ip netip.Addr) bool {
	for _, n := range networks {
		if ip.IsValid() && n.Contains(ip.Unmap()) {
			return true
		}
	}
	return false
}

// meets reports whether the subject fulfils the requirement. Applications have no
// addresses and no factors: their credentials are what they have.
func (f Facts) meets(need Requirement) bool {
	if f.Kind == Application {
		return true
	}
	switch need {
	case VerifiedEmail:
		return f.VerifiedEmail
	case VerifiedPhone:
		return f.VerifiedPhone
	case TOTP:
		return f.TOTP
	case StrongFactor:
		return f.StrongFactor
	}
	return false
}
