package config_test

import (
	"strings"
	"testing"

	"authserver/internal/config"
)

func TestHalfAProviderIsRefused(t *testing.T) {
	t.Parallel()
	account := prefix + "TWILIO_ACCOUNT_SID=AC" + strings.Repeat("0", 32)
	for name, c := range map[string]struct {
		environ []string
		want    []string
	}{
		"mailgun":             {[]string{prefix + "MAIL_PROVIDER=mailgun"}, []string{"MAILGUN_API_KEY", "MAILGUN_DOMAIN"}},
		"ses beside a server": {[]string{prefix + "MAIL_PROVIDER=ses", prefix + "SMTP_URL=smtp://mail"}, []string{"SMTP_URL"}},
		"twilio":              {[]string{account}, []string{"TWILIO_AUTH_TOKEN", "TWILIO_FROM"}},
		"twilio verify":       {[]string{account, prefix + "TWILIO_VERIFY_SERVICE_SID=VA" + strings.Repeat("0", 32)}, []string{"TWILIO_AUTH_TOKEN"}},
	} {
		found := problems(t, config.Serve, production(c.environ...), "")
		if len(found) != len(c.want) {
			t.Errorf("%s: got %v, want %v", name, found, c.want)
		}
		for _, w := range c.want {
			if found[prefix+w] == "" {
				t.Errorf("%s: %s is not named in %v", name, w, found)
			}
		}
	}
}

func TestServeWithoutMailOrSMSWarns(t *testing.T) {
	t.Parallel()
	if w := load(t, config.Serve, production(), "").Warnings(); len(w) != 2 {
		t.Errorf("warnings %q", w)
	}
	c := load(t, config.Serve, production(
		prefix+"SMTP_URL=smtps://u:p@mail.example.com", prefix+"TWILIO_ACCOUNT_SID=AC"+strings.Repeat("0", 32),
		prefix+"TWILIO_AUTH_TOKEN=x", prefix+"TWILIO_FROM=+15005550006"), "")
	if w := c.Warnings(); len(w) != 0 || !c.MailConfigured() || !c.SMSConfigured() {
		t.Errorf("warnings %q", w)
	}
	if w := load(t, config.Dev, []string{prefix + "DATA_DIR=" + t.TempDir()}, "").Warnings(); len(w) != 0 {
		t.Errorf("warnings in dev %q", w)
	}
}
