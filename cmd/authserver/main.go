// Command authserver is the whole product: the server (serve, and dev for a
// look), and the commands with which an operator prepares and keeps it.
//
// Every command says with --help what it does and shows an example; those that
// answer with data also answer with --json. The exit code is 0 only when the
// command did what it was asked. Settings come from AUTHSERVER_* variables or
// the file of --config, never from flags that a process list would show.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
	_ "time/tzdata" // a person's own time zone, on hosts that have no database of them

	"github.com/spf13/cobra"

	"authserver/client"
	"authserver/internal/config"
	"authserver/internal/fault"
	"authserver/internal/ratelimit"
)

// version is written by the linker: make build sets it from git.
var version = "unknown"

func main() {
	ratelimit.Quiet()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// The first signal asks; one that comes later finds no handler any more and
	// ends. Some supervisors send the first one twice, so it takes a second.
	context.AfterFunc(ctx, func() { time.AfterFunc(time.Second, stop) })
	p := &program{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, environ: os.Environ()}
	os.Exit(p.run(ctx, os.Args[1:]))
}

// program is what a command has of the world.
type program struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	environ        []string
	settings       string // path of the settings file, or ""
}

// run executes the command of args and returns the exit code.
func (p *program) run(ctx context.Context, args []string) int {
	root := p.root()
	root.SetArgs(args)
	root.SetIn(p.stdin)
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	err := root.ExecuteContext(ctx)
	if code := exitCode(0); errors.As(err, &code) {
		return int(code)
	}
	if err != nil {
		fmt.Fprintln(p.stderr, "authserver: "+sentence(err))
		return 1
	}
	return 0
}

// exitCode ends a command with that code, without a word.
type exitCode int

func (c exitCode) Error() string { return fmt.Sprintf("exit code %d", int(c)) }

// sentence is what an operator reads of err: the fault's own words where there
// are some, without the trace of how it was reached.
func sentence(err error) string {
	var settings *config.Error
	if errors.As(err, &settings) {
		return settings.Error()
	}
	// What stands around a refusal is said with it.
	if refused := (*client.Problem)(nil); errors.As(err, &refused) && refused.Detail != "" && refused.Error() == err.Error() {
		if refused.Field != "" {
			return strings.ReplaceAll(strings.TrimPrefix(refused.Field, "body."), "_", " ") + ": " + refused.Detail
		}
		return refused.Detail
	}
	if f, ok := fault.Of(err); ok && f.Kind != fault.Internal {
		if f.Field != "" {
			return strings.ReplaceAll(f.Field, "_", " ") + ": " + f.Message
		}
		return f.Message
	}
	return err.Error()
}

// root is the tree of commands.
func (p *program) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "authserver",
		Short: "An OAuth 2 and OpenID Connect provider with hosted pages, for many realms",
		Long: `Auth Server signs people in for applications: a multi-tenant OAuth 2 and
OpenID Connect provider in one binary.

To look at it, start everything on this machine, with a demo application:

  authserver dev

To run it for others, set AUTHSERVER_PUBLIC_URL, AUTHSERVER_DATABASE_URL,
AUTHSERVER_SECRET_KEYS and AUTHSERVER_METRICS_TOKEN, then:

  authserver migrate
  authserver bootstrap --realm acme --admin-email you@example.com
  authserver serve

Settings are environment variables (see .env.example) or a YAML file given with
--config; secrets may be given as a file, as in AUTHSERVER_SECRET_KEYS_FILE.`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.PersistentFlags().StringVar(&p.settings, "config", "", "YAML file with settings; the environment wins over it")
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w (see `%s --help`)", err, cmd.CommandPath())
	})
	root.AddCommand(
		p.dev(), p.serve(), p.migrate(), p.bootstrap(), p.realm(), p.client(), p.user(), p.provider(), p.keys(), p.audit(), p.webhook(), p.parked(), p.healthcheck(), p.version(),
	)
	return root
}

// group returns the run function of a command that only has subcommands: help
// when alone, an error when what follows is not one of them.
func group(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("there is no command %q (see `%s --help`)", args[0], cmd.CommandPath())
	}
	return cmd.Help()
}
