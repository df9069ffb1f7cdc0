package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"authserver/identity/federation"
	"authserver/tenant/realm"
)

// withProvider makes a command about one provider of a realm.
func (p *program) withProvider(cmd *cobra.Command, work func(context.Context, house, *realm.Realm, *federation.Provider) error) *cobra.Command {
	cmd.Args = cobra.NoArgs
	in := cmd.Flags().String("realm", "", "short name of the realm")
	slug := cmd.Flags().String("slug", "", "name of the provider, as in the list of providers")
	require(cmd, "realm", "slug")
	cmd.RunE = p.withRooms(func(ctx context.Context, h house) error {
		r, err := h.inRealm(ctx, *in)
		if err != nil {
			return err
		}
		one, err := h.Federation.BySlug(ctx, r.ID, *slug)
		if errors.Is(err, federation.ErrNotFound) {
			return fmt.Errorf("there is no provider %q: `authserver provider list --realm %s` shows those that exist", *slug, r.Slug)
		}
		if err != nil {
			return err
		}
		return work(ctx, h, r, one)
	})
	return cmd
}

// providerSwitch makes `provider enable` and `provider disable`.
func (p *program) providerSwitch(on bool) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "enable",
		Short:   "Offer a provider again",
		Example: "  authserver provider enable --realm acme --slug google",
	}
	text := "People can sign in through %s.\n"
	if !on {
		cmd.Use, cmd.Short = "disable", "Stop offering a provider, at once and also to who is on the way"
		cmd.Example = "  authserver provider disable --realm acme --slug google"
		text = "Nobody can sign in through %s any more. Who has is signed in still; their links stay.\n"
	}
	return p.withProvider(cmd, func(ctx context.Context, h house, r *realm.Realm, one *federation.Provider) error {
		if err := h.Federation.SetEnabled(ctx, r.ID, one.ID, on); err != nil {
			return err
		}
		return p.print(false, nil, fmt.Sprintf(text, one.Slug))
	})
}

func (p *program) providerRotate() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rotate-secret",
		Short: "Replace the client secret that a provider gave this server",
		Long: `Replace the client secret that a provider gave this server, or Apple's key (with
--apple-key, if it has another id). It is read as by ` + "`provider create`.",
		Example: "  authserver provider rotate-secret --realm acme --slug google --client-secret-file google.secret",
	}
	path := cmd.Flags().String("client-secret-file", "", "file with the client secret, or - for standard input")
	keyID := cmd.Flags().String("apple-key", "", "Apple: id of the new key")
	return p.withProvider(cmd, func(ctx context.Context, h house, r *realm.Realm, one *federation.Provider) error {
		secret, err := p.clientSecret(*path)
		if err != nil {
			return err
		}
		if secret == "" {
			return errors.New("there is no secret: name a file, or set " + providerSecret)
		}
		_, err = h.Federation.Update(ctx, r.ID, one.ID, secret, func(changed *federation.Provider) error {
			if *keyID != "" {
				changed.AppleKey.KeyID = *keyID
			}
			return nil
		})
		if err != nil {
			return err
		}
		return p.print(false, nil, fmt.Sprintf("The secret for %s was replaced.\n", one.Slug))
	})
}

func (p *program) providerDelete() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "delete",
		Short: "Remove a provider with all links to it",
		Long: `Remove a provider with all links to it, and end the sessions that they began.
People who could sign in in no other way have to recover their account. To stop a
provider for a while, disable it.`,
		Example: "  authserver provider delete --realm acme --slug partner --yes",
	}
	yes := cmd.Flags().Bool("yes", false, "really do it")
	return p.withProvider(cmd, func(ctx context.Context, h house, r *realm.Realm, one *federation.Provider) error {
		if !*yes {
			return errors.New("this takes away how people sign in: add --yes to do it")
		}
		if err := h.Federation.Delete(ctx, r.ID, one.ID); err != nil {
			return err
		}
		return p.print(false, nil, fmt.Sprintf("%s is gone.\n", one.Slug))
	})
}
