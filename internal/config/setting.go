package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const prefix = "AUTHSERVER_"

// Setting describes one setting, for documentation.
type Setting struct {
	Name    string // in the environment; without the prefix and in lower case it is the key in the file
	Secret  bool   // its value is never shown, and it may be given as NAME_FILE
	Default string // in words where it depends on something
	Example string
	Help    string
}

// Key returns the setting's name in the YAML file.
func (s Setting) Key() string { return strings.ToLower(strings.TrimPrefix(s.Name, prefix)) }

// setting is a Setting with the way its text becomes a value.
type setting struct {
	Setting
	set func(*Config, string) error
}

// Settings lists every setting in the order of documentation.
func Settings() []Setting {
	all := settings()
	out := make([]Setting, len(all))
	for i, s := range all {
		out[i] = s.Setting
	}
	return out
}

func settings() []setting {
	return append([]setting{
		{Setting{prefix + "LISTEN", false, "127.0.0.1:8080", "0.0.0.0:8080",
			"Address to listen on. `dev` binds to loopback only."},
			text(func(c *Config) *string { return &c.Listen }, address)},
		{Setting{prefix + "PUBLIC_URL", false, "http://localhost:8080 (serve: none)", "https://id.example.com",
			"Where browsers and clients reach the server; the issuer of a realm is PUBLIC_URL/realms/SLUG. `serve` asks for https."},
			setPublicURL},
		{Setting{prefix + "DATABASE_URL", true, "sqlite:DATA_DIR/authserver.db (serve: none)", "postgres://authserver:PASSWORD@db.internal:5432/authserver?sslmode=verify-full",
			"PostgreSQL, or sqlite:PATH for one node."},
			text(func(c *Config) *string { return &c.DatabaseURL }, databaseURL)},
		{Setting{prefix + "REDIS_URL", true, "none", "rediss://:PASSWORD@redis.internal:6379/0",
			"Redis, by which several nodes keep rate limits together; without it each keeps them by itself."},
			text(func(c *Config) *string { return &c.RedisURL }, remoteURL("redis", "rediss"))},
		{Setting{prefix + "RATE_LIMITS", false, "on", "off",
			"on or off: whether callers who come too often are turned away. Off is for load tests and for limits in front."},
			setRateLimits},
		{Setting{prefix + "SECRET_KEYS", true, "none (dev: made in DATA_DIR)", "bm90IGEga2V5OiBydW4gb3BlbnNzbCByYW5kIC1iYXM=",
			"Keys that seal values at rest, newest first, separated by commas: 32 random bytes in base64 each. Make one with `openssl rand -base64 32`."},
			list(func(c *Config) *[]string { return &c.SecretKeys })},
		{Setting{prefix + "METRICS_LISTEN", false, "none", "127.0.0.1:9090",
			"A listener of its own for /metrics, to be kept private. `serve` asks for this or AUTHSERVER_METRICS_TOKEN."},
			text(func(c *Config) *string { return &c.MetricsListen }, address)},
		{Setting{prefix + "METRICS_TOKEN", true, "none", "replace-me-with-the-output-of-openssl-rand-hex-32",
			"Bearer token that /metrics asks for: 32 characters or more."},
			text(func(c *Config) *string { return &c.MetricsToken }, bearer)},
		{Setting{prefix + "LOG_LEVEL", false, "info", "debug", "debug, info, warn or error."},
			setLogLevel},
		{Setting{prefix + "LOG_FORMAT", false, "json (dev: text)", "json", "json or text."},
			text(func(c *Config) *string { return &c.LogFormat }, oneOf("json", "text"))},
		{Setting{prefix + "TRUSTED_PROXIES", false, "none", "10.0.0.0/8,192.0.2.7",
			"Addresses or networks of the proxies whose X-Forwarded-For is believed, separated by commas."},
			setProxies},
		{Setting{prefix + "OUTBOUND_NETWORKS", false, "none (dev: loopback)", "10.20.0.0/16,192.0.2.9",
			"Addresses or networks of your own that the server may call, also without TLS: upstream sign-in providers inside. All others must be public and https."},
			setOutbound},
		{Setting{prefix + "WEBHOOK_RETRIES", false, "1m,5m,15m,1h", "30s,5m,1h,12h,24h",
			"How long a webhook's delivery rests after each attempt that failed, 1s to 168h, separated by commas; a fifth more at most, by chance. After the last it is parked."},
			setWebhookRetries},
		{Setting{prefix + "DATABASE_MAX_CONNS", false, "4 per core, at least 8", "32", "Database connections at most, 4 to 1000."},
			number(func(c *Config) *int { return &c.DatabaseMaxConns }, 4, 1000)},
		{Setting{prefix + "PASSWORD_CONCURRENCY", false, "1 per core", "4",
			"Password hashes computed at the same time, 1 to 256; each takes a core and 19 MiB."},
			number(func(c *Config) *int { return &c.PasswordConcurrency }, 1, 256)},
		{Setting{prefix + "BREACHED_PASSWORDS_FILE", false, "none", "/var/lib/authserver/pwned-passwords-sha1-ordered-by-hash.txt",
			"Leaked passwords that realms may refuse: a sorted file of lines `SHA-1 in hex[:count]`, as the downloader of Have I Been Pwned writes it. It is searched on disk."},
			text(func(c *Config) *string { return &c.BreachedPasswordsFile }, nil)},
		{Setting{prefix + "GEOIP_FILE", false, "none", "/var/lib/authserver/GeoLite2-City.mmdb",
			"Database of cities in MaxMind's format, by which people are told where their devices are. Without it they see the beginning of the IP address."},
			text(func(c *Config) *string { return &c.GeoIPFile }, nil)},
		{Setting{prefix + "RSA_BITS", false, "3072", "3072", "Size of new RSA signing keys: 2048, 3072 or 4096."},
			setRSABits},
		{Setting{prefix + "SHUTDOWN_GRACE", false, "20s", "20s", "How long open requests may take to end after SIGTERM, 1s to 10m."},
			setGrace},
		{Setting{prefix + "AUDIT_RETENTION_DAYS", false, "365", "730", "How many days entries of the audit are kept, up to 36500. 0 keeps them for ever."},
			number(func(c *Config) *int { return &c.AuditDays }, 0, 36500)},
		{Setting{prefix + "DATA_DIR", false, "./data", "/var/lib/authserver", "Where `dev` keeps its database and key ring."},
			text(func(c *Config) *string { return &c.DataDir }, nil)},
	}, slices.Concat(messageSettings(), traceSettings(), busSettings())...)
}

func setRateLimits(c *Config, v string) error {
	if err := oneOf("on", "off")(v); err != nil {
		return err
	}
	c.RateLimits = v == "on"
	return nil
}

// text sets a string that rule (may be nil) accepts.
func text(field func(*Config) *string, rule func(string) error) func(*Config, string) error {
	return func(c *Config, v string) error {
		if rule != nil {
			if err := rule(v); err != nil {
				return err
			}
		}
		*field(c) = v
		return nil
	}
}

func number(field func(*Config) *int, least, most int) func(*Config, string) error {
	return func(c *Config, v string) error {
		n, err := strconv.Atoi(v)
		if err != nil || n < least || n > most {
			return fmt.Errorf("must be a whole number from %d to %d", least, most)
		}
		*field(c) = n
		return nil
	}
}

func list(field func(*Config) *[]string) func(*Config, string) error {
	return func(c *Config, v string) error {
		if *field(c) = split(v); len(*field(c)) == 0 {
			return errors.New("is an empty list")
		}
		return nil
	}
}

// split separates a list by commas, white space and line ends.
func split(v string) []string {
	return strings.FieldsFunc(v, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' || r == '\n' || r == '\r' })
}

func oneOf(values ...string) func(string) error {
	return func(v string) error {
		for _, o := range values {
			if v == o {
				return nil
			}
		}
		return errors.New("must be " + strings.Join(values, " or "))
	}
}

// address accepts HOST:PORT as net.Listen does, with a number as port.
func address(v string) error {
	_, port, err := net.SplitHostPort(v)
	if err != nil {
		return errors.New("must be HOST:PORT")
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return errors.New("must end with a port from 0 to 65535")
	}
	return nil
}

func databaseURL(v string) error {
	if path, ok := strings.CutPrefix(v, "sqlite:"); ok {
		if path == "" || strings.Contains(path, ":memory:") || strings.HasPrefix(path, "//") {
			return errors.New("must name a file, as in sqlite:./data/authserver.db")
		}
		return nil
	}
	// The parser's error would quote the password.
	if u, err := url.Parse(v); err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") {
		return errors.New("must be postgres://USER:PASSWORD@HOST:PORT/NAME or sqlite:PATH")
	}
	return nil
}

func remoteURL(schemes ...string) func(string) error {
	return func(v string) error {
		u, err := url.Parse(v)
		if err != nil || u.Hostname() == "" || oneOf(schemes...)(u.Scheme) != nil {
			return errors.New("must be a URL that starts with " + strings.Join(schemes, ":// or ") + ":// and names a host")
		}
		return nil
	}
}

// bearer accepts what fits an Authorization header (RFC 6750 §2.1, b64token).
func bearer(v string) error {
	for _, r := range v {
		if r <= ' ' || r > '~' || r == '"' || r == '\\' || r == ',' {
			return errors.New("must be printable ASCII without spaces, quotes and commas")
		}
	}
	if len(v) < 32 {
		return fmt.Errorf("has %d characters; it must have 32 or more", len(v))
	}
	return nil
}

func setPublicURL(c *Config, v string) error {
	u, err := url.Parse(v)
	if err != nil || u.Host == "" || u.Hostname() == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return errors.New("must be a URL that starts with https:// and names a host")
	}
	if u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || strings.Contains(v, "#") {
		return errors.New("must not carry a user, a query or a fragment")
	}
	if u.Path != "" && u.Path != "/" {
		return errors.New("must not have a path: the server owns the whole host")
	}
	host := strings.ToLower(u.Host)
	for _, r := range host {
		if r > '~' {
			return errors.New("must name the host in ASCII (an international name in its xn-- form)")
		}
	}
	if p := u.Port(); p != "" {
		if n, err := strconv.Atoi(p); err != nil || n < 1 || n > 65535 {
			return errors.New("must have a port from 1 to 65535")
		}
	}
	// Browsers leave the default port out of Origin, clients compare issuers
	// byte by byte: there is one spelling.
	if u.Scheme == "https" {
		host = strings.TrimSuffix(host, ":443")
	} else {
		host = strings.TrimSuffix(host, ":80")
	}
	c.PublicURL = &url.URL{Scheme: u.Scheme, Host: strings.TrimSuffix(host, ":")}
	return nil
}

func setLogLevel(c *Config, v string) error {
	if err := oneOf("debug", "info", "warn", "error")(v); err != nil {
		return err
	}
	return c.LogLevel.UnmarshalText([]byte(v))
}

func setProxies(c *Config, v string) error {
	networks, err := networks(v)
	for _, p := range networks {
		if p.Bits() == 0 {
			return fmt.Errorf("%s would believe everybody", p) // INC-025: forged X-Forwarded-For
		}
	}
	c.TrustedProxies = networks
	return err
}

func setOutbound(c *Config, v string) error {
	networks, err := networks(v)
	for _, p := range networks {
		if p.Bits() == 0 {
			return fmt.Errorf("%s would open everything, also what must never be called (169.254.169.254)", p)
		}
	}
	c.OutboundNetworks = networks
	return err
}

func setWebhookRetries(c *Config, v string) error {
	const longest, most = 7 * 24 * time.Hour, 20
	var all []time.Duration
	for _, s := range split(v) {
		d, err := time.ParseDuration(s)
		if err != nil || d < time.Second || d > longest {
			return fmt.Errorf("%q is not a time from 1s to 168h", s)
		}
		all = append(all, d)
	}
	if len(all) == 0 || len(all) > most {
		return fmt.Errorf("must have 1 to %d times", most)
	}
	c.WebhookRetries = all
	return nil
}

// networks reads addresses and networks.
func networks(v string) ([]netip.Prefix, error) {
	var all []netip.Prefix
	for _, s := range split(v) {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			a, err := netip.ParseAddr(s)
			if err != nil || a.Zone() != "" {
				return nil, fmt.Errorf("%q is neither an address nor a network", s)
			}
			p = netip.PrefixFrom(a, a.BitLen())
		}
		all = append(all, p.Masked())
	}
	return all, nil
}

func setRSABits(c *Config, v string) error {
	if err := oneOf("2048", "3072", "4096")(v); err != nil {
		return err
	}
	return number(func(c *Config) *int { return &c.RSABits }, 2048, 4096)(c, v)
}

func setGrace(c *Config, v string) error {
	d, err := time.ParseDuration(v)
	if err != nil || d < time.Second || d > 10*time.Minute {
		return errors.New("must be a duration from 1s to 10m")
	}
	c.ShutdownGrace = d
	return nil
}
