package profile

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"authserver/internal/fault"
)

// Schema is everything that a realm wants to know beyond the standard, in the order
// in which people are asked. Values that Service.Schema returns are shared and must
// not be changed.
type Schema struct {
	// Version counts the changes; 0 is a realm that never set one. It is an ETag.
	Version   int64     `json:"version"`
	Fields    []Field   `json:"fields"`
	UpdatedAt time.Time `json:"updated_at,omitzero"`
}

// schemaMost bounds the stored document.
const schemaMost = 256 << 10

// Field returns the field of that name.
func (s *Schema) Field(name string) (*Field, bool) {
	i := slices.IndexFunc(s.Fields, func(f Field) bool { return f.Name == name })
	if i < 0 {
		return nil, false
	}
	return &s.Fields[i], true
}

// Scopes are the scopes that open any of the fields, each once, sorted.
func (s *Schema) Scopes() []string {
	var scopes []string
	for _, f := range s.Fields {
		if f.Scope != "" {
			scopes = append(scopes, f.Scope)
		}
	}
	slices.Sort(scopes)
	return slices.Compact(scopes)
}

// prepare checks fields and makes them ready for use.
func prepare(fields []Field) ([]Field, error) {
	if len(fields) > fieldsMost {
		return nil, ErrSchemaInvalid.At("fields").Say("A schema has at most " + strconv.Itoa(fieldsMost) + " fields.")
	}
	ready := slices.Clone(fields)
	seen := map[string]bool{}
	for i := range ready {
		f := &ready[i]
		err := f.normalise()
		if err == nil && seen[f.Name] {
			err = ErrSchemaInvalid.At("name").Say("Two fields have the same name.")
		}
		if wrong, ok := fault.Of(err); ok {
			return nil, ErrSchemaInvalid.At(fmt.Sprintf("fields[%d].%s", i, wrong.Field)).Say(wrong.Message)
		}
		seen[f.Name] = true
	}
	return ready, nil
}

// encode is the document of a row.
func encode(fields []Field) (string, error) {
	text, err := json.Marshal(fields)
	if err != nil {
		return "", fmt.Errorf("encode profile schema: %w", err)
	}
	if len(text) > schemaMost {
		return "", ErrSchemaInvalid.At("fields").Say("The schema is too long.")
	}
	return string(text), nil
}

func decode(text string) ([]Field, error) {
	var fields []Field
	if err := json.Unmarshal([]byte(text), &fields); err != nil {
		return nil, fmt.Errorf("decode profile schema: %w", err)
	}
	return prepare(fields)
}
