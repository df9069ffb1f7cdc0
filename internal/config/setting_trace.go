package config

import (
	"errors"
	"net/url"
	"strconv"

	"authserver/internal/tracing"
)

// traceSettings are about OpenTelemetry.
func traceSettings() []setting {
	return []setting{
		{Setting{prefix + "OTLP_ENDPOINT", false, "none", "https://collector.example.com:4318",
			"OpenTelemetry collector that traces go to, by OTLP over HTTP (protobuf); without a path, /v1/traces is meant. Without it nothing is traced."},
			setEndpoint},
		{Setting{prefix + "OTLP_HEADERS", true, "none", "Authorization=Bearer 0123456789abcdef",
			"Headers of each delivery, separated by commas: the collector's credential. They travel by https only."},
			setHeaders},
		{Setting{prefix + "OTLP_SAMPLE", false, "1", "0.1", "Share of requests that are traced, 0 to 1."},
			setSample},
	}
}

func setEndpoint(c *Config, v string) error {
	u, err := url.Parse(v)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return errors.New("must be http://HOST:PORT or https://HOST:PORT, without user and query")
	}
	c.OTLPEndpoint = u
	return nil
}

func setHeaders(c *Config, v string) error {
	headers, ok := tracing.Headers(v)
	if !ok {
		return errors.New("must be NAME=VALUE, several separated by commas")
	}
	c.OTLPHeaders = headers
	return nil
}

func setSample(c *Config, v string) error {
	share, err := strconv.ParseFloat(v, 64)
	if err != nil || !(share >= 0 && share <= 1) { // not a number fails too
		return errors.New("must be a number from 0 to 1")
	}
	c.OTLPSample = share
	return nil
}

// checkTraces refuses settings that mean nothing together, or that would give a
// credential away.
func (r *reader) checkTraces(c *Config) {
	if len(c.OTLPHeaders) == 0 {
		return
	}
	switch {
	case c.OTLPEndpoint == nil:
		r.require("otlp_endpoint", prefix+"OTLP_HEADERS belong to it")
	case c.OTLPEndpoint.Scheme == "http" && !loopbackHost(c.OTLPEndpoint.Hostname()):
		r.refuse("otlp_endpoint", "must start with https:// because "+prefix+"OTLP_HEADERS go there")
	}
}
