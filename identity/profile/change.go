package profile

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"authserver/identity/user"
	"authserver/internal/fault"
	"authserver/internal/phone"
	"authserver/tenant/realm"
)

// Change is what somebody says about a person. Standard claims stand in Profile, the
// realm's own in Values, which take the place of Profile.Attributes.
type Change struct {
	Profile user.Profile
	Values  map[string]any
}

// Faults are everything that is wrong with what was given, one a field.
type Faults []*fault.Fault

// Error is that of the first.
func (f Faults) Error() string { return f[0].Error() }

// Unwrap gives fault.Of the first.
func (f Faults) Unwrap() error { return f[0] }

// Update checks all of a change and stores it. It returns the person as they are then,
// Faults, or what user.Update returns.
func (s *Service) Update(ctx context.Context, in *realm.Realm, u *user.User, role Role, c Change) (*user.User, error) {
	schema, err := s.Schema(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	clean, faults := schema.Check(role, c.Values)
	if wrong := checkZone(u, c.Profile); wrong != nil {
		faults = append(faults, wrong)
	}
	if wrong := parsePhone(&c.Profile); wrong != nil {
		faults = append(faults, wrong)
	}
	for _, wrong := range c.Profile.Check() {
		if !slices.ContainsFunc(faults, func(f *fault.Fault) bool { return f.Field == wrong.Field }) {
			faults = append(faults, wrong)
		}
	}
	if len(faults) > 0 {
		return nil, Faults(faults)
	}
	c.Profile.Attributes = clean
	after, err := s.users.Update(ctx, in.ID, u.ID, c.Profile)
	if errors.Is(err, user.ErrAttributeInvalid) {
		return nil, Faults{user.ErrAttributeInvalid}
	}
	return after, err
}

// parsePhone brings a number into its one form. Whether messages may be sent there is
// asked when it is proven (identity/contact).
func parsePhone(p *user.Profile) *fault.Fault {
	if p.Phone == nil || strings.TrimSpace(*p.Phone) == "" {
		return nil
	}
	number, err := phone.Parse(*p.Phone, "")
	if err != nil {
		return user.ErrPhoneInvalid.At("phone_number")
	}
	p.Phone = &number
	return nil
}

// visible are the values of a person that role may see.
func (s *Schema) visible(role Role, u *user.User) map[string]any {
	values := maps.Clone(u.Attributes)
	for i := range s.Fields {
		f := &s.Fields[i]
		if role == Person && f.View == Admin {
			delete(values, f.Name)
		}
	}
	maps.DeleteFunc(values, func(name string, _ any) bool { _, known := s.Field(name); return !known })
	return values
}
