package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"authserver/cmd/demo/relyingparty"
	"authserver/internal/config"
	"authserver/internal/event"
	"authserver/server"
)

func (p *program) dev() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "dev",
		Short: "Start everything on this machine for a look: server, demo application, demo user",
		Long: `Start the server on this machine with everything made for you: a SQLite database
and keys in ./data, a realm with a user, and a small application that signs people
in. Open the address that it prints.

It is not for production: it binds to loopback only, without TLS, and prints a
password. Delete ./data to start afresh.`,
		Example: `  authserver dev
  authserver dev --listen 127.0.0.1:9000 --demo-listen 127.0.0.1:9001`,
		Args: cobra.NoArgs,
	}
	listen := cmd.Flags().String("listen", "", "address of the server (AUTHSERVER_LISTEN; default 127.0.0.1:8080)")
	demoListen := cmd.Flags().String("demo-listen", "127.0.0.1:8090", "address of the demo application: a loopback IP and a port")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		ctx := cmd.Context()
		c, err := config.Load(config.Dev, p.devEnviron(*listen), p.settings)
		if err != nil {
			return err
		}
		// Until the banner stands, only what goes wrong is of interest; with
		// AUTHSERVER_LOG_LEVEL=debug one wants to see the start too.
		var level slog.LevelVar
		level.Set(slog.LevelWarn)
		if c.LogLevel < slog.LevelInfo {
			level.Set(c.LogLevel)
		}
		s, err := server.New(ctx, c, server.Options{Logger: newLogger(p.stderr, c.LogFormat, &level), Version: version})
		if err != nil {
			return err
		}
		d := &development{program: p, house: house{s, c}, logger: newLogger(p.stderr, c.LogFormat, &level)}
		if err := d.prepare(ctx, *demoListen); err != nil {
			return errors.Join(err, s.Close())
		}
		if err := d.banner(); err != nil {
			return errors.Join(err, s.Close())
		}
		level.Set(c.LogLevel)
		return d.run(ctx)
	}
	return cmd
}

// devEnviron is the environment with the --listen flag in it. The public address
// follows the port unless it is set: with the wrong one nothing would work.
func (p *program) devEnviron(listen string) []string {
	environ := p.environ
	if listen != "" {
		environ = append(environ[:len(environ):len(environ)], "AUTHSERVER_LISTEN="+listen)
	}
	at, public := "", p.settings != "" // a settings file speaks for itself
	for _, e := range environ {
		if v, ok := strings.CutPrefix(e, "AUTHSERVER_LISTEN="); ok {
			at = v
		}
		public = public || strings.HasPrefix(e, "AUTHSERVER_PUBLIC_URL=")
	}
	if _, port, err := net.SplitHostPort(at); err == nil && !public && port != "0" {
		environ = append(environ[:len(environ):len(environ)], "AUTHSERVER_PUBLIC_URL=http://localhost:"+port)
	}
	return environ
}

// development is the server and the demo application in one process.
type development struct {
	*program
	house
	logger  *slog.Logger
	account account
	demo    *relyingparty.App
	demoURL string
	door    net.Listener // of the demo
}

// prepare binds both addresses, then makes what the demo needs: when an address
// is taken, nothing has been changed yet.
func (d *development) prepare(ctx context.Context, demoListen string) error {
	if err := d.Listen(ctx); err != nil {
		return err
	}
	var err error
	if d.door, err = listenDemo(ctx, demoListen); err != nil {
		return err
	}
	d.demoURL = "http://" + d.door.Addr().String()
	operated := event.WithActor(ctx, operator())
	path := filepath.Join(d.config.DataDir, "demo.json")
	if d.account, err = furnish(operated, d.house, path); err != nil {
		return errors.Join(fmt.Errorf("prepare the demo: %w", err), d.door.Close())
	}
	d.demo, err = relyingparty.New(relyingparty.Config{
		Issuer: d.config.Issuer(demoRealm), ClientID: d.account.ClientID, ClientSecret: d.account.ClientSecret,
		BaseURL: d.demoURL, Logger: d.logger,
		Hint: "Sign in as " + d.account.Email + " with the password that the terminal shows.",
	})
	if err != nil {
		return errors.Join(err, d.door.Close())
	}
	return nil
}

// listenDemo binds the demo's address. It must be a loopback IP: the redirect
// address is registered as one, whatever the port (RFC 8252 §7.3).
func listenDemo(ctx context.Context, address string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() || ip.To4() == nil {
		return nil, fmt.Errorf("--demo-listen %s: a loopback IP and a port are expected, such as 127.0.0.1:8090", address)
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("the address %s of the demo application is in use by another program: stop that one, or choose another with --demo-listen", address)
	}
	if err != nil {
		return nil, fmt.Errorf("--demo-listen %s: %w", address, err)
	}
	return l, nil
}

// run serves both until ctx ends.
func (d *development) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stopped := make(chan error, 1)
	go func() { stopped <- relyingparty.Serve(ctx, d.door, d.demo.Handler(), 5*time.Second) }()
	err := d.Run(ctx)
	cancel()
	return errors.Join(err, <-stopped)
}

// banner is what a newcomer sees.
func (d *development) banner() error {
	_, err := fmt.Fprintf(d.stdout, `
  Auth Server is running on this machine. It is not for production.

    Open       %s
    E-mail     %s
    Password   %s

    Account    %s/account
    Messages   %s/dev/outbox  (mail and SMS that would have been sent)

    Issuer     %s
    Data       %s  (delete it to start afresh)

  Ctrl-C stops it.

`, d.demoURL, d.account.Email, d.account.Password, d.config.Issuer(demoRealm),
		strings.TrimSuffix(d.config.PublicURL.String(), "/"), d.config.Issuer(demoRealm), cmp.Or(d.config.DataDir, "."))
	return err
}
