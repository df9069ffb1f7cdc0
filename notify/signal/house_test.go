package signal_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"authserver/e2e"
	"authserver/rbac"
	"authserver/tenant/application"
)

// receiver is a service application in a running house that may receive signals.
type receiver struct {
	*e2e.House
	t     *testing.T
	app   *application.Application
	token string
	meta  map[string]any
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{House: e2e.Open(t), t: t}
	r.app, r.token = r.another("ssf.manage", rbac.RealmAdministrator)
	r.meta = map[string]any{}
	status, body := r.do("", http.MethodGet, r.URL+"/.well-known/ssf-configuration/realms/acme", nil)
	if err := json.Unmarshal(body, &r.meta); err != nil || status != http.StatusOK {
		t.Fatalf("%d %s %v", status, body, err)
	}
	return r
}

// another is a further application with a token of that scope, and a role unless it is "".
func (r *receiver) another(scope, role string) (*application.Application, string) {
	r.t.Helper()
	app, secret, err := r.Server.Applications.Register(r.Operator(), r.Realm.ID, application.Draft{
		Name: "Receiver", Type: application.Machine, GrantTypes: []string{"client_credentials"}, Scopes: []string{"ssf.manage", "ssf.read", "other"},
	})
	if err != nil {
		r.t.Fatal(err)
	}
	if role != "" {
		if _, err := r.Server.Roles.Assign(r.Operator(), r.Realm.ID, rbac.Assignment{SubjectKind: rbac.Application, SubjectID: app.ID, RoleID: role}); err != nil {
			r.t.Fatal(err)
		}
	}
	return app, r.tokenOf(app, secret, scope)
}

func (r *receiver) tokenOf(app *application.Application, secret, scope string) string {
	r.t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {scope}, "client_id": {app.ClientID}, "client_secret": {secret}}
	answer, err := http.PostForm(r.Issuer+"/oauth2/token", form)
	if err != nil {
		r.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	var got struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&got); err != nil || got.Token == "" {
		r.t.Fatalf("no token: %d %v", answer.StatusCode, err)
	}
	return got.Token
}

func (r *receiver) do(token, method, address string, body any) (int, []byte) {
	r.t.Helper()
	var sent io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			r.t.Fatal(err)
		}
		sent = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(r.t.Context(), method, address, sent)
	if err != nil {
		r.t.Fatal(err)
	}
	if sent != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return answer.StatusCode, raw
}

// ask calls an endpoint of the metadata and wants the status.
func (r *receiver) ask(want int, method, endpoint, query string, body any) map[string]any {
	r.t.Helper()
	address, _ := r.meta[endpoint].(string)
	status, raw := r.do(r.token, method, address+query, body)
	if status != want {
		r.t.Fatalf("%s %s: %d %s, want %d", method, endpoint, status, raw, want)
	}
	v := map[string]any{}
	if len(raw) > 0 && raw[0] == '{' {
		if err := json.Unmarshal(raw, &v); err != nil {
			r.t.Fatal(err)
		}
	}
	return v
}

// settle lets everything take effect that has happened.
func (r *receiver) settle() {
	r.t.Helper()
	if err := r.Server.Settle(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
}

// set is a security event token that was verified by the realm's JWKS.
type set struct {
	Issuer   string                    `json:"iss"`
	Audience string                    `json:"aud"`
	ID       string                    `json:"jti"`
	IssuedAt int64                     `json:"iat"`
	Subject  map[string]any            `json:"sub_id"`
	Events   map[string]map[string]any `json:"events"`
}

func (r *receiver) verify(token string) set {
	r.t.Helper()
	keys, _ := r.meta["jwks_uri"].(string)
	_, raw := r.do("", http.MethodGet, keys, nil)
	var published jose.JSONWebKeySet
	if err := json.Unmarshal(raw, &published); err != nil {
		r.t.Fatal(err)
	}
	signed, err := jose.ParseSigned(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		r.t.Fatalf("%v: %s", err, token)
	}
	head := signed.Signatures[0].Protected
	if head.ExtraHeaders["typ"] != "secevent+jwt" {
		r.t.Errorf("typ %v", head.ExtraHeaders["typ"])
	}
	found := published.Key(head.KeyID)
	if len(found) != 1 {
		r.t.Fatalf("%d keys %s", len(found), head.KeyID)
	}
	payload, err := signed.Verify(found[0])
	if err != nil {
		r.t.Fatal(err)
	}
	var got set
	d := json.NewDecoder(bytes.NewReader(payload))
	if err := d.Decode(&got); err != nil {
		r.t.Fatal(err)
	}
	for _, never := range []string{`"sub":"` + got.Issuer, `"exp":`, `"email"`} {
		if strings.Contains(string(payload), never) {
			r.t.Errorf("%s in %s", never, payload)
		}
	}
	if got.Issuer != r.Issuer || got.Audience != r.app.ClientID || got.ID == "" || got.IssuedAt == 0 || len(got.Events) != 1 {
		r.t.Errorf("claims %s", payload)
	}
	return got
}

// uri is the type of its one event.
func (s set) uri() string {
	for uri := range s.Events {
		return uri
	}
	return ""
}

// inbox is a receiver's address for pushes.
type inbox struct {
	*httptest.Server
	mu     sync.Mutex
	tokens []string
	header http.Header
	status int
	says   string
}

func newInbox(t *testing.T) *inbox {
	t.Helper()
	i := &inbox{status: http.StatusAccepted}
	i.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		i.mu.Lock()
		defer i.mu.Unlock()
		i.tokens, i.header = append(i.tokens, string(raw)), r.Header.Clone()
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(i.status)
		_, _ = io.WriteString(w, i.says)
	}))
	t.Cleanup(i.Close)
	return i
}

func (i *inbox) answer(status int, says string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.status, i.says = status, says
}

func (i *inbox) all() []string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return append([]string(nil), i.tokens...)
}

func (r *receiver) operate(f func(ctx context.Context) error) {
	r.t.Helper()
	if err := f(r.Operator()); err != nil {
		r.t.Fatal(err)
	}
}
