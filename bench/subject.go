package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"authserver/e2e"
	"authserver/internal/secret"
)

// public is what the server believes to be called: production demands https. The clients connect to its listener themselves, as a proxy would.
const public = "https://auth.example"

// subject is the server under test.
type subject struct {
	Name, Database          string
	Address                 string
	binary, dir             string
	settings                []string
	token                   string
	process                 *e2e.Process
	web, curve, jwt, opaque credentials
	keys                    struct {
		APIKey string `json:"api_key"`
	}
	readyIn time.Duration
}

// credentials are what the command line says about a new client.
type credentials struct {
	ID     string `json:"client_id"`
	Secret string `json:"client_secret"`
}

const (
	realmSlug = "acme"
	email     = "rosa%d@example.com"
	password  = "plum-Carriage-41-tin"
	callback  = "https://harbour.example/callback"
)

// newSubject sets a server up by its own commands: schema, realm, applications, people.
func newSubject(ctx context.Context, name, binary, dir, databaseURL string, people int) (*subject, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := l.Addr().String()
	_ = l.Close()
	s := &subject{Name: name, Database: databaseURL, Address: address, binary: binary, dir: dir, token: secret.Token("m-")}
	s.settings = []string{
		"AUTHSERVER_LISTEN=" + address,
		"AUTHSERVER_PUBLIC_URL=" + public,
		"AUTHSERVER_RATE_LIMITS=off",
		"AUTHSERVER_DATABASE_URL=" + databaseURL,
		"AUTHSERVER_SECRET_KEYS=" + secret.NewKey(),
		"AUTHSERVER_METRICS_TOKEN=" + s.token,
		"AUTHSERVER_LOG_LEVEL=warn",
	}
	if err := s.command(ctx, nil, "migrate"); err != nil {
		return nil, err
	}
	if err := s.command(ctx, &s.keys, "bootstrap", "--realm", realmSlug, "--admin-email", "admin@example.com", "--json"); err != nil {
		return nil, err
	}
	for _, c := range []struct {
		into *credentials
		args []string
	}{
		{&s.web, []string{"--name", "Harbour", "--type", "web", "--redirect-uri", callback}},
		{&s.curve, []string{"--name", "Pier", "--type", "web", "--redirect-uri", callback, "--id-token-alg", "ES256"}},
		{&s.jwt, []string{"--name", "Crane", "--type", "service"}},
		{&s.opaque, []string{"--name", "Buoy", "--type", "service", "--token-format", "opaque"}},
	} {
		if err := s.command(ctx, c.into, append([]string{"client", "create", "--realm", realmSlug, "--json"}, c.args...)...); err != nil {
			return nil, err
		}
	}
	file := filepath.Join(dir, "password")
	if err := os.WriteFile(file, []byte(password), 0o600); err != nil {
		return nil, err
	}
	for i := range people {
		err := s.command(ctx, nil, "user", "create", "--realm", realmSlug, "--email", fmt.Sprintf(email, i), "--password-file", file, "--verified", "--json")
		if err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *subject) command(ctx context.Context, into any, args ...string) error {
	cmd := exec.CommandContext(ctx, s.binary, args...)
	cmd.Env, cmd.Dir = append([]string{"HOME=" + s.dir}, s.settings...), s.dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("authserver %s: %w\n%s", strings.Join(args, " "), err, stderr.String())
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(out, into)
}

// start brings the server up and notes how long it took to the first discovery answer.
func (s *subject) start(ctx context.Context) error {
	began := time.Now()
	process, err := e2e.Start(s.binary, s.dir, s.settings, "serve")
	if err != nil {
		return err
	}
	s.process = process
	if err := process.Ready(ctx, "http://"+s.Address+"/realms/"+realmSlug+"/.well-known/openid-configuration"); err != nil {
		return err
	}
	s.readyIn = time.Since(began)
	return nil
}

// stop ends the server and returns what it wrote.
func (s *subject) stop() string {
	s.process.Kill()
	return s.process.Output()
}

// transport leads https://auth.example to the server's listener.
func (s *subject) transport() *http.Transport {
	return &http.Transport{
		MaxIdleConnsPerHost: 2,
		DialTLSContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, s.Address)
		},
	}
}

// counters are what the server says it has done so far.
type counters struct {
	Statements, Writes, Commits float64
}

// counters reads /metrics.
func (s *subject) counters(ctx context.Context) (counters, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.Address+"/metrics", nil)
	if err != nil {
		return counters{}, err
	}
	req.Header.Set("Authorization", "Bearer "+s.token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return counters{}, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return counters{}, fmt.Errorf("/metrics: %s", res.Status)
	}
	var c counters
	return c, c.read(res.Body)
}

func (c *counters) read(body io.Reader) error {
	into := map[string]*float64{
		"database_statements_total": &c.Statements,
		"database_writes_total":     &c.Writes,
		"database_commits_total":    &c.Commits,
	}
	found := 0
	for lines := bufio.NewScanner(body); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), " ")
		if at := into[name]; at != nil {
			n, err := strconv.ParseFloat(value, 64)
			if err != nil {
				return err
			}
			*at = n
			found++
		}
	}
	if found != len(into) {
		return fmt.Errorf("/metrics tells %d of %d counters of the database", found, len(into))
	}
	return nil
}

// cpu is the processor time that a process has used.
func cpu(pid int) (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	// The name, in parentheses, may hold spaces; user and system time are the 12th and 13th field after it.
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	var ticks int64
	for _, f := range fields[11:13] {
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			return 0, err
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond, nil // USER_HZ is 100 on Linux
}

// resident is the memory that a process holds, in MiB.
func resident(pid int) (float64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for _, line := range strings.Split(string(status), "\n") {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kib, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kib / 1024, err
		}
	}
	return 0, fmt.Errorf("process %d: no VmRSS", pid)
}
