package rbac

import (
	"context"
	"net/http"

	"authserver/internal/fault"
	"authserver/internal/rest"
	"authserver/tenant/realm"
)

// MountAdmin adds the administration of roles.
func (s *Service) MountAdmin(a *rest.API) {
	s.mountPermissions(a)
	s.mountRoles(a)
	s.mountAssignments(a)
	s.mountGroups(a)
	s.mountMembers(a)
	s.mountDecisions(a)
	s.mountAuthZEN(a)
}

const tagRoles = "Roles"

// grantView is a permission as a role holds it.
type grantView struct {
	ApplicationID string `json:"application_id,omitempty" doc:"The application whose permission it is; absent for one of the administration."`
	Code          string `json:"code" minLength:"1" maxLength:"200"`
}

type roleView struct {
	ID            string        `json:"id" doc:"The slug for a built-in role."`
	ApplicationID string        `json:"application_id,omitempty" doc:"Absent for a role of the realm."`
	Slug          string        `json:"slug"`
	Name          string        `json:"name"`
	Description   string        `json:"description"`
	Requirements  []Requirement `json:"requirements" doc:"What it demands of its holder."`
	Permissions   []grantView   `json:"permissions"`
	Nested        []string      `json:"nested" doc:"Ids of the roles that it contains."`
	BuiltIn       bool          `json:"built_in"`
	Version       int64         `json:"version"`
}

func viewOf(r *Role) roleView {
	v := roleView{
		ID: r.ID, ApplicationID: r.ApplicationID, Slug: r.Slug, Name: r.Name, Description: r.Description,
		Requirements: append([]Requirement{}, r.Requirements...), Permissions: []grantView{}, Nested: append([]string{}, r.Nested...),
		BuiltIn: r.BuiltIn, Version: r.Version,
	}
	for _, g := range r.Grants {
		v.Permissions = append(v.Permissions, grantView(g))
	}
	return v
}

func grants(list []grantView) []Grant {
	all := make([]Grant, 0, len(list))
	for _, g := range list {
		all = append(all, Grant(g))
	}
	return all
}

type roleAnswer struct {
	ETag string `header:"ETag"`
	Body roleView
}

type roleCreated struct {
	ETag     string `header:"ETag"`
	Location string `header:"Location"`
	Body     roleView
}

func (s *Service) mountRoles(a *rest.API) {
	faults := []*fault.Fault{
		ErrRoleNotFound, ErrRoleTaken, ErrRoleInvalid, ErrRoleBuiltIn, ErrRoleCycle, ErrRoleDeep, ErrPermissionInvalid, ErrNotHeld, ErrApplicationUnknown,
		realm.ErrNameInvalid,
	}
	rest.Handle(a, rest.Operation{
		ID: "listRoles", Method: http.MethodGet, Path: "/roles", Tag: tagRoles, Summary: "List roles", Permission: "roles.read", Narrow: true,
		Description: "The realm's own roles in order of creation; the first page begins with the built-in ones.",
	}, s.adminRoles)
	rest.Handle(a, rest.Operation{
		ID: "createRole", Method: http.MethodPost, Path: "/roles", Tag: tagRoles, Summary: "Create a role", Permission: "roles.write", Narrow: true, Faults: faults,
		Refs: []string{"body.application_id:application", "body.nested:role", "body.permissions.application_id:application"},
	}, s.adminCreateRole)
	rest.Handle(a, rest.Operation{
		ID: "getRole", Method: http.MethodGet, Path: "/roles/{role}", Tag: tagRoles, Summary: "Read a role", Permission: "roles.read", Narrow: true,
		Faults: []*fault.Fault{ErrRoleNotFound},
	}, s.adminRole)
	rest.Handle(a, rest.Operation{
		ID: "updateRole", Method: http.MethodPatch, Path: "/roles/{role}", Tag: tagRoles, Summary: "Change a role", Permission: "roles.write", Narrow: true, Faults: faults,
		Refs: []string{"body.nested:role", "body.permissions.application_id:application"},
	}, s.adminUpdateRole)
	rest.Handle(a, rest.Operation{
		ID: "deleteRole", Method: http.MethodDelete, Path: "/roles/{role}", Tag: tagRoles, Summary: "Delete a role", Permission: "roles.write", Narrow: true,
		Faults: append(faults, ErrRoleInUse),
	}, s.adminDeleteRole)
	rest.Handle(a, rest.Operation{
		ID: "readRolesMatrix", Method: http.MethodGet, Path: "/roles-matrix", Tag: tagRoles, Summary: "Roles by permissions", Permission: "roles.read", Narrow: true,
		Description: "Which role gives which permission, by itself or by what it contains: of one application, or of the administration.",
		Faults:      []*fault.Fault{ErrApplicationUnknown},
	}, s.adminMatrix)
}

type listRoles struct {
	rest.Page
	ApplicationID *string `query:"application_id" maxLength:"36" doc:"Only roles of this application; empty for those of the realm."`
}

// reached is the filter for what the caller reaches: nil is everything.
func reached(ctx context.Context) []string {
	reach := rest.ReachOf(ctx)
	if reach.All {
		return nil
	}
	return reach.Applications
}

// visible reports whether the caller reaches what belongs to the application.
func visible(ctx context.Context, applicationID string) bool {
	return rest.ReachOf(ctx).Covers(applicationID)
}

func (s *Service) adminRoles(ctx context.Context, in *listRoles) (*rest.List[roleView], error) {
	f := Filter{ApplicationID: in.ApplicationID, Applications: reached(ctx), After: in.After(), Limit: in.Limit + 1}
	all, err := s.Roles(ctx, realm.From(ctx).ID, f)
	if err != nil {
		return nil, err
	}
	var views []roleView
	if in.After() == "" && (in.ApplicationID == nil || *in.ApplicationID == "") && rest.ReachOf(ctx).All {
		for _, r := range BuiltIn() {
			views = append(views, viewOf(r))
		}
	}
	all, next := cut(all, in.Limit, func(r *Role) string { return r.ID })
	for _, r := range all {
		views = append(views, viewOf(r))
	}
	return rest.ListOf(views, next), nil
}

// cut drops what was read beyond the page and says where the next one begins.
func cut[T any](all []T, limit int, id func(T) string) ([]T, string) {
	if len(all) <= limit {
		return all, ""
	}
	all = all[:limit]
	return all, id(all[limit-1])
}

type createRole struct {
	Body struct {
		ApplicationID string        `json:"application_id,omitempty" maxLength:"36" doc:"Leave out for a role of the realm."`
		Slug          string        `json:"slug" minLength:"1" maxLength:"63" pattern:"^[a-z][a-z0-9-]*$"`
		Name          string        `json:"name" minLength:"1" maxLength:"100"`
		Description   string        `json:"description,omitempty" maxLength:"500"`
		Requirements  []Requirement `json:"requirements,omitempty" maxItems:"4" enum:"verified_email,verified_phone,totp,strong_factor"`
		Permissions   []grantView   `json:"permissions,omitempty" maxItems:"500"`
		Nested        []string      `json:"nested,omitempty" maxItems:"50"`
	}
}

func (s *Service) adminCreateRole(ctx context.Context, in *createRole) (*roleCreated, error) {
	b := in.Body
	if !visible(ctx, b.ApplicationID) {
		return nil, ErrApplicationUnknown
	}
	r, err := s.CreateRole(ctx, realm.From(ctx).ID, Role{
		ApplicationID: b.ApplicationID, Slug: b.Slug, Name: b.Name, Description: b.Description, Requirements: b.Requirements,
		Grants: grants(b.Permissions), Nested: b.Nested,
	})
	if err != nil {
		return nil, err
	}
	return &roleCreated{rest.ETag(r.Version), "/api/v1/realms/" + realm.From(ctx).Slug + "/roles/" + r.ID, viewOf(r)}, nil
}

type roleID struct {
	ID string `path:"role" maxLength:"63" doc:"The id, or the slug of a built-in role."`
}

// seen is the role if the caller reaches it. Built-in roles are everybody's to read.
func (s *Service) seen(ctx context.Context, id string) (*Role, error) {
	r, err := s.Role(ctx, realm.From(ctx).ID, id)
	if err != nil {
		return nil, err
	}
	if !r.BuiltIn && !visible(ctx, r.ApplicationID) {
		return nil, ErrRoleNotFound
	}
	return r, nil
}

func (s *Service) adminRole(ctx context.Context, in *roleID) (*roleAnswer, error) {
	r, err := s.seen(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &roleAnswer{rest.ETag(r.Version), viewOf(r)}, nil
}

type updateRole struct {
	ID string `path:"role" maxLength:"63"`
	rest.Match
	Body struct {
		Slug         rest.Opt[string]        `json:"slug,omitzero" minLength:"1" maxLength:"63"`
		Name         rest.Opt[string]        `json:"name,omitzero" minLength:"1" maxLength:"100"`
		Description  rest.Opt[string]        `json:"description,omitzero" maxLength:"500"`
		Requirements rest.Opt[[]Requirement] `json:"requirements,omitzero" maxItems:"4"`
		Permissions  rest.Opt[[]grantView]   `json:"permissions,omitzero" maxItems:"500"`
		Nested       rest.Opt[[]string]      `json:"nested,omitzero" maxItems:"50"`
	}
}

func (s *Service) adminUpdateRole(ctx context.Context, in *updateRole) (*roleAnswer, error) {
	if _, err := s.seen(ctx, in.ID); err != nil {
		return nil, err
	}
	r, err := s.UpdateRole(ctx, realm.From(ctx).ID, in.ID, func(r *Role) error {
		if err := in.Matches(r.Version); err != nil {
			return err
		}
		b := in.Body
		b.Slug.To(&r.Slug)
		b.Name.To(&r.Name)
		b.Description.To(&r.Description)
		b.Requirements.To(&r.Requirements)
		b.Nested.To(&r.Nested)
		if b.Permissions.Given {
			r.Grants = grants(b.Permissions.Value)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &roleAnswer{rest.ETag(r.Version), viewOf(r)}, nil
}

type deleteRole struct {
	ID string `path:"role" maxLength:"63"`
	rest.Match
}

func (s *Service) adminDeleteRole(ctx context.Context, in *deleteRole) (*rest.None, error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	if _, err := s.seen(ctx, in.ID); err != nil {
		return nil, err
	}
	return &rest.None{}, s.DeleteRole(ctx, realm.From(ctx).ID, in.ID, version)
}
