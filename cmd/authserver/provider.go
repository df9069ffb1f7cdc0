package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"authserver/identity/federation"
	"authserver/tenant/realm"
)

func (p *program) provider() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "provider",
		Short: "Let people of a realm sign in through other providers",
		Long: `An upstream provider is another place at which people of a realm can sign in:
Google, Microsoft, Apple, GitHub, or any OpenID provider by its issuer. An
application offers all of its realm's providers unless it names its own.`,
		Example: "  authserver provider create --realm acme --kind google --client-id … --client-secret-file google.secret",
		RunE:    group,
	}
	cmd.AddCommand(
		p.providerCreate(), p.providerList(), p.providerSwitch(true), p.providerSwitch(false), p.providerRotate(), p.providerDelete(),
	)
	return cmd
}

// providerSecret is the variable that a client secret may be given in.
const providerSecret = "PROVIDER_CLIENT_SECRET"

// providerFlags are the flags of provider create.
type providerFlags struct {
	realm, kind, secretFile string
	claims                  []string
	trust                   bool
	trustGiven              func() bool
	json                    *bool
	draft                   federation.Draft
}

func (p *program) providerCreate() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "create",
		Short: "Add a provider to a realm",
		Long: `Add a provider to a realm. Register this server there first, as a web application
with the callback address

  PUBLIC_URL/realms/REALM/federation/SLUG/callback

and give the client id and secret that you get. The secret is read from a file, from
standard input (-) or from ` + providerSecret + `; it is kept sealed and never shown.
Apple's is the private key as it was downloaded, with --apple-team and --apple-key.

With --trust-email, an address that the provider calls verified is believed: its
owner is linked with the account that has verified the same address. This is on for
Google, Apple and GitHub, and off for others: whoever runs such a provider, or may
write addresses there, can then sign in as anybody.`,
		Example: `  authserver provider create --realm acme --kind google --client-id … --client-secret-file google.secret
  authserver provider create --realm acme --kind microsoft --tenant organizations --client-id … --client-secret-file -
  authserver provider create --realm acme --kind oidc --slug partner --name "Partner Ltd." \
    --issuer https://id.partner.example --client-id … --client-secret-file partner.secret --claim email=mail`,
		Args: cobra.NoArgs,
	}
	f, d := cmd.Flags(), providerFlags{}
	f.StringVar(&d.realm, "realm", "", "short name of the realm")
	f.StringVar(&d.kind, "kind", "", "oidc, google, microsoft, apple or github")
	f.StringVar(&d.draft.Slug, "slug", "", "name in addresses and in applications (default: the kind)")
	f.StringVar(&d.draft.Name, "name", "", "name on the button (default: the kind's)")
	f.StringVar(&d.draft.Issuer, "issuer", "", "issuer of an OpenID provider; where a GitHub Enterprise Server stands")
	f.StringVar(&d.draft.Tenant, "tenant", "", "Microsoft: the directory's id, common, organizations or consumers")
	f.StringVar(&d.draft.ClientID, "client-id", "", "client id that the provider gave this server")
	f.StringVar(&d.secretFile, "client-secret-file", "", "file with the client secret, or - for standard input")
	f.StringVar(&d.draft.AppleKey.TeamID, "apple-team", "", "Apple: team id")
	f.StringVar(&d.draft.AppleKey.KeyID, "apple-key", "", "Apple: key id")
	f.StringArrayVar(&d.draft.Scopes, "scope", nil, "scope to ask for; may be repeated (default: the kind's)")
	f.StringArrayVar(&d.claims, "claim", nil, "OURS=THEIRS: the provider's claim for email, email_verified, name, given_name, family_name, picture or locale; may be repeated")
	f.BoolVar(&d.trust, "trust-email", false, "believe it about addresses (default: the kind's)")
	f.BoolVar(&d.draft.NoRegistration, "no-registration", false, "only for people who have an account")
	f.BoolVar(&d.draft.SyncProfile, "sync-profile", false, "take over name and picture at each sign-in")
	f.BoolVar(&d.draft.Disabled, "disabled", false, "do not offer it yet")
	f.IntVar(&d.draft.Position, "position", 0, "place among the buttons, the smallest first")
	d.json = jsonFlag(cmd)
	d.trustGiven = func() bool { return cmd.Flags().Changed("trust-email") }
	require(cmd, "realm", "kind", "client-id")
	cmd.RunE = p.withRooms(func(ctx context.Context, h house) error { return p.addProvider(ctx, h, d) })
	return cmd
}

func (p *program) addProvider(ctx context.Context, h house, f providerFlags) error {
	r, err := h.inRealm(ctx, f.realm)
	if err != nil {
		return err
	}
	f.draft.Kind = federation.Kind(f.kind)
	if f.draft.Slug == "" {
		f.draft.Slug = f.kind
	}
	if f.trustGiven() {
		f.draft.TrustEmail = &f.trust
	}
	f.draft.Claims = federation.Claims{}
	for _, claim := range f.claims {
		ours, theirs, ok := strings.Cut(claim, "=")
		if !ok {
			return fmt.Errorf("claim %q: write OURS=THEIRS, as in email=mail", claim)
		}
		f.draft.Claims[ours] = theirs
	}
	if f.draft.ClientSecret, err = p.clientSecret(f.secretFile); err != nil {
		return err
	}
	made, err := h.Federation.Create(ctx, r.ID, f.draft)
	if err != nil {
		return err
	}
	return p.printProvider(*f.json, h, r, made)
}

// maxSecretFile bounds what is read as a client secret.
const maxSecretFile = 16 << 10

// clientSecret reads a secret from the file, from standard input for "-", or without
// one from the environment. One line end after it is not part of it.
func (p *program) clientSecret(path string) (string, error) {
	if path == "" {
		for _, entry := range p.environ {
			if value, ok := strings.CutPrefix(entry, providerSecret+"="); ok {
				return value, nil
			}
		}
		return "", nil
	}
	in := p.stdin
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return "", fmt.Errorf("the secret's file cannot be read: %w", err)
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	b, err := io.ReadAll(io.LimitReader(in, maxSecretFile+1))
	if err != nil {
		return "", fmt.Errorf("the secret's file cannot be read: %w", err)
	}
	b = bytes.TrimSuffix(bytes.TrimSuffix(b, []byte("\n")), []byte("\r"))
	if len(b) == 0 || len(b) > maxSecretFile {
		return "", errors.New("the secret's file is empty, or too large for a secret")
	}
	return string(b), nil
}

// providerLine is a provider as commands show it.
type providerLine struct {
	Slug         string          `json:"provider"`
	Kind         federation.Kind `json:"kind"`
	Name         string          `json:"name"`
	Issuer       string          `json:"issuer"`
	ClientID     string          `json:"client_id"`
	Callback     string          `json:"callback"`
	TrustEmail   bool            `json:"trust_email"`
	Registration bool            `json:"registration"`
	Enabled      bool            `json:"enabled"`
}

func (h house) providerLine(r *realm.Realm, p *federation.Provider) providerLine {
	return providerLine{
		p.Slug, p.Kind, p.Name, p.Issuer, p.ClientID, h.Federation.CallbackURL(r.Slug, p), p.TrustEmail, p.Registration, p.Enabled,
	}
}

func (p *program) printProvider(asJSON bool, h house, r *realm.Realm, made *federation.Provider) error {
	line := h.providerLine(r, made)
	return p.print(asJSON, line, fmt.Sprintf("Provider  %s\nIssuer    %s\nCallback  %s  (register it there)\n", line.Slug, line.Issuer, line.Callback))
}

func (p *program) providerList() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the providers of a realm in the order of their buttons",
		Example: "  authserver provider list --realm acme --json",
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
		all, err := h.Federation.List(ctx, r.ID)
		if err != nil {
			return err
		}
		lines, text := []providerLine{}, strings.Builder{}
		for _, one := range all {
			lines = append(lines, h.providerLine(r, one))
			state := "enabled"
			if !one.Enabled {
				state = "disabled"
			}
			fmt.Fprintf(&text, "%-20s %-10s %-9s %s  %s\n", one.Slug, one.Kind, state, one.Issuer, one.Name)
		}
		if len(lines) == 0 {
			text.WriteString("The realm has no providers yet.\n")
		}
		return p.print(*asJSON, map[string]any{"providers": lines}, text.String())
	})
	return cmd
}
