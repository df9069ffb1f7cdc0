package federation

import (
	"encoding/json"
	"math"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"

	"authserver/identity/user"
	"authserver/tenant/realm"
)

// claims are what a provider told, by exact name. encoding/json would fold the case of
// a struct's fields, and "Email_Verified" is not email_verified.
type claims map[string]json.RawMessage

func parseClaims(raw []byte) (claims, bool) {
	var c claims
	if err := json.Unmarshal(raw, &c); err != nil || c == nil {
		return nil, false
	}
	return c, true
}

// text is a claim that is a string.
func (c claims) text(name string) (string, bool) {
	var s *string
	if raw, ok := c[name]; !ok || json.Unmarshal(raw, &s) != nil || s == nil || !utf8.ValidString(*s) {
		return "", false
	}
	return *s, true
}

// texts is a claim that is a string or a list of them.
func (c claims) texts(name string) ([]string, bool) {
	if one, ok := c.text(name); ok {
		return []string{one}, true
	}
	var many []*string
	raw, ok := c[name]
	if !ok || json.Unmarshal(raw, &many) != nil || len(many) == 0 {
		return nil, false
	}
	list := make([]string, len(many))
	for i, s := range many {
		if s == nil {
			return nil, false
		}
		list[i] = *s
	}
	return list, true
}

// at is a claim that is a time in seconds. A number in quotes is none.
func (c claims) at(name string) (time.Time, bool) {
	var n *float64
	raw, ok := c[name]
	if !ok || json.Unmarshal(raw, &n) != nil || n == nil || math.IsNaN(*n) || *n < 0 || *n > 1<<40 {
		return time.Time{}, false
	}
	return time.Unix(int64(*n), 0).UTC(), true
}

// said reports whether the claim is there at all.
func (c claims) said(name string) bool {
	_, ok := c[name]
	return ok
}

// isTrue reports whether a claim is the JSON value true. "true", 1 and all else are
// not (INC-061).
func (c claims) isTrue(name string) bool { return string(c[name]) == "true" }

// person is who somebody is upstream.
type person struct {
	issuer, subject string
	// email is as the provider wrote it; verified that it said so, and is the one to say.
	email    string
	verified bool

	name, givenName, familyName, picture, locale string
}

const (
	subjectMost = 255 // OpenID Connect Core §2
	labelMost   = 100
)

// goodSubject accepts what can be an upstream identifier.
func goodSubject(s string) bool {
	return s != "" && len(s) <= subjectMost && !strings.ContainsFunc(s, unicode.IsControl) && utf8.ValidString(s)
}

// readPerson reads who somebody is of the claims, under the provider's mapping. Address
// and whether it is verified come from the same document, or the one could vouch for
// the other's.
func (p *Provider) readPerson(issuer, subject string, signed, told claims) person {
	who := person{issuer: issuer, subject: subject}
	mail, verified := p.Claims.of("email"), p.Claims.of("email_verified")
	source := signed
	if _, ok := signed.text(mail); !ok || !signed.said(verified) {
		if _, ok := told.text(mail); ok {
			source = told
		}
	}
	who.email, _ = source.text(mail)
	who.verified = source.isTrue(verified) || p.Kind == Apple && string(source[verified]) == `"true"` // Apple documents both
	if p.Kind == Google && !googleKnows(who.email, source) {
		who.verified = false
	}
	for ours, field := range map[string]*string{
		"name": &who.name, "given_name": &who.givenName, "family_name": &who.familyName, "picture": &who.picture, "locale": &who.locale,
	} {
		var ok bool
		if *field, ok = signed.text(p.Claims.of(ours)); !ok {
			*field, _ = told.text(p.Claims.of(ours))
		}
	}
	who.clean()
	return who
}

// googleKnows reports whether the address is Google's own to speak for: one of Gmail, or
// of a Workspace domain. Others were verified once, by whoever had them then.
func googleKnows(email string, source claims) bool {
	_, key, err := user.Normalise(email)
	if err != nil {
		return false
	}
	domain, ok := source.text("hd")
	return strings.HasSuffix(key, "@gmail.com") || ok && domain != ""
}

// clean drops what our own rules for profiles refuse: a strange name upstream must not
// keep its owner out.
func (w *person) clean() {
	for _, c := range []struct {
		field *string
		rule  func(field, value string) (string, error)
	}{
		{&w.name, realm.DisplayName}, {&w.givenName, realm.DisplayName}, {&w.familyName, realm.DisplayName},
		{&w.picture, realm.WebURL}, {&w.locale, languageTag},
	} {
		value, err := c.rule("", *c.field)
		if err != nil {
			value = ""
		}
		*c.field = value
	}
	if w.name == "" {
		w.name = strings.TrimSpace(w.givenName + " " + w.familyName)
	}
}

// languageTag accepts the underscore that some write.
func languageTag(_, value string) (string, error) {
	if value == "" || len(value) > 35 {
		return "", nil
	}
	tag, err := language.Parse(strings.ReplaceAll(value, "_", "-"))
	if err != nil || tag == language.Und {
		return "", err
	}
	return tag.String(), nil
}

// label is what the person calls the identity: its address, else its name.
func (w *person) label() string {
	label := w.email
	if _, _, err := user.Normalise(w.email); err != nil {
		label = w.name
	}
	if runes := []rune(label); len(runes) > labelMost {
		label = string(runes[:labelMost])
	}
	return label
}

// profile is what the person is called, as far as it was told.
func (w *person) profile() user.Profile {
	given := func(s *string) *string {
		if *s == "" {
			return nil
		}
		return s
	}
	return user.Profile{
		Name: given(&w.name), GivenName: given(&w.givenName), FamilyName: given(&w.familyName), Picture: given(&w.picture),
		Locale: given(&w.locale),
	}
}
