package config

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/env/v2"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/v2"
)

// maxSecretFile bounds what is read from a …_FILE.
const maxSecretFile = 64 << 10

// given is the text of a setting and where it stands.
type given struct {
	text string
	name string // as the operator wrote it
}

// reader gathers settings by key and the problems with them.
type reader struct {
	known    []setting
	values   map[string]given
	refused  map[string]bool // settings with a problem; one each is enough
	problems []Problem
}

func newReader() *reader {
	return &reader{known: settings(), values: map[string]given{}, refused: map[string]bool{}}
}

func (r *reader) find(key string) *setting {
	for i := range r.known {
		if r.known[i].Key() == key {
			return &r.known[i]
		}
	}
	return nil
}

// problem notes that the value written under name is wrong.
func (r *reader) problem(name, text, example string) {
	r.problems = append(r.problems, Problem{Name: name, Text: text, Example: example})
}

// readFile takes the values of a YAML file.
func (r *reader) readFile(path string) error {
	k := koanf.New(".")
	if err := k.Load(file.Provider(path), yaml.Parser()); err != nil {
		return fmt.Errorf("%w %s: %w", errNoFile, path, err)
	}
	layer := map[string]given{}
	all := k.All()
	for _, key := range slices.Sorted(maps.Keys(all)) {
		name := key + " (in " + path + ")"
		text, err := scalar(all[key], r.secret(key))
		if err != nil {
			r.problem(name, err.Error(), "")
			continue
		}
		layer[key] = given{text: text, name: name}
	}
	r.merge(layer)
	return nil
}

func (r *reader) secret(key string) bool {
	s := r.find(key)
	return s != nil && s.Secret
}

// scalar turns a YAML value into the text that the environment would hold.
func scalar(value any, secret bool) (string, error) {
	switch v := value.(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	case int:
		// 0123 is 83 in YAML: a secret of digits would be silently another.
		if !secret {
			return strconv.Itoa(v), nil
		}
	case []any:
		parts := make([]string, len(v))
		for i, e := range v {
			s, ok := e.(string)
			if !ok {
				return "", errors.New("must be a list of strings; put each in quotes")
			}
			parts[i] = s
		}
		return strings.Join(parts, ","), nil
	}
	return "", errors.New("must be a string; put it in quotes")
}

// readEnviron takes the values of AUTHSERVER_* variables.
func (r *reader) readEnviron(environ []string) error {
	k := koanf.New(".")
	err := k.Load(env.Provider("", env.Opt{
		Prefix:      prefix,
		EnvironFunc: func() []string { return environ },
		TransformFunc: func(name, value string) (string, any) {
			return strings.TrimPrefix(name, prefix), value
		},
	}), nil)
	if err != nil {
		return fmt.Errorf("environment: %w", err)
	}
	layer := map[string]given{}
	all := k.All()
	for _, key := range slices.Sorted(maps.Keys(all)) {
		text, _ := all[key].(string)
		switch {
		case serviceLink(key), key == "URL", key == "API_KEY_FILE": // those two are of commands (cmd/authserver)
		case key != strings.ToUpper(key):
			r.problem(prefix+key, "is not a setting", "")
		default:
			layer[strings.ToLower(key)] = given{text: text, name: prefix + key}
		}
	}
	r.merge(layer)
	return nil
}

// serviceLink recognises the variables that Kubernetes adds to every pod when a
// Service is called "authserver": AUTHSERVER_SERVICE_HOST, AUTHSERVER_PORT,
// AUTHSERVER_PORT_8080_TCP_ADDR and so on. They are not ours and no mistake.
func serviceLink(key string) bool {
	if key == "PORT" || key == "SERVICE_HOST" || key == "SERVICE_PORT" || strings.HasPrefix(key, "SERVICE_PORT_") {
		return true
	}
	rest, ok := strings.CutPrefix(key, "PORT_")
	if !ok {
		return false
	}
	digits := strings.TrimLeft(rest, "0123456789")
	if len(digits) == len(rest) {
		return false
	}
	protocol, what, more := strings.Cut(strings.TrimPrefix(digits, "_"), "_")
	return slices.Contains([]string{"TCP", "UDP", "SCTP"}, protocol) &&
		(!more || slices.Contains([]string{"PROTO", "PORT", "ADDR"}, what))
}

// merge puts a layer over what is there: refuses unknown names, reads …_FILE
// twins, and leaves out what is empty.
func (r *reader) merge(layer map[string]given) {
	for _, key := range slices.Sorted(maps.Keys(layer)) {
		g := layer[key]
		if base, ok := strings.CutSuffix(key, "_file"); ok && r.secret(base) {
			if g.text == "" {
				continue
			}
			if layer[base].text != "" {
				r.problem(g.name, "is set together with "+layer[base].name+"; only one can be meant", "")
				continue
			}
			r.readSecret(base, g)
			continue
		}
		s := r.find(key)
		switch {
		case s == nil:
			r.problem(g.name, "is not a setting", "")
		case strings.TrimSpace(g.text) != "":
			r.values[key] = given{text: strings.TrimSpace(g.text), name: g.name}
		}
	}
}

// readSecret takes a secret from the file that g names.
func (r *reader) readSecret(key string, g given) {
	text, err := readSmall(g.text)
	if err == nil && text == "" {
		err = errors.New("names an empty file")
	}
	if err != nil {
		r.problem(g.name, err.Error(), "")
		r.refused[key] = true
		return
	}
	r.values[key] = given{text: text, name: g.name}
}

// readSmall returns the content of a file without the white space around it.
func readSmall(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("cannot be read: %w", err)
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.LimitReader(f, maxSecretFile+1))
	if err != nil {
		return "", fmt.Errorf("cannot be read: %w", err)
	}
	if len(b) > maxSecretFile {
		return "", errors.New("names a file larger than any secret")
	}
	return strings.TrimSpace(string(b)), nil
}

// apply sets the defaults of mode and, over them, what was given.
func (r *reader) apply(mode Mode) Config {
	c := Config{
		Mode:                mode,
		Listen:              "127.0.0.1:8080",
		RateLimits:          true,
		DatabaseMaxConns:    max(8, 4*runtime.GOMAXPROCS(0)),
		PasswordConcurrency: runtime.GOMAXPROCS(0),
		RSABits:             3072,
		AuditDays:           365,
		ShutdownGrace:       20 * time.Second,
		LogFormat:           "json",
		OTLPSample:          1,
		DataDir:             "./data",
		MailProvider:        "smtp",
		MailgunBaseURL:      "https://api.mailgun.net",
	}
	if mode == Dev {
		c.LogFormat = "text"
		c.OutboundNetworks = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	}
	for _, s := range r.known {
		g, ok := r.values[s.Key()]
		if !ok {
			continue
		}
		if err := s.set(&c, g.text); err != nil {
			r.refuse(s.Key(), err.Error())
		}
	}
	if mode == Serve {
		return c // what matters has no default there
	}
	if _, ok := r.values["public_url"]; !ok {
		_ = setPublicURL(&c, "http://localhost:8080")
	}
	if _, ok := r.values["database_url"]; !ok {
		c.DatabaseURL = "sqlite:" + filepath.Join(c.DataDir, "authserver.db")
	}
	return c
}
