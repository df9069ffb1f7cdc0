package mail

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	netmail "net/mail"
	"net/url"
	"strings"

	"authserver/internal/config"
	"authserver/internal/letter"
)

// mailgun sends by the HTTP API of Mailgun.
type mailgun struct {
	from, endpoint, key string
	client              *http.Client
}

func newMailgun(c config.Config) (*mailgun, error) {
	from := sender(c, "")
	if !plain(from) {
		return nil, errSender
	}
	if c.MailgunAPIKey == "" || c.MailgunDomain == "" {
		return nil, errors.New("AUTHSERVER_MAILGUN_API_KEY and AUTHSERVER_MAILGUN_DOMAIN are needed")
	}
	return &mailgun{
		from: from, key: c.MailgunAPIKey, client: careful(),
		endpoint: strings.TrimSuffix(c.MailgunBaseURL, "/") + "/v3/" + url.PathEscape(c.MailgunDomain) + "/messages",
	}, nil
}

// Provider implements Transport.
func (*mailgun) Provider() string { return ProviderMailgun }

// From implements Transport.
func (g *mailgun) From() string { return g.from }

// Send implements Transport.
func (g *mailgun) Send(ctx context.Context, m letter.Mail) (string, error) {
	if !plain(m.To) {
		return "", errAddress
	}
	from := netmail.Address{Name: strings.Map(printable, m.FromName), Address: g.from}
	form := url.Values{
		"from": {from.String()}, "to": {m.To}, "subject": {strings.Map(printable, m.Subject)},
		"text": {m.Text}, "html": {m.HTML}, "h:Message-Id": {"<" + messageID(m.ID, g.from) + ">"},
		"h:Auto-Submitted": {"auto-generated"},
		// Tracking would send the secrets in our links by way of a third party.
		"o:tracking": {"no"}, "o:tracking-clicks": {"no"}, "o:tracking-opens": {"no"}, "o:require-tls": {"yes"},
	}
	if m.Unsubscribe != "" {
		form.Set("h:List-Unsubscribe", "<"+m.Unsubscribe+">")
		form.Set("h:List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, g.endpoint, strings.NewReader(form.Encode()))
	if err != nil {
		return "", fmt.Errorf("mailgun: %w", err)
	}
	r.SetBasicAuth("api", g.key)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := g.client.Do(r)
	if err != nil {
		return "", fmt.Errorf("mailgun: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	if err != nil {
		return "", fmt.Errorf("mailgun: read the answer: %w", err)
	}
	switch {
	case res.StatusCode == http.StatusBadRequest, res.StatusCode == http.StatusRequestEntityTooLarge:
		return "", &letter.Refusal{Reason: fmt.Sprintf("mailgun: refused with status %d", res.StatusCode)}
	case res.StatusCode != http.StatusOK:
		// 401, 403 and 404 are mistakes in the settings, which the operator can mend.
		return "", fmt.Errorf("mailgun: status %d", res.StatusCode)
	}
	var answer struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(body, &answer); err != nil || answer.ID == "" {
		// It was taken, and a second sending would be worse than an unknown name: ours is
		// the one that it has by its header.
		return messageID(m.ID, g.from), nil
	}
	return strings.Trim(answer.ID, "<>"), nil
}
