package mail_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"authserver/internal/config"
	"authserver/internal/letter"
	"authserver/notify/mail"
	"authserver/notify/mail/mailtest"
)

func now() time.Time { return time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC) }

func settings(edit func(*config.Config)) config.Config {
	c := config.Config{PublicURL: &url.URL{Scheme: "https", Host: "id.example.com"}, MailProvider: "smtp", MailgunBaseURL: "https://api.mailgun.net"}
	edit(&c)
	return c
}

func open(t *testing.T, c config.Config, o mail.Options) mail.Transport {
	t.Helper()
	o.Now = now
	tr, err := mail.Open(t.Context(), c, o)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func smtp(t *testing.T, address string) mail.Transport {
	t.Helper()
	return open(t, settings(func(c *config.Config) { c.SMTPURL = address }), mail.Options{})
}

func hello() letter.Mail {
	return letter.Mail{
		ID: "0192f0c1-0000-7000-8000-000000000001", FromName: "Fjord & Sønner", To: "ann@example.com",
		Subject: "Your code – für dich", Text: "Hello Ånn,\n\n482913\n", HTML: "<p>Hello Ånn, <b>482913</b></p>",
		Unsubscribe: "https://id.example.com/realms/acme/email/unsubscribe/token",
	}
}

func TestMailArrivesAsItWasWritten(t *testing.T) {
	t.Parallel()
	server := mailtest.Start(t)
	tr := smtp(t, "smtp://"+server.SMTP)
	id, err := tr.Send(t.Context(), hello())
	if err != nil {
		t.Fatal(err)
	}
	got := server.Mails(t)
	if len(got) != 1 {
		t.Fatalf("%d mails", len(got))
	}
	m := got[0]
	if m.From != "Fjord & Sønner <no-reply@id.example.com>" || m.To != "ann@example.com" || m.Subject != hello().Subject {
		t.Errorf("from %q to %q: %q", m.From, m.To, m.Subject)
	}
	if strings.ReplaceAll(m.Text, "\r\n", "\n") != hello().Text || !strings.Contains(m.HTML, "<b>482913</b>") {
		t.Errorf("text %q, html %q", m.Text, m.HTML)
	}
	for name, want := range map[string]string{
		"Message-Id": "<" + id + ">", "Auto-Submitted": "auto-generated", "Date": "Wed, 04 Mar 2026 05:06:07 +0000",
		"List-Unsubscribe": "<" + hello().Unsubscribe + ">", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
	} {
		if h := m.Header[name]; len(h) != 1 || h[0] != want {
			t.Errorf("%s: %q, want %q", name, h, want)
		}
	}
	if !strings.HasPrefix(id, hello().ID+"@") || m.Header["User-Agent"] != nil || m.Header["X-Mailer"] != nil {
		t.Errorf("id %q, headers %v", id, m.Header)
	}
}

// INC-179, CVE-2025-59937: what a stranger wrote must not become a header, a recipient
// or a command.
func TestNothingIsInjected(t *testing.T) {
	t.Parallel()
	server := mailtest.Start(t)
	tr := smtp(t, "smtp://"+server.SMTP)
	for _, to := range []string{
		"ann@example.com\r\nBcc: eve@example.com", "ann@example.com> ORCPT=x <eve@example.com", "ann@example.com,eve@example.com",
		"<ann@example.com>", "ann@example.com eve@example.com", "\"ann\"@example.com", "ann@evil@example.com", "ann@example.com\x00", "", "ann",
		"ann@example.com\nRCPT TO:<eve@example.com>", strings.Repeat("a", 300) + "@example.com", "Ann <ann@example.com>", "ann@[127.0.0.1]",
	} {
		m := hello()
		m.To = to
		_, err := tr.Send(t.Context(), m)
		if r, final := letter.Refused(err); !final || r.Bounce {
			t.Errorf("%q: %v", to, err)
		}
	}
	m := hello()
	m.FromName = "Acme\r\nBcc: eve@example.com\r\n\" <eve@example.com>"
	m.Subject = "Hi\r\nBcc: eve@example.com\r\n\r\nbody"
	m.Text = "one\r\n.\r\nRCPT TO:<eve@example.com>\r\n"
	if _, err := tr.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	got := server.Mails(t)
	if len(got) != 1 || got[0].To != "ann@example.com" || got[0].Header["Bcc"] != nil || !strings.HasSuffix(got[0].From, "<no-reply@id.example.com>") {
		t.Fatalf("%d mails: %+v", len(got), got)
	}
	if !strings.Contains(got[0].Text, "RCPT TO:<eve@example.com>") {
		t.Errorf("the text was cut at a dot: %q", got[0].Text)
	}
}

func TestRefusalsAreTold(t *testing.T) {
	t.Parallel()
	server := mailtest.Start(t, "--enable-chaos")
	tr := smtp(t, "smtp://"+server.SMTP)
	for _, c := range []struct {
		chaos         string
		final, bounce bool
	}{
		{`{"Recipient":{"ErrorCode":550,"Probability":100}}`, true, true},
		{`{"Recipient":{"ErrorCode":552,"Probability":100}}`, true, false}, // the mailbox is full
		{`{"Recipient":{"ErrorCode":451,"Probability":100}}`, false, false},
		{`{"Sender":{"ErrorCode":550,"Probability":100}}`, true, false}, // that is about us
		{`{"Sender":{"ErrorCode":421,"Probability":100}}`, false, false},
	} {
		server.Chaos(t, c.chaos)
		_, err := tr.Send(t.Context(), hello())
		r, final := letter.Refused(err)
		if err == nil || final != c.final || final && r.Bounce != c.bounce {
			t.Errorf("%s: %v (%+v)", c.chaos, err, r)
		}
		if err != nil && strings.Contains(err.Error(), "example.com") {
			t.Errorf("the error names the address: %v", err)
		}
	}
	server.Chaos(t, `{}`)
	if _, err := tr.Send(t.Context(), hello()); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestServerThatIsAwayIsTriedAgain(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	_ = l.Close()
	_, err = smtp(t, "smtp://"+address).Send(t.Context(), hello())
	if _, final := letter.Refused(err); err == nil || final {
		t.Errorf("%v; want a failure that is not final", err)
	}
}

// certificate makes a certificate for the loopback address.
func certificate(t *testing.T) (certFile, keyFile string, roots *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	about := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, about, about, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, kind string, b []byte) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: b}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	roots = x509.NewCertPool()
	roots.AppendCertsFromPEM(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	return write("cert.pem", "CERTIFICATE", der), write("key.pem", "PRIVATE KEY", private), roots
}

func TestPasswordTravelsOnlyEncryptedAndToTheRightServer(t *testing.T) {
	t.Parallel()
	cert, key, roots := certificate(t)
	users := filepath.Join(t.TempDir(), "users")
	if err := os.WriteFile(users, []byte("relay:s3cret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	flags := []string{"--smtp-tls-cert", cert, "--smtp-tls-key", key, "--smtp-auth-file", users}
	starttls := mailtest.Start(t, append(flags, "--smtp-require-starttls")...)
	implicit := mailtest.Start(t, append(flags, "--smtp-require-tls")...)
	plain := mailtest.Start(t)
	trusting := mail.Options{TLS: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}
	for name, c := range map[string]struct {
		server *mailtest.Server
		url    string
		o      mail.Options
	}{
		"STARTTLS":            {starttls, "smtp://relay:s3cret@" + starttls.SMTP + "?tls=starttls", trusting},
		"TLS":                 {implicit, "smtps://relay:s3cret@" + implicit.SMTP, trusting},
		"wrong password":      {starttls, "smtp://relay:wrong@" + starttls.SMTP + "?tls=starttls", trusting},
		"unknown certificate": {starttls, "smtp://relay:s3cret@" + starttls.SMTP + "?tls=starttls", mail.Options{}},
		"no STARTTLS":         {plain, "smtp://relay:s3cret@" + plain.SMTP + "?tls=starttls", trusting},
	} {
		tr := open(t, settings(func(s *config.Config) { s.SMTPURL = c.url }), c.o)
		_, err := tr.Send(t.Context(), hello())
		if good := name == "STARTTLS" || name == "TLS"; (err == nil) != good {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && (strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), "wrong@")) {
			t.Errorf("%s: the error quotes a password: %v", name, err)
		}
		if _, final := letter.Refused(err); final {
			t.Errorf("%s: final, although the operator can mend it: %v", name, err)
		}
	}
	if a, b, c := len(starttls.Mails(t)), len(implicit.Mails(t)), len(plain.Mails(t)); a != 1 || b != 1 || c != 0 {
		t.Errorf("arrived: %d by STARTTLS, %d by TLS, %d in the open", a, b, c)
	}
}

func TestSenderIsTheSettingElseTheURLElseNobodyAtOurHost(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"smtp://127.0.0.1:1":                      "no-reply@id.example.com",
		"smtp://127.0.0.1:1?from=a@b.example.com": "a@b.example.com",
	} {
		if got := smtp(t, url).From(); got != want {
			t.Errorf("%s: from %s, want %s", url, got, want)
		}
	}
	tr := open(t, settings(func(c *config.Config) {
		c.SMTPURL, c.MailFrom = "smtp://127.0.0.1:1?from=a@b.example.com", "set@example.com"
	}), mail.Options{})
	if tr.From() != "set@example.com" || tr.Provider() != "smtp" {
		t.Errorf("from %s by %s", tr.From(), tr.Provider())
	}
	none, err := mail.Open(t.Context(), settings(func(*config.Config) {}), mail.Options{Now: now})
	if none != nil || err != nil {
		t.Errorf("without settings: %v, %v", none, err)
	}
}
