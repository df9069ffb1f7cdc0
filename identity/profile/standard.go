package profile

import (
	"slices"
	"strings"

	"authserver/identity/user"
	"authserver/internal/fault"
)

// standard is one claim of OpenID Connect Core §5.1 as people tell it.
type standard struct {
	name string
	// kind is the kind of its input, auto the token that lets a browser fill it in
	// (HTML §4.10.18.7.1).
	kind, auto string
	value      func(*user.User) string
	set        func(*user.Profile, *string)
}

// standards are the claims that a person tells here, in the order of the page. The
// address is told in parts (addressParts), e-mail address and phone number are
// proven elsewhere; a number that is missing on the way to an application is told
// here all the same.
func standards() []standard {
	return []standard{
		{"name", "text", "name", func(u *user.User) string { return u.Name }, func(p *user.Profile, v *string) { p.Name = v }},
		{"given_name", "text", "given-name", func(u *user.User) string { return u.GivenName }, func(p *user.Profile, v *string) { p.GivenName = v }},
		{"middle_name", "text", "additional-name", func(u *user.User) string { return u.MiddleName }, func(p *user.Profile, v *string) { p.MiddleName = v }},
		{"family_name", "text", "family-name", func(u *user.User) string { return u.FamilyName }, func(p *user.Profile, v *string) { p.FamilyName = v }},
		{"nickname", "text", "nickname", func(u *user.User) string { return u.Nickname }, func(p *user.Profile, v *string) { p.Nickname = v }},
		{"preferred_username", "text", "off", func(u *user.User) string { return u.Username }, func(p *user.Profile, v *string) { p.Username = v }},
		{"birthdate", "date", "bday", func(u *user.User) string { return u.Birthdate }, func(p *user.Profile, v *string) { p.Birthdate = v }},
		{"gender", "select", "sex", func(u *user.User) string { return u.Gender }, func(p *user.Profile, v *string) { p.Gender = v }},
		{"website", "url", "url", func(u *user.User) string { return u.Website }, func(p *user.Profile, v *string) { p.Website = v }},
		{"picture", "url", "photo", func(u *user.User) string { return u.Picture }, func(p *user.Profile, v *string) { p.Picture = v }},
		{"phone_number", "tel", "tel", func(u *user.User) string { return u.Phone }, func(p *user.Profile, v *string) { p.Phone = v }},
		{"locale", "select", "language", func(u *user.User) string { return u.Locale }, func(p *user.Profile, v *string) { p.Locale = v }},
		{"zoneinfo", "select", "off", func(u *user.User) string { return u.Zoneinfo }, func(p *user.Profile, v *string) { p.Zoneinfo = v }},
	}
}

func findStandard(name string) (standard, bool) {
	all := standards()
	i := slices.IndexFunc(all, func(c standard) bool { return c.name == name })
	if i < 0 {
		return standard{}, false
	}
	return all[i], true
}

// addressParts are the inputs of the claim address (OpenID Connect Core §5.1.1).
func addressParts() []string {
	return []string{"street_address", "postal_code", "locality", "region", "country"}
}

// part is the place of one part.
func part(a *user.Address, name string) *string {
	switch name {
	case "street_address":
		return &a.StreetAddress
	case "postal_code":
		return &a.PostalCode
	case "locality":
		return &a.Locality
	case "region":
		return &a.Region
	}
	return &a.Country
}

// addressAuto is the autofill token of a part.
func addressAuto(name string) string {
	switch name {
	case "street_address":
		return "street-address"
	case "postal_code":
		return "postal-code"
	case "locality":
		return "address-level2"
	case "region":
		return "address-level1"
	}
	return "country-name"
}

// canonical is the name of a claim that an application's required fields call by a
// shorter one.
func canonical(name string) string {
	if name == "phone" {
		return "phone_number"
	}
	return name
}

// checkZone lets a person choose from the list, and keep what they have.
func checkZone(u *user.User, p user.Profile) *fault.Fault {
	if z := p.Zoneinfo; z != nil && strings.TrimSpace(*z) != "" && *z != u.Zoneinfo && !isZone(*z) {
		return user.ErrZoneInvalid.At("zoneinfo")
	}
	return nil
}
