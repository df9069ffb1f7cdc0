package config

import (
	"errors"
	"net/url"
	"regexp"
	"strings"
)

// messageSettings are about mail and SMS.
func messageSettings() []setting {
	return []setting{
		{Setting{prefix + "MAIL_FROM", false, "no-reply@ the host of PUBLIC_URL", "no-reply@id.example.com",
			"Address that mails come from; their name is the realm's."},
			text(func(c *Config) *string { return &c.MailFrom }, mailbox)},
		{Setting{prefix + "MAIL_PROVIDER", false, "smtp", "smtp", "smtp, ses or mailgun. Without SMTP_URL, smtp sends nothing (dev: mails are shown at /dev/outbox)."},
			text(func(c *Config) *string { return &c.MailProvider }, oneOf("smtp", "ses", "mailgun"))},
		{Setting{prefix + "SMTP_URL", true, "none", "smtps://USER:PASSWORD@smtp.example.com:465",
			"Mail server; smtp:// upgrades by STARTTLS, smtps:// is TLS from the start."},
			text(func(c *Config) *string { return &c.SMTPURL }, remoteURL("smtp", "smtps"))},
		{Setting{prefix + "SES_REGION", false, "as AWS tools find it", "eu-central-1", "Region of Amazon SES. Credentials are found as AWS tools find them."},
			text(func(c *Config) *string { return &c.SESRegion }, word)},
		{Setting{prefix + "SES_CONFIGURATION_SET", false, "none", "authserver", "Configuration set of SES, which says where bounces and complaints are told."},
			text(func(c *Config) *string { return &c.SESConfigurationSet }, word)},
		{Setting{prefix + "SES_TOPIC_ARNS", false, "none", "arn:aws:sns:eu-central-1:123456789012:bounces",
			"SNS topics (signature version 2) that may tell of bounces and complaints at PUBLIC_URL/webhooks/email/ses, separated by commas."},
			list(func(c *Config) *[]string { return &c.SESTopicARNs })},
		{Setting{prefix + "MAILGUN_API_KEY", true, "none", "key-0123456789abcdef0123456789abcdef", "Key that may send by Mailgun."},
			text(func(c *Config) *string { return &c.MailgunAPIKey }, word)},
		{Setting{prefix + "MAILGUN_DOMAIN", false, "none", "mg.example.com", "Sending domain at Mailgun."},
			text(func(c *Config) *string { return &c.MailgunDomain }, word)},
		{Setting{prefix + "MAILGUN_BASE_URL", false, "https://api.mailgun.net", "https://api.eu.mailgun.net", "Mailgun's address; the EU has its own."},
			text(func(c *Config) *string { return &c.MailgunBaseURL }, serviceURL)},
		{Setting{prefix + "MAILGUN_SIGNING_KEY", true, "none", "0123456789abcdef0123456789abcdef",
			"Webhook signing key of Mailgun, for PUBLIC_URL/webhooks/email/mailgun; without it that address is not there."},
			text(func(c *Config) *string { return &c.MailgunSigningKey }, word)},
		{Setting{prefix + "TWILIO_ACCOUNT_SID", false, "none", "AC00000000000000000000000000000000", "Account at Twilio that sends SMS; without it none is sent (dev: they are shown at /dev/outbox)."},
			text(func(c *Config) *string { return &c.TwilioAccountSID }, twilioID("AC"))},
		{Setting{prefix + "TWILIO_AUTH_TOKEN", true, "none", "0123456789abcdef0123456789abcdef", "Auth token of that account; it also proves Twilio's callbacks."},
			text(func(c *Config) *string { return &c.TwilioAuthToken }, word)},
		{Setting{prefix + "TWILIO_FROM", false, "none", "+15005550006", "Number (+…) or messaging service (MG…) that SMS come from."},
			text(func(c *Config) *string { return &c.TwilioFrom }, twilioSender)},
		{Setting{prefix + "TWILIO_VERIFY_SERVICE_SID", false, "none", "VA00000000000000000000000000000000", "Twilio Verify service through which texts with a code leave. The codes stay the server's own (Twilio calls them custom codes)."},
			text(func(c *Config) *string { return &c.TwilioVerifyServiceSID }, twilioID("VA"))},
		{Setting{prefix + "TWILIO_BASE_URL", false, "Twilio's own", "http://127.0.0.1:4010", "Another address for Twilio's API, for tests."},
			text(func(c *Config) *string { return &c.TwilioBaseURL }, serviceURL)},
	}
}

// MailConfigured reports whether mails leave.
func (c Config) MailConfigured() bool {
	return c.SMTPURL != "" || c.MailProvider == "ses" || c.MailProvider == "mailgun"
}

// SMSConfigured reports whether SMS leave.
func (c Config) SMSConfigured() bool { return c.TwilioAccountSID != "" }

// Warnings are sentences for the operator about settings that are allowed and that
// people will miss.
func (c Config) Warnings() []string {
	if c.Mode != Serve {
		return nil
	}
	var w []string
	if !c.MailConfigured() {
		w = append(w, "no mail is sent: nobody can confirm an address or get back into an account; set "+prefix+"SMTP_URL or "+prefix+"MAIL_PROVIDER")
	}
	if !c.SMSConfigured() {
		w = append(w, "no SMS is sent: phone numbers cannot be confirmed; set "+prefix+"TWILIO_ACCOUNT_SID to change that")
	}
	if !c.RateLimits {
		w = append(w, "rate limits are off: passwords may be tried as fast as they are hashed; unset "+prefix+"RATE_LIMITS unless something in front limits")
	}
	return w
}

// checkMessages refuses half a provider.
func (r *reader) checkMessages(c *Config) {
	if c.MailProvider == "mailgun" {
		r.require("mailgun_api_key", "Mailgun needs it")
		r.require("mailgun_domain", "Mailgun needs it")
	}
	if c.MailProvider != "smtp" && c.SMTPURL != "" {
		r.refuse("smtp_url", "is set although "+prefix+"MAIL_PROVIDER is "+c.MailProvider)
	}
	if c.TwilioAccountSID != "" {
		r.require("twilio_auth_token", "Twilio needs it")
		if c.TwilioVerifyServiceSID == "" {
			r.require("twilio_from", "SMS need a sender")
		}
	}
}

// mailbox accepts a bare address.
func mailbox(v string) error {
	local, domain, ok := strings.Cut(v, "@")
	if !ok || local == "" || domain == "" || strings.ContainsAny(v, " \t\r\n<>()[],;:\\\"") || strings.Contains(domain, "@") {
		return errors.New("must be an address such as no-reply@id.example.com, without a name")
	}
	return nil
}

// word accepts what has no blanks and no control characters.
func word(v string) error {
	if strings.ContainsFunc(v, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return errors.New("must be printable ASCII without spaces")
	}
	return nil
}

// serviceURL accepts https, and http on this machine: keys travel there.
func serviceURL(v string) error {
	u, err := url.Parse(v)
	safe := err == nil && (u.Scheme == "https" || u.Scheme == "http" && loopbackHost(u.Hostname()))
	if !safe || u.Hostname() == "" || u.User != nil {
		return errors.New("must be a URL that starts with https://")
	}
	return nil
}

func twilioID(kind string) func(string) error {
	form := regexp.MustCompile("^" + kind + "[0-9a-f]{32}$")
	return func(v string) error {
		if !form.MatchString(v) {
			return errors.New("must be " + kind + " and 32 hexadecimal digits")
		}
		return nil
	}
}

func twilioSender(v string) error {
	if !regexp.MustCompile(`^(\+[1-9][0-9]{4,14}|MG[0-9a-f]{32})$`).MatchString(v) {
		return errors.New("must be a number such as +15005550006, or a messaging service (MG…)")
	}
	return nil
}
