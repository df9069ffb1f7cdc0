package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// Mode says what the settings are for, and with it how strictly they are judged.
type Mode int

const (
	// Dev is `authserver dev`: everything has a default, and nothing leaves the loopback interface.
	Dev Mode = iota
	// Serve is `authserver serve`: what protects must be set, and be strong.
	Serve
	// Command is a command that works on the database of either and exits. It
	// takes what is set, and makes nothing; SecretKeys may be empty.
	Command
)

// String returns the mode's name.
func (m Mode) String() string {
	switch m {
	case Dev:
		return "dev"
	case Serve:
		return "serve"
	default:
		return "command"
	}
}

// Config holds every setting, checked. It prints without its secrets.
type Config struct {
	Mode                Mode
	Listen              string   // address of the public listener
	PublicURL           *url.URL // scheme and host only; what browsers and clients see
	DatabaseURL         string   // sqlite:PATH or postgres://…
	RedisURL            string   // empty: each node keeps limits by itself
	RateLimits          bool
	SecretKeys          []string // key ring, newest first
	MetricsListen       string   // empty: /metrics is on the public listener
	MetricsToken        string   // bearer token for /metrics; empty: none is asked
	Bus                 Bus      // where events are published; its zero value is nowhere
	OTLPEndpoint        *url.URL // the collector of traces; nil: there are none
	OTLPHeaders         map[string]string
	OTLPSample          float64 // share of traces that are recorded
	LogLevel            slog.Level
	LogFormat           string          // json or text
	TrustedProxies      []netip.Prefix  // whose X-Forwarded-For is believed
	OutboundNetworks    []netip.Prefix  // not public, and called all the same
	WebhookRetries      []time.Duration // rests of a delivery after each attempt that failed; none is the room's own
	DatabaseMaxConns    int
	PasswordConcurrency int // password hashes at the same time
	// BreachedPasswordsFile is the list of leaked passwords; empty: there is none.
	BreachedPasswordsFile string
	// GeoIPFile is the database of places; empty: there is none.
	GeoIPFile     string
	RSABits       int           // size of new RSA signing keys
	ShutdownGrace time.Duration // how long open requests may take to end
	AuditDays     int           // how long entries of the audit are kept; 0: for ever
	DataDir       string        // where dev keeps its database and key ring

	MailFrom            string // empty: no-reply@ the host of PublicURL
	MailProvider        string // smtp, ses or mailgun
	SMTPURL             string // empty: smtp sends nothing
	SESRegion           string
	SESConfigurationSet string
	SESTopicARNs        []string // whose notifications are believed
	MailgunAPIKey       string
	MailgunDomain       string
	MailgunBaseURL      string
	MailgunSigningKey   string // empty: no callbacks

	TwilioAccountSID       string // empty: no SMS leaves
	TwilioAuthToken        string
	TwilioFrom             string
	TwilioVerifyServiceSID string // empty: codes are our own
	TwilioBaseURL          string // empty: Twilio's
}

// Issuer returns the issuer of the realm: {PUBLIC_URL}/realms/{slug}.
func (c Config) Issuer(slug string) string {
	return c.PublicURL.Scheme + "://" + c.PublicURL.Host + "/realms/" + slug
}

// String describes the settings for people, without secrets.
func (c Config) String() string {
	var b strings.Builder
	for i, a := range c.attrs() {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(a.String())
	}
	return b.String()
}

// GoString is String: %#v must not print secrets either.
func (c Config) GoString() string { return c.String() }

// LogValue describes the settings for the log, without secrets.
func (c Config) LogValue() slog.Value { return slog.GroupValue(c.attrs()...) }

func (c Config) attrs() []slog.Attr {
	engine, _, _ := strings.Cut(c.DatabaseURL, ":")
	public := ""
	if c.PublicURL != nil {
		public = c.PublicURL.String()
	}
	return []slog.Attr{
		slog.String("mode", c.Mode.String()),
		slog.String("listen", c.Listen),
		slog.String("public_url", public),
		slog.String("database", engine),
		slog.Int("secret_keys", len(c.SecretKeys)),
		slog.Bool("redis", c.RedisURL != ""),
		slog.Bool("rate_limits", c.RateLimits),
		slog.String("mail_provider", c.MailProvider),
		slog.Bool("mail", c.MailConfigured()),
		slog.Bool("sms", c.SMSConfigured()),
		slog.String("metrics_listen", c.MetricsListen),
		slog.Bool("metrics_token", c.MetricsToken != ""),
		slog.Bool("bus", c.Bus.On()),
		slog.Bool("traces", c.OTLPEndpoint != nil),
		slog.Any("trusted_proxies", c.TrustedProxies),
		slog.Any("outbound_networks", c.OutboundNetworks),
		slog.Any("webhook_retries", c.WebhookRetries),
		slog.Int("database_max_conns", c.DatabaseMaxConns),
		slog.Int("password_concurrency", c.PasswordConcurrency),
	}
}

// Problem is one setting that is wrong.
type Problem struct {
	Name    string // as the operator wrote it, or as they should
	Text    string // what is wrong
	Example string // a line that would be right; empty for unknown names
}

// Error lists every problem with the settings.
type Error struct{ Problems []Problem }

// Error returns the list, one problem a line with its example below.
func (e *Error) Error() string {
	var b strings.Builder
	if len(e.Problems) == 1 {
		b.WriteString("a setting is wrong:")
	} else {
		fmt.Fprintf(&b, "%d settings are wrong:", len(e.Problems))
	}
	for _, p := range e.Problems {
		fmt.Fprintf(&b, "\n  %s: %s", p.Name, p.Text)
		if p.Example != "" {
			fmt.Fprintf(&b, "\n      for example %s", p.Example)
		}
	}
	return b.String()
}

// Load reads the settings for mode from defaults, the YAML file (unless file is
// empty) and environ, each over the one before. In Dev without a key ring it
// makes one in DataDir. The error is an *Error when settings are wrong.
func Load(mode Mode, environ []string, file string) (Config, error) {
	r := newReader()
	if file != "" {
		if err := r.readFile(file); err != nil {
			return Config{}, err
		}
	}
	if err := r.readEnviron(environ); err != nil {
		return Config{}, err
	}
	c := r.apply(mode)
	r.check(&c)
	if len(r.problems) == 0 {
		r.keyRing(&c)
	}
	if len(r.problems) > 0 {
		return Config{}, &Error{Problems: r.problems}
	}
	return c, nil
}

// errNoFile wraps what is wrong with the settings file itself.
var errNoFile = errors.New("settings file")
