package server

import (
	"context"
	"fmt"
	"time"

	"authserver/internal/config"
	"authserver/internal/outbound"
	"authserver/internal/web"
	"authserver/notify/mail"
	"authserver/notify/message"
	"authserver/notify/outbox"
	"authserver/notify/sms"
)

// outlets are the ways out of the house for what it writes to people. A nil one is
// closed: letters that would take it are logged as failed.
type outlets struct {
	mails  message.Mails
	texts  message.Texts
	twilio *sms.Twilio
	// box captures what has no other way, in dev; else nil.
	box *outbox.Box
}

// openOutlets opens what the settings name.
func openOutlets(ctx context.Context, c config.Config, now func() time.Time) (outlets, error) {
	var out outlets
	transport, err := mail.Open(ctx, c, mail.Options{Now: now})
	if err != nil {
		return outlets{}, err
	}
	if transport != nil {
		out.mails = transport
	}
	if c.TwilioAccountSID != "" {
		out.twilio, err = sms.New(sms.Options{
			AccountSID: c.TwilioAccountSID, AuthToken: c.TwilioAuthToken, From: c.TwilioFrom,
			VerifySID: c.TwilioVerifyServiceSID, BaseURL: c.TwilioBaseURL, PublicURL: c.PublicURL,
		})
		if err != nil {
			return outlets{}, fmt.Errorf("SMS: %w", err)
		}
		out.texts = out.twilio
	}
	if c.Mode == config.Dev {
		out.box = outbox.New(now)
		if out.mails == nil {
			out.mails = outbox.Mails{Box: out.box}
		}
		if out.texts == nil {
			out.texts = outbox.Texts{Box: out.box}
		}
	}
	return out, nil
}

// door is something that the world outside of realms reaches.
type door interface{ Mount(m *web.Mux) }

// doors are where providers report what became of letters, and where dev shows what it
// captured.
func (o outlets) doors(s *Server) []door {
	doors := []door{mail.NewCallbacks(mail.CallbackDeps{
		Reports: s.Messages, MailgunSigningKey: s.config.MailgunSigningKey, SESTopicARNs: s.config.SESTopicARNs,
		Client: outbound.New(outbound.Options{}), Now: s.now, Logger: s.logger,
	})}
	if o.twilio != nil {
		doors = append(doors, sms.NewCallback(o.twilio, s.Messages, s.now))
	}
	if o.box != nil {
		doors = append(doors, o.box)
	}
	return doors
}
