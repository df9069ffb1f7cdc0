package rbac

import (
	"context"
	"net/http"
	"time"

	"authserver/internal/fault"
	"authserver/internal/rest"
	"authserver/tenant/realm"
)

const tagGroups = "Groups"

type groupView struct {
	ID          string    `json:"id" format:"uuid"`
	Name        string    `json:"name"`
	Description string    `json:"description"`
	Version     int64     `json:"version"`
	CreatedAt   time.Time `json:"created_at"`
}

func groupViewOf(g *People) groupView {
	return groupView{g.ID, g.Name, g.Description, g.Version, g.CreatedAt}
}

type groupAnswer struct {
	ETag string `header:"ETag"`
	Body groupView
}

type groupCreated struct {
	ETag     string `header:"ETag"`
	Location string `header:"Location"`
	Body     groupView
}

func (s *Service) mountGroups(a *rest.API) {
	faults := []*fault.Fault{ErrGroupTaken, realm.ErrNameInvalid}
	rest.Handle(a, rest.Operation{ID: "listGroups", Method: http.MethodGet, Path: "/groups", Tag: tagGroups, Summary: "List groups", Permission: "groups.read"}, s.adminGroups)
	rest.Handle(a, rest.Operation{
		ID: "createGroup", Method: http.MethodPost, Path: "/groups", Tag: tagGroups, Summary: "Create a group", Permission: "groups.write", Faults: faults,
	}, s.adminCreateGroup)
	rest.Handle(a, rest.Operation{
		ID: "getGroup", Method: http.MethodGet, Path: "/groups/{group}", Tag: tagGroups, Summary: "Read a group", Permission: "groups.read", Missing: ErrGroupNotFound,
	}, s.adminGroup)
	rest.Handle(a, rest.Operation{
		ID: "updateGroup", Method: http.MethodPatch, Path: "/groups/{group}", Tag: tagGroups, Summary: "Change a group", Permission: "groups.write",
		Missing: ErrGroupNotFound, Faults: faults,
	}, s.adminUpdateGroup)
	rest.Handle(a, rest.Operation{
		ID: "deleteGroup", Method: http.MethodDelete, Path: "/groups/{group}", Tag: tagGroups, Summary: "Delete a group", Permission: "groups.write",
		Missing: ErrGroupNotFound, Faults: []*fault.Fault{ErrNotHeld, ErrLastAdministrator},
	}, s.adminDeleteGroup)
}

func (s *Service) adminGroups(ctx context.Context, in *struct{ rest.Page }) (*rest.List[groupView], error) {
	all, err := s.Groups(ctx, realm.From(ctx).ID, in.After(), in.Limit+1)
	if err != nil {
		return nil, err
	}
	all, next := cut(all, in.Limit, func(g *People) string { return g.ID })
	views := make([]groupView, 0, len(all))
	for _, g := range all {
		views = append(views, groupViewOf(g))
	}
	return rest.ListOf(views, next), nil
}

type createGroup struct {
	Body struct {
		Name        string `json:"name" minLength:"1" maxLength:"100"`
		Description string `json:"description,omitempty" maxLength:"500"`
	}
}

func (s *Service) adminCreateGroup(ctx context.Context, in *createGroup) (*groupCreated, error) {
	g, err := s.CreateGroup(ctx, realm.From(ctx).ID, in.Body.Name, in.Body.Description)
	if err != nil {
		return nil, err
	}
	return &groupCreated{rest.ETag(g.Version), "/api/v1/realms/" + realm.From(ctx).Slug + "/groups/" + g.ID, groupViewOf(g)}, nil
}

type groupID struct {
	ID string `path:"group" format:"uuid"`
}

func (s *Service) adminGroup(ctx context.Context, in *groupID) (*groupAnswer, error) {
	g, err := s.GroupByID(ctx, realm.From(ctx).ID, in.ID)
	if err != nil {
		return nil, err
	}
	return &groupAnswer{rest.ETag(g.Version), groupViewOf(g)}, nil
}

type updateGroup struct {
	ID string `path:"group" format:"uuid"`
	rest.Match
	Body struct {
		Name        rest.Opt[string] `json:"name,omitzero" minLength:"1" maxLength:"100"`
		Description rest.Opt[string] `json:"description,omitzero" maxLength:"500"`
	}
}

func (s *Service) adminUpdateGroup(ctx context.Context, in *updateGroup) (*groupAnswer, error) {
	g, err := s.UpdateGroup(ctx, realm.From(ctx).ID, in.ID, func(g *People) error {
		if err := in.Matches(g.Version); err != nil {
			return err
		}
		in.Body.Name.To(&g.Name)
		in.Body.Description.To(&g.Description)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &groupAnswer{rest.ETag(g.Version), groupViewOf(g)}, nil
}

type deleteGroup struct {
	ID string `path:"group" format:"uuid"`
	rest.Match
}

func (s *Service) adminDeleteGroup(ctx context.Context, in *deleteGroup) (*rest.None, error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	return &rest.None{}, s.DeleteGroup(ctx, realm.From(ctx).ID, in.ID, version)
}

type memberView struct {
	Kind  string    `json:"kind" enum:"user,application"`
	ID    string    `json:"id" format:"uuid"`
	Since time.Time `json:"since"`
}

func (s *Service) mountMembers(a *rest.API) {
	rest.Handle(a, rest.Operation{
		ID: "listGroupMembers", Method: http.MethodGet, Path: "/groups/{group}/members", Tag: tagGroups, Summary: "List a group's members", Permission: "groups.read", Missing: ErrGroupNotFound,
	}, s.adminMembers)
	rest.Handle(a, rest.Operation{
		ID: "addGroupMember", Method: http.MethodPost, Path: "/groups/{group}/members", Tag: tagGroups, Summary: "Add to a group", Permission: "groups.write",
		Missing: ErrGroupNotFound, Faults: []*fault.Fault{ErrMemberUnknown, ErrNotHeld, ErrGroupInvalid}, Refs: []string{"body.id:user"},
		Description: "Whoever adds must hold what the group's roles grant.",
	}, s.adminAddMember)
	rest.Handle(a, rest.Operation{
		ID: "removeGroupMember", Method: http.MethodDelete, Path: "/groups/{group}/members/{member}", Tag: tagGroups, Summary: "Remove from a group", Permission: "groups.write",
		Missing: ErrGroupNotFound, Faults: []*fault.Fault{ErrMemberUnknown, ErrNotHeld, ErrLastAdministrator},
	}, s.adminRemoveMember)
}

type listMembers struct {
	rest.Page
	ID   string `path:"group" format:"uuid"`
	Kind string `query:"kind" enum:"user,application"`
}

func (s *Service) adminMembers(ctx context.Context, in *listMembers) (*rest.List[memberView], error) {
	all, err := s.Members(ctx, realm.From(ctx).ID, in.ID, in.Kind, in.After(), in.Limit+1)
	if err != nil {
		return nil, err
	}
	all, next := cut(all, in.Limit, func(m Member) string { return m.ID })
	views := make([]memberView, 0, len(all))
	for _, m := range all {
		views = append(views, memberView(m))
	}
	return rest.ListOf(views, next), nil
}

type addMember struct {
	ID   string `path:"group" format:"uuid"`
	Body struct {
		Kind string `json:"kind,omitempty" enum:"user,application" doc:"user, if left out."`
		ID   string `json:"id" format:"uuid"`
	}
}

func (s *Service) adminAddMember(ctx context.Context, in *addMember) (*rest.None, error) {
	kind := in.Body.Kind
	if kind == "" {
		kind = User
	}
	return &rest.None{}, s.AddMember(ctx, realm.From(ctx).ID, in.ID, kind, in.Body.ID)
}

type removeMember struct {
	ID     string `path:"group" format:"uuid"`
	Member string `path:"member" format:"uuid"`
}

func (s *Service) adminRemoveMember(ctx context.Context, in *removeMember) (*rest.None, error) {
	return &rest.None{}, s.RemoveMember(ctx, realm.From(ctx).ID, in.ID, in.Member)
}
