package rest

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"authserver/internal/web"
	"authserver/templates"
)

// reference shows the OpenAPI document as a page.
func (a *API) reference(c *gin.Context) error {
	if _, err := web.Query(c); err != nil {
		return err
	}
	if err := a.writeDocument(); err != nil {
		return err
	}
	return web.Page(c, http.StatusOK, &templates.Reference{Document: "/api/v1/openapi.json", Groups: a.document.groups})
}

// groups are the operations of the document as the page shows them, by tag.
func (a *API) groups(doc *huma.OpenAPI) []templates.ReferenceGroup {
	byTag := map[string]*templates.ReferenceGroup{}
	for _, op := range a.operations {
		path := op.full()
		if op.described {
			path = op.Path
		}
		g := byTag[op.Tag]
		if g == nil {
			g = &templates.ReferenceGroup{ID: "group-" + strings.ReplaceAll(strings.ToLower(op.Tag), " ", "-"), Name: op.Tag}
			byTag[op.Tag] = g
		}
		g.Operations = append(g.Operations, a.shown(op, operationAt(doc.Paths[path], op.Method)))
	}
	var all []templates.ReferenceGroup
	for _, tag := range slices.Sorted(maps.Keys(byTag)) {
		all = append(all, *byTag[tag])
	}
	return all
}

func operationAt(at *huma.PathItem, method string) *huma.Operation {
	switch method {
	case http.MethodGet:
		return at.Get
	case http.MethodPost:
		return at.Post
	case http.MethodPut:
		return at.Put
	case http.MethodPatch:
		return at.Patch
	}
	return at.Delete
}

func (a *API) shown(op *operation, d *huma.Operation) templates.ReferenceOperation {
	r := templates.ReferenceOperation{ID: op.ID, Method: op.Method, Path: d.Path, Summary: d.Summary, Description: d.Description, Permission: op.Permission}
	for _, p := range d.Parameters {
		r.Parameters = append(r.Parameters, templates.ReferenceMember{Name: p.Name, In: p.In, Kind: kindOf(p.Schema), About: p.Description, Required: p.Required})
	}
	if op.input.schema != nil {
		r.Body = a.members(op.input.schema, "", 0)
	}
	if op.output.schema != nil {
		r.Result = a.members(op.output.schema, "", 0)
	}
	for status, answer := range d.Responses {
		code, err := strconv.Atoi(status)
		if err != nil {
			continue
		}
		r.Answers = append(r.Answers, templates.ReferenceAnswer{Status: code, About: answer.Description})
	}
	slices.SortFunc(r.Answers, func(x, y templates.ReferenceAnswer) int { return x.Status - y.Status })
	return r
}

// members are those of an object and, as far as people read, of what is inside it.
func (a *API) members(s *huma.Schema, prefix string, depth int) []templates.ReferenceMember {
	for s.Ref != "" {
		s = a.schemas.SchemaFromRef(s.Ref)
	}
	if s.Type == huma.TypeArray && s.Items != nil {
		return a.members(s.Items, prefix, depth)
	}
	if s.Type != huma.TypeObject || depth > 3 {
		return nil
	}
	var all []templates.ReferenceMember
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		p := s.Properties[name]
		all = append(all, templates.ReferenceMember{Name: prefix + name, Kind: kindOf(p), About: p.Description, Required: slices.Contains(s.Required, name)})
		all = append(all, a.members(p, prefix+name+".", depth+1)...)
	}
	return all
}

// kindOf says a schema in a few words.
func kindOf(s *huma.Schema) string {
	switch {
	case s.Ref != "":
		return "object"
	case len(s.Enum) > 0:
		words := make([]string, 0, len(s.Enum))
		for _, e := range s.Enum {
			if w, ok := e.(string); ok {
				words = append(words, w)
			}
		}
		return strings.Join(words, " | ")
	case s.Type == huma.TypeArray && s.Items != nil:
		return "list of " + kindOf(s.Items)
	case s.Format != "":
		return s.Format
	case s.Type == "":
		return "any"
	}
	return s.Type
}
