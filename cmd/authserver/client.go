package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"authserver/tenant/application"
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
	slug, kind, jwks string
	json             *bool
	draft            application.Draft
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
	f.StringVar(&d.draft.Name, "name", "", "name that people read when they are asked for consent")
	f.StringVar(&d.kind, "type", "", "web, spa, native or service")
	f.StringArrayVar(&d.draft.RedirectURIs, "redirect-uri", nil, "where people are sent back to, exactly; may be repeated")
	f.StringArrayVar(&d.draft.PostLogoutRedirectURIs, "post-logout-redirect-uri", nil, "where people may be sent after signing out; may be repeated")
	f.StringArrayVar(&d.draft.Scopes, "scope", nil, "scope that it may ask for; may be repeated (default for people: the standard ones)")
	f.StringArrayVar(&d.draft.GrantTypes, "grant", nil, "grant type that it may use; may be repeated (default: those usual for the type)")
	f.StringArrayVar(&d.draft.Audiences, "audience", nil, "resource that it may ask tokens for; may be repeated")
	f.StringArrayVar(&d.draft.Identifiers, "identifier", nil, "resource that it answers to as an API, and may introspect tokens for; may be repeated")
	f.StringVar(&d.draft.IDTokenAlgorithm, "id-token-alg", "", "signature of its ID tokens: RS256, ES256, PS256 or EdDSA (default the realm's)")
	f.StringVar(&d.draft.TokenFormat, "token-format", "", "form of its access tokens: jwt or opaque (default jwt)")
	f.StringVar(&d.jwks, "jwks-file", "", "JSON Web Key Set with its public keys, for private_key_jwt")
	f.BoolVar(&d.draft.FirstParty, "first-party", false, "it belongs to the realm's owner: people are not asked for consent")
	f.BoolVar(&d.draft.NoRegistration, "no-registration", false, "people cannot make an account on their way into it")
	f.StringVar(&d.draft.SecondFactor, "second-factor", "", "required: nobody goes on with a password alone (default what the realm says)")
	f.StringArrayVar(&d.draft.Providers, "provider", nil, "upstream provider that people may sign in with; may be repeated (default all of the realm's)")
	f.StringArrayVar(&d.draft.RequiredFields, "required-field", nil, "claim or field that must be known about a person; may be repeated")
	d.json = jsonFlag(cmd)
	require(cmd, "realm", "name", "type")
	cmd.RunE = p.withRooms(func(ctx context.Context, h house) error { return p.register(ctx, h, d) })
	return cmd
}

func (p *program) register(ctx context.Context, h house, f clientFlags) error {
	r, err := h.inRealm(ctx, f.slug)
	if err != nil {
		return err
	}
	f.draft.Type = application.Type(f.kind)
	if f.jwks != "" {
		f.draft.AuthMethod = application.AuthPrivateKeyJWT
		if f.draft.JWKS, err = os.ReadFile(f.jwks); err != nil {
			return fmt.Errorf("the key set cannot be read: %w", err)
		}
	}
	a, plain, err := h.Applications.Register(ctx, r.ID, f.draft)
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
	}{a.ClientID, plain, r.Slug, h.config.Issuer(r.Slug), string(a.Type), a.AuthMethod, a.FirstParty}
	text := fmt.Sprintf("Client id      %s\n", a.ClientID)
	if plain != "" {
		text += fmt.Sprintf("Client secret  %s  (shown once)\n", plain)
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
	cmd.RunE = p.withRooms(func(ctx context.Context, h house) error {
		r, err := h.inRealm(ctx, *slug)
		if err != nil {
			return err
		}
		type line struct {
			ID      string   `json:"client_id"`
			Name    string   `json:"name"`
			Type    string   `json:"type"`
			Enabled bool     `json:"enabled"`
			Grants  []string `json:"grant_types"`
		}
		lines, text := []line{}, strings.Builder{}
		for filter := (application.Filter{Limit: 100}); ; {
			page, err := h.Applications.List(ctx, r.ID, filter)
			if err != nil {
				return err
			}
			for _, a := range page {
				lines = append(lines, line{a.ClientID, a.Name, string(a.Type), a.Enabled, slices.Clone(a.GrantTypes)})
				state := "enabled"
				if !a.Enabled {
					state = "disabled"
				}
				fmt.Fprintf(&text, "%-38s %-8s %-9s %s\n", a.ClientID, a.Type, state, a.Name)
				filter.After = a.ID
			}
			if len(page) < filter.Limit {
				break
			}
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
	cmd.RunE = p.withRooms(func(ctx context.Context, h house) error {
		r, err := h.inRealm(ctx, *slug)
		if err != nil {
			return err
		}
		a, err := h.Applications.ByClientID(ctx, r.ID, *clientID)
		if err != nil {
			return err
		}
		plain, err := h.Applications.AddSecret(ctx, r.ID, a.ID, *overlap)
		if err != nil {
			return err
		}
		return p.print(*asJSON, map[string]string{"client_id": a.ClientID, "client_secret": plain},
			fmt.Sprintf("Client secret  %s  (shown once)\nThe old one works for another %s.\n", plain, *overlap))
	})
	return cmd
}
