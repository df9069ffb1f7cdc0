package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"authserver/client"
)

func (p *program) client() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "client",
		Short: "Register applications, list them, give them new secrets",
		Long: `An application is a client of a realm in the sense of OAuth: it has a client id
and, if it can keep one, a secret.`,
		Example: "  authserver client create --realm acme --name Shop --type web --redirect-uri https://shop.example.com/callback",
		RunE:    group,
	}
	cmd.AddCommand(p.clientCreate(), p.clientList(), p.clientRotateSecret())
	return cmd
}

// clientFlags are the flags of client create.
type clientFlags struct {
	slug, jwks                                  string
	idTokenAlgorithm, tokenFormat, secondFactor string
	firstParty, noRegistration                  bool
	json                                        *bool
	providers                                   []string
	request                                     client.CreateApplicationRequest
	name                                        string
}

func (p *program) clientCreate() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "create",
		Short: "Register an application",
		Long: `Register an application. Its type says where it runs:

  web      on a server; has a secret
  spa      in the browser; public, protected by PKCE
  native   on a person's device; public, protected by PKCE
  service  for itself, without a person; has a secret

The secret is printed once: it is stored as a digest only. With --jwks-file the
application signs its requests with its own key instead (private_key_jwt).`,
		Example: `  authserver client create --realm acme --name Shop --type web \
    --redirect-uri https://shop.example.com/callback \
    --post-logout-redirect-uri https://shop.example.com/
  authserver client create --realm acme --name "Shop app" --type native --redirect-uri com.example.shop:/callback
  authserver client create --realm acme --name Billing --type service --scope invoices.read --json`,
		Args: cobra.NoArgs,
	}
	f, d := cmd.Flags(), clientFlags{}
	f.StringVar(&d.slug, "realm", "", "short name of the realm")
	f.StringVar(&d.name, "name", "", "name that people read when they are asked for consent")
	f.StringVar(&d.request.Type, "type", "", "web, spa, native or service")
	f.StringArrayVar(&d.request.RedirectURIs, "redirect-uri", nil, "where people are sent back to, exactly; may be repeated")
	f.StringArrayVar(&d.request.PostLogoutRedirectURIs, "post-logout-redirect-uri", nil, "where people may be sent after signing out; may be repeated")
	f.StringArrayVar(&d.request.Scopes, "scope", nil, "scope that it may ask for; may be repeated (default for people: the standard ones)")
	f.StringArrayVar(&d.request.GrantTypes, "grant", nil, "grant type that it may use; may be repeated (default: those usual for the type)")
	f.StringArrayVar(&d.request.Audiences, "audience", nil, "resource that it may ask tokens for; may be repeated")
	f.StringArrayVar(&d.request.Identifiers, "identifier", nil, "resource that it answers to as an API, and may introspect tokens for; may be repeated")
	f.StringVar(&d.idTokenAlgorithm, "id-token-alg", "", "signature of its ID tokens: RS256, ES256, PS256 or EdDSA (default the realm's)")
	f.StringVar(&d.tokenFormat, "token-format", "", "form of its access tokens: jwt or opaque (default jwt)")
	f.StringVar(&d.jwks, "jwks-file", "", "JSON Web Key Set with its public keys, for private_key_jwt")
	f.BoolVar(&d.firstParty, "first-party", false, "it belongs to the realm's owner: people are not asked for consent")
	f.BoolVar(&d.noRegistration, "no-registration", false, "people cannot make an account on their way into it")
	f.StringVar(&d.secondFactor, "second-factor", "", "required: nobody goes on with a password alone (default what the realm says)")
	f.StringArrayVar(&d.providers, "provider", nil, "upstream provider that people may sign in with; may be repeated (default all of the realm's)")
	f.StringArrayVar(&d.request.RequiredFields, "required-field", nil, "claim or field that must be known about a person; may be repeated")
	d.json = jsonFlag(cmd)
	require(cmd, "realm", "name", "type")
	p.administer(cmd, func(ctx context.Context, a administration) error { return p.register(ctx, a, d) })
	return cmd
}

func (p *program) register(ctx context.Context, at administration, f clientFlags) error {
	request := f.request
	request.Name = client.Set(f.name)
	for value, member := range map[*string]*client.Opt[string]{
		&f.idTokenAlgorithm: &request.IDTokenAlgorithm, &f.tokenFormat: &request.TokenFormat, &f.secondFactor: &request.SecondFactor,
	} {
		if *value != "" {
			*member = client.Set(*value)
		}
	}
	if f.providers != nil {
		request.Providers = client.Set(f.providers)
	}
	request.FirstParty, request.Registration = client.Set(f.firstParty), client.Set(!f.noRegistration)
	if f.jwks != "" {
		set, err := os.ReadFile(f.jwks)
		if err != nil {
			return fmt.Errorf("the key set cannot be read: %w", err)
		}
		request.TokenEndpointAuthMethod = "private_key_jwt"
		if err := json.Unmarshal(set, &request.JWKS); err != nil {
			return fmt.Errorf("the key set %s is no JSON: %w", f.jwks, err)
		}
	}
	a, err := at.In(f.slug).CreateApplication(ctx, request)
	if err != nil {
		return err
	}
	answer := struct {
		ID       string `json:"client_id"`
		Secret   string `json:"client_secret,omitempty"`
		Realm    string `json:"realm"`
		Issuer   string `json:"issuer"`
		Type     string `json:"type"`
		AuthBy   string `json:"token_endpoint_auth_method"`
		FirstOwn bool   `json:"first_party"`
	}{a.ClientID, a.ClientSecret, f.slug, at.issuer(f.slug), a.Type, a.TokenEndpointAuthMethod, a.FirstParty}
	text := fmt.Sprintf("Client id      %s\n", a.ClientID)
	if a.ClientSecret != "" {
		text += fmt.Sprintf("Client secret  %s  (shown once)\n", a.ClientSecret)
	}
	text += fmt.Sprintf("Issuer         %s\n", answer.Issuer)
	return p.print(*f.json, answer, text)
}

func (p *program) clientList() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the applications of a realm",
		Example: "  authserver client list --realm acme --json",
		Args:    cobra.NoArgs,
	}
	slug := cmd.Flags().String("realm", "", "short name of the realm")
	asJSON := jsonFlag(cmd)
	require(cmd, "realm")
	p.administer(cmd, func(ctx context.Context, a administration) error {
		type line struct {
			ID      string   `json:"client_id"`
			Name    string   `json:"name"`
			Type    string   `json:"type"`
			Enabled bool     `json:"enabled"`
			Grants  []string `json:"grant_types"`
		}
		lines, text := []line{}, strings.Builder{}
		for app, err := range a.In(*slug).AllApplications(ctx, client.ListApplicationsQuery{Limit: 100}) {
			if err != nil {
				return err
			}
			lines = append(lines, line{app.ClientID, app.Name, app.Type, app.Enabled, app.GrantTypes})
			state := "enabled"
			if !app.Enabled {
				state = "disabled"
			}
			fmt.Fprintf(&text, "%-38s %-8s %-9s %s\n", app.ClientID, app.Type, state, app.Name)
		}
		if len(lines) == 0 {
			text.WriteString("The realm has no applications yet.\n")
		}
		return p.print(*asJSON, map[string]any{"clients": lines}, text.String())
	})
	return cmd
}

func (p *program) clientRotateSecret() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rotate-secret",
		Short: "Give an application a new secret; the old one lives on for a while",
		Long: `Give an application a new secret, printed once. The old one keeps working for the
overlap, so that every copy of the application can be changed in time.`,
		Example: "  authserver client rotate-secret --realm acme --client-id 0199… --overlap 24h",
		Args:    cobra.NoArgs,
	}
	slug := cmd.Flags().String("realm", "", "short name of the realm")
	clientID := cmd.Flags().String("client-id", "", "the application's client id")
	overlap := cmd.Flags().Duration("overlap", 24*time.Hour, "how long the old secret keeps working")
	asJSON := jsonFlag(cmd)
	require(cmd, "realm", "client-id")
	p.administer(cmd, func(ctx context.Context, a administration) error {
		realm := a.In(*slug)
		id, err := applicationID(ctx, realm, *clientID)
		if err != nil {
			return err
		}
		seconds := int64(*overlap / time.Second)
		made, err := realm.RotateApplicationSecret(ctx, id, client.RotateApplicationSecretRequest{Overlap: &seconds})
		if err != nil {
			return err
		}
		return p.print(*asJSON, map[string]string{"client_id": *clientID, "client_secret": made.ClientSecret},
			fmt.Sprintf("Client secret  %s  (shown once)\nThe old one works for another %s.\n", made.ClientSecret, *overlap))
	})
	return cmd
}

// applicationID is the id of the application of that client id.
func applicationID(ctx context.Context, realm *client.RealmClient, clientID string) (string, error) {
	for a, err := range realm.AllApplications(ctx, client.ListApplicationsQuery{Limit: 100, Q: clientID}) {
		if err != nil || a.ClientID == clientID {
			return a.ID, err
		}
	}
	return "", errors.New("There is no such application.") //nolint:staticcheck,revive // as the administration says it
}
