package blueprint

import (
	"context"
	"maps"
	"strings"

	"authserver/client"
)

// notices are a realm's own words for notifications, named kind/language.
func notices() *section {
	known := []string{"title", "body", "icon", "link"}
	return &section{
		name: "notices", fields: known, gone: "the house's words again, or none",
		shape: func() any { return new(client.NoticeWords) },
		read: func(ctx context.Context, at *site) (map[string]Item, error) {
			items := map[string]Item{}
			for t, err := range at.realm.AllNotificationTemplates(ctx, client.ListNotificationTemplatesQuery{Limit: 100}) {
				if err != nil {
					return nil, err
				}
				name := t.Slug + "/" + t.Language
				at.learn("notices", name, name)
				if items[name], err = some(t, known); err != nil {
					return nil, err
				}
			}
			return items, nil
		},
		add: putNotice,
		change: func(ctx context.Context, at *site, name string, item Item, _ []Field) error {
			all := without(at.have.Sections["notices"][name])
			maps.Copy(all, item)
			return putNotice(ctx, at, name, all)
		},
		destroy: func(ctx context.Context, at *site, name string) error {
			slug, language, _ := strings.Cut(name, "/")
			return at.realm.DeleteNotificationTemplate(ctx, slug, language)
		},
	}
}

func putNotice(ctx context.Context, at *site, name string, item Item) error {
	slug, language, ok := strings.Cut(name, "/")
	if !ok {
		return misfit("a notice is named KIND/LANGUAGE")
	}
	request, err := into[client.NoticeWords](item)
	if err == nil {
		_, err = at.realm.PutNotificationTemplate(ctx, slug, language, request)
	}
	return err
}
