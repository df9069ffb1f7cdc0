package sms_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"authserver/internal/fault"
	"authserver/internal/letter"
	"authserver/internal/web"
	"authserver/notify/sms"
)

// log keeps the reports that it is given.
type log struct {
	mu      sync.Mutex
	reports []letter.Report
	err     error
}

func (l *log) Report(_ context.Context, r letter.Report) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.reports = append(l.reports, r)
	return l.err
}

type noRealms struct{}

func (noRealms) Resolve(context.Context, string) (context.Context, error) {
	return nil, fault.New(fault.NotFound, "x", "x")
}

func callback(t *testing.T, l *log) http.Handler {
	t.Helper()
	public := &url.URL{Scheme: "https", Host: "id.example"}
	way, err := sms.New(sms.Options{AccountSID: account, AuthToken: token, From: "+1", PublicURL: public})
	if err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return time.Unix(1_800_000_000, 0) }
	s := web.New(web.Deps{Realms: noRealms{}, Logger: slog.New(slog.DiscardHandler), Now: now, PublicURL: public})
	sms.NewCallback(way, l, now).Mount(s.Mux())
	return s.Handler()
}

// sign is Twilio's signature (www.twilio.com/docs/usage/security), made without the
// library that checks it.
func sign(secret, address string, form url.Values) string {
	text := address
	for _, name := range slices.Sorted(maps.Keys(form)) {
		text += name + form.Get(name)
	}
	h := hmac.New(sha1.New, []byte(secret))
	h.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

func report(h http.Handler, form url.Values, signature string) int {
	r := httptest.NewRequest(http.MethodPost, "http://10.0.0.1:8080"+sms.CallbackPath, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Twilio-Signature", signature)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code
}

func TestDeliveryReports(t *testing.T) {
	t.Parallel()
	const address = "https://id.example" + sms.CallbackPath
	for _, c := range []struct {
		status, code string
		want         letter.Fate
	}{
		{"queued", "", letter.Accepted}, {"sent", "", letter.Accepted}, {"delivered", "", letter.Delivered},
		{"undelivered", "30003", letter.Bounced}, {"undelivered", "30007", letter.Failed}, {"failed", "", letter.Failed},
	} {
		l := &log{}
		form := url.Values{"MessageSid": {"SM1"}, "MessageStatus": {c.status}, "To": {"+4915112345678"}, "AccountSid": {account}}
		if c.code != "" {
			form.Set("ErrorCode", c.code)
		}
		h := callback(t, l)
		if got := report(h, form, sign(token, address, form)); got != http.StatusNoContent {
			t.Errorf("%s: %d, want 204", c.status, got)
		}
		if len(l.reports) != 1 || l.reports[0].Fate != c.want || l.reports[0].MessageID != "SM1" || l.reports[0].EventID != "SM1/"+c.status {
			t.Errorf("%s %s: reported %+v", c.status, c.code, l.reports)
		}
	}
}

func TestNobodyElseReports(t *testing.T) {
	t.Parallel()
	const address = "https://id.example" + sms.CallbackPath
	l := &log{}
	h := callback(t, l)
	form := url.Values{"MessageSid": {"SM1"}, "MessageStatus": {"failed"}, "ErrorCode": {"30003"}}
	other := url.Values{"MessageSid": {"SM2"}, "MessageStatus": {"failed"}, "ErrorCode": {"30003"}}
	for name, signature := range map[string]string{
		"none": "", "another's": sign("x"+token, address, form), "of another report": sign(token, address, other),
		"of another address": sign(token, "https://evil.example"+sms.CallbackPath, form),
	} {
		if got := report(h, form, signature); got != http.StatusForbidden {
			t.Errorf("%s: %d, want 403", name, got)
		}
	}
	if len(l.reports) != 0 {
		t.Errorf("believed %+v", l.reports)
	}
}

func TestAReportAboutNothingOfOurs(t *testing.T) {
	t.Parallel()
	const address = "https://id.example" + sms.CallbackPath
	form := url.Values{"MessageSid": {"SM9"}, "MessageStatus": {"delivered"}}
	l := &log{err: fault.New(fault.NotFound, "letter_not_found", "x")}
	if got := report(callback(t, l), form, sign(token, address, form)); got != http.StatusNoContent {
		t.Errorf("unknown message: %d, want 204, or Twilio repeats it", got)
	}
	l = &log{err: fault.New(fault.Unavailable, "database_unavailable", "x")}
	if got := report(callback(t, l), form, sign(token, address, form)); got < 500 {
		t.Errorf("while the database is away: %d, want one that makes Twilio repeat it", got)
	}
}
