package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

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
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"answers": answers, "takes": takes, "keep": keep, "conforms": conforms, "exits": exits, "named": named, "audited": audited, "secret": kept},
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

// conforms SCHEMA DOCUMENT holds a YAML document to a JSON Schema.
func conforms(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: conforms SCHEMA DOCUMENT")
	}
	raw, err := jsonschema.UnmarshalJSON(strings.NewReader(ts.ReadFile(args[0])))
	ts.Check(err)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	ts.Check(c.AddResource("realm.json", raw))
	schema, err := c.Compile("realm.json")
	ts.Check(err)
	var document any
	ts.Check(yaml.Unmarshal([]byte(ts.ReadFile(args[1])), &document))
	asJSON, err := json.Marshal(document)
	ts.Check(err)
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
	ts.Check(err)
	if err := schema.Validate(value); (err != nil) != neg {
		ts.Fatalf("%s conforms to the schema: %v", args[1], err)
	}
}

// exits CODE COMMAND... holds a command to the code that it exits with.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND...")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		code = exit.ExitCode()
	}
	if fmt.Sprint(code) != args[0] {
		ts.Fatalf("exit code %d: %v", code, err)
	}
}

// secret FILE MEMBER NEW writes what a member of the JSON object in the file is into a new one.
func kept(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: secret FILE MEMBER NEW")
	}
	var answer map[string]any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &answer))
	value, _ := answer[args[1]].(string)
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(value+"\n"), 0o600))
}

// named FILE VARIABLE sets the variable to the name of the plan in the file.
func named(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: named FILE VARIABLE")
	}
	var answer struct {
		Plan string `json:"plan"`
	}
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &answer))
	if answer.Plan == "" {
		ts.Fatalf("the plan has no name")
	}
	ts.Setenv(args[1], answer.Plan)
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
