package blueprint

import (
	"context"
	"strings"

	"authserver/client"
)

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
				return misfit("a permission is named CLIENT_ID:CODE")
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
