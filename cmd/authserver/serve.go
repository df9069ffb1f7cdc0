package main

import (
	"io"
	"log/slog"

	"github.com/spf13/cobra"

	"authserver/internal/config"
	"authserver/server"
)

func (p *program) serve() *cobra.Command {
	return &cobra.Command{
		Use:   "serve",
		Short: "Run the server for others",
		Long: `Run the server. It refuses to start while a setting that protects is missing or
weak, and says which; it refuses a database whose schema is not the one it knows
(run authserver migrate).

SIGTERM drains: /readyz turns 503, a quarter of AUTHSERVER_SHUTDOWN_GRACE (5 s at
most) later the listener closes, open requests get their answers, and what is
still in memory is written. A second signal ends at once.`,
		Example: `  AUTHSERVER_PUBLIC_URL=https://id.example.com \
  AUTHSERVER_DATABASE_URL=postgres://authserver@db.internal/authserver \
  AUTHSERVER_SECRET_KEYS_FILE=/run/secrets/authserver-keys \
  AUTHSERVER_METRICS_LISTEN=127.0.0.1:9090 \
  authserver serve`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := config.Load(config.Serve, p.environ, p.settings)
			if err != nil {
				return err
			}
			logger := newLogger(p.stderr, c.LogFormat, c.LogLevel)
			s, err := server.New(cmd.Context(), c, server.Options{Logger: logger, Version: version})
			if err != nil {
				return err
			}
			logger.InfoContext(cmd.Context(), "settings", "config", c)
			return s.Run(cmd.Context())
		},
	}
}

// newLogger writes one line a record. Lines go to standard error: standard
// output belongs to answers.
func newLogger(w io.Writer, format string, level slog.Leveler) *slog.Logger {
	o := &slog.HandlerOptions{Level: level}
	if format == "text" {
		return slog.New(slog.NewTextHandler(w, o))
	}
	return slog.New(slog.NewJSONHandler(w, o))
}
