package blueprint

import (
	"context"
	"slices"

	"authserver/client"
)

// providerShape is a provider with its secret by reference.
type providerShape struct {
	client.CreateProviderRequest
	ClientSecret *Reference `json:"client_secret"`
}

func providers() *section {
	known := []string{"kind", "name", "issuer", "client_id", "apple_key", "scopes", "claims", "trust_email", "registration", "sync_profile", "position", "enabled"}
	return &section{
		name: "providers", fields: append(slices.Clone(known), "client_secret"), secrets: []string{"client_secret"}, choices: map[string][]string{"kind": {"oidc", "google", "microsoft", "apple", "github"}},
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
				at.secretive[p.ID] = p.HasClientSecret
			}
			return items, nil
		},
		add: func(ctx context.Context, at *site, name string, item Item) error {
			request, err := into[client.CreateProviderRequest](without(item, "client_secret"))
			if err != nil {
				return err
			}
			request.Slug = name
			request.ClientSecret, _ = secretOf(item["client_secret"])
			p, err := at.realm.CreateProvider(ctx, request)
			if err == nil {
				at.learn("providers", name, p.ID)
			}
			return err
		},
		change: func(ctx context.Context, at *site, name string, item Item, fields []Field) error {
			id := at.ids["providers"][name]
			request, err := into[client.UpdateProviderRequest](without(only(item, fields), "enabled", "client_secret"))
			if err != nil {
				return err
			}
			if plain, told := secretOf(only(item, fields)["client_secret"]); told {
				request.ClientSecret = client.Set(plain)
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
		// A provider's secret is never told, so one that is there is taken for the right one.
		probe: func(_ context.Context, at *site, have, want map[string]Item) error {
			for name, item := range want {
				if at.secretive[at.ids["providers"][name]] && item["client_secret"] != nil {
					have[name]["client_secret"] = item["client_secret"]
				}
			}
			return nil
		},
	}
}
