package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"authserver/client"
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
	p.administer(cmd, func(ctx context.Context, a administration) error {
		var realms []string
		for _, slug := range *slugs {
			r, err := a.In(slug).ReadRealm(ctx)
			if client.Code(err) == "realm_not_found" {
				return fmt.Errorf("there is no realm %q: `authserver realm list` shows those that exist", slug)
			}
			if err != nil {
				return err
			}
			realms = append(realms, r.ID)
		}
		k, err := a.CreateOperator(ctx, client.CreateOperatorRequest{Name: *name, Scopes: *scopes, Realms: realms})
		if err != nil {
			return err
		}
		answer := struct {
			ID     string   `json:"id"`
			Scopes []string `json:"scopes"`
			Realms []string `json:"realms,omitempty"`
			APIKey string   `json:"api_key"`
		}{k.ID, k.Scopes, *slugs, k.Key}
		return p.print(*asJSON, answer, fmt.Sprintf("API key   %s\n\nKeep it now: it is not shown again.\n", k.Key))
	})
	return cmd
}
