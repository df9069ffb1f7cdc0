package sms

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/twilio/twilio-go/client"

	"authserver/internal/fault"
	"authserver/internal/letter"
	"authserver/internal/web"
)

var errSignature = fault.New(fault.Denied, "signature_invalid", "The signature is not Twilio's.")

// Reports takes what became of messages. notify/message fulfils it.
type Reports interface {
	Report(ctx context.Context, r letter.Report) error
}

// Callback is the endpoint for delivery reports.
type Callback struct {
	twilio  *Twilio
	reports Reports
	now     func() time.Time
}

// NewCallback returns the endpoint for the account's reports.
func NewCallback(t *Twilio, r Reports, now func() time.Time) *Callback {
	if t == nil || r == nil || now == nil {
		panic("sms: an account, reports and a clock are required")
	}
	return &Callback{twilio: t, reports: r, now: now}
}

// Mount adds the endpoint.
func (b *Callback) Mount(m *web.Mux) { m.Root.POST(CallbackPath, b.receive) }

// receive takes a delivery report (Twilio's "StatusCallback"). A report about a
// message that nobody here sent is taken as well: Twilio would only repeat it.
func (b *Callback) receive(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	params := make(map[string]string, len(form))
	for name := range form {
		params[name] = form.Get(name)
	}
	// The address is the one that Twilio was given, whatever a proxy made of it.
	address := b.twilio.options.PublicURL.Scheme + "://" + b.twilio.options.PublicURL.Host + CallbackPath
	validator := client.NewRequestValidator(b.twilio.options.AuthToken)
	if !validator.Validate(address, params, c.GetHeader("X-Twilio-Signature")) {
		return errSignature
	}
	sid, status := params["MessageSid"], params["MessageStatus"]
	report := letter.Report{
		Channel: letter.SMS, Provider: provider, EventID: sid + "/" + status, MessageID: sid,
		Fate: fateOf(status, params["ErrorCode"]), To: params["To"], At: b.now(),
	}
	if code := params["ErrorCode"]; code != "" {
		report.Detail = "twilio " + code
	}
	err = b.reports.Report(c.Request.Context(), report)
	if wrong, ok := fault.Of(err); err != nil && (!ok || wrong.Kind != fault.NotFound) {
		return errors.Join(errors.New("take delivery report"), err)
	}
	c.Status(http.StatusNoContent)
	return nil
}

// fateOf reads Twilio's name of a message's state.
func fateOf(status, code string) letter.Fate {
	switch status {
	case "delivered", "read":
		return letter.Delivered
	case "undelivered", "failed", "canceled":
		switch code {
		case "30003", "30005", "30006": // unreachable, unknown, a landline
			return letter.Bounced
		}
		return letter.Failed
	}
	return letter.Accepted // accepted, queued, sending, sent
}
