package main

import (
	"encoding/json"
	"strings"
	"unicode"
)

// document is as much of OpenAPI as the administration's own document uses.
type document struct {
	Paths      map[string]map[string]operation `json:"paths"`
	Components struct {
		Schemas map[string]*schema `json:"schemas"`
	} `json:"components"`
}

type operation struct {
	ID          string      `json:"operationId"`
	Summary     string      `json:"summary"`
	Description string      `json:"description"`
	Parameters  []parameter `json:"parameters"`
	Body        *content    `json:"requestBody"`
	Responses   map[string]content
	Authz       struct {
		Permission string `json:"permission"`
	} `json:"x-authz"`
}

type content struct {
	Content map[string]struct {
		Schema *schema `json:"schema"`
	} `json:"content"`
}

type parameter struct {
	Name        string  `json:"name"`
	In          string  `json:"in"`
	Description string  `json:"description"`
	Schema      *schema `json:"schema"`
}

type schema struct {
	Ref         string             `json:"$ref"`
	Types       types              `json:"type"`
	Format      string             `json:"format"`
	Description string             `json:"description"`
	Properties  map[string]*schema `json:"properties"`
	Required    []string           `json:"required"`
	Items       *schema            `json:"items"`
	Additional  json.RawMessage    `json:"additionalProperties"`
}

// types are the type or types that a schema allows.
type types []string

// UnmarshalJSON reads one name or a list of them.
func (t *types) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*t = types{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(t))
}

// nullable reports whether null is allowed beside one type.
func (s *schema) nullable() bool { return len(s.Types) == 2 && s.Types[1] == "null" }

func (s *schema) kind() string {
	if len(s.Types) == 0 {
		return ""
	}
	return s.Types[0]
}

// value is the schema of a map's values, or nil for any.
func (s *schema) value() *schema {
	var v schema
	if json.Unmarshal(s.Additional, &v) != nil {
		return nil
	}
	return &v
}

func reference(ref string) string { return strings.TrimPrefix(ref, "#/components/schemas/") }

// exported is a name of the document as Go writes it: user_id is UserID.
func exported(name string) string {
	var b strings.Builder
	for _, part := range strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		switch part {
		case "id", "ip", "url", "uri", "uris", "amr", "acr", "sms", "api", "jwt", "jwks":
			part = strings.ReplaceAll(strings.ToUpper(part), "URIS", "URIs")
		default:
			part = strings.ToUpper(part[:1]) + part[1:]
		}
		b.WriteString(part)
	}
	return b.String()
}
