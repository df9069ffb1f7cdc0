package admin

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// Generator makes values for schemas: mostly what they ask for, sometimes anything else.
type Generator struct {
	*rand.Rand
	Document *Document
	// Wild is the share of values that do not follow their schema, from 0 to 1.
	Wild float64
	// Known are ids of what exists, by the name of the member or parameter without "_id".
	Known map[string][]string
}

// nasty is what strangers send.
func nasty() []any {
	return []any{
		nil, true, -1, 0, 1.5, 1e300, 9007199254740993, "", " ", "x", strings.Repeat("x", 300), strings.Repeat("ä", 5000), "null", "true", "-1",
		"' OR 1=1 --", `"; DROP TABLE users; --`, "<script>alert(1)</script>", "../../etc/passwd", "%00", "\u0000", "\u202e", "\ufeff", "\U0001F600", "a\r\nb: c",
		"javascript:alert(1)", "http://169.254.169.254/", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-13-45", "{{.}}", "${7*7}",
		[]any{}, []any{nil}, map[string]any{}, map[string]any{"a": map[string]any{"b": []any{1, "2"}}}, "00000000-0000-0000-0000-000000000000", "*",
	}
}

// Value makes one for the schema; name is that of the member or parameter.
func (g *Generator) Value(s *Schema, name string, depth int) any {
	if s = g.Document.Resolve(s); s == nil || g.Float64() < g.Wild || depth > 6 {
		all := nasty()
		return all[g.IntN(len(all))]
	}
	if len(s.Enum) > 0 {
		return s.Enum[g.IntN(len(s.Enum))]
	}
	kind := ""
	if len(s.Type) > 0 {
		kind = s.Type[0]
		if len(s.Type) > 1 && g.IntN(8) == 0 {
			return nil
		}
	}
	switch kind {
	case "boolean":
		return g.IntN(2) == 0
	case "integer", "number":
		return g.number(s)
	case "array":
		return g.list(s, name, depth)
	case "object":
		return g.object(s, depth)
	case "string":
		return g.text(s, name)
	}
	all := nasty()
	return all[g.IntN(len(all))]
}

func (g *Generator) number(s *Schema) any {
	low, high := 0.0, 1000.0
	if s.Minimum != nil {
		low, high = *s.Minimum, *s.Minimum+1000
	}
	if s.Maximum != nil {
		high = *s.Maximum
	}
	return int64(low) + g.Int64N(max(int64(high)-int64(low), 0)+1)
}

func (g *Generator) list(s *Schema, name string, depth int) any {
	n := s.MinItems + g.IntN(3)
	if s.MaxItems != nil {
		n = min(n, *s.MaxItems)
	}
	list := make([]any, 0, n)
	for range n {
		list = append(list, g.Value(s.Items, strings.TrimSuffix(name, "s"), depth+1))
	}
	return list
}

func (g *Generator) object(s *Schema, depth int) any {
	o := map[string]any{}
	for name, p := range s.Properties {
		if slices.Contains(s.Required, name) && g.Float64() >= g.Wild/4 || g.IntN(2) == 0 {
			o[name] = g.Value(p, name, depth+1)
		}
	}
	if g.Float64() < g.Wild/4 {
		o["is_admin"] = true
	}
	return o
}

func (g *Generator) text(s *Schema, name string) any {
	if known := g.Known[strings.TrimSuffix(strings.TrimSuffix(name, "s"), "_id")]; len(known) > 0 && g.IntN(10) > 0 {
		return known[g.IntN(len(known))]
	}
	switch {
	case len(s.Examples) > 0 && g.IntN(2) == 0:
		return s.Examples[g.IntN(len(s.Examples))]
	case s.Format == "uuid":
		return fmt.Sprintf("0192f0c1-%04x-7%03x-8%03x-%012x", g.IntN(1<<16), g.IntN(1<<12), g.IntN(1<<12), g.Int64N(1<<48))
	case s.Format == "date-time":
		return fmt.Sprintf("20%02d-0%d-1%dT0%d:00:00Z", 25+g.IntN(5), 1+g.IntN(9), g.IntN(10), g.IntN(10))
	case s.Format == "email" || name == "email":
		return fmt.Sprintf("p%d@example.com", g.IntN(1000))
	case s.Format == "uri" || strings.HasSuffix(name, "url") || strings.HasSuffix(name, "uri"):
		return fmt.Sprintf("https://app%d.example/cb", g.IntN(100))
	case strings.Contains(name, "password"):
		return fmt.Sprintf("plum-Carriage-%d-tin", g.IntN(1000))
	}
	n := max(s.MinLength, 1) + g.IntN(8)
	if s.MaxLength != nil {
		n = min(n, *s.MaxLength)
	}
	const letters = "abcdefghijklmnopqrstuvwxyz"
	b := make([]byte, n)
	for i := range b {
		b[i] = letters[g.IntN(len(letters))]
	}
	return string(b)
}
