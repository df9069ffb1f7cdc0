package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"authserver/notify/webhook"
)

// webhookBodyMax bounds what the listener reads of a delivery.
const webhookBodyMax = 1 << 20

func (p *program) webhook() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "webhook",
		Short: "See webhooks arrive",
		RunE:  group,
	}
	cmd.AddCommand(p.webhookListen())
	return cmd
}

func (p *program) webhookListen() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "listen",
		Short: "Print the webhook deliveries that arrive, and check their signatures",
		Long: `Wait for webhook deliveries and print each, until interrupted. A delivery whose
signature is not valid is printed as such and answered with 401. The secret is the
one that the registration answered; give it as a file, so that no process list shows it.

It needs no settings and no database: register its address as a webhook's url.`,
		Example: `  authserver webhook listen --secret-file hook.secret
  authserver webhook listen --listen 127.0.0.1:9000 --secret-file hook.secret --status 500`,
		Args: cobra.NoArgs,
	}
	listen := cmd.Flags().String("listen", "127.0.0.1:9000", "address to listen on")
	file := cmd.Flags().String("secret-file", "", "file with the webhook's secret, whsec_…")
	status := cmd.Flags().Int("status", http.StatusNoContent, "status to answer valid deliveries with, to try failures")
	require(cmd, "secret-file")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		raw, err := os.ReadFile(*file)
		if err != nil {
			return err
		}
		if *status < 200 || *status > 599 {
			return errors.New("--status is a number from 200 to 599")
		}
		var l net.ListenConfig
		listener, err := l.Listen(cmd.Context(), "tcp", *listen)
		if err != nil {
			return err
		}
		s := &http.Server{
			Handler:           printer{p.stdout, strings.TrimSpace(string(raw)), *status},
			ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second,
		}
		fmt.Fprintf(p.stdout, "Listening on http://%s\n", listener.Addr())
		ended := make(chan error, 1)
		go func() { ended <- s.Serve(listener) }()
		select {
		case err := <-ended:
			return err
		case <-cmd.Context().Done():
			return s.Close()
		}
	}
	return cmd
}

// printer is a receiver of webhooks that shows what it gets.
type printer struct {
	out    io.Writer
	secret string
	status int
}

// ServeHTTP implements http.Handler.
func (p printer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, webhookBodyMax))
	if err != nil || r.Method != http.MethodPost {
		http.Error(w, "POST a delivery", http.StatusBadRequest)
		return
	}
	verdict, status := "valid", p.status
	if err := webhook.Verify(p.secret, r.Header, string(body), time.Now()); err != nil {
		verdict, status = "NOT VALID", http.StatusUnauthorized
	}
	// Whoever sends it may write what a terminal would obey; %q shows it.
	fmt.Fprintf(p.out, "%s %s %s\n%s\n\n", time.Now().UTC().Format(time.RFC3339), verdict, printable(r.Header.Get(webhook.HeaderID)), printable(string(body)))
	w.WriteHeader(status)
}

// printable leaves out what a terminal would obey.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return -1
		}
		return r
	}, s)
}
