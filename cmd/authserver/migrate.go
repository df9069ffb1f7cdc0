package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"authserver/internal/config"
	"authserver/internal/database"
)

func (p *program) migrate() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "migrate",
		Short: "Bring the database's schema up to date",
		Long: `Apply the migrations that the database does not have yet, each in its own
transaction. It is safe to run twice and from two machines at once: the second
waits and finds nothing to do. A database that is newer than this program is
refused, not changed.

authserver dev does this by itself; authserver serve does not.`,
		Example: `  authserver migrate
  authserver migrate status --json`,
	}
	asJSON := jsonFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return group(cmd, args)
		}
		return p.withDatabase(cmd.Context(), func(ctx context.Context, db *database.DB) error {
			applied, err := db.Migrate(ctx)
			if err != nil {
				return err
			}
			var text strings.Builder
			for _, name := range applied {
				fmt.Fprintf(&text, "applied %s\n", name)
			}
			if len(applied) == 0 {
				applied = []string{}
				text.WriteString("The schema is up to date; nothing was changed.\n")
			}
			return p.print(*asJSON, map[string]any{"applied": applied}, text.String())
		})
	}
	cmd.AddCommand(p.migrateStatus())
	return cmd
}

func (p *program) migrateStatus() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "status",
		Short: "List the migrations and whether the database has them",
		Long: `List the migrations and whether the database has them. Nothing is changed. The
exit code is 0 only when the schema is current, so that a deployment can ask.`,
		Example: "  authserver migrate status",
		Args:    cobra.NoArgs,
	}
	asJSON := jsonFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return p.withDatabase(cmd.Context(), func(ctx context.Context, db *database.DB) error {
			all, err := db.Status(ctx)
			if err != nil {
				return err
			}
			type line struct {
				Name      string `json:"name"`
				AppliedAt string `json:"applied_at,omitempty"`
			}
			lines, pending, text := make([]line, 0, len(all)), 0, strings.Builder{}
			for _, m := range all {
				l := line{Name: m.Name}
				state := "pending"
				if !m.AppliedAt.IsZero() {
					l.AppliedAt = m.AppliedAt.UTC().Format(time.RFC3339)
					state = l.AppliedAt
				} else {
					pending++
				}
				lines = append(lines, l)
				fmt.Fprintf(&text, "%-22s %s\n", state, l.Name)
			}
			checked := db.CheckSchema(ctx)
			err = p.print(*asJSON, map[string]any{"current": checked == nil, "pending": pending, "migrations": lines}, text.String())
			if checked != nil {
				err = errors.Join(err, checked)
			}
			return err
		})
	}
	return cmd
}

// withDatabase opens the configured database without asking for its schema.
func (p *program) withDatabase(ctx context.Context, work func(context.Context, *database.DB) error) (err error) {
	c, err := config.Load(config.Command, p.environ, p.settings)
	if err != nil {
		return err
	}
	logger := newLogger(p.stderr, "text", slog.LevelWarn)
	db, err := database.Open(ctx, c.DatabaseURL, database.Options{MaxConns: c.DatabaseMaxConns, Logger: logger, Now: time.Now})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return work(ctx, db)
}
