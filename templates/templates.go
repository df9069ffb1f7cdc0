package templates

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"reflect"
	"strings"
	"sync"
)

//go:embed layout/*.html page/*.html
var files embed.FS

// Render writes the page, whole or not at all: it is laid out in memory first,
// so that a failure can still become an error page.
func Render(w io.Writer, p Page) error {
	lang := p.Base().Language
	set, ok := parsed()[lang]
	if !ok {
		set = parsed()[fallback]
		p.Base().Language = fallback
	}
	name := nameOf(p)
	t, ok := set[name]
	if !ok {
		return fmt.Errorf("render: no page %q", name)
	}
	buf := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buf)
	buf.Reset()
	layout := "layout"
	if _, ok := p.(AccountPage); ok {
		layout = "account-layout"
	}
	if err := t.ExecuteTemplate(buf, layout, p); err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	_, err := w.Write(buf.Bytes())
	return err
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// parsed holds every page in every language: functions are bound when a template
// is parsed, so that rendering looks up nothing but messages.
var parsed = sync.OnceValue(func() map[string]map[string]*template.Template {
	all := make(map[string]map[string]*template.Template)
	for _, lang := range Languages() {
		v := voice{speech().localizers[lang]}
		layout := template.Must(template.New("").Funcs(v.funcs()).Option("missingkey=error").
			ParseFS(files, "layout/*.html"))
		set := make(map[string]*template.Template)
		for _, p := range pages() {
			name := nameOf(p)
			page := template.Must(layout.Clone())
			set[name] = template.Must(page.ParseFS(files, "page/"+name+".html"))
		}
		all[lang] = set
	}
	return all
})

func nameOf(p Page) string {
	return strings.ToLower(reflect.TypeOf(p).Elem().Name())
}
