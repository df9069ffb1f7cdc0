package rest

import (
	"maps"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// exampleID is any identifier of ours.
const exampleID = "01983f2e-7c1a-7d4b-9a51-2f6c8e0d4b17"

// exampleDeep bounds examples of types that contain themselves.
const exampleDeep = 6

// examples gives the body of every request and every success an example, put together
// from its schema: what a field says by the tag example, else the first of an enum, else
// what its format or name suggests. Writing hundreds by hand would be hundreds that are
// wrong after the next change; these are held to their schemas by a test.
func (a *API) examples(doc *huma.OpenAPI) {
	for _, item := range doc.Paths {
		for _, o := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if o == nil {
				continue
			}
			if o.RequestBody != nil {
				for _, m := range o.RequestBody.Content {
					m.Example = a.example(m.Schema, "", true, 0)
				}
			}
			for status, r := range o.Responses {
				if !strings.HasPrefix(status, "2") {
					continue
				}
				for kind, m := range r.Content {
					if kind == "application/json" {
						m.Example = a.example(m.Schema, "", false, 0)
					}
				}
			}
		}
	}
}

// example is a value for the schema. The name is that of the member which it stands in;
// sent says that it goes to the server.
func (a *API) example(s *huma.Schema, name string, sent bool, depth int) any {
	if s == nil || depth > exampleDeep {
		return nil
	}
	if s.Ref != "" {
		return a.example(a.schemas.SchemaFromRef(s.Ref), name, sent, depth)
	}
	switch {
	case len(s.Examples) > 0:
		return s.Examples[0]
	case len(s.Enum) > 0:
		return s.Enum[0]
	case s.Default != nil:
		return s.Default
	}
	switch s.Type {
	case huma.TypeObject:
		return a.exampleObject(s, sent, depth)
	case huma.TypeArray:
		if one := a.example(s.Items, name, sent, depth+1); one != nil {
			return []any{one}
		}
		return []any{}
	case huma.TypeBoolean:
		return true
	case huma.TypeInteger, huma.TypeNumber:
		return exampleNumber(s)
	case huma.TypeString:
		return exampleText(s, name)
	}
	return map[string]any{}
}

func (a *API) exampleObject(s *huma.Schema, sent bool, depth int) any {
	value := map[string]any{}
	for _, member := range slices.Sorted(maps.Keys(s.Properties)) {
		p := s.Properties[member]
		if sent && p.ReadOnly || !sent && p.WriteOnly {
			continue
		}
		if depth >= exampleDeep && !slices.Contains(s.Required, member) {
			continue
		}
		if v := a.example(p, member, sent, depth+1); v != nil {
			value[member] = v
		}
	}
	return value
}

func exampleNumber(s *huma.Schema) any {
	n := 1.0
	if s.Minimum != nil {
		n = max(n, *s.Minimum)
	}
	if s.Maximum != nil {
		n = min(n, *s.Maximum)
	}
	return int64(n)
}

// exampleText is a string that fits the schema's bounds.
func exampleText(s *huma.Schema, name string) string {
	text := suggested(s.Format, name)
	if s.MaxLength != nil && len(text) > *s.MaxLength {
		text = text[:*s.MaxLength]
	}
	if s.MinLength != nil && len(text) < *s.MinLength {
		text += strings.Repeat("x", *s.MinLength-len(text))
	}
	return text
}

func suggested(format, name string) string {
	switch format {
	case "uuid":
		return exampleID
	case "date-time":
		return "2026-01-15T09:30:00Z"
	case "date":
		return "2026-01-15"
	case "uri", "url":
		return "https://shop.example/"
	case "byte":
		return "c2hvcA=="
	}
	switch {
	case name == "id", strings.HasSuffix(name, "_id"), strings.HasSuffix(name, "_ids"):
		return exampleID
	case name == "ip", strings.HasSuffix(name, "_ip"):
		return "203.0.113.7"
	case name == "event", name == "events":
		return "user.created"
	}
	for _, s := range []struct{ part, text string }{
		{"description", "What it is for."},
		{"email", "ada@example.com"}, {"phone", "+4930123456"}, {"uri", "https://shop.example/callback"}, {"url", "https://shop.example/"}, {"issuer", "https://id.example.com"},
		{"origin", "https://shop.example"}, {"locale", "en"}, {"language", "en"}, {"zoneinfo", "Europe/Berlin"}, {"given_name", "Ada"}, {"family_name", "Lovelace"},
		{"name", "Ada Lovelace"}, {"slug", "shop"}, {"color", "#3451d1"}, {"network", "203.0.113.0/24"}, {"device", "Firefox on Linux"},
		{"secret", "shown-once"}, {"password", "four lamps on a wall"}, {"version", "1"}, {"scope", "openid"}, {"code", "invoice.read"}, {"permission", "users.read"},
		{"cursor", "MDE5ODNmMmU"}, {"reason", "left the company"}, {"title", "Terms of use"}, {"markdown", "# Terms of use"},
	} {
		if strings.Contains(name, s.part) {
			return s.text
		}
	}
	return "text"
}
