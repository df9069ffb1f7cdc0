package mail

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"authserver/internal/fault"
	"authserver/internal/letter"
	"authserver/internal/web"
)

var errBody = fault.New(fault.Invalid, "invalid_request", "The body is not what a provider sends.")

// Reports takes what became of letters. notify/message fulfils it.
type Reports interface {
	// Report is of kind NotFound when no letter has that name, perhaps not yet.
	Report(ctx context.Context, r letter.Report) error
}

// CallbackDeps is what the callbacks need. A provider without its setting has no
// address.
type CallbackDeps struct {
	Reports           Reports
	MailgunSigningKey string
	SESTopicARNs      []string
	// Client fetches the certificates of SNS from hosts that were checked.
	Client *http.Client
	Now    func() time.Time
	Logger *slog.Logger
}

// Callbacks hear from providers what became of the mails that they took.
type Callbacks struct {
	reports Reports
	key     string
	topics  []string
	client  *http.Client
	now     func() time.Time
	log     *slog.Logger

	mu    sync.Mutex
	certs map[string]*x509.Certificate
}

// NewCallbacks returns the callbacks. It panics when a dependency is missing.
func NewCallbacks(d CallbackDeps) *Callbacks {
	if d.Reports == nil || d.Client == nil || d.Now == nil || d.Logger == nil {
		panic("mail.NewCallbacks: Reports, Client, Now and Logger are required")
	}
	return &Callbacks{
		reports: d.Reports, key: d.MailgunSigningKey, topics: d.SESTopicARNs, client: d.Client, now: d.Now, log: d.Logger,
		certs: map[string]*x509.Certificate{},
	}
}

// Mount adds the addresses that providers call.
func (c *Callbacks) Mount(m *web.Mux) {
	if c.key != "" {
		m.Root.POST("/webhooks/email/mailgun", c.mailgun)
	}
	if len(c.topics) > 0 {
		m.Root.POST("/webhooks/email/ses", c.ses)
	}
}

// read takes the body as it is: providers add members as they like, and SNS calls its
// JSON text/plain. The surface bounds its size.
func read(g *gin.Context, v any) error {
	raw, err := io.ReadAll(g.Request.Body)
	if err != nil || json.Unmarshal(raw, v) != nil {
		return errBody
	}
	return nil
}

// pass hands a report on. A letter that is not known may be so in a moment, as the
// provider can be quicker than our own note: it is asked to come back, for a while.
func (c *Callbacks) pass(g *gin.Context, r letter.Report) error {
	err := c.reports.Report(g.Request.Context(), r)
	if f, ok := fault.Of(err); ok && f.Kind == fault.NotFound && !r.At.IsZero() && c.now().Sub(r.At) > freshFor {
		err = nil // of another server that shares the account, or swept long ago
	}
	if err != nil {
		return err
	}
	g.Status(http.StatusOK)
	g.Writer.WriteHeaderNow()
	return nil
}

// mailgunEvent is what Mailgun tells.
type mailgunEvent struct {
	Signature struct{ Timestamp, Token, Signature string } `json:"signature"`
	Data      struct {
		ID        string  `json:"id"`
		Event     string  `json:"event"`
		Timestamp float64 `json:"timestamp"`
		Severity  string  `json:"severity"`
		Reason    string  `json:"reason"`
		Recipient string  `json:"recipient"`
		Message   struct {
			Headers struct {
				ID string `json:"message-id"`
			} `json:"headers"`
		} `json:"message"`
		Status struct {
			Code     int    `json:"code"`
			Enhanced string `json:"enhanced-code"`
		} `json:"delivery-status"`
	} `json:"event-data"`
}

func (c *Callbacks) mailgun(g *gin.Context) error {
	var e mailgunEvent
	if err := read(g, &e); err != nil {
		return err
	}
	if !mailgunSigned(c.key, e.Signature.Timestamp, e.Signature.Token, e.Signature.Signature) {
		return errSignature
	}
	seconds, err := strconv.ParseInt(e.Signature.Timestamp, 10, 64)
	if err != nil {
		return errSignature
	}
	if age := c.now().Sub(time.Unix(seconds, 0)); age > freshFor || age < -freshFor {
		return errSignature // recorded and sent again
	}
	r := letter.Report{
		Channel: letter.Email, Provider: ProviderMailgun, EventID: e.Data.ID, Token: e.Signature.Token, MessageID: e.Data.Message.Headers.ID,
		To: e.Data.Recipient, At: time.UnixMicro(int64(e.Data.Timestamp * 1e6)).UTC(), Fate: e.fate(),
	}
	if e.Data.Event == "failed" {
		r.Detail = strconv.Itoa(e.Data.Status.Code) + " " + e.Data.Reason
	}
	if r.Fate == "" || r.EventID == "" {
		g.Status(http.StatusOK)
		g.Writer.WriteHeaderNow()
		return nil
	}
	return c.pass(g, r)
}

func (e mailgunEvent) fate() letter.Fate {
	switch e.Data.Event {
	case "accepted":
		return letter.Accepted
	case "delivered":
		return letter.Delivered
	case "opened", "clicked":
		return letter.Opened
	case "complained":
		return letter.Complained
	case "rejected":
		return letter.Failed
	case "failed":
		switch {
		case e.Data.Severity == "temporary":
			return letter.Deferred
		case e.Data.Reason == "suppress-bounce" || gone(e.Data.Status.Code, e.Data.Status.Enhanced):
			return letter.Bounced
		}
		return letter.Failed
	}
	return "" // unsubscribed is Mailgun's own link, which our mails do not have
}

// sesEvent is what SES tells by SNS: as a notification or as an event of a
// configuration set.
type sesEvent struct {
	NotificationType, EventType string
	Mail                        struct{ MessageID string }
	Bounce                      struct {
		BounceType, BounceSubType string
		BouncedRecipients         []struct{ EmailAddress string }
	}
	Complaint struct {
		ComplainedRecipients  []struct{ EmailAddress string }
		ComplaintFeedbackType string
	}
}

func (c *Callbacks) ses(g *gin.Context) error {
	ctx := g.Request.Context()
	var n notification
	if err := read(g, &n); err != nil {
		return err
	}
	// Anybody can have SNS sign something: what counts is whose topic it is.
	if !slices.Contains(c.topics, n.TopicArn) {
		return errSignature
	}
	if err := c.verify(ctx, n); err != nil {
		return err
	}
	at, err := time.Parse(time.RFC3339, n.Timestamp)
	if err != nil || c.now().Sub(at) > staleAfter {
		return errSignature
	}
	switch n.Type {
	case "SubscriptionConfirmation":
		if !amazon(n.SubscribeURL) {
			return errSignature
		}
		if _, err := c.fetch(ctx, n.SubscribeURL); err != nil {
			return errors.Join(errors.New("confirm the subscription of SNS"), err)
		}
		c.log.InfoContext(ctx, "SNS subscription confirmed", "topic", n.TopicArn)
	case "Notification":
		var e sesEvent
		if json.Unmarshal([]byte(n.Message), &e) != nil {
			return errBody
		}
		r := e.report(at)
		r.EventID = n.MessageID
		if r.Fate != "" && r.MessageID != "" {
			return c.pass(g, r)
		}
	}
	g.Status(http.StatusOK)
	g.Writer.WriteHeaderNow()
	return nil
}

func (e sesEvent) report(at time.Time) letter.Report {
	r := letter.Report{Channel: letter.Email, Provider: ProviderSES, MessageID: e.Mail.MessageID, At: at.UTC()}
	kind := e.NotificationType
	if kind == "" {
		kind = e.EventType
	}
	switch kind {
	case "Bounce":
		r.Detail = e.Bounce.BounceType + " " + e.Bounce.BounceSubType
		if len(e.Bounce.BouncedRecipients) > 0 {
			r.To = e.Bounce.BouncedRecipients[0].EmailAddress
		}
		r.Fate = letter.Bounced
		if e.Bounce.BounceType != "Permanent" {
			r.Fate = letter.Failed // SES has given it up
		}
	case "Complaint":
		r.Fate, r.Detail = letter.Complained, e.Complaint.ComplaintFeedbackType
		if len(e.Complaint.ComplainedRecipients) > 0 {
			r.To = e.Complaint.ComplainedRecipients[0].EmailAddress
		}
	case "Delivery":
		r.Fate = letter.Delivered
	case "DeliveryDelay":
		r.Fate = letter.Deferred
	case "Reject", "Rendering Failure":
		r.Fate = letter.Failed
	case "Open", "Click":
		r.Fate = letter.Opened
	case "Send":
		r.Fate = letter.Accepted
	}
	return r
}
