package config

import (
	"net"
	"net/netip"
	"strings"

	"authserver/internal/secret"
)

// check judges the settings as a whole for the mode.
func (r *reader) check(c *Config) {
	switch c.Mode {
	case Dev:
		r.checkDev(c)
	case Serve:
		r.checkServe(c)
	}
	r.checkMessages(c)
	r.checkTraces(c)
	if len(c.SecretKeys) > 0 {
		if _, err := secret.ParseRing(c.SecretKeys); err != nil {
			r.refuse("secret_keys", err.Error())
		}
	}
	if c.MetricsListen != "" && c.MetricsListen == c.Listen {
		r.refuse("metrics_listen", "is the same address as "+prefix+"LISTEN")
	}
	for _, s := range r.known {
		// Whoever copies .env.example without reading runs with a token that
		// everybody knows.
		if s.Key() == "metrics_token" && c.MetricsToken == s.Example {
			r.refuse("metrics_token", "is the example, which everybody knows")
		}
	}
}

// refuse notes a problem with a setting, under the name by which it was given,
// unless it has one already.
func (r *reader) refuse(key, text string) {
	if r.refused[key] {
		return
	}
	r.refused[key] = true
	s := r.find(key)
	name := s.Name
	if g, ok := r.values[key]; ok {
		name = g.name
	}
	r.problem(name, text, s.Name+"="+s.Example)
}

// require refuses a setting that was not given.
func (r *reader) require(key, why string) {
	if _, ok := r.values[key]; !ok {
		r.refuse(key, "is not set; "+why)
	}
}

// checkDev keeps dev on this machine: it has known passwords and no TLS.
func (r *reader) checkDev(c *Config) {
	if !loopback(c.Listen) {
		r.refuse("listen", "must be a loopback address in dev; `authserver serve` is for networks")
	}
	if c.MetricsListen != "" && !loopback(c.MetricsListen) {
		r.refuse("metrics_listen", "must be a loopback address in dev")
	}
	if c.PublicURL != nil && c.PublicURL.Scheme == "http" && !loopbackHost(c.PublicURL.Hostname()) {
		r.refuse("public_url", "must be https, or name this machine (localhost)")
	}
}

func (r *reader) checkServe(c *Config) {
	r.require("public_url", "the issuer of every realm starts with it")
	if c.PublicURL != nil && c.PublicURL.Scheme != "https" {
		r.refuse("public_url", "must start with https://; passwords and tokens travel there")
	}
	// SQLite is a fair choice for one node, but nobody shall find out later
	// that the accounts are in a file of a container.
	r.require("database_url", "`serve` has no default for it")
	r.require("secret_keys", "`serve` does not make keys: they must outlive the machine")
	if _, ok := r.values["metrics_token"]; !ok && !r.refused["metrics_token"] {
		r.require("metrics_listen", "set it, or "+prefix+"METRICS_TOKEN, so that /metrics is not open to everybody")
	}
}

// loopback tells whether a HOST:PORT is reachable from this machine only. An
// empty host is every interface.
func loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	return err == nil && loopbackHost(host)
}

// loopbackHost accepts loopback addresses and localhost with its subdomains,
// which never leave the machine (RFC 6761 §6.3).
func loopbackHost(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.Unmap().IsLoopback()
}
