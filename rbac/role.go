package rbac

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"authserver/internal/event"
	"authserver/internal/fault"
	"authserver/tenant/realm"
)

// Requirement is what a role demands of its holder.
type Requirement string

// The requirements.
const (
	VerifiedEmail Requirement = "verified_email"
	VerifiedPhone Requirement = "verified_phone"
	TOTP          Requirement = "totp"
	// StrongFactor is any second factor that the realm accepts.
	StrongFactor Requirement = "strong_factor"
)

// Faults of roles and permissions.
var (
	ErrRoleNotFound       = fault.New(fault.NotFound, "role_not_found", "There is no such role.")
	ErrRoleTaken          = fault.New(fault.Conflict, "role_slug_taken", "Another role has that slug.").At("slug")
	ErrRoleInvalid        = fault.New(fault.Invalid, "role_invalid", "That value is not allowed for a role.")
	ErrRoleBuiltIn        = fault.New(fault.Conflict, "role_built_in", "Built-in roles cannot be changed.")
	ErrRoleCycle          = fault.New(fault.Conflict, "role_cycle", "Roles cannot contain each other.").At("nested")
	ErrRoleDeep           = fault.New(fault.Conflict, "role_too_deep", "Roles nest at most 8 deep.").At("nested")
	ErrRoleInUse          = fault.New(fault.Conflict, "role_in_use", "The role is assigned, or part of another role.")
	ErrPermissionNotFound = fault.New(fault.NotFound, "permission_not_found", "There is no such permission.")
	ErrPermissionTaken    = fault.New(fault.Conflict, "permission_code_taken", "The application has a permission of that code.").At("code")
	ErrPermissionInvalid  = fault.New(fault.Invalid, "permission_invalid", "That permission does not exist.")
	ErrPermissionInUse    = fault.New(fault.Conflict, "permission_in_use", "A role holds the permission.")
	ErrNotHeld            = fault.New(fault.Denied, "grant_not_held", "Nobody can grant what they do not hold.")
	ErrApplicationUnknown = fault.New(fault.NotFound, "application_not_found", "There is no such application.").At("application_id")
)

const (
	maxDepth  = 8
	maxGrants = 500
	maxNested = 50
)

// Role is a named set of permissions.
type Role struct {
	ID, RealmID string
	// ApplicationID is empty for a role of the realm.
	ApplicationID           string
	Slug, Name, Description string
	Requirements            []Requirement
	Grants                  []Grant
	// Nested are the ids of roles that it contains.
	Nested               []string
	BuiltIn              bool
	Version              int64
	CreatedAt, UpdatedAt time.Time
}

// Ref names the role in an event.
func (r *Role) Ref() event.Ref { return event.Ref{RealmID: r.RealmID, Kind: "role", ID: r.ID} }

// Permission is what an application lets people do.
type Permission struct {
	ID, RealmID, ApplicationID string
	Code, Description          string
	Version                    int64
	CreatedAt                  time.Time
}

// Ref names the permission in an event.
func (p *Permission) Ref() event.Ref {
	return event.Ref{RealmID: p.RealmID, Kind: "permission", ID: p.ID}
}

// codes are what permissions are called: resource and verb, as in invoice.read.
func codes() *regexp.Regexp {
	return regexp.MustCompile(`^[a-z][a-z0-9_-]{0,62}([.:][a-z][a-z0-9_-]{0,62}){0,5}$`)
}

func slugs() *regexp.Regexp { return regexp.MustCompile(`^[a-z][a-z0-9-]{0,62}$`) }

// check holds the role to its rules, as far as they concern it alone.
func (r *Role) check() error {
	r.Name, r.Description = strings.TrimSpace(r.Name), strings.TrimSpace(r.Description)
	if !slugs().MatchString(r.Slug) {
		return ErrRoleInvalid.At("slug").Say("A slug has lower-case letters, digits and hyphens, and begins with a letter.")
	}
	if builtIn(r.Slug) != nil && r.ApplicationID == "" {
		return ErrRoleTaken
	}
	if _, err := realm.DisplayName("name", r.Name); err != nil {
		return ErrRoleInvalid.At("name")
	}
	if len(r.Description) > 1000 {
		return ErrRoleInvalid.At("description")
	}
	for _, q := range r.Requirements {
		if !slices.Contains([]Requirement{VerifiedEmail, VerifiedPhone, TOTP, StrongFactor}, q) {
			return ErrRoleInvalid.At("requirements")
		}
	}
	slices.Sort(r.Requirements)
	r.Requirements = slices.Compact(r.Requirements)
	if len(r.Grants) > maxGrants {
		return ErrRoleInvalid.At("permissions")
	}
	slices.SortFunc(r.Grants, func(a, b Grant) int { return strings.Compare(a.ApplicationID+a.Code, b.ApplicationID+b.Code) })
	r.Grants = slices.Compact(r.Grants)
	slices.Sort(r.Nested)
	r.Nested = slices.Compact(r.Nested)
	if len(r.Nested) > maxNested {
		return ErrRoleInvalid.At("nested")
	}
	return nil
}
