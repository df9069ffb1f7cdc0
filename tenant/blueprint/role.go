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
		// Roles that contain one another exist only now, and what is destroyed must be in none.
		finish: func(ctx context.Context, at *site, want map[string]Item, touched []string) error {
			for _, name := range touched {
				if err := nest(ctx, at, name, want[name]); err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
			}
			return nil
		},
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
			return misfit(fmt.Sprintf("there is no role %q", other))
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
