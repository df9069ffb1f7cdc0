package message_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"authserver/internal/config"
	"authserver/internal/web/webtest"
	"authserver/notify/mail"
	"authserver/notify/mail/mailtest"
	"authserver/notify/message"
)

// byMail is the room with a real mail server behind it.
func (h *house) byMail(t *testing.T, server *mailtest.Server) {
	t.Helper()
	way, err := mail.Open(t.Context(), config.Config{
		MailProvider: "smtp", SMTPURL: "smtp://" + server.SMTP, PublicURL: &url.URL{Scheme: "https", Host: "id.example.com"},
	}, mail.Options{Now: h.Clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	h.letters = h.room(func(d *message.Deps) { d.Mails = way })
}

// A letter's whole way: queued, sent over SMTP, read, and unsubscribed from by what
// stands in its header.
func TestLetterGoesItsWholeWay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	server := mailtest.Start(t)
	h.byMail(t, server)
	h.send(t, h.code("ann@example.com"))
	h.send(t, h.notice("ann@example.com"))
	h.drain(t)
	arrived := server.Mails(t)
	if len(arrived) != 2 {
		t.Fatalf("%d mails arrived", len(arrived))
	}
	code, notice := arrived[0], arrived[1]
	if code.Header["List-Unsubscribe"] != nil { // they were sent side by side
		code, notice = notice, code
	}
	if code.From != "Realm acme <no-reply@id.example.com>" || !strings.Contains(code.Text, "482913") || !strings.Contains(code.HTML, "SECRETLINK") {
		t.Errorf("%+v", code)
	}
	if id := "<" + h.last(t).MessageID + ">"; notice.Header["Message-Id"][0] != id {
		t.Errorf("the log knows %s, the mail is %s", id, notice.Header["Message-Id"])
	}
	header := notice.Header["List-Unsubscribe"]
	if len(header) != 1 || len(notice.Header["List-Unsubscribe-Post"]) != 1 {
		t.Fatalf("headers %v", notice.Header)
	}
	u, err := url.Parse(strings.Trim(header[0], "<>"))
	if err != nil {
		t.Fatal(err)
	}
	res := webtest.Do(h.front().Handler(), webtest.Request(t, http.MethodPost, u.Path, strings.NewReader(notice.Header["List-Unsubscribe-Post"][0]),
		"Content-Type: application/x-www-form-urlencoded"))
	if res.StatusCode != http.StatusOK || h.subscribed(t) {
		t.Errorf("one click: %d, subscribed %v", res.StatusCode, h.subscribed(t))
	}
}

func TestMailServerThatFailsAndComesBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	server := mailtest.Start(t, "--enable-chaos")
	h.byMail(t, server)
	server.Chaos(t, `{"Recipient":{"ErrorCode":451,"Probability":100}}`)
	h.send(t, h.notice("ann@example.com"))
	h.drain(t)
	if got := h.last(t); got.Status != message.Pending || !strings.Contains(got.LastEvent, "451") {
		t.Fatalf("while it fails: %+v", got)
	}
	server.Chaos(t, `{}`)
	h.Clock.Add(6 * time.Minute)
	h.drain(t)
	if got := h.last(t); got.Status != message.Sent || len(server.Mails(t)) != 1 {
		t.Errorf("afterwards: %+v", got)
	}
	server.Chaos(t, `{"Recipient":{"ErrorCode":550,"Probability":100}}`)
	h.send(t, h.notice("bob@example.com"))
	h.drain(t)
	list, err := h.letters.Suppressed(t.Context(), h.Realm.ID, "bob@example.com")
	if got := h.last(t); err != nil || got.Status != message.Bounced || len(list) != 1 {
		t.Errorf("bounced: %+v, %v, %v", got, list, err)
	}
}
