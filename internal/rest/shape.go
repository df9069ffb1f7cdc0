package rest

import (
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// Shape is the JSON Schema of a Go type that is no operation's input or answer. It is
// made as those of the document are.
type Shape struct {
	all  schemas
	root *huma.Schema
}

// ShapeOf is the shape of values of type t, as encoding/json writes them.
func ShapeOf(t reflect.Type) *Shape {
	n := &names{of: map[reflect.Type]string{}, taken: map[string]reflect.Type{}}
	s := &Shape{all: schemas{huma.NewMapRegistry("#/$defs/", n.name), n}}
	s.root = s.all.Schema(t, false, "Payload")
	return s
}

// Check returns an error if raw is not a value of the shape. Members that the type does
// not have are refused.
func (s *Shape) Check(raw []byte) error {
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return fmt.Errorf("check a shape: %w", err)
	}
	return s.all.check(s.root, v, "")
}

// JSON is the shape as a JSON Schema (2020-12) that stands by itself. Unlike Check it
// allows members that are not known yet, because readers should.
func (s *Shape) JSON() (json.RawMessage, error) {
	raw, err := json.Marshal(s.root)
	if err != nil {
		return nil, fmt.Errorf("write a shape: %w", err)
	}
	var root map[string]any
	if err := json.Unmarshal(raw, &root); err != nil {
		return nil, fmt.Errorf("write a shape: %w", err)
	}
	if inner := s.all.Map(); len(inner) > 0 {
		if raw, err = json.Marshal(inner); err != nil {
			return nil, fmt.Errorf("write a shape: %w", err)
		}
		var defs map[string]any
		if err := json.Unmarshal(raw, &defs); err != nil {
			return nil, fmt.Errorf("write a shape: %w", err)
		}
		root["$defs"] = defs
	}
	open(root)
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	return json.Marshal(root)
}

// open allows unknown members, at every depth.
func open(v any) {
	switch x := v.(type) {
	case map[string]any:
		if x["additionalProperties"] == false {
			delete(x, "additionalProperties")
		}
		for _, inner := range x {
			open(inner)
		}
	case []any:
		for _, inner := range x {
			open(inner)
		}
	}
}
