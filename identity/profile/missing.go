package profile

import (
	"context"
	"slices"

	"authserver/identity/user"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

// Missing names what must be known about the person before they go on to the
// application (nil: into the account) and is not: required fields of the realm's
// schema and what the application requires. It names only what the person can tell:
// what is for administrators to fill in keeps nobody out.
func (s *Service) Missing(ctx context.Context, in *realm.Realm, app *application.Application, u *user.User) ([]string, error) {
	schema, err := s.Schema(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	var required []string
	if app != nil {
		required = app.RequiredFields
	}
	return schema.missing(required, u, Person), nil
}

// Incomplete names everything that the realm requires of a person and does not know,
// also what only an administrator may fill in.
func (s *Service) Incomplete(ctx context.Context, in *realm.Realm, u *user.User) ([]string, error) {
	schema, err := s.Schema(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return schema.missing(nil, u, Admin), nil
}

// missing is Missing over a schema, for what role can mend.
func (s *Schema) missing(required []string, u *user.User, role Role) []string {
	var list []string
	for _, name := range required {
		name = canonical(name)
		_, own := s.Field(name)
		if !own && lacks(u, name) && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	for i := range s.Fields {
		f := &s.Fields[i]
		if !f.Required && !slices.Contains(required, f.Name) || role == Person && f.Edit == Admin {
			continue
		}
		if !f.given(f.holds(u.Attributes)) {
			list = append(list, f.Name)
		}
	}
	return list
}

// lacks reports whether a standard claim is not known. A name that nobody knows is
// lacking in nobody: what cannot be asked for must not lock everybody out.
func lacks(u *user.User, name string) bool {
	if name == "address" {
		return u.Address == nil
	}
	c, known := findStandard(name)
	return known && c.value(u) == ""
}
