package blueprint

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"authserver/client"
)

// applications are named by their client id. One that is switched off counts as one that
// is not there, and so does what belongs to it.
func applications() *section {
	known := []string{
		"name", "description", "type", "logo_url", "home_url", "first_party", "token_endpoint_auth_method", "redirect_uris", "post_logout_redirect_uris", "grant_types",
		"scopes", "audiences", "identifiers", "allowed_origins", "token_format", "id_token_algorithm", "access_token_algorithm", "access_token_lifetime",
		"id_token_lifetime", "refresh_idle", "refresh_absolute", "registration", "second_factor", "providers", "required_fields",
	}
	return &section{
		name: "applications", fields: append(slices.Clone(known), "documents", "keys", "secret_from"), secrets: []string{"secret_from"}, sets: []string{"documents"},
		choices: map[string][]string{
			"type": {"web", "spa", "native", "service"}, "token_format": {"jwt", "opaque"},
			"token_endpoint_auth_method": {"client_secret_basic", "client_secret_post", "private_key_jwt", "none"},
		},
		shape: func() any { return new(applicationShape) }, gone: "switched off, with what belongs to it",
		same: func(field string, old, want any) bool { return field == "keys" && within(old, want) }, probe: probeSecrets,
		read: func(ctx context.Context, at *site) (map[string]Item, error) {
			items := map[string]Item{}
			for a, err := range at.realm.AllApplications(ctx, client.ListApplicationsQuery{Limit: 100}) {
				if err != nil {
					return nil, err
				}
				at.learn("applications", a.ClientID, a.ID)
				if !a.Enabled {
					at.off[a.ID] = true
					continue
				}
				item, err := some(a, known)
				if err == nil {
					err = at.readMore(ctx, &a, item)
				}
				if err != nil {
					return nil, err
				}
				items[a.ClientID] = item
			}
			return items, nil
		},
		add: func(ctx context.Context, at *site, name string, item Item) error {
			if id, off := at.ids["applications"][name]; off {
				if err := at.realm.EnableApplication(ctx, id); err != nil {
					return err
				}
				return updateApplication(ctx, at, id, item)
			}
			request, err := into[client.CreateApplicationRequest](without(item, "documents", "keys", "secret_from"))
			if err != nil {
				return err
			}
			request.ClientID = name
			if keys, told := item["keys"]; told {
				request.JWKS = map[string]any{"keys": keys}
			}
			request.ClientSecret, _ = secretOf(item["secret_from"])
			made, err := at.realm.CreateApplication(ctx, request)
			if err != nil {
				return err
			}
			at.learn("applications", name, made.ID)
			return at.pin(ctx, made.ID, item)
		},
		change: func(ctx context.Context, at *site, name string, item Item, fields []Field) error {
			return updateApplication(ctx, at, at.ids["applications"][name], only(item, fields))
		},
		destroy: func(ctx context.Context, at *site, id string) error { return at.realm.DisableApplication(ctx, id) },
	}
}

func updateApplication(ctx context.Context, at *site, id string, item Item) error {
	request, err := into[client.UpdateApplicationRequest](without(item, "documents", "keys", "secret_from"))
	if err != nil {
		return err
	}
	if _, err = at.realm.UpdateApplication(ctx, id, request); err != nil {
		return err
	}
	if keys, told := item["keys"].([]any); told {
		if _, err := at.realm.ReplaceApplicationKeys(ctx, id, client.ReplaceApplicationKeysRequest{Keys: keys}); err != nil {
			return err
		}
	}
	if plain, told := secretOf(item["secret_from"]); told {
		if _, err := at.realm.RotateApplicationSecret(ctx, id, client.RotateApplicationSecretRequest{ClientSecret: plain}); err != nil {
			return err
		}
	}
	return at.pin(ctx, id, item)
}

// application is the id of the application of that client id; "" is the realm itself.
func (s *site) application(clientID string) (string, error) {
	if clientID == "" {
		return "", nil
	}
	id, ok := s.ids["applications"][clientID]
	if !ok {
		return "", misfit(fmt.Sprintf("there is no application %q", clientID))
	}
	return id, nil
}

// owned is a name within an application, "shop/clerk", or within the realm, "clerk".
func (s *site) owned(applicationID, name string) string {
	if applicationID == "" {
		return name
	}
	return s.name("applications", applicationID) + "/" + name
}

// owner takes such a name apart again.
func (s *site) owner(name string) (applicationID, own string, err error) {
	clientID, own, ok := strings.Cut(name, "/")
	if !ok {
		return "", name, nil
	}
	applicationID, err = s.application(clientID)
	return applicationID, own, err
}

// texts are the strings of a list.
func texts(v any) []string {
	list, _ := v.([]any)
	all := make([]string, 0, len(list))
	for _, one := range list {
		all = append(all, fmt.Sprint(one))
	}
	return all
}

// anys is a list as JSON has it, in order.
func anys(list []string) []any {
	list = slices.Clone(list)
	slices.Sort(list)
	all := make([]any, 0, len(list))
	for _, one := range list {
		all = append(all, one)
	}
	return all
}
