package sms

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/twilio/twilio-go/client"
	messaging "github.com/twilio/twilio-go/rest/api/v2010"
	verify "github.com/twilio/twilio-go/rest/verify/v2"

	"authserver/internal/letter"
)

const (
	provider = "twilio"
	// textMax is the longest text that Twilio takes.
	textMax = 1600
	timeout = 10 * time.Second
	// CallbackPath is where Twilio reports what became of a message.
	CallbackPath = "/webhooks/sms/twilio"
)

// Options are the operator's account.
type Options struct {
	AccountSID, AuthToken string
	// From is the sending number in the form of E.164, a sender name, or the SID of
	// a messaging service (MG…). With a Verify service it may be empty: then only
	// codes leave.
	From string
	// VerifySID names a Verify service; empty: codes go out as messages.
	VerifySID string
	// PublicURL is where Twilio reaches us; without https it is not asked to report.
	PublicURL *url.URL
	// BaseURL takes the place of Twilio's own hosts, for a local counterpart.
	BaseURL string
}

// Twilio sends through one account.
type Twilio struct {
	options  Options
	messages *messaging.ApiService
	verifies *verify.ApiService
}

// New returns the way out through an account. It refuses one that is incomplete.
func New(o Options) (*Twilio, error) {
	if o.AccountSID == "" || o.AuthToken == "" || o.From == "" && o.VerifySID == "" || o.PublicURL == nil {
		return nil, errors.New("twilio: account SID, auth token, public URL and a sender or a Verify service are required")
	}
	base, err := url.Parse(o.BaseURL)
	if err != nil {
		return nil, errors.New("twilio: the base URL is no URL")
	}
	inner := &client.Client{
		Credentials: client.NewCredentials(o.AccountSID, o.AuthToken),
		HTTPClient: &http.Client{Timeout: timeout, CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		}},
	}
	inner.SetAccountSid(o.AccountSID)
	// Not NewApiService with the library's handler: that one reads the environment.
	handler := &client.RequestHandler{Client: &elsewhere{inner, base}}
	return &Twilio{options: o, messages: messaging.NewApiService(handler), verifies: verify.NewApiService(handler)}, nil
}

// elsewhere leads the library's requests to another host, if there is one.
type elsewhere struct {
	*client.Client
	base *url.URL
}

// SendRequest implements client.BaseClient.
func (e *elsewhere) SendRequest(method, address string, form url.Values, headers map[string]any, body ...byte) (*http.Response, error) {
	if e.base.Host != "" {
		u, err := url.Parse(address)
		if err != nil {
			return nil, err
		}
		u.Scheme, u.Host = e.base.Scheme, e.base.Host
		address = u.String()
	}
	return e.Client.SendRequest(method, address, form, headers, body...)
}

// Provider names the way in the log.
func (t *Twilio) Provider() string { return provider }

// From is the number or name that messages come from.
func (t *Twilio) From() string { return t.options.From }

// Send hands a text over and returns Twilio's name for it.
func (t *Twilio) Send(ctx context.Context, m letter.Text) (string, error) {
	switch {
	case !strings.HasPrefix(m.To, "+"):
		return "", &letter.Refusal{Reason: "the recipient is no number in the form of E.164"}
	case utf8.RuneCountInString(m.Text) > textMax:
		return "", &letter.Refusal{Reason: fmt.Sprintf("the text is longer than %d characters", textMax)}
	}
	if err := ctx.Err(); err != nil { // the library's calls take no context, only a time limit
		return "", err
	}
	if m.Code != "" && t.options.VerifySID != "" {
		return t.verify(m)
	}
	if t.options.From == "" {
		return "", &letter.Refusal{Reason: "there is no sender for messages without a code"}
	}
	return t.message(m)
}

func (t *Twilio) message(m letter.Text) (string, error) {
	params := (&messaging.CreateMessageParams{}).SetTo(m.To).SetBody(m.Text)
	if strings.HasPrefix(t.options.From, "MG") {
		params.SetMessagingServiceSid(t.options.From)
	} else {
		params.SetFrom(t.options.From)
	}
	if callback := t.callback(); callback != "" {
		params.SetStatusCallback(callback)
	}
	sent, err := t.messages.CreateMessage(params)
	if err != nil {
		return "", judge(err)
	}
	if sent.Sid == nil || *sent.Sid == "" {
		return "", errors.New("twilio: the answer names no message")
	}
	return *sent.Sid, nil
}

func (t *Twilio) verify(m letter.Text) (string, error) {
	params := (&verify.CreateVerificationParams{}).SetTo(m.To).SetChannel("sms").SetCustomCode(m.Code)
	if m.Language != "" {
		params.SetLocale(m.Language)
	}
	started, err := t.verifies.CreateVerification(t.options.VerifySID, params)
	if err != nil {
		return "", judge(err)
	}
	if started.Sid == nil || *started.Sid == "" {
		return "", errors.New("twilio: the answer names no verification")
	}
	return *started.Sid, nil
}

// callback is where Twilio reports to; empty where it could not reach us safely.
func (t *Twilio) callback() string {
	if t.options.PublicURL.Scheme != "https" {
		return ""
	}
	return t.options.PublicURL.Scheme + "://" + t.options.PublicURL.Host + CallbackPath
}

// Codes of Twilio that say something about the recipient.
const (
	codeTooMany = 20429
	codeStopped = 21610 // the recipient answered STOP
)

// judge turns an error of the library into what notify/message understands. The
// library's own text is dropped: it repeats what was sent.
func judge(err error) error {
	code, status := 0, 0
	var old *client.TwilioRestError
	var newer *client.RestErrorV1
	switch {
	case errors.As(err, &old):
		code, status = old.Code, old.Status
	case errors.As(err, &newer):
		code, status = newer.Code, newer.HttpStatusCode
	default:
		var failed *url.Error
		if errors.As(err, &failed) && failed.Timeout() {
			return errors.New("twilio: no answer in time")
		}
		return errors.New("twilio: not reached, or not understood")
	}
	switch {
	case code == codeTooMany, status == http.StatusTooManyRequests, status >= http.StatusInternalServerError:
		return fmt.Errorf("twilio: busy (code %d, status %d)", code, status)
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		// The operator's to mend: a letter must not be lost to a mistyped secret.
		return fmt.Errorf("twilio: the account was refused (code %d, status %d)", code, status)
	case code == codeStopped:
		return &letter.Refusal{Reason: fmt.Sprintf("twilio %d: the recipient wants no messages", code)}
	}
	return &letter.Refusal{Reason: fmt.Sprintf("twilio %d: the message was refused", code)}
}
