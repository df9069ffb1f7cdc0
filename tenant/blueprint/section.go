package blueprint

import (
	"context"
	"maps"
	"slices"

	"authserver/client"
	"authserver/tenant/realm"
)

// section is one kind of thing.
type section struct {
	name string
	// single sections have one item, which is always there.
	single bool
	// key makes the sections a list in the document: the name of an item is said by its
	// own fields.
	key func(Item) (string, error)
	// fields are those that there are.
	fields []string
	// writeOnly fields are never read back, and never compared.
	writeOnly []string
	// secrets are fields with a reference to a secret. Read leaves them out.
	secrets []string
	// sets are fields with lists whose order means nothing.
	sets []string
	// choices are the values that fields may have.
	choices map[string][]string
	// shape is a new value that an item's JSON must fit into.
	shape func() any
	// described are the JSON Schemas of fields, where shape is none.
	described func() map[string]any
	// settle fills in what the administration adds by itself.
	settle func(Item)
	// check refuses what items must not be together.
	check func(map[string]Item) error
	// rank puts items that are added in order; nil is that of their names.
	rank func(Item) float64
	// same reports whether a field is as it should be; nil is equal.
	same func(field string, old, want any) bool
	// expect is what the document means for a realm that has those.
	expect func(have, want map[string]Item) map[string]Item
	// lasting are items that cannot be destroyed, and stay if they are not listed.
	lasting func(Item) bool
	// gone says what destroying is here.
	gone string

	read    func(context.Context, *site) (map[string]Item, error)
	add     func(ctx context.Context, at *site, name string, item Item) error
	change  func(ctx context.Context, at *site, name string, item Item, fields []Field) error
	destroy func(ctx context.Context, at *site, id string) error
	// finish does what needs all items to be there; touched are those that were added or changed.
	finish func(ctx context.Context, at *site, want map[string]Item, touched []string) error
	// probe puts into have what only a question about a secret can tell.
	probe func(ctx context.Context, at *site, have, want map[string]Item) error
}

// sections are all kinds in the order in which they need one another.
func sections() []*section {
	return []*section{
		look(), settings(), limits(), profile(), documents(), templates(), notices(), providers(), applications(), permissions(), roles(), groups(), assignments(), policies(),
	}
}

func find(name string) (*section, bool) {
	for _, s := range sections() {
		if s.name == name {
			return s, true
		}
	}
	return nil, false
}

const errAlwaysThere = misfit("it is always there")

func look() *section {
	branding := []string{"theme", "primary_color", "background_color", "logo_url"}
	return &section{
		name: "realm", single: true, fields: append([]string{"name", "default_language"}, branding...),
		shape: func() any { return new(lookShape) }, choices: map[string][]string{"theme": {"auto", "light", "dark"}},
		read: func(ctx context.Context, at *site) (map[string]Item, error) {
			r, err := at.realm.GetRealm(ctx)
			if err != nil {
				return nil, err
			}
			b := r.Branding
			item, err := normal(map[string]any{
				"name": r.Name, "default_language": r.DefaultLanguage,
				"theme": b.Theme, "primary_color": b.PrimaryColor, "background_color": b.BackgroundColor, "logo_url": b.LogoURL,
			})
			return map[string]Item{single: item}, err
		},
		add: func(context.Context, *site, string, Item) error { return errAlwaysThere },
		change: func(ctx context.Context, at *site, _ string, item Item, fields []Field) error {
			now, err := at.realm.GetRealm(ctx)
			if err != nil {
				return err
			}
			request, err := into[client.Look](only(item, fields))
			if err != nil {
				return err
			}
			b := client.LookBranding(now.Branding)
			for name, to := range map[string]*string{"theme": &b.Theme, "primary_color": &b.PrimaryColor, "background_color": &b.BackgroundColor, "logo_url": &b.LogoURL} {
				if v, told := item[name]; told {
					*to = text(v)
				}
			}
			request.Branding = client.Set(b)
			_, err = at.realm.UpdateRealm(ctx, request)
			return err
		},
	}
}

// lookShape is what a document says of the realm itself.
type lookShape struct {
	Name            string `json:"name"`
	DefaultLanguage string `json:"default_language"`
	Theme           string `json:"theme"`
	PrimaryColor    string `json:"primary_color"`
	BackgroundColor string `json:"background_color"`
	LogoURL         string `json:"logo_url"`
}

func settings() *section {
	return &section{
		name: "settings", single: true, fields: names(realm.PolicySchema()),
		described: realm.PolicySchema,
		read: func(ctx context.Context, at *site) (map[string]Item, error) {
			all, err := at.realm.GetSettings(ctx)
			if err != nil {
				return nil, err
			}
			item, err := normal(*all)
			return map[string]Item{single: item}, err
		},
		add: func(context.Context, *site, string, Item) error { return errAlwaysThere },
		change: func(ctx context.Context, at *site, _ string, item Item, fields []Field) error {
			_, err := at.realm.UpdateSettings(ctx, only(item, fields))
			return err
		},
	}
}

// profile is what the realm wants to know about its people.
func profile() *section {
	return &section{
		name: "profile", single: true, fields: []string{"fields"}, settle: forPersons,
		shape: func() any { return new(client.PutProfileSchemaRequest) },
		read: func(ctx context.Context, at *site) (map[string]Item, error) {
			schema, err := at.realm.GetProfileSchema(ctx)
			if err != nil {
				return nil, err
			}
			item, err := some(schema, []string{"fields"})
			return map[string]Item{single: item}, err
		},
		add: func(context.Context, *site, string, Item) error { return errAlwaysThere },
		change: func(ctx context.Context, at *site, _ string, item Item, _ []Field) error {
			request, err := into[client.PutProfileSchemaRequest](item)
			if err == nil {
				_, err = at.realm.PutProfileSchema(ctx, request)
			}
			return err
		},
	}
}

// forPersons says of profile fields that name nobody that they are the person's own to
// see and change.
func forPersons(item Item) {
	list, _ := item["fields"].([]any)
	for _, one := range list {
		field, ok := one.(map[string]any)
		for _, name := range []string{"view", "edit"} {
			if _, told := field[name]; ok && !told {
				field[name] = "person"
			}
		}
	}
}

// some are those fields of a value.
func some(v any, fields []string) (Item, error) {
	item, err := normal(v)
	maps.DeleteFunc(item, func(name string, _ any) bool { return !slices.Contains(fields, name) })
	return item, err
}
