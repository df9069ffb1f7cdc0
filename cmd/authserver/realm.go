package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"authserver/client"
)

func (p *program) realm() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "realm",
		Short: "Create and list realms",
		Long: `A realm is a world of its own: its users, its applications, its keys, its issuer.
Nothing of one realm is ever seen from another.`,
		Example: "  authserver realm create --realm acme --name \"Acme Inc.\"",
		RunE:    group,
	}
	cmd.AddCommand(p.realmCreate(), p.realmList(), p.realmPolicy(), p.realmProfile(), p.realmExport(), p.realmPlan(), p.realmApply(), p.realmSchema())
	return cmd
}

// realmLine is a realm as commands show it.
type realmLine struct {
	ID     string `json:"id"`
	Slug   string `json:"realm"`
	Name   string `json:"name"`
	Active bool   `json:"active"`
	Issuer string `json:"issuer"`
}

func (a administration) line(r *client.Realm) realmLine {
	return realmLine{ID: r.ID, Slug: r.Slug, Name: r.Name, Active: r.Active, Issuer: a.issuer(r.Slug)}
}

func (p *program) realmCreate() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "create",
		Short: "Create a realm with its signing keys",
		Long: `Create a realm with its signing keys. The short name stands in every address of
the realm and never changes.`,
		Example: "  authserver realm create --realm acme --name \"Acme Inc.\" --language de",
		Args:    cobra.NoArgs,
	}
	slug := cmd.Flags().String("realm", "", "short name, as in /realms/acme")
	name := cmd.Flags().String("name", "", "name that people read (default: the short name)")
	language := cmd.Flags().String("language", "", "language of its pages when a browser asks for none, such as de")
	asJSON := jsonFlag(cmd)
	require(cmd, "realm")
	p.administer(cmd, func(ctx context.Context, a administration) error {
		if *name == "" {
			*name = *slug
		}
		r, err := a.CreateRealm(ctx, client.CreateRealmRequest{Slug: *slug, Name: *name, DefaultLanguage: *language})
		if err != nil {
			return err
		}
		return p.print(*asJSON, a.line(r), fmt.Sprintf("Realm   %s\nIssuer  %s\n", r.Slug, a.issuer(r.Slug)))
	})
	return cmd
}

func (p *program) realmList() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List all realms",
		Example: "  authserver realm list --json",
		Args:    cobra.NoArgs,
	}
	asJSON := jsonFlag(cmd)
	p.administer(cmd, func(ctx context.Context, a administration) error {
		lines, text := []realmLine{}, strings.Builder{}
		for r, err := range a.AllRealms(ctx, client.ListRealmsQuery{Limit: 100}) {
			if err != nil {
				return err
			}
			lines = append(lines, a.line(&r))
			state := "active"
			if !r.Active {
				state = "blocked"
			}
			fmt.Fprintf(&text, "%-24s %-8s %s\n", r.Slug, state, a.issuer(r.Slug))
		}
		if len(lines) == 0 {
			text.WriteString("There are no realms yet; `authserver bootstrap --help` shows how to make the first.\n")
		}
		return p.print(*asJSON, map[string]any{"realms": lines}, text.String())
	})
	return cmd
}
