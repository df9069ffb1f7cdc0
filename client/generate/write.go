package main

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// object writes the struct of a schema, and those of the objects within it.
func (w *writer) object(name string, s *schema) {
	if s.kind() != "object" || s.Properties == nil {
		w.line("\n// %s is %s of the API.\ntype %s %s", name, name, name, w.plain(name, s))
		return
	}
	inner := map[string]*schema{}
	comment(w, s.Description, name)
	w.line("type %s struct {", name)
	for _, member := range slices.Sorted(maps.Keys(s.Properties)) {
		p := s.Properties[member]
		field := exported(member)
		kind := w.plain(name+field, p)
		if p.kind() == "object" && p.Properties != nil {
			inner[name+field] = p
		}
		if p.kind() == "array" && p.Items.Properties != nil {
			inner[name+field+"Item"] = p.Items
		}
		tag := member
		if !slices.Contains(s.Required, member) {
			kind, tag = optional(kind, p), member+",omitzero"
		}
		if p.Description != "" {
			w.line("\t// %s: %s", field, oneLine(p.Description))
		}
		w.line("\t%s %s `json:%s`", field, kind, strconv.Quote(tag))
	}
	w.line("}")
	for _, name := range slices.Sorted(maps.Keys(inner)) {
		w.object(name, inner[name])
	}
}

// plain is the Go type of a schema; name is that of an object in it.
func (w *writer) plain(name string, s *schema) string {
	switch {
	case s == nil:
		return "any"
	case s.Ref != "":
		return reference(s.Ref)
	case s.kind() == "string" && s.Format == "date-time":
		return "time.Time"
	case s.kind() == "string":
		return "string"
	case s.kind() == "boolean":
		return "bool"
	case s.kind() == "integer":
		return "int64"
	case s.kind() == "number":
		return "float64"
	case s.kind() == "array" && s.Items != nil && s.Items.Properties != nil:
		return "[]" + name + "Item"
	case s.kind() == "array":
		return "[]" + w.plain(name, s.Items)
	case s.kind() == "object" && s.Properties != nil:
		return name
	case s.kind() == "object":
		return "map[string]" + w.plain(name, s.value())
	}
	return "any"
}

// optional is the type of a member that may be absent: one of a merge patch, or one whose
// zero value means something else than absence.
func optional(kind string, s *schema) string {
	switch {
	case s.nullable():
		return "Opt[" + kind + "]"
	case s.Ref != "", kind == "bool", kind == "int64", kind == "float64", s.Properties != nil:
		return "*" + kind
	}
	return kind
}

// operation writes the method, and for a list the iterator.
func (w *writer) operation(path, method string, o operation) {
	name := exported(o.ID)
	receiver, route := "Client", strings.TrimPrefix(path, "/api/v1")
	if strings.HasPrefix(route, "/realms/{realm}") {
		receiver, route = "RealmClient", strings.TrimPrefix(route, "/realms/{realm}")
	}
	arguments, values, cursor := "ctx context.Context", []string{}, false
	address := strconv.Quote(route)
	var queries []parameter
	for _, p := range o.Parameters {
		switch {
		case p.In == "path" && strings.Contains(route, "{"+p.Name+"}"):
			variable := strings.ReplaceAll(p.Name, "_", "")
			arguments += ", " + variable + " string"
			values = append(values, variable)
			address = strings.Replace(address, "{"+p.Name+"}", `" + url.PathEscape(`+variable+`) + "`, 1)
		case p.In == "query":
			queries = append(queries, p)
			cursor = cursor || p.Name == "cursor"
		}
	}
	address = strings.TrimSuffix(address, ` + ""`)
	query := "nil"
	if len(queries) > 0 {
		w.query(name, queries)
		arguments += ", query " + name + "Query"
		query = "query.values()"
	}
	body := "nil"
	if o.Body != nil {
		kind := w.plain(name+"Body", o.Body.Content["application/json"].Schema)
		body = "body"
		if _, ok := o.Body.Content["application/json"]; !ok {
			kind, body = "[]byte", "raw{"+strconv.Quote(slices.Sorted(maps.Keys(o.Body.Content))[0])+", body}"
		}
		arguments += ", body " + kind
	}
	answer, file := w.answer(name, o)
	call := "r.call(ctx, " + strconv.Quote(strings.ToUpper(method)) + ", " + address + ", " + query + ", " + body
	w.line("")
	w.comment(name, o)
	switch {
	case file:
		w.line("func (r *%s) %s(%s, options ...CallOption) ([]byte, error) {\n\tvar raw []byte\n\terr := %s, &raw, options)\n\treturn raw, err\n}", receiver, name, arguments, call)
	case answer == "":
		w.line("func (r *%s) %s(%s, options ...CallOption) error {\n\treturn %s, nil, options)\n}", receiver, name, arguments, call)
	default:
		w.line("func (r *%s) %s(%s, options ...CallOption) (*%s, error) {\n\tanswer := new(%s)\n\tif err := %s, answer, options); err != nil {\n\t\treturn nil, err\n\t}\n\treturn answer, nil\n}",
			receiver, name, arguments, answer, answer, call)
	}
	if list := w.doc.Components.Schemas[answer]; cursor && list != nil && list.Properties["items"] != nil {
		w.iterator(receiver, name, arguments, values, w.plain(answer+"Items", list.Properties["items"]))
	}
}

// iterator writes the method that goes through all pages.
func (w *writer) iterator(receiver, name, arguments string, values []string, items string) {
	all := "All" + strings.TrimPrefix(name, "List")
	passed := strings.Join(append([]string{"ctx"}, append(values, "query")...), ", ")
	w.line("\n// %s is %s over all pages. It ends with the first error.", all, name)
	w.line("func (r *%s) %s(%s, options ...CallOption) iter.Seq2[%s, error] {", receiver, all, arguments, strings.TrimPrefix(items, "[]"))
	w.line("\treturn pages(func(cursor string) (%s, string, error) {\n\t\tquery := query\n\t\tif cursor != \"\" {\n\t\t\tquery.Cursor = cursor\n\t\t}", items)
	w.line("\t\tpage, err := r.%s(%s, options...)\n\t\tif err != nil {\n\t\t\treturn nil, \"\", err\n\t\t}\n\t\treturn page.Items, page.NextCursor, nil\n\t})\n}", name, passed)
}

// answer is the type of a successful answer, or that it is a file.
func (w *writer) answer(name string, o operation) (kind string, file bool) {
	for status, r := range o.Responses {
		if !strings.HasPrefix(status, "2") {
			continue
		}
		for medium, c := range r.Content {
			if medium == "application/json" {
				return w.plain(name+"Answer", c.Schema), false
			}
			return "", true
		}
	}
	return "", false
}

// query writes the struct of an operation's query parameters.
func (w *writer) query(name string, list []parameter) {
	w.line("\n// %sQuery narrows %s; what is zero is left out.\ntype %sQuery struct {", name, name, name)
	for _, p := range list {
		kind := w.plain(name, p.Schema)
		if kind == "bool" {
			kind = "*bool"
		}
		if p.Description != "" {
			w.line("\t// %s: %s", exported(p.Name), oneLine(p.Description))
		}
		w.line("\t%s %s", exported(p.Name), kind)
	}
	w.line("}\n\nfunc (q %sQuery) values() url.Values {\n\tv := url.Values{}", name)
	for _, p := range list {
		w.line("\tput(v, %q, q.%s)", p.Name, exported(p.Name))
	}
	w.line("\treturn v\n}")
}

func (w *writer) comment(name string, o operation) {
	text := name + ": " + o.Summary + "."
	if o.Description != "" {
		text += " " + oneLine(o.Description)
	}
	w.line("// %s", text)
	if o.Authz.Permission != "" {
		w.line("//\n// It needs the permission %s.", o.Authz.Permission)
	}
}

func comment(w *writer, text, name string) {
	if text == "" {
		w.line("\n// %s is an object of the API.", name)
		return
	}
	w.line("\n// %s: %s", name, oneLine(text))
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
