package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"authserver/internal/config"
	"authserver/internal/letter"
	"authserver/internal/tracing"
)

// smtpTimeout bounds each step of a conversation with a mail server.
const smtpTimeout = 15 * time.Second

// smtp sends by a mail server, with a connection for each mail: letters are few, and a
// connection that was kept is closed by the other side just when one is needed.
type smtp struct {
	from string
	host string
	opts []gomail.Option
	now  func() time.Time
}

// newSMTP reads smtp://USER:PASSWORD@HOST:PORT (STARTTLS, demanded but on loopback) and
// smtps:// (TLS from the start). from=ADDRESS names the sender if nothing else does;
// tls=starttls demands STARTTLS on loopback too.
func newSMTP(c config.Config, o Options) (*smtp, error) {
	u, err := url.Parse(c.SMTPURL)
	if err != nil {
		return nil, errors.New("the address of the mail server is malformed") // the parser would quote the password
	}
	s := &smtp{from: sender(c, u.Query().Get("from")), host: u.Hostname(), now: o.Now}
	if !plain(s.from) {
		return nil, errSender
	}
	encryption := &tls.Config{MinVersion: tls.VersionTLS12}
	if o.TLS != nil {
		encryption = o.TLS.Clone()
	}
	encryption.ServerName = s.host
	s.opts = []gomail.Option{gomail.WithTimeout(smtpTimeout), gomail.WithTLSConfig(encryption)}
	port := 587
	switch {
	case u.Scheme == "smtps":
		port = 465
		s.opts = append(s.opts, gomail.WithSSL())
	case loopback(s.host) && u.Query().Get("tls") != "starttls":
		s.opts = append(s.opts, gomail.WithTLSPolicy(gomail.TLSOpportunistic))
	default:
		s.opts = append(s.opts, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if given := u.Port(); given != "" {
		if port, err = strconv.Atoi(given); err != nil {
			return nil, errors.New("the port of the mail server is no number")
		}
	}
	s.opts = append(s.opts, gomail.WithPort(port))
	if password, ok := u.User.Password(); ok {
		s.opts = append(s.opts, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover),
			gomail.WithUsername(u.User.Username()), gomail.WithPassword(password))
	}
	if _, err := gomail.NewClient(s.host, s.opts...); err != nil {
		return nil, fmt.Errorf("settings: %w", err)
	}
	return s, nil
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.Unmap().IsLoopback()
}

// Provider implements Transport.
func (*smtp) Provider() string { return ProviderSMTP }

// From implements Transport.
func (s *smtp) From() string { return s.from }

// Send implements Transport. The name of the mail is its Message-ID, which bounces quote.
func (s *smtp) Send(ctx context.Context, m letter.Mail) (string, error) {
	msg, err := compose(m, s.from, s.now())
	if err != nil {
		return "", err
	}
	client, err := gomail.NewClient(s.host, s.opts...)
	if err != nil {
		return "", fmt.Errorf("smtp: %w", err)
	}
	ctx, span := tracing.Child(ctx, tracing.Client, "SMTP send")
	defer span.End()
	span.String("server.address", s.host)
	conn, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		span.Fail("connect")
		return "", fmt.Errorf("smtp: connect: %w", err)
	}
	failed := client.SendWithSMTPClient(conn, msg)
	// The mail is taken as soon as its last line is answered; a server that hangs up
	// afterwards has it all the same.
	_ = client.CloseWithSMTPClient(conn)
	if failed != nil {
		span.Fail("refused")
		return "", judge(failed)
	}
	return messageID(m.ID, s.from), nil
}

// judge puts a failure of SMTP into words that hold no address, and tells what is final.
func judge(failed error) error {
	var wrong *gomail.SendError
	if !errors.As(failed, &wrong) {
		var timeout net.Error
		if errors.As(failed, &timeout) && timeout.Timeout() {
			return errors.New("smtp: the server did not answer in time")
		}
		return errors.New("smtp: the conversation broke off")
	}
	code, enhanced := wrong.ErrorCode(), wrong.EnhancedStatusCode()
	reason := strings.TrimSpace(fmt.Sprintf("%d %s", code, enhanced))
	if code/100 != 5 {
		return fmt.Errorf("smtp: %s: %s", wrong.Reason, reason)
	}
	bounce := wrong.Reason == gomail.ErrSMTPRcptTo && gone(code, enhanced)
	return &letter.Refusal{Reason: fmt.Sprintf("smtp: %s: %s", wrong.Reason, reason), Bounce: bounce}
}
