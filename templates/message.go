package templates

import (
	"fmt"
	"html/template"
	"strings"
	"unicode"

	"authserver/static"

	"github.com/nicksnyder/go-i18n/v2/i18n"
)

// voice speaks one language.
type voice struct {
	localizer *i18n.Localizer
}

func (v voice) funcs() template.FuncMap {
	return template.FuncMap{
		"t":        v.text,
		"n":        v.plural,
		"rich":     v.rich,
		"problem":  v.problem,
		"scope":    v.scope,
		"asset":    static.URL,
		"picture":  picture,
		"initial":  initial,
		"avatar":   avatar,
		"done":     v.done,
		"happened": v.happened,
		"list":     list,
		"date":     v.date,
		"moment":   v.moment,
	}
}

// text is the message with the given id; pairs are names and values that it uses.
func (v voice) text(id string, pairs ...any) (string, error) {
	data, err := dictionary(pairs)
	if err != nil {
		return "", fmt.Errorf("message %s: %w", id, err)
	}
	return v.localizer.Localize(&i18n.LocalizeConfig{MessageID: id, TemplateData: data})
}

// plural is text in the form that the language uses for count, which the message
// finds as {{.count}}.
func (v voice) plural(id string, count int, pairs ...any) (string, error) {
	data, err := dictionary(append(pairs, "count", count))
	if err != nil {
		return "", fmt.Errorf("message %s: %w", id, err)
	}
	return v.localizer.Localize(&i18n.LocalizeConfig{MessageID: id, TemplateData: data, PluralCount: count})
}

// rich is text whose values stand out in bold. The whole sentence is escaped, so
// that neither a message nor a value can bring markup.
func (v voice) rich(id string, pairs ...any) (template.HTML, error) {
	const open, shut = "\x02", "\x03"
	marked := make([]any, len(pairs))
	for i, p := range pairs {
		marked[i] = p
		if i%2 == 1 {
			marked[i] = open + strings.NewReplacer(open, "", shut, "").Replace(fmt.Sprint(p)) + shut
		}
	}
	s, err := v.text(id, marked...)
	if err != nil {
		return "", err
	}
	s = template.HTMLEscapeString(s)
	return template.HTML(strings.NewReplacer(open, "<b>", shut, "</b>").Replace(s)), nil
}

// problem is the sentence for a problem: the catalogue's for its code, else the
// one it came with, else a general one. A page about a failure must never fail.
func (v voice) problem(p Problem) string {
	if s, err := v.text("fault_" + p.Code); err == nil {
		return s
	}
	if p.Message != "" {
		return p.Message
	}
	s, err := v.text("fault_internal")
	if err != nil {
		return p.Code
	}
	return s
}

// scopeText is a scope in a person's words.
type scopeText struct {
	Name, Title, Detail string
	Known               bool
}

// scope describes a scope. One that the catalogue does not know is shown by its
// name, because the person must see everything that is asked for.
func (v voice) scope(name string) scopeText {
	title, err := v.text("scope_" + name)
	if err != nil {
		return scopeText{Name: name}
	}
	detail, _ := v.text("about_scope_" + name)
	return scopeText{Name: name, Title: title, Detail: detail, Known: true}
}

// happened is the sentence for something that happened in an account; what the
// catalogue does not know is said in general.
func (v voice) happened(e AccountEntry) (string, error) {
	if s, err := v.text("activity_"+e.Code, "detail", e.Detail); err == nil {
		return s, nil
	}
	return v.text("activity_general")
}

// picture lets through addresses of pictures that a page may load: https, and
// data URLs of formats that cannot run anything in an img element.
func picture(address string) template.URL {
	if strings.HasPrefix(address, "https://") {
		return template.URL(address)
	}
	kind, _, found := strings.Cut(address, ";base64,")
	if !found {
		return ""
	}
	switch kind {
	case "data:image/png", "data:image/jpeg", "data:image/gif", "data:image/webp", "data:image/svg+xml":
		return template.URL(address)
	}
	return ""
}

// avatar is picture, and lets through paths of our own as well.
func avatar(address string) template.URL {
	if strings.HasPrefix(address, "/") && !strings.HasPrefix(address, "//") && !strings.Contains(address, "\\") {
		return template.URL(address)
	}
	return picture(address)
}

// list is names one after the other.
func list(names []string) string { return strings.Join(names, ", ") }

// initial stands for a picture that nobody gave: the first letter or digit.
func initial(name string) string {
	for _, r := range name {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return string(unicode.ToUpper(r))
		}
	}
	return "·"
}

func dictionary(pairs []any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, fmt.Errorf("odd number of arguments")
	}
	data := make(map[string]any, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("argument %d is not a name", i)
		}
		data[name] = pairs[i+1]
	}
	return data, nil
}
