package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"authserver/tenant/realm"
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
	cmd.RunE = p.withRooms(func(ctx context.Context, h house) error {
		r, err := h.inRealm(ctx, *slug)
		if err != nil {
			return err
		}
		return p.printPolicy(*asJSON, r)
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
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		patch, err := policyPatch(args)
		if err != nil {
			return err
		}
		return p.withRooms(func(ctx context.Context, h house) error {
			r, err := h.inRealm(ctx, *slug)
			if err != nil {
				return err
			}
			changed, err := h.Realms.Update(ctx, r.ID, func(r *realm.Realm) error { return json.Unmarshal(patch, &r.Policy) })
			if err != nil {
				return err
			}
			return p.printPolicy(*asJSON, changed)
		})(cmd, nil)
	}
	return cmd
}

// policyPatch makes one JSON object of the arguments.
func policyPatch(args []string) ([]byte, error) {
	patch := map[string]json.RawMessage{}
	for _, arg := range args {
		name, value, ok := strings.Cut(arg, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("%q: NAME=VALUE is expected, such as registration=true", arg)
		}
		if _, twice := patch[name]; twice {
			return nil, fmt.Errorf("%s is given twice", name)
		}
		if raw := json.RawMessage(value); json.Valid(raw) {
			patch[name] = raw
			continue
		}
		text, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		patch[name] = text
	}
	return json.Marshal(patch)
}

func (p *program) printPolicy(asJSON bool, r *realm.Realm) error {
	b, err := json.Marshal(r.Policy)
	if err != nil {
		return err
	}
	var values map[string]json.RawMessage
	if err := json.Unmarshal(b, &values); err != nil {
		return errors.Join(errors.New("read the policy back"), err)
	}
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(values)) {
		fmt.Fprintf(&text, "%-26s %s\n", name, values[name])
	}
	return p.print(asJSON, map[string]any{"realm": r.Slug, "policy": r.Policy}, text.String())
}
