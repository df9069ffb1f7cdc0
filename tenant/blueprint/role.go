package blueprint

import (
	"context"
	"fmt"
	"strings"

	"authserver/client"
)

// roles are named by their slug, those of an application client-id/slug. Permissions are
// written client-id:code, those of the administration as their code.
func roles() *section {
	return &section{
		name: "roles", fields: []string{"name", "description", "requirements", "permissions", "nested"},
		sets:  []string{"requirements", "permissions", "nested"},
		shape: func() any { return new(roleShape) },
		read:  readRoles,
		add: func(ctx context.Context, at *site, name string, item Item) error {
			applicationID, slug, err := at.owner(name)
			if err != nil {
				return err
			}
			if id, off := at.ids["roles"][name]; off { // its application was switched off
				return updateRole(ctx, at, id, item)
			}
			grants, err := at.grants(item["permissions"])
			if err != nil {
				return err
			}
			request := client.CreateRoleRequest{
				ApplicationID: applicationID, Slug: slug, Name: text(item["name"]), Description: text(item["description"]),
				Permissions: grants, Requirements: texts(item["requirements"]),
			}
			r, err := at.realm.CreateRole(ctx, request)
			if err == nil {
				at.learn("roles", name, r.ID)
			}
			return err
		},
		change: func(ctx context.Context, at *site, name string, item Item, fields []Field) error {
			return updateRole(ctx, at, at.ids["roles"][name], only(item, fields))
		},
		destroy: func(ctx context.Context, at *site, id string) error { return at.realm.DeleteRole(ctx, id) },
	}
}

// roleShape is what a document says of a role.
type roleShape struct {
	Name         string   `json:"name"`
	Description  string   `json:"description"`
	Requirements []string `json:"requirements"`
	Permissions  []string `json:"permissions"`
	Nested       []string `json:"nested"`
}

// updateRole changes all but what the role contains; nest does that.
func updateRole(ctx context.Context, at *site, id string, item Item) error {
	request, err := into[client.UpdateRoleRequest](without(item, "permissions", "nested"))
	if err != nil {
		return err
	}
	if v, told := item["permissions"]; told {
		if request.Permissions, err = at.grants(v); err != nil {
			return err
		}
	}
	_, err = at.realm.UpdateRole(ctx, id, request)
	return err
}

func readRoles(ctx context.Context, at *site) (map[string]Item, error) {
	var list []client.Role
	for r, err := range at.realm.AllRoles(ctx, client.ListRolesQuery{Limit: 100}) {
		if err != nil {
			return nil, err
		}
		at.learn("roles", at.owned(r.ApplicationID, r.Slug), r.ID)
		if at.off[r.ApplicationID] {
			at.offRoles[r.ID] = true
		} else if !r.BuiltIn {
			list = append(list, r)
		}
	}
	items := map[string]Item{}
	for _, r := range list {
		var nested, grants []string
		for _, id := range r.Nested {
			if at.offRoles[id] {
				continue
			}
			nested = append(nested, at.name("roles", id))
		}
		for _, g := range r.Permissions {
			if at.off[g.ApplicationID] {
				continue
			}
			grants = append(grants, at.grant(g))
		}
		items[at.owned(r.ApplicationID, r.Slug)] = Item{
			"name": r.Name, "description": r.Description, "requirements": anys(r.Requirements), "permissions": anys(grants), "nested": anys(nested),
		}
	}
	return items, nil
}

func (s *site) grant(g client.Grant) string {
	if g.ApplicationID == "" {
		return g.Code
	}
	return s.name("applications", g.ApplicationID) + ":" + g.Code
}

func (s *site) grants(v any) ([]client.Grant, error) {
	grants := []client.Grant{}
	for _, name := range texts(v) {
		owner, code, ok := strings.Cut(name, ":")
		if !ok {
			owner, code = "", name
		}
		id, err := s.application(owner)
		if err != nil {
			return nil, err
		}
		grants = append(grants, client.Grant{ApplicationID: id, Code: code})
	}
	return grants, nil
}

// nest makes the role contain the others, which may have come after it.
func nest(ctx context.Context, at *site, name string, item Item) error {
	wanted, told := item["nested"]
	if !told {
		return nil
	}
	ids := []string{}
	for _, other := range texts(wanted) {
		id, ok := at.ids["roles"][other]
		if !ok {
			return fmt.Errorf("there is no role %q", other)
		}
		ids = append(ids, id)
	}
	_, err := at.realm.UpdateRole(ctx, at.ids["roles"][name], client.UpdateRoleRequest{Nested: ids})
	return err
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

// groups are named by their name; who is in them is no part of a document.
func groups() *section {
	return &section{
		name: "groups", fields: []string{"description"},
		shape: func() any { return new(map[string]string) },
		read: func(ctx context.Context, at *site) (map[string]Item, error) {
			items := map[string]Item{}
			for g, err := range at.realm.AllGroups(ctx, client.ListGroupsQuery{Limit: 100}) {
				if err != nil {
					return nil, err
				}
				items[g.Name] = Item{"description": g.Description}
				at.learn("groups", g.Name, g.ID)
			}
			return items, nil
		},
		add: func(ctx context.Context, at *site, name string, item Item) error {
			_, err := at.realm.CreateGroup(ctx, client.CreateGroupRequest{Name: name, Description: text(item["description"])})
			return err
		},
		change: func(ctx context.Context, at *site, name string, item Item, fields []Field) error {
			request, err := into[client.UpdateGroupRequest](only(item, fields))
			if err == nil {
				_, err = at.realm.UpdateGroup(ctx, at.ids["groups"][name], request)
			}
			return err
		},
		destroy: func(ctx context.Context, at *site, id string) error { return at.realm.DeleteGroup(ctx, id) },
	}
}

// policies are named by their name, those of an application client-id/name. A document
// holds what is in force; drafts are work in progress.
func policies() *section {
	return &section{
		name: "policies", fields: []string{"description", "source"},
		shape: func() any { return new(map[string]string) },
		read: func(ctx context.Context, at *site) (map[string]Item, error) {
			items := map[string]Item{}
			for p, err := range at.realm.AllPolicies(ctx, client.ListPoliciesQuery{Limit: 100}) {
				if err != nil {
					return nil, err
				}
				name := at.owned(p.ApplicationID, p.Name)
				at.learn("policies", name, p.ID)
				if p.Active && !at.off[p.ApplicationID] {
					items[name] = Item{"description": p.Description, "source": p.Source}
				}
			}
			return items, nil
		},
		add: func(ctx context.Context, at *site, name string, item Item) error {
			if id, off := at.ids["policies"][name]; off {
				return enforce(ctx, at, id, item)
			}
			applicationID, own, err := at.owner(name)
			if err != nil {
				return err
			}
			p, err := at.realm.CreatePolicy(ctx, client.CreatePolicyRequest{ApplicationID: applicationID, Name: own, Description: text(item["description"]), Draft: text(item["source"])})
			if err == nil {
				_, err = at.realm.ActivatePolicy(ctx, p.ID)
			}
			return err
		},
		change: func(ctx context.Context, at *site, name string, item Item, _ []Field) error {
			return enforce(ctx, at, at.ids["policies"][name], item)
		},
		destroy: func(ctx context.Context, at *site, id string) error { return at.realm.DeletePolicy(ctx, id) },
	}
}

// enforce puts a text in force in the place of what a policy had.
func enforce(ctx context.Context, at *site, id string, item Item) error {
	request := client.UpdatePolicyRequest{}
	if v, told := item["description"]; told {
		request.Description = client.Set(text(v))
	}
	if v, told := item["source"]; told {
		request.Draft = client.Set(text(v))
	}
	if _, err := at.realm.UpdatePolicy(ctx, id, request); err != nil {
		return err
	}
	if _, err := at.realm.ActivatePolicy(ctx, id); err != nil && client.Code(err) != "policy_unchanged" {
		return err
	}
	return nil
}
