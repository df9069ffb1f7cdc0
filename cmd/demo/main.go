// Command demo is a relying party to try a realm with: it signs people in and
// shows the claims that it gets. `authserver dev` starts the same thing inside
// its own process; this command points it at any other server.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"authserver/cmd/demo/relyingparty"
)

const usage = `demo signs people in at a realm of Auth Server and shows what it got.

Register it first (the secret is printed once; keep it in a file):

  authserver client create --realm demo --name Demo --type web \
    --redirect-uri http://127.0.0.1:8090/callback \
    --post-logout-redirect-uri http://127.0.0.1:8090/signed-out

Then:

  demo --issuer http://localhost:8080/realms/demo --client-id ID --client-secret-file ./secret

Flags:
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintf(os.Stderr, "demo: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	issuer := flags.String("issuer", "http://localhost:8080/realms/demo", "the realm's issuer")
	clientID := flags.String("client-id", "", "the demo's client id")
	secretFile := flags.String("client-secret-file", "", "a file that holds the demo's client secret")
	listen := flags.String("listen", "127.0.0.1:8090", "where to listen")
	base := flags.String("url", "", "where browsers reach the demo (default http://LISTEN)")
	flags.Usage = func() {
		fmt.Fprint(flags.Output(), usage)
		flags.PrintDefaults()
	}
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *base == "" {
		*base = "http://" + *listen
	}
	secret, err := os.ReadFile(*secretFile)
	if err != nil {
		return fmt.Errorf("read the client secret (--client-secret-file): %w", err)
	}
	app, err := relyingparty.New(relyingparty.Config{
		Issuer: *issuer, ClientID: *clientID, ClientSecret: strings.TrimSpace(string(secret)), BaseURL: *base,
	})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	fmt.Fprintf(os.Stderr, "demo: open %s\n", *base)
	return relyingparty.Serve(ctx, listener, app.Handler(), 5*time.Second)
}
