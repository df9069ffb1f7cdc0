package rest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"time"

	"authserver/internal/fault"
	"authserver/internal/id"
	"authserver/internal/web"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"
)

// input is how an In struct is filled.
type input struct {
	parameters []parameter
	body       []int // index of Body; nil without one
	schema     *huma.Schema
	optional   bool // the body may be left out
	kinds      []string
	page       []int // index of Page; nil without one
}

// parameter is one value of path, query or header.
type parameter struct {
	name, in string
	index    []int
	kind     reflect.Type // without pointer
	schema   *huma.Schema
	field    reflect.StructField
	required bool
	fallback string
}

// Text is a Body that is not JSON: it is taken as it is. Its kind tag names the media
// types, divided by commas.
type Text []byte

func (a *API) readInput(op *operation) *input {
	in := &input{}
	for _, f := range reflect.VisibleFields(op.in) {
		if f.Anonymous && f.Type == typeOf[Page]() {
			in.page = f.Index
		}
		if !f.IsExported() || f.Anonymous {
			continue
		}
		if f.Name == "Body" {
			a.readBody(op, in, f)
			continue
		}
		for _, where := range []string{"path", "query", "header"} {
			if name := f.Tag.Get(where); name != "" {
				in.parameters = append(in.parameters, a.readParameter(op, f, name, where))
			}
		}
	}
	return in
}

func (a *API) readBody(op *operation, in *input, f reflect.StructField) {
	mustBeSeen(op, f.Type)
	in.body = f.Index
	if f.Type == typeOf[Text]() {
		in.kinds = splitComma(f.Tag.Get("kind"))
		in.schema = &huma.Schema{Type: huma.TypeString, Description: f.Tag.Get("doc")}
		return
	}
	in.kinds = []string{"application/json"}
	if op.Method == http.MethodPatch {
		in.kinds = []string{"application/merge-patch+json", "application/json"}
	}
	in.schema = a.schemas.Schema(f.Type, true, op.ID+"Request")
	whole := in.schema
	if whole.Ref != "" {
		whole = a.schemas.SchemaFromRef(whole.Ref)
	}
	in.optional = whole.Type == huma.TypeObject && len(whole.Required) == 0 && op.Method != http.MethodPatch
}

func (a *API) readParameter(op *operation, f reflect.StructField, name, where string) parameter {
	p := parameter{name: name, in: where, index: f.Index, kind: f.Type, field: f, fallback: f.Tag.Get("default")}
	p.schema = huma.SchemaFromField(a.schemas.Registry, f, "")
	p.schema.Nullable = false
	if p.kind.Kind() == reflect.Pointer {
		p.kind = p.kind.Elem()
	}
	p.required = where == "path" || f.Tag.Get("required") == "true"
	switch p.kind.Kind() {
	case reflect.String, reflect.Int, reflect.Int64, reflect.Bool:
	default:
		if p.kind != typeOf[time.Time]() {
			panic(fmt.Sprintf("rest: %s: parameter %s has type %s", op.ID, name, f.Type))
		}
	}
	return p
}

// fill reads the request into a new In.
func (a *API) fill(c *gin.Context, op *operation) (any, error) {
	in := reflect.New(op.in)
	query, err := web.Query(c)
	if err != nil {
		return nil, err
	}
	if err := op.input.strangers(query); err != nil {
		return nil, err
	}
	for _, p := range op.input.parameters {
		raw, given := p.from(c, query)
		if !given {
			if p.required {
				return nil, ErrValue.At(p.name).Say("It is needed.")
			}
			if raw = p.fallback; raw == "" {
				continue
			}
		}
		if p.in == "path" && p.schema.Format == "uuid" && !id.Valid(raw) {
			return nil, op.missing()
		}
		if err := a.set(in.Elem(), p, raw); err != nil {
			return nil, err
		}
	}
	return in.Interface(), a.fillBody(c, op, in.Elem())
}

func (o *operation) missing() error {
	if o.Missing != nil {
		return o.Missing
	}
	return fault.New(fault.NotFound, "not_found", "There is no such thing.")
}

// strangers refuses parameters that the operation does not know.
func (in *input) strangers(query url.Values) error {
known:
	for name := range query {
		for _, p := range in.parameters {
			if p.in == "query" && p.name == name {
				continue known
			}
		}
		return ErrUnknownQuery.At(printable(name))
	}
	return nil
}

func (p *parameter) from(c *gin.Context, query url.Values) (string, bool) {
	switch p.in {
	case "path":
		return c.Param(p.name), true
	case "query":
		return query.Get(p.name), query.Has(p.name)
	}
	values := c.Request.Header.Values(p.name)
	if len(values) != 1 {
		return "", false
	}
	return values[0], true
}

// set writes the value of a parameter into the struct.
func (a *API) set(in reflect.Value, p parameter, raw string) error {
	var v any = raw
	var err error
	switch {
	case p.kind == typeOf[time.Time]():
		v, err = time.Parse(time.RFC3339, raw)
		if err == nil && (v.(time.Time).Year() < 1970 || v.(time.Time).Year() > 9999) {
			return ErrValue.At(p.name).Say("The time is out of range.")
		}
		if err == nil {
			v = v.(time.Time).UTC()
		}
	case p.kind.Kind() == reflect.Bool:
		v, err = strconv.ParseBool(raw)
		if raw != "true" && raw != "false" {
			return ErrValue.At(p.name).Say("Expected true or false.")
		}
	case p.kind.Kind() != reflect.String:
		v, err = strconv.ParseInt(raw, 10, 64)
	}
	if err != nil {
		return ErrValue.At(p.name)
	}
	checked := v
	if p.kind == typeOf[time.Time]() {
		checked = raw
	}
	if err := a.schemas.check(p.schema, checked, p.name); err != nil {
		if p.in == "path" {
			return ErrValue.At(p.name)
		}
		return err
	}
	value := reflect.ValueOf(v).Convert(p.kind)
	field := in.FieldByIndex(p.index)
	if field.Kind() == reflect.Pointer {
		pointed := reflect.New(p.kind)
		pointed.Elem().Set(value)
		value = pointed
	}
	field.Set(value)
	return nil
}

func (a *API) fillBody(c *gin.Context, op *operation, in reflect.Value) error {
	if op.input.body == nil {
		if c.Request.ContentLength > 0 {
			return ErrUnknownField.Say("This takes no body.")
		}
		return nil
	}
	raw, err := web.Raw(c, op.MaxBody, op.input.kinds...)
	if err != nil {
		return err
	}
	body := in.FieldByIndex(op.input.body)
	if body.Type() == typeOf[Text]() {
		body.SetBytes(raw)
		return nil
	}
	if len(raw) == 0 {
		if op.input.optional {
			return nil
		}
		return fault.New(fault.Invalid, "invalid_json", "A body is needed.")
	}
	var tree any
	if err := json.Unmarshal(raw, &tree); err != nil {
		return fault.New(fault.Invalid, "invalid_json", "The body is not valid JSON.")
	}
	if err := a.schemas.check(op.input.schema, tree, ""); err != nil {
		return err
	}
	if err := json.Unmarshal(raw, body.Addr().Interface()); err != nil {
		return ErrValue
	}
	return nil
}
