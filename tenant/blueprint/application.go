package blueprint

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"authserver/client"
)

// applications are named by their client id. One that is switched off counts as one that
// is not there, and so does what belongs to it.
func applications() *section {
	known := []string{
		"name", "description", "type", "logo_url", "home_url", "first_party", "token_endpoint_auth_method", "redirect_uris", "post_logout_redirect_uris", "grant_types",
		"scopes", "audiences", "identifiers", "allowed_origins", "token_format", "id_token_algorithm", "access_token_algorithm", "access_token_lifetime",
		"id_token_lifetime", "refresh_idle", "refresh_absolute", "registration", "second_factor", "providers", "required_fields",
	}
	return &section{
		name: "applications", fields: known,
		shape: func() any { return new(client.CreateApplicationRequest) },
		read: func(ctx context.Context, at *site) (map[string]Item, error) {
			items := map[string]Item{}
			for a, err := range at.realm.AllApplications(ctx, client.ListApplicationsQuery{Limit: 100}) {
				if err != nil {
					return nil, err
				}
				at.learn("applications", a.ClientID, a.ID)
				if !a.Enabled {
					at.off[a.ID] = true
					continue
				}
				if items[a.ClientID], err = some(a, known); err != nil {
					return nil, err
				}
			}
			return items, nil
		},
		add: func(ctx context.Context, at *site, name string, item Item) error {
			if id, off := at.ids["applications"][name]; off {
				if err := at.realm.EnableApplication(ctx, id); err != nil {
					return err
				}
				return updateApplication(ctx, at, id, item)
			}
			request, err := into[client.CreateApplicationRequest](item)
			if err != nil {
				return err
			}
			request.ClientID = name
			made, err := at.realm.CreateApplication(ctx, request)
			if err == nil {
				at.learn("applications", name, made.ID)
			}
			return err
		},
		change: func(ctx context.Context, at *site, name string, item Item, fields []Field) error {
			return updateApplication(ctx, at, at.ids["applications"][name], only(item, fields))
		},
		destroy: func(ctx context.Context, at *site, id string) error { return at.realm.DisableApplication(ctx, id) },
	}
}

func updateApplication(ctx context.Context, at *site, id string, item Item) error {
	request, err := into[client.UpdateApplicationRequest](item)
	if err == nil {
		_, err = at.realm.UpdateApplication(ctx, id, request)
	}
	return err
}

// permissions are named client-id:code.
func permissions() *section {
	return &section{
		name: "permissions", fields: []string{"description"},
		shape: func() any { return new(map[string]string) },
		read: func(ctx context.Context, at *site) (map[string]Item, error) {
			items := map[string]Item{}
			for p, err := range at.realm.AllPermissions(ctx, client.ListPermissionsQuery{Limit: 100}) {
				if err != nil {
					return nil, err
				}
				name := at.name("applications", p.ApplicationID) + ":" + p.Code
				at.learn("permissions", name, p.ID)
				if !at.off[p.ApplicationID] {
					items[name] = Item{"description": p.Description}
				}
			}
			return items, nil
		},
		add: func(ctx context.Context, at *site, name string, item Item) error {
			if id, off := at.ids["permissions"][name]; off { // its application was switched off
				return describePermission(ctx, at, id, item)
			}
			owner, code, ok := strings.Cut(name, ":")
			application, err := at.application(owner)
			if err != nil {
				return err
			}
			if !ok || owner == "" {
				return errors.New("a permission is named CLIENT_ID:CODE")
			}
			request, err := into[client.CreatePermissionRequest](item)
			if err != nil {
				return err
			}
			request.ApplicationID, request.Code = application, code
			p, err := at.realm.CreatePermission(ctx, request)
			if err == nil {
				at.learn("permissions", name, p.ID)
			}
			return err
		},
		change: func(ctx context.Context, at *site, name string, item Item, fields []Field) error {
			return describePermission(ctx, at, at.ids["permissions"][name], only(item, fields))
		},
		destroy: func(ctx context.Context, at *site, id string) error { return at.realm.DeletePermission(ctx, id) },
	}
}

func describePermission(ctx context.Context, at *site, id string, item Item) error {
	request, err := into[client.UpdatePermissionRequest](item)
	if err == nil {
		_, err = at.realm.UpdatePermission(ctx, id, request)
	}
	return err
}

// application is the id of the application of that client id; "" is the realm itself.
func (s *site) application(clientID string) (string, error) {
	if clientID == "" {
		return "", nil
	}
	id, ok := s.ids["applications"][clientID]
	if !ok {
		return "", fmt.Errorf("there is no application %q", clientID)
	}
	return id, nil
}

// owned is a name within an application, "shop/clerk", or within the realm, "clerk".
func (s *site) owned(applicationID, name string) string {
	if applicationID == "" {
		return name
	}
	return s.name("applications", applicationID) + "/" + name
}

// owner takes such a name apart again.
func (s *site) owner(name string) (applicationID, own string, err error) {
	clientID, own, ok := strings.Cut(name, "/")
	if !ok {
		return "", name, nil
	}
	applicationID, err = s.application(clientID)
	return applicationID, own, err
}

// texts are the strings of a list.
func texts(v any) []string {
	list, _ := v.([]any)
	all := make([]string, 0, len(list))
	for _, one := range list {
		all = append(all, fmt.Sprint(one))
	}
	return all
}

// anys is a list as JSON has it, in order.
func anys(list []string) []any {
	list = slices.Clone(list)
	slices.Sort(list)
	all := make([]any, 0, len(list))
	for _, one := range list {
		all = append(all, one)
	}
	return all
}
