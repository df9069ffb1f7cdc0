package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"authserver/internal/config"
)

func (p *program) healthcheck() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "healthcheck",
		Short: "Ask a running server whether it takes requests",
		Long: `Ask /readyz of the server that listens on AUTHSERVER_LISTEN, or of the one at
--url. The exit code is 0 when it is ready, and 1 when it is not or does not
answer within three seconds. It suits the HEALTHCHECK of an image without a shell.`,
		Example: `  authserver healthcheck
  authserver healthcheck --url https://id.example.com --json`,
		Args: cobra.NoArgs,
	}
	url := cmd.Flags().String("url", "", "address of the server (default http://AUTHSERVER_LISTEN)")
	asJSON := jsonFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		base := *url
		if base == "" {
			c, err := config.Load(config.Command, p.environ, p.settings)
			if err != nil {
				return err
			}
			base = "http://" + reachable(c.Listen)
		}
		state, err := askReady(cmd.Context(), strings.TrimSuffix(base, "/"))
		if err != nil {
			return err
		}
		if err := p.print(*asJSON, state, state.text()); err != nil {
			return err
		}
		if !state.Ready {
			return fmt.Errorf("the server at %s is not ready: %s", base, strings.Join(state.failing(), ", "))
		}
		return nil
	}
	return cmd
}

// reachable turns an address to listen on into one to connect to: nobody can
// connect to "every interface".
func reachable(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return listen
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

// readyState is the body of /readyz.
type readyState struct {
	Ready  bool              `json:"ready"`
	Checks map[string]string `json:"checks"`
}

func (s readyState) text() string {
	if s.Ready {
		return "ready\n"
	}
	return ""
}

func (s readyState) failing() []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(s.Checks)) {
		if s.Checks[name] != "ok" {
			out = append(out, name+" "+s.Checks[name])
		}
	}
	return out
}

func askReady(ctx context.Context, base string) (readyState, error) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/readyz", nil)
	if err != nil {
		return readyState{}, fmt.Errorf("%q is not an address: %w", base, err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return readyState{}, fmt.Errorf("the server does not answer: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	var s readyState
	if err := json.NewDecoder(io.LimitReader(response.Body, 64<<10)).Decode(&s); err != nil || s.Checks == nil {
		return readyState{}, fmt.Errorf("what answers at %s is not Auth Server (%s)", base, response.Status)
	}
	return s, nil
}
