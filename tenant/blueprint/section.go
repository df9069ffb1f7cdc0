package blueprint

import (
	"context"
	"errors"
	"maps"
	"slices"

	"authserver/client"
)

// section is one kind of thing.
type section struct {
	name string
	// single sections have one item, which is always there.
	single bool
	// fields are those that there are; nil is any.
	fields []string
	// writeOnly fields are never read back.
	writeOnly []string
	// sets are fields with lists whose order means nothing.
	sets []string
	// shape is a new value that an item's JSON must fit into; nil takes any.
	shape func() any
	// settle fills in what the administration adds by itself.
	settle func(Item)

	read    func(context.Context, *site) (map[string]Item, error)
	add     func(ctx context.Context, at *site, name string, item Item) error
	change  func(ctx context.Context, at *site, name string, item Item, fields []Field) error
	destroy func(ctx context.Context, at *site, id string) error
}

// sections are all kinds in the order in which they need one another.
func sections() []*section {
	return []*section{look(), settings(), profile(), providers(), applications(), permissions(), roles(), groups(), policies()}
}

func find(name string) (*section, bool) {
	for _, s := range sections() {
		if s.name == name {
			return s, true
		}
	}
	return nil, false
}

var errAlwaysThere = errors.New("it is always there")

func look() *section {
	branding := []string{"theme", "primary_color", "background_color", "logo_url"}
	return &section{
		name: "realm", single: true, fields: append([]string{"name", "default_language"}, branding...),
		shape: func() any { return new(map[string]string) },
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

func settings() *section {
	return &section{
		name: "settings", single: true,
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

// providerShape is a provider with its secret by reference.
type providerShape struct {
	client.CreateProviderRequest
	ClientSecret *struct {
		Env  string `json:"env"`
		File string `json:"file"`
	} `json:"client_secret"`
}

func providers() *section {
	known := []string{"kind", "name", "issuer", "client_id", "apple_key", "scopes", "claims", "trust_email", "registration", "sync_profile", "position", "enabled"}
	return &section{
		name: "providers", fields: append(slices.Clone(known), "client_secret"), writeOnly: []string{"client_secret"},
		shape: func() any { return new(providerShape) },
		read: func(ctx context.Context, at *site) (map[string]Item, error) {
			items := map[string]Item{}
			for p, err := range at.realm.AllProviders(ctx, client.ListProvidersQuery{}) {
				if err != nil {
					return nil, err
				}
				item, err := some(p, known)
				if err != nil {
					return nil, err
				}
				items[p.Slug] = item
				at.learn("providers", p.Slug, p.ID)
			}
			return items, nil
		},
		add: func(ctx context.Context, at *site, name string, item Item) error {
			request, err := into[client.CreateProviderRequest](without(item, "client_secret"))
			if err != nil {
				return err
			}
			request.Slug = name
			if reference, ok := item["client_secret"]; ok {
				if request.ClientSecret, err = at.secret(reference); err != nil {
					return err
				}
			}
			p, err := at.realm.CreateProvider(ctx, request)
			if err == nil {
				at.learn("providers", name, p.ID)
			}
			return err
		},
		change: func(ctx context.Context, at *site, name string, item Item, fields []Field) error {
			id := at.ids["providers"][name]
			request, err := into[client.UpdateProviderRequest](without(only(item, fields), "enabled"))
			if err != nil {
				return err
			}
			if _, err = at.realm.UpdateProvider(ctx, id, request); err != nil {
				return err
			}
			switch enabled, told := only(item, fields)["enabled"]; {
			case told && enabled == true:
				return at.realm.EnableProvider(ctx, id)
			case told:
				return at.realm.DisableProvider(ctx, id)
			}
			return nil
		},
		destroy: func(ctx context.Context, at *site, id string) error { return at.realm.DeleteProvider(ctx, id) },
	}
}

// some are those fields of a value.
func some(v any, fields []string) (Item, error) {
	item, err := normal(v)
	maps.DeleteFunc(item, func(name string, _ any) bool { return !slices.Contains(fields, name) })
	return item, err
}
