package message_test

import (
	"bytes"
	"context"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"authserver/internal/letter"
	"authserver/internal/web"
	"authserver/internal/web/webtest"
	"authserver/notify/message"
	"authserver/templates"
	"authserver/tenant/realm"

	"github.com/PuerkitoBio/goquery"
)

// front is the room behind the real router.
func (h *house) front() *web.Server {
	s := web.New(web.Deps{
		Realms: h.Realms, Logger: slog.New(slog.DiscardHandler), Now: h.Clock.Now, PublicURL: &url.URL{Scheme: "https", Host: "id.example.com"},
		Brand: func(ctx context.Context) templates.Brand {
			if r, ok := realm.Maybe(ctx); ok {
				return message.Brand(r)
			}
			return templates.Brand{}
		},
	})
	h.letters.Mount(s.Mux())
	return s
}

// link is the path of the link to unsubscribe in a letter to ann.
func (h *house) link(t *testing.T) string {
	t.Helper()
	h.send(t, h.notice("ann@example.com"))
	h.drain(t)
	sent := h.post.sent()
	u, err := url.Parse(sent[len(sent)-1].Unsubscribe)
	if err != nil || !strings.HasPrefix(sent[len(sent)-1].Unsubscribe, "https://id.example.com/realms/acme/email/unsubscribe/") {
		t.Fatalf("%q: %v", sent[len(sent)-1].Unsubscribe, err)
	}
	return u.Path
}

func (h *house) subscribed(t *testing.T) bool {
	t.Helper()
	on, err := h.letters.Subscribed(t.Context(), h.Realm.ID, "ann@example.com")
	if err != nil {
		t.Fatal(err)
	}
	return on
}

func TestUnsubscribingTakesAButton(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	front := h.front().Handler()
	path := h.link(t)
	for range 3 { // filters follow every link
		res := webtest.Get(t, front, path)
		body := webtest.Body(t, res)
		if res.StatusCode != http.StatusOK || !h.subscribed(t) || strings.Contains(body, "ann@example.com") || !strings.Contains(body, "a•••@example.com") {
			t.Fatalf("GET: %d, subscribed %v\n%s", res.StatusCode, h.subscribed(t), body)
		}
		doc, err := goquery.NewDocumentFromReader(strings.NewReader(body))
		if err != nil || doc.Find("form[method=post] button").Length() != 1 {
			t.Fatalf("no button: %v\n%s", err, body)
		}
	}
	res := webtest.PostForm(t, front, path, url.Values{"action": {"unsubscribe"}})
	if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != path || h.subscribed(t) {
		t.Fatalf("POST: %d to %q, subscribed %v", res.StatusCode, res.Header.Get("Location"), h.subscribed(t))
	}
	if body := webtest.Body(t, webtest.Get(t, front, path)); !strings.Contains(body, `role="status"`) || strings.Contains(body, "<form") {
		t.Errorf("afterwards:\n%s", body)
	}
	// What is not essential stays away, what protects the account comes.
	h.send(t, h.notice("ann@example.com"))
	h.drain(t)
	if got := h.last(t); got.Status != message.Suppressed || got.LastEvent != "unsubscribed" {
		t.Errorf("not essential: %+v", got)
	}
	h.send(t, h.code("ann@example.com"))
	h.drain(t)
	if got := h.last(t); got.Status != message.Sent {
		t.Errorf("essential: %+v", got)
	}
	if err := h.letters.Release(h.Context, h.Realm.ID, "ann@example.com", message.ReasonUnsubscribed); err != nil || !h.subscribed(t) {
		t.Errorf("released: %v, subscribed %v", err, h.subscribed(t))
	}
}

// RFC 8058: one POST of the reader of mail, in either form, without cookies, and no redirect.
func TestOneClickUnsubscribes(t *testing.T) {
	t.Parallel()
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	if err := w.WriteField("List-Unsubscribe", "One-Click"); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for kind, body := range map[string]string{
		"application/x-www-form-urlencoded": "List-Unsubscribe=One-Click", w.FormDataContentType(): form.String(),
	} {
		h := newHouse(t)
		front := h.front().Handler()
		path := h.link(t)
		res := webtest.Do(front, webtest.Request(t, http.MethodPost, path, strings.NewReader(body), "Content-Type: "+kind))
		if res.StatusCode != http.StatusOK || h.subscribed(t) {
			t.Errorf("%s: %d, subscribed %v", kind, res.StatusCode, h.subscribed(t))
		}
	}
}

func TestLinkToUnsubscribeOpensNothingElse(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	front := h.front().Handler()
	path := h.link(t)
	h.NewRealm(t, "other")
	id, mac, _ := strings.Cut(strings.TrimPrefix(path, "/realms/acme/email/unsubscribe/"), ".")
	h.send(t, h.code("bob@example.com"))
	another := h.last(t).ID
	for name, wrong := range map[string]string{
		"another letter": "/realms/acme/email/unsubscribe/" + another + "." + mac,
		"another realm":  "/realms/other/email/unsubscribe/" + id + "." + mac,
		"no proof":       "/realms/acme/email/unsubscribe/" + id,
		"empty proof":    "/realms/acme/email/unsubscribe/" + id + ".",
		"short proof":    "/realms/acme/email/unsubscribe/" + id + "." + mac[:10],
		"nothing":        "/realms/acme/email/unsubscribe/x",
	} {
		if res := webtest.Get(t, front, wrong); res.StatusCode != http.StatusNotFound {
			t.Errorf("GET, %s: %d", name, res.StatusCode)
		}
		if res := webtest.PostForm(t, front, wrong, url.Values{"action": {"unsubscribe"}}); res.StatusCode != http.StatusNotFound {
			t.Errorf("POST, %s: %d", name, res.StatusCode)
		}
	}
	// A form of another site is refused by the browser's own word.
	res := webtest.PostForm(t, front, path, url.Values{"action": {"unsubscribe"}}, "Sec-Fetch-Site: cross-site", "Origin: https://evil.example")
	if res.StatusCode != http.StatusForbidden || !h.subscribed(t) {
		t.Errorf("from another site: %d, subscribed %v", res.StatusCode, h.subscribed(t))
	}
	h.Clock.Add(91 * 24 * time.Hour)
	if _, err := h.letters.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if res := webtest.Get(t, front, path); res.StatusCode != http.StatusNotFound {
		t.Errorf("after its letter was forgotten: %d", res.StatusCode)
	}
}

func TestRoutesRefuseWhatStrangersSend(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	webtest.Misbehave(t, h.front(), "acme")
}

func TestEssentialLettersHaveNoLinkToUnsubscribe(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.send(t, h.code("ann@example.com"))
	h.drain(t)
	if m := h.post.sent()[0]; m.Unsubscribe != "" || strings.Contains(m.Text, "unsubscribe") {
		t.Errorf("%q\n%s", m.Unsubscribe, m.Text)
	}
	if spec, _ := letter.Find(letter.Recover); !spec.Essential {
		t.Error("recovery is not essential")
	}
}
