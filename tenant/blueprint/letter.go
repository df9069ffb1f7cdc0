package blueprint

import (
	"context"
	"maps"
	"strings"

	"golang.org/x/net/html"

	"authserver/client"
)

// templates are a realm's own words for letters, named kind/language.
func templates() *section {
	known := []string{"subject", "html", "text", "description"}
	return &section{
		name: "templates", fields: known, gone: "the house's words again",
		shape: func() any { return new(client.Described) },
		same: func(field string, old, want any) bool {
			return field == "html" && whole(text(old)) == whole(text(want))
		},
		read: func(ctx context.Context, at *site) (map[string]Item, error) {
			items := map[string]Item{}
			for kind, err := range at.realm.AllTemplates(ctx, client.ListTemplatesQuery{Limit: 100}) {
				if err != nil {
					return nil, err
				}
				for _, l := range kind.Languages {
					if !l.Overridden {
						continue
					}
					t, err := at.realm.GetTemplate(ctx, kind.Kind, l.Language)
					if err != nil {
						return nil, err
					}
					name := kind.Kind + "/" + l.Language
					at.learn("templates", name, name)
					if items[name], err = some(t, known); err != nil {
						return nil, err
					}
				}
			}
			return items, nil
		},
		add: func(ctx context.Context, at *site, name string, item Item) error {
			return putTemplate(ctx, at, name, item)
		},
		change: func(ctx context.Context, at *site, name string, item Item, _ []Field) error {
			all := without(at.have.Sections["templates"][name])
			if item["html"] != nil {
				delete(all, "text") // it is made of the HTML anew
			}
			maps.Copy(all, item)
			return putTemplate(ctx, at, name, all)
		},
		destroy: func(ctx context.Context, at *site, name string) error {
			kind, language, _ := strings.Cut(name, "/")
			return at.realm.DeleteTemplate(ctx, kind, language)
		},
	}
}

func putTemplate(ctx context.Context, at *site, name string, item Item) error {
	kind, language, ok := strings.Cut(name, "/")
	if !ok {
		return misfit("a template is named KIND/LANGUAGE")
	}
	request, err := into[client.Described](item)
	if err != nil {
		return err
	}
	stored, err := at.realm.PutTemplate(ctx, kind, language, request)
	if err == nil && whole(stored.Html) != whole(request.Html) {
		err = misfit("html: what may not stand in a mail falls out of it, so write only what stays: " + stored.Html)
	}
	return err
}

// whole is the HTML document that a piece of HTML is one of, as the administration
// writes it.
func whole(source string) string {
	doc, err := html.Parse(strings.NewReader(source))
	if err != nil || source == "" {
		return source
	}
	var b strings.Builder
	if html.Render(&b, doc) != nil {
		return source
	}
	return b.String()
}
