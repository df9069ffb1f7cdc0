package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

func (p *program) realmPolicy() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "policy",
		Short: "Show and change what a realm demands: passwords, second factors, lifetimes",
		Long: `Show and change the policy of a realm: who may register, what passwords and second
factors must be, how long sessions and tokens live. Durations are whole seconds.`,
		Example: `  authserver realm policy get --realm acme
  authserver realm policy set --realm acme registration=true second_factor=required`,
		RunE: group,
	}
	cmd.AddCommand(p.policyGet(), p.policySet())
	return cmd
}

func (p *program) policyGet() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "get",
		Short:   "Show a realm's policy",
		Example: "  authserver realm policy get --realm acme --json",
		Args:    cobra.NoArgs,
	}
	slug := cmd.Flags().String("realm", "", "short name of the realm")
	asJSON := jsonFlag(cmd)
	require(cmd, "realm")
	p.administer(cmd, func(ctx context.Context, a administration) error {
		values, err := a.In(*slug).GetSettings(ctx)
		if err != nil {
			return err
		}
		return p.printPolicy(*asJSON, *slug, *values)
	})
	return cmd
}

func (p *program) policySet() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "set NAME=VALUE...",
		Short: "Change values of a realm's policy",
		Long: `Change values of a realm's policy; the others stay. A value is JSON, or a text as it
is: true, 3600, required, ["+49","+43"]. All are changed, or none.`,
		Example: "  authserver realm policy set --realm acme registration=true password_min_length=15",
	}
	slug := cmd.Flags().String("realm", "", "short name of the realm")
	asJSON := jsonFlag(cmd)
	require(cmd, "realm")
	cmd.Args = cobra.MinimumNArgs(1)
	p.administer(cmd, func(ctx context.Context, a administration) error {
		patch, err := policyPatch(cmd.Flags().Args())
		if err != nil {
			return err
		}
		values, err := a.In(*slug).UpdateSettings(ctx, patch)
		if err != nil {
			return err
		}
		return p.printPolicy(*asJSON, *slug, *values)
	})
	return cmd
}

// policyPatch makes one JSON object of the arguments.
func policyPatch(args []string) (map[string]any, error) {
	patch := map[string]any{}
	for _, arg := range args {
		name, value, ok := strings.Cut(arg, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("%q: NAME=VALUE is expected, such as registration=true", arg)
		}
		if _, twice := patch[name]; twice {
			return nil, fmt.Errorf("%s is given twice", name)
		}
		var decoded any
		if json.Unmarshal([]byte(value), &decoded) != nil {
			decoded = value
		}
		patch[name] = decoded
	}
	return patch, nil
}

func (p *program) printPolicy(asJSON bool, slug string, values map[string]any) error {
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(values)) {
		value, err := json.Marshal(values[name])
		if err != nil {
			return err
		}
		fmt.Fprintf(&text, "%-26s %s\n", name, value)
	}
	return p.print(asJSON, map[string]any{"realm": slug, "policy": values}, text.String())
}
