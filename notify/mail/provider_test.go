package mail_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	netmail "net/mail"
	"net/url"
	"strings"
	"sync"
	"testing"

	"authserver/internal/config"
	"authserver/internal/letter"
	"authserver/notify/mail"
)

// provider is a provider's HTTP endpoint of our own. It keeps what it was sent.
type provider struct {
	*httptest.Server
	mu     sync.Mutex
	status int
	answer string
	seen   []*http.Request
	bodies []string
}

func newProvider(t *testing.T, answer string) *provider {
	t.Helper()
	p := &provider{status: http.StatusOK, answer: answer}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		p.mu.Lock()
		defer p.mu.Unlock()
		p.seen, p.bodies = append(p.seen, r), append(p.bodies, string(body))
		w.Header().Set("Content-Type", "application/json")
		if strings.HasPrefix(p.answer, "{\"__type") { // as AWS names failures
			var named struct {
				Type string `json:"__type"`
			}
			_ = json.Unmarshal([]byte(p.answer), &named)
			w.Header().Set("X-Amzn-Errortype", named.Type)
		}
		w.WriteHeader(p.status)
		_, _ = io.WriteString(w, p.answer)
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *provider) reply(status int, answer string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.status, p.answer = status, answer
}

func mailgun(t *testing.T, p *provider) mail.Transport {
	t.Helper()
	return open(t, settings(func(c *config.Config) {
		c.MailProvider, c.MailgunAPIKey, c.MailgunDomain, c.MailgunBaseURL = "mailgun", "key-1", "mg.example.com", p.URL+"/"
	}), mail.Options{})
}

func TestMailgunGetsTheMail(t *testing.T) {
	t.Parallel()
	p := newProvider(t, `{"id":"<20260304.1@mg.example.com>","message":"Queued. Thank you."}`)
	id, err := mailgun(t, p).Send(t.Context(), hello())
	if err != nil || id != "20260304.1@mg.example.com" {
		t.Fatal(id, err)
	}
	r := p.seen[0]
	user, key, _ := r.BasicAuth()
	if r.Method != http.MethodPost || r.URL.Path != "/v3/mg.example.com/messages" || user != "api" || key != "key-1" {
		t.Errorf("%s %s as %s:%s", r.Method, r.URL.Path, user, key)
	}
	form, err := url.ParseQuery(p.bodies[0])
	if err != nil {
		t.Fatal(err)
	}
	from, err := netmail.ParseAddress(form.Get("from"))
	if err != nil || from.Name != "Fjord & Sønner" || from.Address != "no-reply@id.example.com" {
		t.Errorf("from %q: %v", form.Get("from"), err)
	}
	for name, want := range map[string]string{
		"to": "ann@example.com", "subject": hello().Subject, "text": hello().Text, "html": hello().HTML,
		"h:Message-Id": "<" + hello().ID + "@id.example.com>", "h:List-Unsubscribe": "<" + hello().Unsubscribe + ">",
		"h:List-Unsubscribe-Post": "List-Unsubscribe=One-Click", "o:tracking": "no",
	} {
		if got := form.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestMailgunsRefusalsAreTold(t *testing.T) {
	t.Parallel()
	p := newProvider(t, `{"message":"no"}`)
	tr := mailgun(t, p)
	for status, final := range map[int]bool{400: true, 401: false, 404: false, 429: false, 500: false, 503: false, 302: false} {
		p.reply(status, `{"message":"'to' parameter is not a valid address: ann@example.com"}`)
		_, err := tr.Send(t.Context(), hello())
		if _, got := letter.Refused(err); err == nil || got != final || strings.Contains(err.Error(), "ann@") {
			t.Errorf("%d: %v, final %v", status, err, got)
		}
	}
	p.Close()
	if _, err := tr.Send(t.Context(), hello()); err == nil {
		t.Error("sent to nobody")
	}
}

func TestAnUnsafeAddressIsNotEvenSentToAProvider(t *testing.T) {
	t.Parallel()
	p := newProvider(t, `{}`)
	m := hello()
	m.To = "ann@example.com, eve@example.com"
	if _, err := mailgun(t, p).Send(t.Context(), m); err == nil || len(p.seen) != 0 {
		t.Errorf("%v, %d calls", err, len(p.seen))
	}
}

// The settings of AWS come from the environment, so this test is not parallel.
func TestSESGetsTheMail(t *testing.T) {
	p := newProvider(t, `{"MessageId":"0102018e-1"}`)
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	t.Setenv("AWS_ENDPOINT_URL_SESV2", p.URL)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	tr := open(t, settings(func(c *config.Config) {
		c.MailProvider, c.SESRegion, c.SESConfigurationSet = "ses", "eu-central-1", "authserver"
	}), mail.Options{})
	id, err := tr.Send(t.Context(), hello())
	if err != nil || id != "0102018e-1" || tr.Provider() != "ses" {
		t.Fatal(id, err)
	}
	r := p.seen[0]
	if r.Method != http.MethodPost || r.URL.Path != "/v2/email/outbound-emails" ||
		!strings.Contains(r.Header.Get("Authorization"), "Credential=AKIAEXAMPLE/") || !strings.Contains(r.Header.Get("Authorization"), "/eu-central-1/ses/") {
		t.Errorf("%s %s %s", r.Method, r.URL.Path, r.Header.Get("Authorization"))
	}
	var in struct {
		FromEmailAddress, ConfigurationSetName string
		Destination                            struct{ ToAddresses []string }
		Content                                struct{ Raw struct{ Data string } }
	}
	if err := json.Unmarshal([]byte(p.bodies[0]), &in); err != nil {
		t.Fatal(err)
	}
	raw, err := base64.StdEncoding.DecodeString(in.Content.Raw.Data)
	if err != nil {
		t.Fatal(err)
	}
	msg, err := netmail.ReadMessage(strings.NewReader(string(raw)))
	if err != nil {
		t.Fatal(err)
	}
	if in.FromEmailAddress != "no-reply@id.example.com" || in.ConfigurationSetName != "authserver" || fmt.Sprint(in.Destination.ToAddresses) != "[ann@example.com]" ||
		msg.Header.Get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click" || msg.Header.Get("To") != "<ann@example.com>" ||
		!strings.HasPrefix(msg.Header.Get("Content-Type"), "multipart/alternative") {
		t.Errorf("%+v\n%v", in, msg.Header)
	}

	for answer, final := range map[string]bool{
		`{"__type":"MessageRejected","message":"Email address is not verified: ann@example.com"}`: true,
		`{"__type":"BadRequestException","message":"x"}`:                                          true,
		`{"__type":"TooManyRequestsException","message":"x"}`:                                     false,
		`{"__type":"SendingPausedException","message":"x"}`:                                       false,
		`{"__type":"MailFromDomainNotVerifiedException","message":"x"}`:                           false,
		`not json`: false,
	} {
		calls := len(p.seen)
		p.reply(http.StatusBadRequest, answer)
		_, err := tr.Send(t.Context(), hello())
		if _, got := letter.Refused(err); err == nil || got != final || strings.Contains(err.Error(), "ann@") {
			t.Errorf("%s: %v, final %v", answer, err, got)
		}
		if len(p.seen) != calls+1 {
			t.Errorf("%s: %d calls; the queue tries again, not the client", answer, len(p.seen)-calls)
		}
	}
}

func TestHalfSettingsOpenNothing(t *testing.T) {
	t.Parallel()
	for name, edit := range map[string]func(*config.Config){
		"no key":    func(c *config.Config) { c.MailProvider, c.MailgunDomain = "mailgun", "mg.example.com" },
		"no domain": func(c *config.Config) { c.MailProvider, c.MailgunAPIKey = "mailgun", "key" },
		"no sender": func(c *config.Config) {
			c.MailProvider, c.MailgunAPIKey, c.MailgunDomain, c.MailFrom = "mailgun", "key", "mg.example.com", "nobody"
		},
		"no sender, smtp": func(c *config.Config) { c.SMTPURL, c.PublicURL = "smtp://127.0.0.1:1", nil },
	} {
		if tr, err := mail.Open(t.Context(), settings(edit), mail.Options{Now: now}); err == nil {
			t.Errorf("%s: %v", name, tr)
		}
	}
}
