package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"authserver/tenant/application"
)

func (p *program) keysOperator() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "operator",
		Short: "Make an API key above realms",
		Long: `Make an API key for operators: it creates, suspends and changes realms by REST
(/api/v1/realms), and never reaches people's data. Its scopes are permissions, or * for
all that operators may. With --realm it is limited to these realms. It is printed once.`,
		Example: `  authserver keys operator --name ops --scope '*'
  authserver keys operator --name reseller --scope realms.read --scope applications.read --realm acme --json`,
		Args: cobra.NoArgs,
	}
	name := cmd.Flags().String("name", "", "what the key is called in lists")
	scopes := cmd.Flags().StringArray("scope", nil, "permission that it holds; may be repeated")
	slugs := cmd.Flags().StringArray("realm", nil, "short name of a realm that it is limited to; may be repeated (default all)")
	asJSON := jsonFlag(cmd)
	require(cmd, "name", "scope")
	cmd.RunE = p.withRooms(func(ctx context.Context, h house) error {
		var realms []string
		for _, slug := range *slugs {
			r, err := h.inRealm(ctx, slug)
			if err != nil {
				return err
			}
			realms = append(realms, r.ID)
		}
		k, plain, err := h.Applications.CreateOperatorKey(ctx, application.OperatorDraft{
			KeyDraft: application.KeyDraft{Name: *name, Scopes: *scopes}, Realms: realms,
		})
		if err != nil {
			return err
		}
		answer := struct {
			ID     string   `json:"id"`
			Scopes []string `json:"scopes"`
			Realms []string `json:"realms,omitempty"`
			APIKey string   `json:"api_key"`
		}{k.ID, k.Scopes, *slugs, plain}
		return p.print(*asJSON, answer, fmt.Sprintf("API key   %s\n\nKeep it now: it is not shown again.\n", plain))
	})
	return cmd
}
