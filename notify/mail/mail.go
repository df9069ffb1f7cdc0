package mail

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"authserver/internal/config"
	"authserver/internal/letter"
	"authserver/internal/tracing"
)

// Transport is a way by which mails leave. It is safe for concurrent use.
type Transport interface {
	// Provider names the way in logs and callbacks.
	Provider() string
	// From is the address that writes.
	From() string
	// Send hands a mail over and returns the provider's name for it. What would be
	// refused again is a *letter.Refusal.
	Send(ctx context.Context, m letter.Mail) (messageID string, err error)
}

// The providers.
const (
	ProviderSMTP    = "smtp"
	ProviderSES     = "ses"
	ProviderMailgun = "mailgun"
)

// Options is what the environment of a transport may be, beside its settings.
type Options struct {
	Now func() time.Time
	// TLS is added to the settings of encrypted connections; nil trusts what the
	// machine trusts.
	TLS *tls.Config
}

// providerTimeout bounds a call to a provider.
const providerTimeout = 20 * time.Second

// Open returns the transport that the settings name, nil when they name none.
func Open(ctx context.Context, c config.Config, o Options) (Transport, error) {
	if o.Now == nil {
		panic("mail.Open: Now is required")
	}
	var t Transport
	var err error
	switch c.MailProvider {
	case ProviderMailgun:
		t, err = newMailgun(c)
	case ProviderSES:
		t, err = newSES(ctx, c, o)
	default:
		if c.SMTPURL == "" {
			return nil, nil
		}
		t, err = newSMTP(c, o)
	}
	if err != nil {
		return nil, fmt.Errorf("mail by %s: %w", c.MailProvider, err)
	}
	return t, nil
}

// errAddress is a recipient that cannot stand in a header. None comes so far: letters
// are queued with normalised addresses only.
var errAddress = &letter.Refusal{Reason: "the address cannot be written to"}

// plain tells whether an address can stand in a header and in a command of SMTP.
func plain(address string) bool {
	local, domain, ok := strings.Cut(address, "@")
	return ok && local != "" && domain != "" && len(address) <= 254 &&
		!strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune(`<>()[],;:\"`, r) }) &&
		!strings.Contains(domain, "@")
}

// messageID is the letter's name as mail servers write it, without the brackets.
func messageID(letterID, from string) string {
	_, domain, _ := strings.Cut(from, "@")
	return letterID + "@" + domain
}

// compose writes a mail as RFC 5322 has it, text and HTML in one.
func compose(m letter.Mail, from string, at time.Time) (*gomail.Msg, error) {
	if !plain(m.To) {
		return nil, errAddress
	}
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := msg.FromFormat(strings.Map(printable, m.FromName), from); err != nil {
		return nil, fmt.Errorf("sender: %w", err)
	}
	if err := msg.To(m.To); err != nil {
		return nil, errAddress
	}
	msg.Subject(strings.Map(printable, m.Subject))
	msg.SetMessageIDWithValue(messageID(m.ID, from))
	msg.SetDateWithValue(at)
	// RFC 3834: nobody's holiday notice shall answer it.
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	if m.Unsubscribe != "" {
		msg.SetListUnsubscribe("<" + m.Unsubscribe + ">")
		msg.SetListUnsubscribePost()
	}
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	return msg, nil
}

// printable keeps line ends and other control characters out of headers.
func printable(r rune) rune {
	if r < ' ' || r == 0x7f || r == '"' {
		return ' '
	}
	return r
}

// gone tells from a server's refusal whether the address itself does not exist: only
// then is nothing more sent there. Others (policy, size, full mailbox) are about us or
// about this mail.
func gone(code int, enhanced string) bool {
	if enhanced != "" {
		return strings.HasPrefix(enhanced, "5.1.") && enhanced != "5.1.7" && enhanced != "5.1.8" // those two are about the sender
	}
	return code == 550 || code == 551 || code == 553
}

// errSender says that nobody can have written a mail.
var errSender = errors.New("the sender is no address: set AUTHSERVER_MAIL_FROM")

// sender is who writes: as it was set, else the address that others came with, else
// nobody at our own host.
func sender(c config.Config, other string) string {
	host := ""
	if c.PublicURL != nil {
		host = c.PublicURL.Hostname()
	}
	return cmp.Or(c.MailFrom, other, "no-reply@"+host)
}

// careful is a client for a provider that the operator chose: no redirects, bounded.
func careful() *http.Client {
	return &http.Client{
		Timeout:       providerTimeout,
		Transport:     tracing.Transport{},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
