package admin

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Document is the server's own description, as a stranger reads it.
type Document struct {
	Operations []*Operation
	schemas    map[string]*Schema
	compiler   *jsonschema.Compiler
}

// Operation is one of them.
type Operation struct {
	ID, Method, Path string
	Parameters       []Parameter
	// Body is the schema of a JSON body, or nil.
	Body     *Schema
	BodyKind string
	// Answers are the schemas of the bodies by status; nil for none or no JSON.
	Answers map[int]*jsonschema.Schema
	Authz   Authz
}

// Authz is what x-authz says.
type Authz struct {
	Permission  string   `json:"permission"`
	RealmScoped bool     `json:"realmScoped"`
	Narrow      bool     `json:"narrow"`
	Subject     string   `json:"subject"`
	Secret      bool     `json:"returnsSecretOnce"`
	Refs        []string `json:"refs"`
	// Schemes are set for operations that no permission guards.
	Schemes []string `json:"schemes"`
}

// Parameter is one of path, query or header.
type Parameter struct {
	Name     string  `json:"name"`
	In       string  `json:"in"`
	Required bool    `json:"required"`
	Schema   *Schema `json:"schema"`
}

// Schema is as much of JSON Schema as the generator reads.
type Schema struct {
	Ref                  string             `json:"$ref"`
	Type                 Types              `json:"type"`
	Format               string             `json:"format"`
	Enum                 []any              `json:"enum"`
	Properties           map[string]*Schema `json:"properties"`
	Required             []string           `json:"required"`
	AdditionalProperties json.RawMessage    `json:"additionalProperties"`
	Items                *Schema            `json:"items"`
	MinLength            int                `json:"minLength"`
	MaxLength            *int               `json:"maxLength"`
	Minimum              *float64           `json:"minimum"`
	Maximum              *float64           `json:"maximum"`
	MinItems             int                `json:"minItems"`
	MaxItems             *int               `json:"maxItems"`
	Examples             []any              `json:"examples"`
}

// Types are the type or types that a schema allows.
type Types []string

// UnmarshalJSON reads one name or a list of them.
func (t *Types) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*t = Types{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(t))
}

const documentURL = "https://auth.test/openapi.json"

// Read reads the document.
func Read(raw []byte) (*Document, error) {
	var doc struct {
		Paths map[string]map[string]struct {
			OperationID string      `json:"operationId"`
			Parameters  []Parameter `json:"parameters"`
			Body        *struct {
				Content map[string]struct {
					Schema *Schema `json:"schema"`
				} `json:"content"`
			} `json:"requestBody"`
			Responses map[string]struct {
				Content map[string]json.RawMessage `json:"content"`
			} `json:"responses"`
			Authz Authz `json:"x-authz"`
		} `json:"paths"`
		Components struct {
			Schemas map[string]*Schema `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		return nil, fmt.Errorf("read the document: %w", err)
	}
	tree, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("read the document: %w", err)
	}
	d := &Document{schemas: doc.Components.Schemas, compiler: jsonschema.NewCompiler()}
	d.compiler.DefaultDraft(jsonschema.Draft2020)
	d.compiler.AssertFormat()
	if err := d.compiler.AddResource(documentURL, tree); err != nil {
		return nil, fmt.Errorf("read the document: %w", err)
	}
	for path, methods := range doc.Paths {
		for method, op := range methods {
			o := &Operation{ID: op.OperationID, Method: strings.ToUpper(method), Path: path, Parameters: op.Parameters, Authz: op.Authz, Answers: map[int]*jsonschema.Schema{}}
			if op.Body != nil {
				for kind, content := range op.Body.Content {
					if o.BodyKind == "" || kind == "application/json" {
						o.BodyKind, o.Body = kind, content.Schema
					}
				}
			}
			for status, answer := range op.Responses {
				code, err := strconv.Atoi(status)
				if err != nil {
					return nil, fmt.Errorf("%s answers %q", o.ID, status)
				}
				o.Answers[code] = nil
				for kind := range answer.Content {
					if !strings.HasSuffix(kind, "json") {
						continue
					}
					at := "#/paths/" + escape(path) + "/" + method + "/responses/" + status + "/content/" + escape(kind) + "/schema"
					if o.Answers[code], err = d.compiler.Compile(documentURL + at); err != nil {
						return nil, fmt.Errorf("%s %d: %w", o.ID, code, err)
					}
				}
			}
			d.Operations = append(d.Operations, o)
		}
	}
	slices.SortFunc(d.Operations, func(a, b *Operation) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method))
	})
	return d, nil
}

// escape writes a name as a part of a JSON pointer in a URL fragment (RFC 6901 §6).
func escape(s string) string {
	s = strings.NewReplacer("~", "~0", "/", "~1").Replace(s)
	return strings.NewReplacer("{", "%7B", "}", "%7D").Replace(s)
}

// Resolve follows references.
func (d *Document) Resolve(s *Schema) *Schema {
	for s != nil && s.Ref != "" {
		s = d.schemas[strings.TrimPrefix(s.Ref, "#/components/schemas/")]
	}
	return s
}

// Check says what is wrong with an answer, or "".
func (o *Operation) Check(status int, header http.Header, body []byte) string {
	schema, declared := o.Answers[status]
	if !declared {
		return fmt.Sprintf("status %d is not declared", status)
	}
	if schema == nil {
		return ""
	}
	if !strings.Contains(header.Get("Content-Type"), "json") {
		return "the answer is " + header.Get("Content-Type")
	}
	tree, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return "the answer is no JSON: " + err.Error()
	}
	if err := schema.Validate(tree); err != nil {
		return "the answer is not as declared: " + err.Error()
	}
	return ""
}
