// Package process treats the server as an orchestrator and a power cut do: the binary, in production mode, is started, drained and killed while
// people sign in and applications trade tokens.
//
//	keep.go       the server as a process that comes back; how its clients wait for it
//	journey.go    one person and one application, who remember every answer that they got
//	receivers.go  programs that want to know of changes, and fail in every way
//	*_test.go     kill it, drain it, then audit what is in the books
package process

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"authserver/client"
	"authserver/e2e"
	"authserver/internal/database/dbtest"
	"authserver/internal/secret"
)

// public is what the people and applications call the server. Production demands https; the line between the two is played by a dialer, since
// what is tested here is not TLS.
const public = "https://auth.example"

// keep is the server, wherever in its lives it is.
type keep struct {
	Issuer   string
	Database string

	key                 string // of the realm's API
	binary, dir, listen string
	settings            []string

	answers atomic.Int64 // to requests of all lives

	mu      sync.Mutex
	process *e2e.Process
	up      chan struct{} // closed while the server answers
}

// newKeep builds the binary and sets up a realm with the commands that an operator would use. The settings are added to those of production.
func newKeep(t *testing.T, settings ...string) *keep {
	t.Helper()
	k := &keep{
		Issuer: public + "/realms/acme", Database: dbtest.URL(t),
		binary: e2e.Binary(t), dir: t.TempDir(), listen: e2e.FreeAddress(t), up: make(chan struct{}),
	}
	k.settings = append([]string{
		"AUTHSERVER_LISTEN=" + k.listen,
		"AUTHSERVER_PUBLIC_URL=" + public,
		"AUTHSERVER_RATE_LIMITS=off",
		"AUTHSERVER_DATABASE_URL=" + k.Database,
		"AUTHSERVER_SECRET_KEYS=" + secret.NewKey(),
		"AUTHSERVER_METRICS_TOKEN=" + secret.Token("m-"),
		"AUTHSERVER_DATABASE_MAX_CONNS=8",
		"AUTHSERVER_LOG_LEVEL=warn",
		"AUTHSERVER_RSA_BITS=2048",
		"AUTHSERVER_SHUTDOWN_GRACE=8s",
	}, settings...)
	k.command(t, nil, "migrate")
	var made struct {
		Key string `json:"api_key"`
	}
	k.command(t, &made, "bootstrap", "--realm", "acme", "--admin-email", "admin@example.com", "--json")
	k.key = made.Key
	return k
}

// beside is another node on the same database.
func (k *keep) beside(t *testing.T) *keep {
	t.Helper()
	other := &keep{Issuer: k.Issuer, Database: k.Database, key: k.key, binary: k.binary, dir: k.dir, listen: e2e.FreeAddress(t), up: make(chan struct{})}
	other.settings = append(slices.Clone(k.settings), "AUTHSERVER_LISTEN="+other.listen) // the last one counts
	return other
}

// admin is the API of the realm, by this node.
func (k *keep) admin(t testing.TB) *client.RealmClient {
	t.Helper()
	c, err := client.New(public, client.Bearer(k.key), client.HTTP(&http.Client{Transport: k.transport(), Timeout: 20 * time.Second}))
	if err != nil {
		t.Fatal(err)
	}
	return c.In("acme")
}

// command runs a command of the binary and decodes what it prints.
func (k *keep) command(t *testing.T, into any, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), k.binary, args...)
	cmd.Env, cmd.Dir = append([]string{"HOME=" + k.dir}, k.settings...), k.dir
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("authserver %s: %v\n%s%s", strings.Join(args, " "), err, out, stderr.String())
	}
	if into != nil {
		if err := json.Unmarshal(out, into); err != nil {
			t.Fatalf("authserver %s printed %q: %v", strings.Join(args, " "), out, err)
		}
	}
}

// start brings the server up and lets the waiting clients go.
func (k *keep) start(ctx context.Context) error {
	process, err := e2e.Start(k.binary, k.dir, k.settings, "serve")
	if err != nil {
		return err
	}
	if err := process.Ready(ctx, "http://"+k.listen+"/readyz"); err != nil {
		process.Kill()
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.process = process
	close(k.up)
	return nil
}

// kill ends the server between any two instructions.
func (k *keep) kill() {
	k.mu.Lock()
	process := k.process
	k.up = make(chan struct{})
	k.mu.Unlock()
	process.Kill()
}

// wait returns when the server answers.
func (k *keep) wait(ctx context.Context) error {
	k.mu.Lock()
	up := k.up
	k.mu.Unlock()
	select {
	case <-up:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// transport leads https://auth.example to the server's plain listener, as a proxy in front of it would.
func (k *keep) transport() http.RoundTripper {
	return &counting{&k.answers, &http.Transport{
		MaxIdleConnsPerHost: 4,
		DialTLSContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{Timeout: 5 * time.Second}).DialContext(ctx, network, k.listen)
		},
	}}
}

// counting counts the answers.
type counting struct {
	answers *atomic.Int64
	to      http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (c *counting) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := c.to.RoundTrip(r)
	if err == nil {
		c.answers.Add(1)
	}
	return res, err
}

// broken tells a connection that broke off, which says nothing about what the server did, from an answer.
func broken(err error) bool {
	var transport *url.Error
	return errors.As(err, &transport) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET)
}

// insist repeats what broke off until the server answers, and tells whether anything broke off on the way.
func insist[T any](ctx context.Context, k *keep, do func() (T, error)) (got T, lost bool, err error) {
	for {
		got, err = do()
		if err == nil || !broken(err) {
			return got, lost, err
		}
		lost = true
		if err := k.wait(ctx); err != nil {
			return got, lost, fmt.Errorf("wait for the server: %w", err)
		}
	}
}
