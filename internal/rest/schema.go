package rest

import (
	"errors"
	"reflect"
	"strings"
	"time"
	"unicode"

	"authserver/internal/fault"

	"github.com/danielgtaylor/huma/v2"
)

// schemas are the shapes of everything that is sent and answered.
type schemas struct {
	huma.Registry
	names *names
}

func newSchemas() schemas {
	n := &names{of: map[reflect.Type]string{}, taken: map[string]reflect.Type{}}
	return schemas{huma.NewMapRegistry("#/components/schemas/", n.name), n}
}

// names gives every type a name of its own: rooms may use the same one.
type names struct {
	of    map[reflect.Type]string
	taken map[string]reflect.Type
}

func (n *names) name(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if known, ok := n.of[t]; ok {
		return known
	}
	name := plain(t.Name())
	if name == "" {
		name = title(hint)
	}
	if other, ok := n.taken[name]; ok && other != t {
		at := t.PkgPath()[strings.LastIndexByte(t.PkgPath(), '/')+1:]
		name = title(at) + name
		for {
			if _, ok := n.taken[name]; !ok {
				break
			}
			name += "X"
		}
	}
	n.of[t], n.taken[name] = name, t
	return name
}

// null are the lists whose field says nullable:"true": null means something else than an
// empty one.
func (s schemas) null() map[*huma.Schema]bool {
	null := map[*huma.Schema]bool{}
	for t, name := range s.names.of {
		of := s.Map()[name]
		if t.Kind() != reflect.Struct || of == nil {
			continue
		}
		for _, f := range reflect.VisibleFields(t) {
			member, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if p := of.Properties[member]; p != nil && p.Type == huma.TypeArray && f.Tag.Get("nullable") == "true" {
				null[p] = true
			}
		}
	}
	return null
}

// plain is a type's name as the document says it: without View, and Listed[userView] as
// UserList.
func plain(name string) string {
	if inner, ok := strings.CutPrefix(name, "Listed["); ok {
		inner = strings.TrimSuffix(inner, "]")
		return plain(inner[strings.LastIndexByte(inner, '.')+1:]) + "List"
	}
	if cut := strings.IndexByte(name, '['); cut >= 0 {
		name = name[:cut]
	}
	if short := strings.TrimSuffix(name, "View"); short != "" {
		name = short
	}
	return title(name)
}

func title(s string) string {
	if s == "" {
		return s
	}
	r := []rune(s)
	r[0] = unicode.ToUpper(r[0])
	return string(r)
}

// Faults of input that does not fit its schema.
var (
	ErrValue        = fault.New(fault.Invalid, "invalid_value", "A value is not allowed here.")
	ErrUnknownField = fault.New(fault.Invalid, "unknown_field", "The body has a member that is not known here.")
	ErrUnknownQuery = fault.New(fault.Invalid, "unknown_parameter", "The query has a parameter that is not known here.")
)

// check holds v, as encoding/json decodes it, to the schema.
func (s schemas) check(schema *huma.Schema, v any, at string) error {
	path := huma.NewPathBuffer(make([]byte, 0, 64), 0)
	result := &huma.ValidateResult{}
	huma.Validate(s.Registry, schema, path, huma.ModeWriteToServer, v, result)
	if len(result.Errors) == 0 {
		return nil
	}
	var detail *huma.ErrorDetail
	if !errors.As(result.Errors[0], &detail) {
		return ErrValue.At(at)
	}
	field := printable(detail.Location)
	if at != "" {
		field = at
	}
	if strings.Contains(detail.Message, "unexpected property") {
		return ErrUnknownField.At(field)
	}
	return ErrValue.At(field).Say(sentence(detail.Message))
}

// printable keeps what a client made up out of the answer.
func printable(field string) string {
	if len(field) > 100 {
		return ""
	}
	for _, r := range field {
		if r != '_' && r != '.' && r != '[' && r != ']' && r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') {
			return ""
		}
	}
	return field
}

func sentence(s string) string {
	if s == "" {
		return ErrValue.Message
	}
	return strings.ToUpper(s[:1]) + s[1:] + "."
}

func typeOf[T any]() reflect.Type { return reflect.TypeFor[T]() }

func splitComma(s string) []string { return strings.Split(s, ",") }

// mustBeSeen panics on a body that embeds an unexported struct: encoding/json would write
// its members, and the schema would not have them.
func mustBeSeen(op *operation, t reflect.Type) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t == typeOf[time.Time]() {
		return
	}
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous && !f.IsExported() {
			panic("rest: " + op.ID + ": the body embeds " + f.Name + ", which is not exported")
		}
		if f.IsExported() && f.Type != t {
			mustBeSeen(op, f.Type)
		}
	}
}
