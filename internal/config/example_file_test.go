package config_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"authserver/internal/config"
)

// .env.example is the documentation of the settings: it names each of them,
// with its example, and nothing else.
func TestEnvExampleNamesExactlyTheSettings(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../../.env.example")
	if err != nil {
		t.Fatal(err)
	}
	assigned := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^(?:# )?([A-Z][A-Z0-9_]*)=(.*)$`).FindAllStringSubmatch(string(b), -1) {
		if _, twice := assigned[m[1]]; twice {
			t.Errorf("%s stands there twice", m[1])
		}
		assigned[m[1]] = m[2]
	}
	for _, s := range config.Settings() {
		if got, ok := assigned[s.Name]; !ok || got != s.Example {
			t.Errorf("%s: the file has %q, the example is %q", s.Name, got, s.Example)
		}
		delete(assigned, s.Name)
		if s.Secret {
			if assigned[s.Name+"_FILE"] == "" {
				t.Errorf("%s_FILE is missing", s.Name)
			}
			delete(assigned, s.Name+"_FILE")
		}
		if s.Help == "" || s.Default == "" || s.Key() != strings.ToLower(strings.TrimPrefix(s.Name, prefix)) {
			t.Errorf("%s is not documented", s.Name)
		}
	}
	for name := range assigned {
		t.Errorf("%s is not a setting", name)
	}
	for _, name := range regexp.MustCompile(prefix+`[A-Z_]+`).FindAllString(string(b), -1) {
		if !strings.Contains(string(b), "\n"+name+"=") && !strings.Contains(string(b), "\n# "+name+"=") {
			t.Errorf("%s is mentioned and not shown", name)
		}
	}
}

// What is not commented out is a working production file, but for the keys.
func TestEnvExampleWorksWithKeysOfOnesOwn(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../../.env.example")
	if err != nil {
		t.Fatal(err)
	}
	var environ []string
	for line := range strings.Lines(string(b)) {
		if strings.HasPrefix(line, prefix) {
			environ = append(environ, strings.TrimSpace(line))
		}
	}
	found := problems(t, config.Serve, environ, "")
	if len(found) != 1 || found[prefix+"SECRET_KEYS"] == "" {
		t.Errorf("got %v", found)
	}
}
