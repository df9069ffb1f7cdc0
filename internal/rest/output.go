package rest

import (
	"mime"
	"net/http"
	"reflect"

	"authserver/internal/web"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"
)

// None is the answer of an operation that has nothing to say: 204.
type None struct{}

// File is a Body that is downloaded.
type File struct {
	ContentType, Name string
	Bytes             []byte
}

// output is how an Out struct is answered.
type output struct {
	body    []int
	schema  *huma.Schema
	file    bool
	headers []header
}

type header struct {
	name  string
	index []int
	doc   string
}

func (o *output) status() int {
	if o.body == nil && len(o.headers) == 0 {
		return http.StatusNoContent
	}
	for _, h := range o.headers {
		if h.name == "Location" {
			return http.StatusCreated
		}
	}
	return http.StatusOK
}

func (a *API) readOutput(op *operation) *output {
	out := &output{}
	for _, f := range reflect.VisibleFields(op.out) {
		if !f.IsExported() || f.Anonymous {
			continue
		}
		if name := f.Tag.Get("header"); name != "" {
			out.headers = append(out.headers, header{name, f.Index, f.Tag.Get("doc")})
			continue
		}
		if f.Name != "Body" {
			panic("rest: " + op.ID + ": the answer has a field " + f.Name + " that is neither a header nor Body")
		}
		out.body = f.Index
		if f.Type == reflect.TypeFor[File]() {
			out.file = true
			continue
		}
		mustBeSeen(op, f.Type)
		out.schema = a.schemas.Schema(f.Type, true, op.ID+"Response")
	}
	return out
}

// answer writes the Out.
func (a *API) answer(c *gin.Context, op *operation, out any) error {
	v := reflect.ValueOf(out)
	if v.IsNil() || op.output.body == nil && len(op.output.headers) == 0 {
		c.Status(op.Status)
		c.Writer.WriteHeaderNow()
		return nil
	}
	v = v.Elem()
	for _, h := range op.output.headers {
		if value := v.FieldByIndex(h.index).String(); value != "" {
			c.Header(h.name, value)
		}
	}
	if op.output.body == nil {
		c.Status(op.Status)
		c.Writer.WriteHeaderNow()
		return nil
	}
	body := v.FieldByIndex(op.output.body).Interface()
	if file, ok := body.(File); ok {
		c.Header("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": file.Name}))
		c.Data(op.Status, file.ContentType, file.Bytes)
		return nil
	}
	return web.JSON(c, op.Status, body)
}
