package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"authserver/client"
	"authserver/tenant/blueprint"
)

func (p *program) realmExport() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write a realm as a YAML document",
		Long: `Write a realm as a YAML document: its look and settings, profile schema, documents to
accept, letters, upstream providers, applications, permissions, roles, groups, who of the
groups and applications holds which role, and policies. Secrets and people are not in it.`,
		Example: "  authserver realm export --realm acme > acme.yaml",
		Args:    cobra.NoArgs,
	}
	slug := cmd.Flags().String("realm", "", "short name of the realm")
	require(cmd, "realm")
	p.administer(cmd, func(ctx context.Context, a administration) error {
		text, err := a.In(*slug).ExportBlueprint(ctx)
		if err != nil {
			return err
		}
		_, err = p.stdout.Write(text)
		return err
	})
	return cmd
}

func (p *program) realmPlan() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "plan",
		Short: "Show what would make a realm what a document says",
		Long: `Show what would be added, changed and destroyed to make a realm what a YAML document
says ("-" is standard input). Nothing is changed. A section or a field that the document
leaves out stays as it is.

With --detailed-exitcode the exit code is 2 where there is something to do, 0 where there
is not, and 1 after an error. Secrets that the document refers to and that are not there
are not compared.`,
		Example: `  authserver realm plan --realm acme --file acme.yaml
  authserver realm export --realm acme | authserver realm plan --realm staging --file -`,
		Args: cobra.NoArgs,
	}
	slug := cmd.Flags().String("realm", "", "short name of the realm")
	file := cmd.Flags().String("file", "", "the document")
	detailed := cmd.Flags().Bool("detailed-exitcode", false, "exit with 2 if there is something to do")
	asJSON := jsonFlag(cmd)
	require(cmd, "realm", "file")
	p.administer(cmd, func(ctx context.Context, a administration) error {
		sent, err := p.blueprint(*file, p.known)
		if err != nil {
			return err
		}
		plan, err := a.In(*slug).PlanBlueprint(ctx, sent)
		if err != nil {
			return err
		}
		if err := p.printPlan(*asJSON, plan, true); err != nil {
			return err
		}
		if *detailed && len(plan.Steps) > 0 {
			return exitCode(2)
		}
		return nil
	})
	return cmd
}

func (p *program) realmApply() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "apply",
		Short: "Make a realm what a document says",
		Long: `Make a realm what a YAML document says ("-" is standard input), in one transaction: all
of it happens, or nothing. What would be destroyed needs --allow-destroy; applications are
switched off, not deleted.

The plan is made anew in the transaction, so what has changed since somebody looked at one
is part of it. With --plan, only the plan of that name is carried out, as realm plan has
shown it; if there is another to carry out now, nothing happens.

A provider's client_secret and an application's secret_from are references: {env: NAME} or
{file: PATH}. They are read here, now.`,
		Example: `  authserver realm apply --realm acme --file acme.yaml
  authserver realm apply --realm acme --file acme.yaml --plan 5f0c1f5c0a6e1b9d --allow-destroy`,
		Args: cobra.NoArgs,
	}
	slug := cmd.Flags().String("realm", "", "short name of the realm")
	file := cmd.Flags().String("file", "", "the document")
	query := client.ApplyBlueprintQuery{}
	destroy := cmd.Flags().Bool("allow-destroy", false, "also remove what the document does not list")
	cmd.Flags().StringVar(&query.Plan, "plan", "", "carry out this plan, as realm plan names it, and no other")
	asJSON := jsonFlag(cmd)
	require(cmd, "realm", "file")
	p.administer(cmd, func(ctx context.Context, a administration) error {
		sent, err := p.blueprint(*file, p.secret)
		if err != nil {
			return err
		}
		query.AllowDestroy = destroy
		realm := a.In(*slug)
		done, err := realm.ApplyBlueprint(ctx, query, sent)
		if code := client.Code(err); code == "blueprint_destroys" || code == "blueprint_stale" {
			return p.halted(ctx, realm, sent, err)
		}
		if err != nil {
			return err
		}
		return p.printPlan(*asJSON, done, false)
	})
	return cmd
}

// halted shows what would have been done, had there been leave for it.
func (p *program) halted(ctx context.Context, realm *client.RealmClient, sent []byte, why error) error {
	plan, err := realm.PlanBlueprint(ctx, sent)
	if err != nil {
		return errors.Join(why, err)
	}
	steps, err := stepsOf(plan)
	if err != nil {
		return err
	}
	if client.Code(why) == "blueprint_stale" {
		return fmt.Errorf("the plan is not the one that was looked at: the realm or the document has changed since. It would be now:\n%s", blueprint.Text(steps))
	}
	return fmt.Errorf("the document does not list all that there is, so applying it destroys something: look at the plan, then use --allow-destroy\n%s", blueprint.Text(steps))
}

// stepsOf are the steps as the administration has told them.
func stepsOf(plan *client.Plan) ([]blueprint.Step, error) {
	raw, err := json.Marshal(plan.Steps)
	if err != nil {
		return nil, err
	}
	steps := []blueprint.Step{}
	return steps, json.Unmarshal(raw, &steps)
}

func (p *program) realmSchema() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of a realm's document",
		Long: `Print the JSON Schema of the document of realm export, plan and apply, for editors and
checks. It needs no server and no settings.`,
		Example: "  authserver realm schema > realm.schema.json",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			e := json.NewEncoder(p.stdout)
			e.SetEscapeHTML(false)
			e.SetIndent("", "  ")
			return e.Encode(blueprint.Schema())
		},
	}
}

// printPlan shows what is to be done or was done; a plan to look at has its name with it.
func (p *program) printPlan(asJSON bool, plan *client.Plan, named bool) error {
	steps, err := stepsOf(plan)
	if err != nil {
		return err
	}
	answer, text := map[string]any{"steps": steps}, blueprint.Text(steps)
	if named && len(steps) > 0 {
		answer["plan"] = plan.Plan
		text += "Plan " + plan.Plan + "\n"
	}
	return p.print(asJSON, answer, text)
}

// maxBlueprint bounds what is read as a document.
const maxBlueprint = 8 << 20

// blueprint is the document of a file with the secrets that it refers to, as it is sent.
func (p *program) blueprint(path string, secrets func(of string, r blueprint.Reference) (string, bool, error)) ([]byte, error) {
	in := p.stdin
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return nil, fmt.Errorf("the document cannot be read: %w", err)
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	d, err := blueprint.Parse(io.LimitReader(in, maxBlueprint))
	if err == nil {
		err = d.Resolve(secrets)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return d.YAML()
}

// secret reads a secret that a document refers to.
func (p *program) secret(_ string, r blueprint.Reference) (plain string, have bool, err error) {
	switch {
	case r.Env != "":
		if value, found := p.variable(r.Env); found {
			return value, true, nil
		}
		return "", false, fmt.Errorf("the variable %s is not set", r.Env)
	case r.File != "":
		plain, err = p.clientSecret(r.File)
		return plain, err == nil, err
	}
	return "", false, errors.New("a secret does not stand in a document: refer to it by {env: NAME} or {file: PATH}")
}

// known is secret for a plan, which tells of one that is not there and goes on.
func (p *program) known(of string, r blueprint.Reference) (plain string, have bool, err error) {
	plain, have, err = p.secret(of, r)
	if err != nil && r.Value == "" {
		_, err = fmt.Fprintf(p.stderr, "%s is not compared: %s\n", of, err)
		return "", false, err
	}
	return plain, have, err
}
