package rest

import (
	"encoding/json"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// Opt is a member of a JSON merge patch (RFC 7396): absent, null, or a value. Its json
// tag has omitzero.
type Opt[T any] struct {
	// Given says that the member is there; Null, that it is null.
	Given, Null bool
	Value       T
}

// Some is a member with a value.
func Some[T any](v T) Opt[T] { return Opt[T]{Given: true, Value: v} }

// UnmarshalJSON implements json.Unmarshaler.
func (o *Opt[T]) UnmarshalJSON(b []byte) error {
	o.Given = true
	if string(b) == "null" {
		o.Null = true
		return nil
	}
	return json.Unmarshal(b, &o.Value)
}

// MarshalJSON implements json.Marshaler.
func (o Opt[T]) MarshalJSON() ([]byte, error) {
	if o.Null || !o.Given {
		return []byte("null"), nil
	}
	return json.Marshal(o.Value)
}

// To sets dst if the member is there; null sets it to its zero value.
func (o Opt[T]) To(dst *T) {
	if o.Given {
		*dst = o.Value
	}
}

// Schema implements huma.SchemaProvider: that of the value, or null.
func (Opt[T]) Schema(r huma.Registry) *huma.Schema {
	s := r.Schema(reflect.TypeFor[T](), false, reflect.TypeFor[T]().Name())
	c := *s
	c.Nullable = true
	return &c
}
