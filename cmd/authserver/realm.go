package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"authserver/tenant/realm"
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

func (h house) line(r *realm.Realm) realmLine {
	return realmLine{ID: r.ID, Slug: r.Slug, Name: r.Name, Active: r.Active, Issuer: h.config.Issuer(r.Slug)}
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
	cmd.RunE = p.withRooms(func(ctx context.Context, h house) error {
		if *name == "" {
			*name = *slug
		}
		r, err := h.Realms.Create(ctx, realm.Draft{Slug: *slug, Name: *name, DefaultLanguage: *language})
		if err != nil {
			return err
		}
		return p.print(*asJSON, h.line(r), fmt.Sprintf("Realm   %s\nIssuer  %s\n", r.Slug, h.config.Issuer(r.Slug)))
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
	cmd.RunE = p.withRooms(func(ctx context.Context, h house) error {
		lines, text := []realmLine{}, strings.Builder{}
		for filter := (realm.Filter{Limit: 100}); ; {
			page, err := h.Realms.List(ctx, filter)
			if err != nil {
				return err
			}
			for _, r := range page {
				lines = append(lines, h.line(r))
				state := "active"
				if !r.Active {
					state = "blocked"
				}
				fmt.Fprintf(&text, "%-24s %-8s %s\n", r.Slug, state, h.config.Issuer(r.Slug))
				filter.After = r.ID
			}
			if len(page) < filter.Limit {
				break
			}
		}
		if len(lines) == 0 {
			text.WriteString("There are no realms yet; `authserver bootstrap --help` shows how to make the first.\n")
		}
		return p.print(*asJSON, map[string]any{"realms": lines}, text.String())
	})
	return cmd
}
