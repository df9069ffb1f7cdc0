// Package standardwebhooks lets the libraries of Standard Webhooks, for node and for Go, unmodified, verify what the server delivers.
package standardwebhooks

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"authserver/e2e"
	"authserver/identity/user"
	"authserver/notify/webhook"
)

// delivery is what the receiver got.
type delivery struct {
	Secret  string            `json:"secret"`
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`

	header http.Header
}

func TestTheLibrariesVerifyWhatIsDelivered(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	var got []delivery
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		d := delivery{Headers: map[string]string{}, Body: string(raw), header: r.Header.Clone()}
		for name := range r.Header {
			d.Headers[strings.ToLower(name)] = r.Header.Get(name)
		}
		got = append(got, d)
	}))
	t.Cleanup(receiver.Close)
	w, first, err := h.Server.Webhooks.Create(h.Operator(), webhook.Webhook{RealmID: h.Realm.ID, URL: receiver.URL, Events: []string{"user.created"}})
	if err != nil {
		t.Fatal(err)
	}
	second, err := h.Server.Webhooks.Rotate(h.Operator(), h.Realm.ID, w.ID, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Server.Users.Create(h.Operator(), h.Realm, user.NewUser{Email: "ada@example.com", Verified: true, Name: "Ä “quoted” name"}); err != nil {
		t.Fatal(err)
	}
	if err := h.Server.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(got) != 1 {
		t.Fatalf("%d deliveries, want 1", len(got))
	}
	for name, secret := range map[string]string{"the secret before": first, "the new secret": second} {
		d := got[0]
		d.Secret = secret
		if out, err := verify(t, d); err != nil || out != "user.created" {
			t.Errorf("node, %s: %q %v", name, out, err)
		}
		library, err := standardwebhooks.NewWebhook(secret)
		if err != nil {
			t.Fatal(err)
		}
		if err := library.Verify([]byte(d.Body), d.header); err != nil {
			t.Errorf("go, %s: %v", name, err)
		}
		d.Body = strings.Replace(d.Body, "user.created", "user.deleted", 1)
		if out, err := verify(t, d); err == nil {
			t.Errorf("node, %s: another body is verified: %s", name, out)
		}
	}
}

// verify runs verify.mjs; `make test-tools` installs what it needs.
func verify(t *testing.T, d delivery) (string, error) {
	t.Helper()
	raw, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	node := exec.CommandContext(t.Context(), "node", "verify.mjs")
	node.Stdin = bytes.NewReader(raw)
	out, err := node.Output()
	return strings.TrimSpace(string(out)), err
}
