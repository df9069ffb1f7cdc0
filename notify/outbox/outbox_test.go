package outbox_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"authserver/internal/letter"
	"authserver/internal/web"
	"authserver/internal/web/webtest"
	"authserver/notify/outbox"

	"github.com/PuerkitoBio/goquery"
)

func now() time.Time { return time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC) }

const link = "http://localhost:8080/realms/demo/verify-email?token=123456789"

// filled is a box with a mail and, after it, an SMS.
func filled(t *testing.T) (*outbox.Box, http.Handler) {
	t.Helper()
	b := outbox.New(now)
	mail := letter.Mail{ID: "m1", To: "ann@example.com", Subject: "Confirm <b>", Text: "Hello,\n\n    482913\n\nConfirm\n" + link + "\n", HTML: "<p>Hello <script>x</script></p>"}
	if _, err := (outbox.Mails{Box: b}).Send(t.Context(), mail); err != nil {
		t.Fatal(err)
	}
	if _, err := (outbox.Texts{Box: b}).Send(t.Context(), letter.Text{ID: "s1", To: "+4930123456", Text: "Acme: 135790 is your code"}); err != nil {
		t.Fatal(err)
	}
	return b, webtest.Server(func(m *web.Mux) { b.Mount(m) }).Handler()
}

// get asks as a browser on this machine does.
func get(t *testing.T, h http.Handler, host, path string) *http.Response {
	t.Helper()
	r := webtest.Request(t, http.MethodGet, path, nil)
	r.Host = host
	return webtest.Do(h, r)
}

func TestOutboxShowsWhatWouldHaveBeenSent(t *testing.T) {
	t.Parallel()
	_, h := filled(t)
	res := get(t, h, "localhost:8080", "/dev/outbox")
	doc, err := goquery.NewDocumentFromReader(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatal(res.StatusCode, err)
	}
	articles := doc.Find("article")
	if articles.Length() != 2 || articles.Eq(0).Find("code").Text() != "135790" || articles.Eq(1).Find("h2").Text() != "Confirm <b>" {
		t.Errorf("%d messages, %q, %q", articles.Length(), articles.Eq(0).Text(), articles.Eq(1).Text())
	}
	mail := articles.Eq(1)
	if mail.Find("code").Text() != "482913" || mail.Find("pre a").AttrOr("href", "") != link || !strings.Contains(mail.Find("pre").Text(), "Hello,\n\n    482913") {
		t.Errorf("mail: %s", mail.Text())
	}
	if got := res.Header.Get("Content-Security-Policy"); !strings.Contains(got, "default-src 'none'") || !strings.Contains(got, "style-src 'self'") {
		t.Errorf("policy %q", got)
	}
}

func TestOutboxIsReadByProgramsToo(t *testing.T) {
	t.Parallel()
	_, h := filled(t)
	for path, want := range map[string]string{
		"/dev/outbox?format=json":                         "s1 m1",
		"/dev/outbox.json":                                "s1 m1",
		"/dev/outbox.json?to=Ann@Example.com":             "m1",
		"/dev/outbox?format=json&to=nobody%40example.com": "",
		"/dev/outbox.json?to=%2B4930123456":               "s1",
	} {
		res := get(t, h, "127.0.0.1:8080", path)
		var got struct{ Messages []outbox.Message }
		if err := json.NewDecoder(res.Body).Decode(&got); err != nil || res.Header.Get("Content-Type") != "application/json" || got.Messages == nil {
			t.Fatalf("%s: %v, %s", path, err, res.Header.Get("Content-Type"))
		}
		var ids []string
		for _, m := range got.Messages {
			ids = append(ids, m.ID)
			if m.ID == "m1" && (m.Code != "482913" || len(m.Links) != 1 || m.Links[0] != link || m.Channel != letter.Email || !m.At.Equal(now())) {
				t.Errorf("%+v", m)
			}
		}
		if strings.Join(ids, " ") != want {
			t.Errorf("%s: %v, want %s", path, ids, want)
		}
	}
}

func TestMailIsShownAsItsReaderWouldInASandbox(t *testing.T) {
	t.Parallel()
	_, h := filled(t)
	res := get(t, h, "localhost", "/dev/outbox/m1")
	policy := res.Header.Get("Content-Security-Policy")
	if body := webtest.Body(t, res); !strings.Contains(body, "<p>Hello") || !strings.Contains(policy, "sandbox") || strings.Contains(policy, "script") || strings.Contains(policy, "allow-same-origin") {
		t.Errorf("%s\n%s", policy, body)
	}
	for _, none := range []string{"/dev/outbox/s1", "/dev/outbox/x"} {
		if res := get(t, h, "localhost", none); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", none, res.StatusCode)
		}
	}
}

// A site that has its own name point to this machine must not read the codes.
func TestOnlyThisMachineIsAnswered(t *testing.T) {
	t.Parallel()
	_, h := filled(t)
	for host, want := range map[string]int{
		"evil.example": 404, "localhost.evil.example": 404, "10.0.0.1:8080": 404, "auth.test": 404, "": 404,
		"localhost": 200, "demo.localhost:8080": 200, "[::1]:8080": 200, "127.0.0.1": 200,
	} {
		for _, path := range []string{"/dev/outbox", "/dev/outbox.json", "/dev/outbox/m1"} {
			if res := get(t, h, host, path); res.StatusCode != want || res.Header.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%q%s: %d, want %d", host, path, res.StatusCode, want)
			}
		}
	}
}

func TestOutboxForgetsTheOldestAndKeepsALetterOnce(t *testing.T) {
	t.Parallel()
	b := outbox.New(now)
	for i := range 150 {
		for range 2 {
			if _, err := (outbox.Texts{Box: b}).Send(t.Context(), letter.Text{ID: fmt.Sprint(i), To: "+1", Text: "x"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	list := b.Messages("")
	if len(list) != 100 || list[0].ID != "149" || list[99].ID != "50" {
		t.Errorf("%d messages, from %s to %s", len(list), list[0].ID, list[len(list)-1].ID)
	}
}
