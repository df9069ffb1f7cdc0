package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"authserver/client"
)

func (p *program) realmProfile() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "profile",
		Short: "Show and set what a realm wants to know about its people",
		Long: `Show and set the profile schema of a realm: the fields that it knows about people
beyond the claims of OpenID Connect, their types and rules, who sees and changes them, and
with which scope applications get them.`,
		Example: `  authserver realm profile get --realm acme > schema.json
  authserver realm profile set --realm acme --file schema.json`,
		RunE: group,
	}
	cmd.AddCommand(p.profileGet(), p.profileSet())
	return cmd
}

func (p *program) profileGet() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "get",
		Short:   "Show a realm's profile schema as JSON, for set to read",
		Example: "  authserver realm profile get --realm acme",
		Args:    cobra.NoArgs,
	}
	slug := cmd.Flags().String("realm", "", "short name of the realm")
	require(cmd, "realm")
	p.administer(cmd, func(ctx context.Context, a administration) error {
		schema, err := a.In(*slug).GetProfileSchema(ctx)
		if err != nil {
			return err
		}
		return p.printSchema(schema)
	})
	return cmd
}

func (p *program) profileSet() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "set",
		Short: "Set a realm's profile schema from a JSON file",
		Long: `Set a realm's profile schema from a JSON file ("-" is standard input), in the form that
get shows. A version in it must be the present one; without any, the schema is replaced
whichever it is. What people have told before stays; what the new schema does not allow
is shown to no application, and asked for again if it is required.

Each field has a name, labels by language (English at least), and a type: string, text,
number, boolean, date, select, country or url. It may have hints, required, min, max, from,
to, pattern (RE2), options, view and edit (person or admin), scope, and applications
(client ids; without them every application with the scope).`,
		Example: "  authserver realm profile set --realm acme --file schema.json",
		Args:    cobra.NoArgs,
	}
	slug := cmd.Flags().String("realm", "", "short name of the realm")
	file := cmd.Flags().String("file", "", "file with the schema")
	require(cmd, "realm", "file")
	p.administer(cmd, func(ctx context.Context, a administration) error {
		version, fields, err := p.readSchema(*file)
		if err != nil {
			return err
		}
		var only []client.CallOption
		if version >= 0 {
			only = append(only, client.IfMatch(strconv.Quote(strconv.FormatInt(version, 10))))
		}
		schema, err := a.In(*slug).PutProfileSchema(ctx, client.PutProfileSchemaRequest{Fields: fields}, only...)
		if client.Code(err) == "version_mismatch" {
			return errors.New("the profile schema has changed in the meantime")
		}
		if err != nil {
			return err
		}
		return p.printSchema(schema)
	})
	return cmd
}

// maxSchemaFile bounds what is read as a schema.
const maxSchemaFile = 1 << 20

func (p *program) readSchema(path string) (version int64, fields []client.Field, err error) {
	in := p.stdin
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return 0, nil, fmt.Errorf("the schema cannot be read: %w", err)
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	raw, err := io.ReadAll(io.LimitReader(in, maxSchemaFile+1))
	if err != nil || len(raw) > maxSchemaFile {
		return 0, nil, errors.Join(fmt.Errorf("the schema %s cannot be read, or is too large", path), err)
	}
	var document struct {
		Version   *int64          `json:"version"`
		Fields    []client.Field  `json:"fields"`
		UpdatedAt json.RawMessage `json:"updated_at"` // as get shows it
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&document); err != nil {
		return 0, nil, fmt.Errorf("the schema %s is not the JSON that is expected: %s", path, strings.TrimPrefix(err.Error(), "json: "))
	}
	if d.More() {
		return 0, nil, fmt.Errorf("the schema %s goes on after its end", path)
	}
	if document.Version == nil {
		return -1, document.Fields, nil
	}
	return *document.Version, document.Fields, nil
}

func (p *program) printSchema(s *client.Schema) error {
	e := json.NewEncoder(p.stdout)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(s)
}
