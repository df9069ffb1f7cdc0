package config_test

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"authserver/internal/config"
	"authserver/internal/secret"
)

const prefix = "AUTHSERVER_"

// production returns settings that serve accepts, changed by what follows.
func production(changes ...string) []string {
	return append([]string{
		"PATH=/bin",
		prefix + "PUBLIC_URL=https://id.example.com",
		prefix + "DATABASE_URL=postgres://u:hunter2@db/authserver",
		prefix + "SECRET_KEYS=" + secret.NewKey(),
		prefix + "METRICS_LISTEN=127.0.0.1:9090",
	}, changes...)
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func load(t *testing.T, mode config.Mode, environ []string, file string) config.Config {
	t.Helper()
	c, err := config.Load(mode, environ, file)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// problems returns what Load finds wrong, by name.
func problems(t *testing.T, mode config.Mode, environ []string, file string) map[string]string {
	t.Helper()
	_, err := config.Load(mode, environ, file)
	var e *config.Error
	if err != nil && !errors.As(err, &e) {
		t.Fatal(err)
	}
	found := map[string]string{}
	if e == nil {
		return found
	}
	for _, p := range e.Problems {
		if found[p.Name] != "" {
			t.Errorf("%s is reported twice", p.Name)
		}
		found[p.Name] = p.Text
		if !strings.Contains(err.Error(), p.Name) || !strings.Contains(err.Error(), p.Text) || !strings.Contains(err.Error(), p.Example) {
			t.Errorf("the error does not tell %+v:\n%v", p, err)
		}
	}
	return found
}

func TestDevNeedsNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := load(t, config.Dev, []string{prefix + "DATA_DIR=" + dir}, "")
	if c.Listen != "127.0.0.1:8080" || c.PublicURL.String() != "http://localhost:8080" || c.DatabaseURL != "sqlite:"+dir+"/authserver.db" {
		t.Errorf("unexpected defaults: %v", c)
	}
	if c.RSABits != 3072 || c.LogLevel != slog.LevelInfo || c.LogFormat != "text" || c.ShutdownGrace != 20*time.Second || c.DatabaseMaxConns < 8 || c.PasswordConcurrency < 1 {
		t.Errorf("unexpected defaults: %v", c)
	}
	if got, want := c.Issuer("acme"), "http://localhost:8080/realms/acme"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestEverySettingArrives(t *testing.T) {
	t.Parallel()
	keys := []string{secret.NewKey(), secret.NewKey()}
	token := secret.Token("")
	c := load(t, config.Serve, []string{
		prefix + "LISTEN=:8443",
		prefix + "PUBLIC_URL=HTTPS://ID.Example.com:443/",
		prefix + "DATABASE_URL=sqlite:/var/lib/authserver/a.db",
		prefix + "REDIS_URL=redis://cache:6379",
		prefix + "RATE_LIMITS=on",
		prefix + "SECRET_KEYS=" + keys[0] + ",\n" + keys[1],
		prefix + "SMTP_URL=smtp://mail",
		prefix + "METRICS_LISTEN=[::1]:9090",
		prefix + "METRICS_TOKEN=" + token,
		prefix + "LOG_LEVEL=warn",
		prefix + "LOG_FORMAT=text",
		prefix + "TRUSTED_PROXIES=10.1.2.3/8, 192.0.2.7 2001:db8::/32",
		prefix + "OUTBOUND_NETWORKS=10.20.1.0/16, ::1",
		prefix + "WEBHOOK_RETRIES=30s, 1h30m,168h",
		prefix + "DATABASE_MAX_CONNS=12",
		prefix + "PASSWORD_CONCURRENCY=3",
		prefix + "BREACHED_PASSWORDS_FILE=/srv/breached.txt",
		prefix + "GEOIP_FILE=/srv/places.mmdb",
		prefix + "RSA_BITS=2048",
		prefix + "SHUTDOWN_GRACE=90s",
		prefix + "AUDIT_RETENTION_DAYS=30",
		prefix + "DATA_DIR=/srv/data",
		prefix + "OTLP_ENDPOINT=https://collector:4318/otlp",
		prefix + "OTLP_HEADERS=Authorization=Bearer a=b",
		prefix + "OTLP_SAMPLE=0.25",
		prefix + "BUS_URL=redis://:hunter2@cache:6379/1?inbox=in",
	}, "")
	if got, want := c.PublicURL.String(), "https://id.example.com"; got != want {
		t.Errorf("public URL: got %q, want %q", got, want)
	}
	c.PublicURL = nil
	want := config.Config{
		Mode: config.Serve, Listen: ":8443", DatabaseURL: "sqlite:/var/lib/authserver/a.db", RedisURL: "redis://cache:6379", RateLimits: true,
		SecretKeys: keys, SMTPURL: "smtp://mail", MetricsListen: "[::1]:9090", MetricsToken: token, LogLevel: slog.LevelWarn, LogFormat: "text",
		TrustedProxies:   []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("192.0.2.7/32"), netip.MustParsePrefix("2001:db8::/32")},
		WebhookRetries:   []time.Duration{30 * time.Second, 90 * time.Minute, 168 * time.Hour},
		OutboundNetworks: []netip.Prefix{netip.MustParsePrefix("10.20.0.0/16"), netip.MustParsePrefix("::1/128")},
		DatabaseMaxConns: 12, PasswordConcurrency: 3, BreachedPasswordsFile: "/srv/breached.txt", GeoIPFile: "/srv/places.mmdb", RSABits: 2048, ShutdownGrace: 90 * time.Second, AuditDays: 30, DataDir: "/srv/data",
		MailProvider: "smtp", MailgunBaseURL: "https://api.mailgun.net",
		OTLPEndpoint: &url.URL{Scheme: "https", Host: "collector:4318", Path: "/otlp"}, OTLPHeaders: map[string]string{"Authorization": "Bearer a=b"}, OTLPSample: 0.25,
		Bus: config.Bus{Redis: "redis://:hunter2@cache:6379/1", Stream: "authserver.events", Inbox: "in"},
	}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("got %v, want %v", c, want)
	}
}

func TestTheEnvironmentWinsOverTheFile(t *testing.T) {
	t.Parallel()
	key := secret.NewKey()
	file := write(t, "authserver.yaml", `
listen: 0.0.0.0:1
public_url: https://file.example.com
database_url: postgres://db/authserver
database_max_conns: 5
secret_keys:
  - `+key+`
trusted_proxies: ["10.0.0.0/8", "192.0.2.7"]
metrics_listen: 127.0.0.1:9
redis_url:
`)
	c := load(t, config.Serve, []string{prefix + "LISTEN=0.0.0.0:2", prefix + "PUBLIC_URL="}, file)
	if c.Listen != "0.0.0.0:2" || c.PublicURL.Host != "file.example.com" || c.DatabaseMaxConns != 5 || c.SecretKeys[0] != key || len(c.TrustedProxies) != 2 || c.RedisURL != "" {
		t.Errorf("got %v", c)
	}
}

func TestSecretsComeFromFiles(t *testing.T) {
	t.Parallel()
	key, token := secret.NewKey(), secret.Token("")
	keys, tokens := write(t, "keys", "\n"+key+"\n"), write(t, "token", token+"\n")
	c := load(t, config.Serve, []string{
		prefix + "PUBLIC_URL=https://id.example.com",
		prefix + "DATABASE_URL_FILE=" + write(t, "url", "postgres://db/authserver\n"),
		prefix + "SECRET_KEYS_FILE=" + keys,
		prefix + "METRICS_TOKEN_FILE=" + tokens,
	}, write(t, "a.yaml", "secret_keys_file: "+write(t, "other", secret.NewKey())+"\n"))
	if c.SecretKeys[0] != key || len(c.SecretKeys) != 1 || c.MetricsToken != token || c.DatabaseURL != "postgres://db/authserver" {
		t.Errorf("got %v", c)
	}
	found := problems(t, config.Serve, []string{
		prefix + "PUBLIC_URL=https://id.example.com",
		prefix + "PUBLIC_URL_FILE=" + keys,
		prefix + "DATABASE_URL_FILE=/does/not/exist",
		prefix + "SECRET_KEYS_FILE=" + keys, prefix + "SECRET_KEYS=" + key,
		prefix + "METRICS_TOKEN_FILE=" + write(t, "empty", "\n"),
		prefix + "SMTP_URL_FILE=" + write(t, "huge", strings.Repeat("x", 100_000)),
	}, "")
	for _, name := range []string{"PUBLIC_URL_FILE", "DATABASE_URL_FILE", "SECRET_KEYS_FILE", "METRICS_TOKEN_FILE", "SMTP_URL_FILE"} {
		if found[prefix+name] == "" {
			t.Errorf("%s is accepted", name)
		}
	}
	if len(found) != 5 {
		t.Errorf("unexpected problems: %v", found)
	}
}

func TestUnknownNamesAreErrors(t *testing.T) {
	t.Parallel()
	file := write(t, "a.yaml", "listen: 127.0.0.1:1\nlisten_adress: x\nlog:\n  level: debug\nListen: x\n")
	found := problems(t, config.Serve, production(prefix+"LISTENN=x", prefix+"listen=x", prefix+"LISTEN_FILE=x"), file)
	want := []string{prefix + "LISTENN", prefix + "listen", prefix + "LISTEN_FILE", "listen_adress (in " + file + ")", "log.level (in " + file + ")", "Listen (in " + file + ")"}
	for _, name := range want {
		if found[name] != "is not a setting" {
			t.Errorf("%s: got %q", name, found[name])
		}
	}
	if len(found) != len(want) {
		t.Errorf("unexpected problems: %v", found)
	}
}

func TestServiceLinksOfKubernetesAreIgnored(t *testing.T) {
	t.Parallel()
	load(t, config.Serve, production(
		prefix+"SERVICE_HOST=10.0.0.1", prefix+"SERVICE_PORT=80", prefix+"SERVICE_PORT_HTTP=80", prefix+"PORT=tcp://10.0.0.1:80",
		prefix+"PORT_80_TCP=tcp://10.0.0.1:80", prefix+"PORT_80_TCP_PROTO=tcp", prefix+"PORT_80_TCP_PORT=80", prefix+"PORT_80_TCP_ADDR=10.0.0.1",
	), "")
	found := problems(t, config.Serve, production(prefix+"PORT_X=1", prefix+"PORTS=1", prefix+"PORT_80_TCP_X=1", prefix+"PORT_80=1"), "")
	if len(found) != 4 {
		t.Errorf("got %v", found)
	}
}

func TestBrokenFilesAreErrors(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"no YAML": ":\n\t-", "twice": "listen: a\nlisten: b\n", "a list": "- a\n",
	} {
		if _, err := config.Load(config.Serve, production(), write(t, "a.yaml", text)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := config.Load(config.Serve, production(), "/does/not/exist.yaml"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	file := write(t, "a.yaml", "metrics_token: 12345678901234567\ntrusted_proxies: [1, 2]\nshutdown_grace: true\n")
	if found := problems(t, config.Serve, production(), file); len(found) != 3 {
		t.Errorf("values of the wrong type: %v", found)
	}
}

func TestServeRefusesWhatIsWeakOrMissing(t *testing.T) {
	t.Parallel()
	var example []string
	for _, s := range config.Settings() {
		example = append(example, s.Name+"="+s.Example)
	}
	cases := []struct {
		name    string
		environ []string
		want    []string
	}{
		{"nothing set", nil, []string{"PUBLIC_URL", "DATABASE_URL", "SECRET_KEYS", "METRICS_LISTEN"}},
		{"the examples", example, []string{"SECRET_KEYS", "METRICS_TOKEN"}},
		{"http", production(prefix + "PUBLIC_URL=http://id.example.com"), []string{"PUBLIC_URL"}},
		{"http on loopback", production(prefix + "PUBLIC_URL=http://localhost"), []string{"PUBLIC_URL"}},
		{"no keys", production(prefix + "SECRET_KEYS=,"), []string{"SECRET_KEYS"}},
		{"short key", production(prefix + "SECRET_KEYS=YWJj"), []string{"SECRET_KEYS"}},
		{"weak key behind a good one", production(prefix + "SECRET_KEYS=" + secret.NewKey() + "," + strings.Repeat("A", 43) + "="), []string{"SECRET_KEYS"}},
		{"open metrics", production(prefix + "METRICS_LISTEN="), []string{"METRICS_LISTEN"}},
		{"weak metrics token", production(prefix+"METRICS_LISTEN=", prefix+"METRICS_TOKEN=short"), []string{"METRICS_TOKEN"}},
		{"headers without a collector", production(prefix + "OTLP_HEADERS=a=b"), []string{"OTLP_ENDPOINT"}},
		{"a collector's credential in the clear", production(prefix+"OTLP_HEADERS=a=b", prefix+"OTLP_ENDPOINT=http://collector:4318"), []string{"OTLP_ENDPOINT"}},
		{"metrics on the public listener", production(prefix+"LISTEN=127.0.0.1:1", prefix+"METRICS_LISTEN=127.0.0.1:1"), []string{"METRICS_LISTEN"}},
	}
	for _, c := range cases {
		found := problems(t, config.Serve, c.environ, "")
		for _, name := range c.want {
			if found[prefix+name] == "" {
				t.Errorf("%s: %s is accepted", c.name, name)
			}
		}
		if len(found) != len(c.want) {
			t.Errorf("%s: got %v", c.name, found)
		}
	}
}

func TestDevStaysOnThisMachine(t *testing.T) {
	t.Parallel()
	key := prefix + "SECRET_KEYS=" + secret.NewKey()
	for _, listen := range []string{"127.0.0.1:0", "127.9.9.9:80", "[::1]:8080", "localhost:8080"} {
		load(t, config.Dev, []string{key, prefix + "LISTEN=" + listen}, "")
	}
	for _, listen := range []string{":8080", "0.0.0.0:8080", "[::]:8080", "192.168.1.1:8080", "example.com:80", "127.0.0.1.example.com:80"} {
		if found := problems(t, config.Dev, []string{key, prefix + "LISTEN=" + listen, prefix + "METRICS_LISTEN=" + listen}, ""); len(found) != 2 {
			t.Errorf("%s: got %v", listen, found)
		}
	}
	for _, public := range []string{"http://localhost:1", "http://acme.localhost:8080", "http://[::1]:8080", "https://tunnel.example.com"} {
		load(t, config.Dev, []string{key, prefix + "PUBLIC_URL=" + public}, "")
	}
	if found := problems(t, config.Dev, []string{key, prefix + "PUBLIC_URL=http://id.example.com"}, ""); len(found) != 1 {
		t.Errorf("got %v", found)
	}
}

func TestMalformedValuesAreRefused(t *testing.T) {
	t.Parallel()
	bad := map[string][]string{
		"LISTEN":               {"8080", "localhost", "a:b:c", "127.0.0.1:99999", "127.0.0.1:-1", "127.0.0.1:http"},
		"PUBLIC_URL":           {"id.example.com", "ftp://a", "https://", "https://:443", "https://u@a", "https://a/b", "https://a?b", "https://a?", "https://a#b", "https://a#", "https://é.com", "https://a:0", "https://a:99999", "https://a b"},
		"DATABASE_URL":         {"mysql://hunter2", "sqlite:", "sqlite::memory:", "sqlite:file::memory:?x", "sqlite://x", "authserver.db", "postgres://u:hunter2@ho st/"},
		"REDIS_URL":            {"cache:6379", "http://cache", "redis://", "redis://u:hunter2@ca che"},
		"SMTP_URL":             {"mail", "http://mail", "smtp://"},
		"MAIL_FROM":            {"nobody", "A <a@b.example>", "a@b@c", "a b@c", "a@b\r\nBcc: x@y"},
		"MAIL_PROVIDER":        {"sendmail"},
		"MAILGUN_BASE_URL":     {"api.mailgun.net", "http://api.mailgun.net", "https://u@api.mailgun.net"},
		"TWILIO_ACCOUNT_SID":   {"AC1", "SK00000000000000000000000000000000"},
		"TWILIO_FROM":          {"015005550006", "Acme Inc", "+0"},
		"TWILIO_BASE_URL":      {"http://twilio.example"},
		"METRICS_TOKEN":        {"short", strings.Repeat("x", 31), strings.Repeat("x y", 20), strings.Repeat("é", 40)},
		"LOG_LEVEL":            {"verbose", "INFO", "2"},
		"LOG_FORMAT":           {"xml"},
		"TRUSTED_PROXIES":      {"10.0.0.0/33", "proxy", "0.0.0.0/0", "::/0", "fe80::1%eth0"},
		"DATABASE_MAX_CONNS":   {"0", "-1", "1", "1001", "many", "1e3"},
		"PASSWORD_CONCURRENCY": {"0", "257", "two"},
		"RSA_BITS":             {"1024", "2047", "3073", "8192"},
		"AUDIT_RETENTION_DAYS": {"-1", "36501", "year"},
		"OTLP_ENDPOINT":        {"collector:4318", "grpc://collector", "https://", "https://u:hunter2@collector", "https://collector?a=b", "https://collector#a"},
		"OTLP_HEADERS":         {"hunter2", "=hunter2", "a b=hunter2", "a=hunter2\nb=c"},
		"BUS_URL": {"cache:6379", "redis://", "redis://u:hunter2@ca che", "amqp://hunter2@cache", "redis://c?stream=a&inbox=a", "redis://c?inbox=a/b", "aws://eu-central-1",
			"aws://?queue=q", "aws://eu-central-1?topic=bounces", "aws://eu-central-1?queue=q&endpoint=http://elsewhere", "aws://u:hunter2@eu-central-1?queue=q", "aws://eu-central-1?quue=q"},
		"OTLP_SAMPLE":    {"-0.1", "1.1", "NaN", "all"},
		"SHUTDOWN_GRACE": {"0", "20", "999ms", "11m", "-5s"},
	}
	for key, values := range bad {
		for _, v := range values {
			found := problems(t, config.Serve, production(prefix+key+"="+v), "")
			if len(found) != 1 || found[prefix+key] == "" {
				t.Errorf("%s=%s: got %v", key, v, found)
			}
			if strings.Contains(fmt.Sprint(found), "hunter2") {
				t.Errorf("%s: the error quotes a password", key)
			}
		}
	}
}

func TestAConfigPrintsWithoutItsSecrets(t *testing.T) {
	t.Parallel()
	token := secret.Token("")
	environ := production(prefix+"METRICS_TOKEN="+token, prefix+"SMTP_URL=smtp://u:hunter2@mail", prefix+"REDIS_URL=redis://:hunter2@cache",
		prefix+"OTLP_ENDPOINT=https://collector", prefix+"OTLP_HEADERS=a=hunter2", prefix+"BUS_URL=redis://:hunter2@cache")
	c := load(t, config.Serve, environ, "")
	var b strings.Builder
	slog.New(slog.NewTextHandler(&b, nil)).Info("settings", "config", c)
	for _, s := range []string{fmt.Sprint(c), fmt.Sprintf("%+v", c), fmt.Sprintf("%#v", c), b.String()} {
		if strings.Contains(s, token) || strings.Contains(s, "hunter2") || strings.Contains(s, c.SecretKeys[0]) {
			t.Errorf("a secret in %s", s)
		}
		if !strings.Contains(s, "https://id.example.com") {
			t.Errorf("nothing useful in %s", s)
		}
	}
}

func TestTheBusHasTwoWays(t *testing.T) {
	t.Parallel()
	const arn = "arn:aws:sns:eu-central-1:123456789012:events"
	for v, want := range map[string]config.Bus{
		"rediss://cache/2?stream=out&protocol=2":                      {Redis: "rediss://cache/2?protocol=2", Stream: "out"},
		"aws://eu-central-1?topic=" + arn:                             {Region: "eu-central-1", TopicARN: arn},
		"aws://eu-central-1?topic=" + arn + "&environment=test":       {Region: "eu-central-1", TopicARN: arn, Queue: "events-test"},
		"aws://eu-west-1?queue=wishes&endpoint=http://127.0.0.1:4100": {Region: "eu-west-1", Queue: "wishes", Endpoint: "http://127.0.0.1:4100"},
	} {
		b := load(t, config.Serve, production(prefix+"BUS_URL="+v), "").Bus
		if b != want || !b.On() {
			t.Errorf("%s: %+v, want %+v", v, b, want)
		}
		if b.Publishes() != (want.TopicARN != "" || want.Redis != "") || b.Consumes() != (want.Queue != "") {
			t.Errorf("%s: publishes %t, consumes %t", v, b.Publishes(), b.Consumes())
		}
	}
	if b := load(t, config.Serve, production(), "").Bus; b.On() || b.Publishes() || b.Consumes() {
		t.Errorf("%+v without a setting", b)
	}
}
