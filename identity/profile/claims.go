package profile

import (
	"context"
	"slices"

	"authserver/identity/user"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

// Claims are the realm's own claims about a person that the scopes open for the
// application. A value that the schema no longer allows is not among them.
func (s *Service) Claims(ctx context.Context, in *realm.Realm, app *application.Application, u *user.User, scopes []string) (map[string]any, error) {
	if len(u.Attributes) == 0 {
		return nil, nil
	}
	schema, err := s.Schema(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	claims := map[string]any{}
	for i := range schema.Fields {
		f := &schema.Fields[i]
		if !f.open(app, scopes) {
			continue
		}
		if value := f.holds(u.Attributes); value != nil {
			claims[f.Name] = value
		}
	}
	return claims, nil
}

// open reports whether the application may know the field's value.
func (f *Field) open(app *application.Application, scopes []string) bool {
	if f.Scope == "" || !slices.Contains(scopes, f.Scope) {
		return false
	}
	return f.Applications == nil || slices.Contains(f.Applications, app.ClientID)
}
