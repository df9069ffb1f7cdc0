package blueprint

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Schema is the JSON Schema (2020-12) of documents. What hangs on other things, such as
// that a role exists which another contains, only a plan or an apply finds out.
func Schema() map[string]any {
	properties := map[string]any{"version": map[string]any{"const": Version}}
	for _, s := range sections() {
		one := s.schema()
		switch {
		case s.single:
			properties[s.name] = one
		case s.key != nil:
			properties[s.name] = map[string]any{"type": "array", "items": one}
		default:
			properties[s.name] = map[string]any{"type": []any{"object", "null"}, "additionalProperties": one}
		}
	}
	schema := object(properties)
	schema["$schema"], schema["title"] = "https://json-schema.org/draft/2020-12/schema", "A realm of Auth Server"
	schema["required"] = []any{"version"}
	return schema
}

func object(properties map[string]any) map[string]any {
	return map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
}

// schema is that of one item.
func (s *section) schema() map[string]any {
	if s.shape == nil {
		return object(s.described())
	}
	whole := described(reflect.TypeOf(s.shape()).Elem())
	all, _ := whole["properties"].(map[string]any)
	properties := map[string]any{}
	for _, name := range s.fields {
		field, ok := all[name].(map[string]any)
		if !ok { // the shape is a map of texts
			field, ok = map[string]any{"type": "string"}, true
		}
		if values := s.choices[name]; ok && values != nil {
			field["enum"] = anysInOrder(values)
		}
		if slices.Contains(s.secrets, name) {
			field = secretSchema()
		}
		properties[name] = field
	}
	one := object(properties)
	if !s.single && s.key == nil {
		one["type"] = []any{"object", "null"}
	}
	return one
}

// secretSchema is that of a reference as it stands in a file.
func secretSchema() map[string]any {
	member := map[string]any{"type": "string", "minLength": 1}
	s := object(map[string]any{"env": member, "file": member})
	s["minProperties"], s["maxProperties"] = 1, 1
	return s
}

// described is the schema of a Go type as encoding/json reads it.
func described(t reflect.Type) map[string]any {
	if t == reflect.TypeFor[time.Time]() {
		return map[string]any{"type": "string", "format": "date-time"}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return orNull(described(t.Elem()))
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return map[string]any{"type": "integer"}
	case reflect.Float64:
		return map[string]any{"type": "number"}
	case reflect.Slice:
		return orNull(map[string]any{"type": "array", "items": described(t.Elem())})
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": described(t.Elem())}
	case reflect.Struct:
		if get, ok := t.MethodByName("Get"); ok { // an Opt
			return orNull(described(get.Type.Out(0)))
		}
		properties := map[string]any{}
		for _, f := range reflect.VisibleFields(t) {
			if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && f.IsExported() {
				properties[name] = described(f.Type)
			}
		}
		return object(properties)
	}
	return map[string]any{}
}

func orNull(s map[string]any) map[string]any {
	if kind, ok := s["type"].(string); ok {
		s["type"] = []any{kind, "null"}
	}
	return s
}

func anysInOrder(list []string) []any {
	all := make([]any, 0, len(list))
	for _, one := range list {
		all = append(all, one)
	}
	return all
}

// kinds refuses a field whose value is of another type than its schema says.
func kinds(schemas map[string]any, field Item) error {
	for name, v := range field {
		schema, _ := schemas[name].(map[string]any)
		want, got := schema["type"], ""
		switch x := v.(type) {
		case bool:
			got = "boolean"
		case string:
			got = "string"
		case float64:
			got = "integer"
			if x != float64(int64(x)) {
				got = "number"
			}
		case []any:
			got = "array"
			if slices.ContainsFunc(x, func(one any) bool { _, ok := one.(string); return !ok }) {
				got = "array of other things than strings"
			}
		}
		if got != want {
			return fmt.Errorf("%s must be of the type %v", name, want)
		}
	}
	return nil
}
