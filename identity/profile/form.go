package profile

import (
	"net/url"
	"slices"

	"authserver/identity/user"
)

// read is the change that a form makes of the named inputs. A box that is not in the
// form was not ticked; anything else that is not was not on the page, and stays.
func (s *Schema) read(form url.Values, u *user.User, inputs []string) Change {
	change := Change{Values: map[string]any{}}
	for _, name := range inputs {
		value := form.Get(name)
		f, own := s.Field(name)
		if !form.Has(name) && (!own || f.Type != Boolean) {
			continue
		}
		if c, ok := findStandard(name); ok {
			c.set(&change.Profile, &value)
			continue
		}
		if slices.Contains(addressParts(), name) {
			if change.Profile.Address == nil {
				change.Profile.Address = &user.Address{}
				if u.Address != nil {
					*change.Profile.Address = *u.Address
				}
			}
			*part(change.Profile.Address, name) = value
			continue
		}
		switch {
		case !own:
		case f.Type == Boolean:
			change.Values[name] = value == "true"
		default:
			change.Values[name] = value
		}
	}
	return s.outgrown(change, u)
}

// outgrown leaves a formatted address behind that its parts no longer say.
func (s *Schema) outgrown(change Change, u *user.User) Change {
	if a := change.Profile.Address; a != nil && u.Address != nil && *a != *u.Address {
		a.Formatted = ""
	}
	return change
}
