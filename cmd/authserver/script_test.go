package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"authserver/internal/database/dbtest"
	"authserver/internal/secret"
)

// TestMain lets the scripts run this very test binary as authserver.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"authserver": main})
}

// TestScripts types what operators type: each file of testdata/script is a
// terminal session with a database of its own.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			for name, value := range map[string]string{
				"AUTHSERVER_DATABASE_URL": dbtest.URL(t), // of the whole test: scripts have no T of their own
				"AUTHSERVER_SECRET_KEYS":  secret.NewKey(),
				"AUTHSERVER_RSA_BITS":     "2048", // 3072 take a second to find
				"AUTHSERVER_LISTEN":       freeAddress(t),
				"DEMO":                    freeAddress(t),
				"HOME":                    env.WorkDir,
				"GORACE":                  "atexit_sleep_ms=20", // not a second after each of a hundred commands
			} {
				env.Setenv(name, value)
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"answers": answers, "takes": takes, "keep": keep},
	})
}

// answers URL waits until something answers there with a success.
func answers(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: answers URL")
	}
	client := &http.Client{Timeout: time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	deadline := time.After(30 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		response, err := client.Get(args[0])
		if err == nil {
			_ = response.Body.Close()
			if response.StatusCode < 300 {
				return
			}
			err = fmt.Errorf("status %s", response.Status)
		}
		select {
		case <-tick.C:
		case <-deadline:
			ts.Fatalf("%s: %v", args[0], err)
		}
	}
}

// takes ADDRESS keeps the address busy until the script ends.
func takes(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: takes ADDRESS")
	}
	l, err := net.Listen("tcp", args[0])
	ts.Check(err)
	ts.Defer(func() { _ = l.Close() })
}

// keep FILE stores what the last command printed under that name.
func keep(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: keep FILE")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(ts.ReadFile("stdout")), 0o600))
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}
