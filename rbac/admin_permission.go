package rbac

import (
	"context"
	"net/http"
	"slices"

	"authserver/internal/fault"
	"authserver/internal/rest"
	"authserver/tenant/realm"
)

type permissionView struct {
	ID            string `json:"id" format:"uuid"`
	ApplicationID string `json:"application_id" format:"uuid"`
	Code          string `json:"code"`
	Description   string `json:"description"`
	Version       int64  `json:"version"`
}

func permissionViewOf(p *Permission) permissionView {
	return permissionView{p.ID, p.ApplicationID, p.Code, p.Description, p.Version}
}

type permissionAnswer struct {
	ETag string `header:"ETag"`
	Body permissionView
}

type permissionCreated struct {
	ETag     string `header:"ETag"`
	Location string `header:"Location"`
	Body     permissionView
}

func (s *Service) mountPermissions(a *rest.API) {
	rest.Handle(a, rest.Operation{
		ID: "listPermissions", Method: http.MethodGet, Path: "/permissions", Tag: tagRoles, Summary: "List permissions of applications", Permission: "roles.read", Narrow: true,
	}, s.adminPermissions)
	rest.Handle(a, rest.Operation{
		ID: "createPermission", Method: http.MethodPost, Path: "/permissions", Tag: tagRoles, Summary: "Add a permission to an application", Permission: "roles.write", Narrow: true,
		Faults: []*fault.Fault{ErrPermissionInvalid, ErrPermissionTaken, ErrApplicationUnknown, realm.ErrNameInvalid}, Refs: []string{"body.application_id:application"},
	}, s.adminCreatePermission)
	rest.Handle(a, rest.Operation{
		ID: "getPermission", Method: http.MethodGet, Path: "/permissions/{permission}", Tag: tagRoles, Summary: "Read a permission", Permission: "roles.read", Narrow: true,
		Missing: ErrPermissionNotFound,
	}, s.adminPermission)
	rest.Handle(a, rest.Operation{
		ID: "updatePermission", Method: http.MethodPatch, Path: "/permissions/{permission}", Tag: tagRoles, Summary: "Describe a permission anew", Permission: "roles.write", Narrow: true,
		Missing: ErrPermissionNotFound, Faults: []*fault.Fault{realm.ErrNameInvalid},
	}, s.adminUpdatePermission)
	rest.Handle(a, rest.Operation{
		ID: "deletePermission", Method: http.MethodDelete, Path: "/permissions/{permission}", Tag: tagRoles, Summary: "Delete a permission", Permission: "roles.write", Narrow: true,
		Missing: ErrPermissionNotFound, Faults: []*fault.Fault{ErrPermissionInUse},
	}, s.adminDeletePermission)
	rest.Handle(a, rest.Operation{
		ID: "readCatalogue", Method: http.MethodGet, Path: "/administration-permissions", Tag: tagRoles, Summary: "List permissions of the administration", Permission: "roles.read",
	}, s.adminCatalogue)
}

type listPermissions struct {
	rest.Page
	ApplicationID *string `query:"application_id" maxLength:"36"`
}

func (s *Service) adminPermissions(ctx context.Context, in *listPermissions) (*rest.List[permissionView], error) {
	all, err := s.Permissions(ctx, realm.From(ctx).ID, Filter{ApplicationID: in.ApplicationID, Applications: reached(ctx), After: in.After(), Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	all, next := cut(all, in.Limit, func(p *Permission) string { return p.ID })
	views := make([]permissionView, 0, len(all))
	for _, p := range all {
		views = append(views, permissionViewOf(p))
	}
	return rest.ListOf(views, next), nil
}

type createPermission struct {
	Body struct {
		ApplicationID string `json:"application_id" format:"uuid"`
		Code          string `json:"code" minLength:"1" maxLength:"200" example:"invoice.read"`
		Description   string `json:"description,omitempty" maxLength:"500"`
	}
}

func (s *Service) adminCreatePermission(ctx context.Context, in *createPermission) (*permissionCreated, error) {
	if !visible(ctx, in.Body.ApplicationID) {
		return nil, ErrApplicationUnknown
	}
	p, err := s.CreatePermission(ctx, realm.From(ctx).ID, in.Body.ApplicationID, in.Body.Code, in.Body.Description)
	if err != nil {
		return nil, err
	}
	return &permissionCreated{rest.ETag(p.Version), "/api/v1/realms/" + realm.From(ctx).Slug + "/permissions/" + p.ID, permissionViewOf(p)}, nil
}

type permissionID struct {
	ID string `path:"permission" format:"uuid"`
}

func (s *Service) seenPermission(ctx context.Context, id string) (*Permission, error) {
	p, err := s.Permission(ctx, realm.From(ctx).ID, id)
	if err != nil {
		return nil, err
	}
	if !visible(ctx, p.ApplicationID) {
		return nil, ErrPermissionNotFound
	}
	return p, nil
}

func (s *Service) adminPermission(ctx context.Context, in *permissionID) (*permissionAnswer, error) {
	p, err := s.seenPermission(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &permissionAnswer{rest.ETag(p.Version), permissionViewOf(p)}, nil
}

type updatePermission struct {
	ID string `path:"permission" format:"uuid"`
	rest.Match
	Body struct {
		Description rest.Opt[string] `json:"description,omitzero" maxLength:"500"`
	}
}

func (s *Service) adminUpdatePermission(ctx context.Context, in *updatePermission) (*permissionAnswer, error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	p, err := s.seenPermission(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	description := p.Description
	in.Body.Description.To(&description)
	if p, err = s.DescribePermission(ctx, realm.From(ctx).ID, in.ID, description, version); err != nil {
		return nil, err
	}
	return &permissionAnswer{rest.ETag(p.Version), permissionViewOf(p)}, nil
}

type deletePermission struct {
	ID string `path:"permission" format:"uuid"`
	rest.Match
}

func (s *Service) adminDeletePermission(ctx context.Context, in *deletePermission) (*rest.None, error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	if _, err := s.seenPermission(ctx, in.ID); err != nil {
		return nil, err
	}
	return &rest.None{}, s.DeletePermission(ctx, realm.From(ctx).ID, in.ID, version)
}

type catalogueEntry struct {
	Code        string   `json:"code"`
	Description string   `json:"description"`
	Roles       []string `json:"roles" doc:"Built-in roles that hold it."`
}

type catalogue struct {
	Body struct {
		Items []catalogueEntry `json:"items"`
	}
}

func (s *Service) adminCatalogue(context.Context, *struct{}) (*catalogue, error) {
	answer := &catalogue{}
	for code, description := range Catalogue() {
		e := catalogueEntry{Code: code, Description: description, Roles: []string{}}
		for _, r := range BuiltIn() {
			if slices.Contains(r.Grants, Grant{Code: code}) {
				e.Roles = append(e.Roles, r.Slug)
			}
		}
		answer.Body.Items = append(answer.Body.Items, e)
	}
	slices.SortFunc(answer.Body.Items, func(a, b catalogueEntry) int {
		if a.Code < b.Code {
			return -1
		}
		return 1
	})
	return answer, nil
}

type readMatrix struct {
	ApplicationID string `query:"application_id" maxLength:"36" doc:"Leave out for the administration."`
}

type matrixRow struct {
	RoleID      string   `json:"role_id"`
	Slug        string   `json:"slug"`
	Permissions []string `json:"permissions"`
}

type matrix struct {
	Body struct {
		Permissions []string    `json:"permissions"`
		Roles       []matrixRow `json:"roles"`
	}
}

func (s *Service) adminMatrix(ctx context.Context, in *readMatrix) (*matrix, error) {
	if !visible(ctx, in.ApplicationID) {
		return nil, ErrApplicationUnknown
	}
	w, err := s.World(ctx, realm.From(ctx).ID)
	if err != nil {
		return nil, err
	}
	answer := &matrix{}
	answer.Body.Permissions, answer.Body.Roles = []string{}, []matrixRow{}
	for _, r := range w.roles {
		row := matrixRow{r.ID, r.Slug, []string{}}
		for _, g := range w.Grants(r.ID) {
			if g.ApplicationID == in.ApplicationID {
				row.Permissions = append(row.Permissions, g.Code)
				answer.Body.Permissions = append(answer.Body.Permissions, g.Code)
			}
		}
		if len(row.Permissions) > 0 {
			answer.Body.Roles = append(answer.Body.Roles, row)
		}
	}
	slices.Sort(answer.Body.Permissions)
	answer.Body.Permissions = slices.Compact(answer.Body.Permissions)
	slices.SortFunc(answer.Body.Roles, func(a, b matrixRow) int {
		if a.Slug+a.RoleID < b.Slug+b.RoleID {
			return -1
		}
		return 1
	})
	return answer, nil
}
