package rest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"authserver/internal/web"
	"authserver/templates"
)

// document is the OpenAPI description, written once all rooms have mounted.
type document struct {
	once sync.Once
	open *huma.OpenAPI
	json []byte
	etag string
	// groups are the same for readers.
	groups []templates.ReferenceGroup
}

func (a *API) mountDocument() {
	a.Mux.Outside().GET("/api/v1/docs", a.reference)
	a.Mux.Root.GET("/api/v1/openapi.json", func(c *gin.Context) error {
		if _, err := web.Query(c); err != nil {
			return err
		}
		if err := a.writeDocument(); err != nil {
			return err
		}
		c.Header("Cache-Control", "public, max-age=60")
		c.Header("ETag", a.document.etag)
		if c.GetHeader("If-None-Match") == a.document.etag {
			c.Status(http.StatusNotModified)
			c.Writer.WriteHeaderNow()
			return nil
		}
		c.Data(http.StatusOK, "application/json", a.document.json)
		return nil
	})
}

// Document is the OpenAPI 3.1 description of all operations, as JSON.
func (a *API) Document() ([]byte, error) {
	if err := a.writeDocument(); err != nil {
		return nil, err
	}
	return a.document.json, nil
}

// Open is the description as a value; it must not be changed.
func (a *API) Open() (*huma.OpenAPI, error) {
	err := a.writeDocument()
	return a.document.open, err
}

func (a *API) writeDocument() (err error) {
	a.document.once.Do(func() {
		a.document.open = a.describe()
		a.document.groups = a.groups(a.document.open)
		a.document.json, err = json.MarshalIndent(a.document.open, "", " ")
		sum := sha256.Sum256(a.document.json)
		a.document.etag = `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
	})
	if err != nil {
		return fmt.Errorf("write the OpenAPI document: %w", err)
	}
	return nil
}

func (a *API) describe() *huma.OpenAPI {
	doc := &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info: &huma.Info{
			Title: "Auth Server", Version: "1",
			Description: "Administration of realms, applications and people. Lists go by cursor; changes are JSON merge patches (RFC 7396) and may carry If-Match; " +
				"a POST may carry an Idempotency-Key; failures are problem+json (RFC 9457) with a stable code.",
		},
		Components: &huma.Components{
			Schemas: a.schemas.Registry,
			SecuritySchemes: map[string]*huma.SecurityScheme{
				"bearer":  {Type: "http", Scheme: "bearer", BearerFormat: "JWT", Description: "An access token with the scope admin."},
				"api_key": {Type: "http", Scheme: "bearer", BearerFormat: "ak_", Description: "An API key, as Authorization: Bearer ak_…"},
				"account": {Type: "http", Scheme: "bearer", BearerFormat: "JWT", Description: "An access token with the scope account, or the session of a browser."},
			},
		},
		Paths: map[string]*huma.PathItem{},
	}
	if a.PublicURL != "" {
		doc.Servers = []*huma.Server{{URL: a.PublicURL}}
	}
	problem := a.schemas.Schema(typeOf[Problem](), true, "Problem")
	tags := map[string]bool{}
	for _, op := range a.operations {
		doc.AddOperation(a.describeOperation(op, problem))
		if !tags[op.Tag] {
			tags[op.Tag] = true
			doc.Tags = append(doc.Tags, &huma.Tag{Name: op.Tag})
		}
	}
	slices.SortFunc(doc.Tags, func(x, y *huma.Tag) int { return strings.Compare(x.Name, y.Name) })
	null := a.schemas.null()
	for _, s := range a.schemas.Map() {
		settle(s, null, 0)
	}
	a.examples(doc)
	return doc
}

// settle writes lists as lists: they are never null in an answer, and need not be in a
// request, but for those of null.
func settle(s *huma.Schema, null map[*huma.Schema]bool, depth int) {
	if s == nil || depth > 16 {
		return
	}
	if s.Type == huma.TypeArray {
		s.Nullable = null[s]
		settle(s.Items, null, depth+1)
	}
	for _, p := range s.Properties {
		settle(p, null, depth+1)
	}
	if more, ok := s.AdditionalProperties.(*huma.Schema); ok {
		settle(more, null, depth+1)
	}
}

func (a *API) describeOperation(op *operation, problem *huma.Schema) *huma.Operation {
	d := &huma.Operation{
		Method: op.Method, Path: op.full(), OperationID: op.ID, Tags: []string{op.Tag}, Summary: op.Summary, Description: op.Description,
		Responses: map[string]*huma.Response{}, Extensions: map[string]any{},
	}
	if op.described {
		d.Path = op.Path
	}
	if strings.Contains(d.Path, "{realm}") {
		d.Parameters = append(d.Parameters, &huma.Param{Name: "realm", In: "path", Required: true, Description: "The realm's short name.", Schema: &huma.Schema{Type: huma.TypeString}})
	}
	for _, p := range op.input.parameters {
		if p.name == "realm" && p.in == "path" {
			continue
		}
		d.Parameters = append(d.Parameters, &huma.Param{Name: p.name, In: p.in, Required: p.required, Description: p.schema.Description, Schema: p.schema})
	}
	if op.Method == http.MethodPost && !op.described {
		d.Parameters = append(d.Parameters, &huma.Param{Name: "Idempotency-Key", In: "header", Description: "Send it again with the same key, and it is done once.", Schema: &huma.Schema{Type: huma.TypeString}})
	}
	if op.input.body != nil {
		content := map[string]*huma.MediaType{}
		for _, kind := range op.input.kinds {
			content[kind] = &huma.MediaType{Schema: op.input.schema}
		}
		d.RequestBody = &huma.RequestBody{Required: !op.input.optional, Content: content}
	}
	d.Responses[strconv.Itoa(op.Status)] = op.success()
	for status, codes := range op.failures() {
		d.Responses[strconv.Itoa(status)] = &huma.Response{
			Description: strings.Join(codes, ", "),
			Content:     map[string]*huma.MediaType{"application/problem+json": {Schema: problem}},
		}
	}
	op.authorize(d)
	return d
}

func (op *operation) success() *huma.Response {
	r := &huma.Response{Description: http.StatusText(op.Status)}
	for _, h := range op.output.headers {
		if r.Headers == nil {
			r.Headers = map[string]*huma.Param{}
		}
		r.Headers[h.name] = &huma.Param{Description: h.doc, Schema: &huma.Schema{Type: huma.TypeString}}
	}
	switch {
	case op.output.file:
		r.Content = map[string]*huma.MediaType{"*/*": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}
	case op.output.body != nil:
		r.Content = map[string]*huma.MediaType{"application/json": {Schema: op.output.schema}}
	}
	return r
}

// authorize says who may call, for readers and for the test that tries everybody.
func (op *operation) authorize(d *huma.Operation) {
	if op.described {
		d.Security = []map[string][]string{}
		for _, name := range op.security {
			d.Security = append(d.Security, map[string][]string{name: {}})
		}
		d.Extensions["x-authz"] = map[string]any{"permission": nil, "schemes": append([]string{}, op.security...)}
		return
	}
	d.Security = []map[string][]string{{"bearer": {}}, {"api_key": {}}}
	authz := map[string]any{"permission": op.Permission, "realmScoped": !op.Root, "narrow": op.Narrow, "idempotent": op.Method != http.MethodPost && op.Method != http.MethodPatch, "returnsSecretOnce": op.Secret}
	if op.Subject != "" {
		authz["subject"] = op.Subject
	}
	if len(op.Refs) > 0 {
		authz["refs"] = op.Refs
	}
	d.Extensions["x-authz"] = authz
}

// failures are the codes by status that the operation may answer.
func (op *operation) failures() map[int][]string {
	all := map[int][]string{}
	add := func(status int, code string) {
		if !slices.Contains(all[status], code) {
			all[status] = append(all[status], code)
		}
	}
	for status, codes := range common(op) {
		for _, code := range codes {
			add(status, code)
		}
	}
	for _, f := range append(slices.Clone(op.Faults), op.Missing) {
		if f != nil {
			add(web.Status(f), f.Code)
		}
	}
	return all
}

// common are the failures that do not depend on what the operation does.
func common(op *operation) map[int][]string {
	all := map[int][]string{
		400: {"invalid_request", "invalid_value", "unknown_parameter"}, 401: {"unauthenticated"}, 403: {"permission_denied"},
		404: {"realm_not_found"}, 414: {"uri_too_long"}, 429: {"too_many_requests"}, 500: {"internal"}, 503: {"unavailable"},
	}
	if op.described && len(op.security) == 0 {
		delete(all, 401)
		delete(all, 403)
	}
	if op.input.body != nil {
		all[400] = append(all[400], "invalid_json", "unknown_field")
	}
	all[413], all[415] = []string{"body_too_large"}, []string{"unsupported_media_type", "unsupported_encoding"}
	if op.Method == http.MethodPost && !op.described {
		all[409] = []string{ErrKeyReused.Code, ErrKeyInUse.Code}
	}
	if op.Subject != "" {
		all[403] = append(all[403], "target_outranks")
	}
	for _, p := range op.input.parameters {
		if p.name == "If-Match" {
			all[412] = []string{"version_mismatch"}
		}
		if p.in == "path" && p.schema.Format == "uuid" && op.Missing == nil {
			all[404] = append(all[404], "not_found")
		}
	}
	return all
}

// Problem is RFC 9457 with our extensions.
type Problem struct {
	Type      string `json:"type"`
	Title     string `json:"title"`
	Status    int    `json:"status"`
	Detail    string `json:"detail,omitempty"`
	Code      string `json:"code" doc:"Stable, for programs."`
	Field     string `json:"field,omitempty" doc:"The member or parameter at fault."`
	RequestID string `json:"request_id"`
}
