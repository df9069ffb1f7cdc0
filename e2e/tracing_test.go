package e2e_test

import (
	"net/http"
	"strings"
	"testing"

	"authserver/e2e"
	"authserver/internal/config"
	"authserver/internal/tracing/tracingtest"
)

// Security rule LOG-01 for traces: a sign-in is seen from the request to its statements, and nobody is seen in it.
func TestASignInIsTracedWithoutThePerson(t *testing.T) {
	t.Parallel()
	collector := tracingtest.New(t)
	h := e2e.OpenWith(t, func(c *config.Config) { c.OTLPEndpoint, c.OTLPSample = collector.URL, 1 })
	party := h.NewParty(nil)
	person := h.NewPerson("zelda.quist@example.com")
	attempt, tokens := signedIn(t, party, person)
	const theirs = "0af7651916cd43dd8448eb211c80319c"
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, party.Endpoints.Userinfo+"?zelda=quist", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+tokens.AccessToken)
	req.Header.Set("traceparent", "00-"+theirs+"-b7ad6b7169203331-01")
	req.Header.Set("tracestate", "zelda=quist")
	req.Header.Set("baggage", "zelda=quist")
	if a, err := party.Send(req); err != nil || a.Status != http.StatusOK {
		t.Fatalf("userinfo: %v, %v", a, err)
	}
	if req, err = http.NewRequestWithContext(t.Context(), "ZELDA", h.URL+"/zelda/quist?email=zelda.quist@example.com", nil); err != nil {
		t.Fatal(err)
	}
	if _, err := party.Send(req); err != nil {
		t.Fatal(err)
	}
	if err := h.Server.Close(); err != nil { // delivers what is gathered
		t.Fatal(err)
	}

	roots := map[string]tracingtest.Span{}
	below := map[string][]tracingtest.Span{}
	for _, s := range collector.Spans() {
		if s.Kind == "SPAN_KIND_SERVER" {
			roots[s.Name] = s
		}
		below[s.TraceID] = append(below[s.TraceID], s)
	}
	token := roots["POST /realms/:realm/oauth2/token"]
	for name, want := range map[string]string{
		"http.route": "/realms/:realm/oauth2/token", "http.request.method": "POST", "http.response.status_code": "200", "authserver.realm": "acme",
	} {
		if token.Attributes[name] != want {
			t.Errorf("%s of the token request is %q, want %q", name, token.Attributes[name], want)
		}
	}
	if token.Attributes["authserver.request_id"] == "" {
		t.Error("the token request has no request id")
	}
	var transaction, statement bool
	for _, s := range below[token.TraceID] {
		transaction = transaction || s.Name == "transaction" && s.ParentID == token.SpanID
		statement = statement || strings.HasPrefix(s.Name, "INSERT ") && s.Kind == "SPAN_KIND_CLIENT" && s.ParentID != "" &&
			s.Attributes["db.system.name"] != "" && s.Attributes["db.collection.name"] != "" && strings.Contains(s.Attributes["db.query.text"], "INSERT")
	}
	if !transaction || !statement {
		t.Errorf("no transaction (%t) or no INSERT (%t) below the token request: %+v", transaction, statement, below[token.TraceID])
	}
	if s := roots["GET /realms/:realm/oauth2/userinfo"]; s.TraceID != theirs || s.ParentID != "b7ad6b7169203331" {
		t.Errorf("the caller's trace does not go on: %+v", s)
	}
	if s, ok := roots["other unmatched"]; !ok || s.Attributes["http.response.status_code"] != "404" && s.Attributes["http.response.status_code"] != "405" {
		t.Errorf("the stray request: %+v", s)
	}
	text := strings.ToLower(collector.Text())
	for _, secret := range []string{
		"zelda", "quist", "example.com", "127.0.0.1", person.Password, party.ClientID, party.Secret, tokens.AccessToken,
		tokens.RefreshToken, tokens.IDToken, attempt.Verifier, attempt.State,
	} {
		if secret != "" && strings.Contains(text, strings.ToLower(secret)) {
			t.Errorf("a trace holds %q", secret)
		}
	}
}
