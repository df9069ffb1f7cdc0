package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"authserver/client"
	"authserver/tenant/blueprint"
)

// administer is the administration of a realm, in this process.
func (h house) administer(slug string) (*client.RealmClient, error) {
	c, err := client.New("http://localhost", client.HTTP(&http.Client{Transport: h.Local()}))
	if err != nil {
		return nil, err
	}
	return c.In(slug), nil
}

func (p *program) realmExport() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write a realm as a YAML document",
		Long: `Write a realm as a YAML document: its look and settings, profile schema, upstream
providers, applications, permissions, roles, groups and policies. Secrets and people are not in it.`,
		Example: "  authserver realm export --realm acme > acme.yaml",
		Args:    cobra.NoArgs,
	}
	slug := cmd.Flags().String("realm", "", "short name of the realm")
	require(cmd, "realm")
	cmd.RunE = p.withRooms(func(ctx context.Context, h house) error {
		realm, err := h.administer(*slug)
		if err != nil {
			return err
		}
		d, err := blueprint.Read(ctx, realm)
		if err != nil {
			return err
		}
		text, err := d.YAML()
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
leaves out stays as it is.`,
		Example: `  authserver realm plan --realm acme --file acme.yaml
  authserver realm export --realm acme | authserver realm plan --realm staging --file -`,
		Args: cobra.NoArgs,
	}
	slug := cmd.Flags().String("realm", "", "short name of the realm")
	file := cmd.Flags().String("file", "", "the document")
	asJSON := jsonFlag(cmd)
	require(cmd, "realm", "file")
	cmd.RunE = p.withRooms(func(ctx context.Context, h house) error {
		want, err := p.blueprint(*file)
		if err != nil {
			return err
		}
		realm, err := h.administer(*slug)
		if err != nil {
			return err
		}
		have, err := blueprint.Read(ctx, realm)
		if err != nil {
			return err
		}
		return p.printPlan(*asJSON, blueprint.Compare(have, want))
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

A provider's client_secret is a reference: {env: NAME} or {file: PATH}.`,
		Example: "  authserver realm apply --realm acme --file acme.yaml",
		Args:    cobra.NoArgs,
	}
	slug := cmd.Flags().String("realm", "", "short name of the realm")
	file := cmd.Flags().String("file", "", "the document")
	destroy := cmd.Flags().Bool("allow-destroy", false, "also remove what the document does not list")
	asJSON := jsonFlag(cmd)
	require(cmd, "realm", "file")
	cmd.RunE = p.withRooms(func(ctx context.Context, h house) error {
		want, err := p.blueprint(*file)
		if err != nil {
			return err
		}
		realm, err := h.administer(*slug)
		if err != nil {
			return err
		}
		var steps []blueprint.Step
		err = h.Database.InTx(ctx, func(ctx context.Context) error {
			have, err := blueprint.Read(ctx, realm)
			if err != nil {
				return err
			}
			if planned := blueprint.Compare(have, want); blueprint.Destroys(planned) && !*destroy {
				return fmt.Errorf("%w\n%s", errDestroys, blueprint.Text(planned))
			}
			steps, err = blueprint.Build(ctx, realm, want, p.referenced)
			return err
		})
		if err != nil {
			return err
		}
		return p.printPlan(*asJSON, steps)
	})
	return cmd
}

var errDestroys = errors.New("the document does not list all that there is, so applying it destroys something: look at the plan, then use --allow-destroy")

func (p *program) printPlan(asJSON bool, steps []blueprint.Step) error {
	return p.print(asJSON, map[string]any{"steps": append([]blueprint.Step{}, steps...)}, blueprint.Text(steps))
}

// maxBlueprint bounds what is read as a document.
const maxBlueprint = 16 << 20

func (p *program) blueprint(path string) (*blueprint.Document, error) {
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
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return d, nil
}

// referenced is the secret that a document refers to.
func (p *program) referenced(reference any) (string, error) {
	m, _ := reference.(map[string]any)
	if name, ok := m["env"].(string); ok && len(m) == 1 {
		for _, entry := range p.environ {
			if value, found := strings.CutPrefix(entry, name+"="); found {
				return value, nil
			}
		}
		return "", fmt.Errorf("the variable %s of a client_secret is not set", name)
	}
	if path, ok := m["file"].(string); ok && len(m) == 1 {
		return p.clientSecret(path)
	}
	return "", errors.New("a client_secret is a reference: {env: NAME} or {file: PATH}")
}
