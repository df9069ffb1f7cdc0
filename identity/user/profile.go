package user

import (
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"authserver/internal/fault"
	"authserver/tenant/realm"
)

// Why a profile field is refused; Field names it.
var (
	ErrPhoneInvalid     = fault.New(fault.Invalid, "phone_invalid", "Write the number with its country code, such as +49 30 123456.")
	ErrBirthdateInvalid = fault.New(fault.Invalid, "birthdate_invalid", "Write the date as YYYY-MM-DD, or the year alone.")
	ErrZoneInvalid      = fault.New(fault.Invalid, "zoneinfo_invalid", "Write a time zone such as Europe/Paris.")
	ErrLocaleInvalid    = fault.New(fault.Invalid, "locale_invalid", "Write a language tag such as en or pt-BR.")
)

// Profile is what a person tells about themselves, by the names of OpenID Connect
// Core §5.1. A nil field is left as it is, "" takes the value away.
type Profile struct {
	Name, GivenName, FamilyName, MiddleName, Nickname, Username *string
	Picture, Website, Gender, Birthdate, Zoneinfo, Locale       *string
	// Phone is unverified again when it changes.
	Phone *string
	// Address replaces all of its parts; an empty one takes the address away.
	Address *Address
	// UseGravatar lets a third party be asked for the person's picture.
	UseGravatar *bool
	// RequireSecondFactor is the person's own wish to be asked always.
	RequireSecondFactor *bool
	// Attributes are laid over those there are; nil takes a value away. The caller
	// has had them checked against the realm's schema.
	Attributes map[string]any
	// Version, unless 0, is the version that the change was made from: ErrChanged
	// when it is not the present one.
	Version int64
}

// claim ties a field to its claim, its place in User and its rule, so that
// changing, checking and recording a profile cannot disagree.
type claim struct {
	name  string
	given *string
	field *string
	check func(field, value string) (string, error)
}

func (p Profile) claims(u *User) []claim {
	return []claim{
		{"name", p.Name, &u.Name, realm.Sentence},
		{"given_name", p.GivenName, &u.GivenName, optional(realm.DisplayName)},
		{"family_name", p.FamilyName, &u.FamilyName, optional(realm.DisplayName)},
		{"middle_name", p.MiddleName, &u.MiddleName, optional(realm.DisplayName)},
		{"nickname", p.Nickname, &u.Nickname, optional(realm.DisplayName)},
		{"preferred_username", p.Username, &u.Username, optional(realm.DisplayName)},
		{"picture", p.Picture, &u.Picture, realm.WebURL},
		{"website", p.Website, &u.Website, realm.WebURL},
		{"gender", p.Gender, &u.Gender, optional(realm.DisplayName)},
		{"birthdate", p.Birthdate, &u.Birthdate, optional(birthdate)},
		{"zoneinfo", p.Zoneinfo, &u.Zoneinfo, optional(zone)},
		{"locale", p.Locale, &u.Locale, optional(locale)},
		{"phone_number", p.Phone, &u.Phone, optional(phone)},
	}
}

// apply changes u and returns the claims that differ now, or the first fault.
func (p Profile) apply(u *User) ([]string, error) {
	var changed []string
	for _, c := range p.claims(u) {
		if c.given == nil {
			continue
		}
		value, err := c.check(c.name, *c.given)
		if err != nil {
			return nil, err
		}
		if value == *c.field {
			continue
		}
		*c.field = value
		changed = append(changed, c.name)
	}
	if slices.Contains(changed, "phone_number") {
		u.PhoneVerified = false
	}
	for _, f := range []struct {
		name  string
		given *bool
		field *bool
	}{{"use_gravatar", p.UseGravatar, &u.UseGravatar}, {"require_second_factor", p.RequireSecondFactor, &u.RequireSecondFactor}} {
		if f.given != nil && *f.given != *f.field {
			*f.field = *f.given
			changed = append(changed, f.name)
		}
	}
	if p.Attributes != nil {
		names, err := mergeAttributes(u, p.Attributes)
		if err != nil {
			return nil, err
		}
		changed = append(changed, names...)
	}
	if p.Address == nil {
		return changed, nil
	}
	address, err := p.Address.normalise()
	if err != nil {
		return nil, err
	}
	if before := u.Address; (before == nil) != (address == nil) || before != nil && *before != *address {
		u.Address = address
		changed = append(changed, "address")
	}
	return changed, nil
}

// normalise checks the parts; it returns nil for an empty address.
func (a Address) normalise() (*Address, error) {
	parts := []struct {
		name string
		text *string
	}{
		{"street_address", &a.StreetAddress}, {"locality", &a.Locality}, {"region", &a.Region},
		{"postal_code", &a.PostalCode}, {"country", &a.Country}, {"formatted", &a.Formatted},
	}
	for _, p := range parts {
		// The standard allows several lines in two of the parts.
		lines := strings.Split(strings.ReplaceAll(*p.text, "\r\n", "\n"), "\n")
		if len(lines) > 1 && p.name != "formatted" && p.name != "street_address" || len(lines) > 10 {
			return nil, realm.ErrNameInvalid.At(p.name)
		}
		for i, line := range lines {
			var err error
			if lines[i], err = realm.Sentence(p.name, line); err != nil {
				return nil, err
			}
		}
		*p.text = strings.Join(lines, "\n")
	}
	if a == (Address{}) {
		return nil, nil
	}
	return &a, nil
}

func optional(check func(field, value string) (string, error)) func(field, value string) (string, error) {
	return func(field, value string) (string, error) {
		if strings.TrimSpace(value) == "" {
			return "", nil
		}
		return check(field, value)
	}
}

var (
	phonePattern = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`) // E.164
	datePattern  = regexp.MustCompile(`^[0-9]{4}(-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01]))?$`)
	zonePattern  = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}$`)
)

func phone(field, value string) (string, error) {
	digits := strings.NewReplacer(" ", "", "-", "", "(", "", ")", "", "/", "", ".", "").Replace(value)
	if len(value) > 40 || !phonePattern.MatchString(digits) {
		return "", ErrPhoneInvalid.At(field)
	}
	return digits, nil
}

// birthdate is YYYY-MM-DD or YYYY; 0000 stands for a year that is not told.
func birthdate(field, value string) (string, error) {
	if !datePattern.MatchString(value) {
		return "", ErrBirthdateInvalid.At(field)
	}
	return value, nil
}

// zone checks the form of a name only: which zones exist changes several times a
// year, and not with our releases.
func zone(field, value string) (string, error) {
	if len(value) > 64 || !zonePattern.MatchString(value) {
		return "", ErrZoneInvalid.At(field)
	}
	return value, nil
}

func locale(field, value string) (string, error) {
	if len(value) > 35 { // RFC 5646 §4.4.1
		return "", ErrLocaleInvalid.At(field)
	}
	tag, err := language.Parse(value)
	if err != nil || tag == language.Und {
		return "", ErrLocaleInvalid.At(field)
	}
	return tag.String(), nil
}
