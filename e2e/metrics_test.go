package e2e_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"authserver/e2e"
	"authserver/internal/event"
)

// scrape lets the metrics hear of what has happened and returns what Prometheus sees.
func scrape(t *testing.T, h *e2e.House) string {
	t.Helper()
	d := event.NewDispatcher(event.DispatcherDeps{
		DB: h.Server.Database, Log: h.Server.Events, Observers: []event.Observer{h.Server.Metrics.Event}, Now: h.Clock.Now,
	})
	if err := h.Server.Events.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	for {
		n, err := d.Once(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			break
		}
	}
	w := httptest.NewRecorder()
	h.Server.Metrics.Handler("").ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusOK {
		t.Fatalf("metrics answer %d", w.Code)
	}
	return w.Body.String()
}

// Security rules LOG-01 and LOG-05: a label is a word of ours, whatever strangers send.
func TestNoLabelHoldsAPersonOrWhatAStrangerWrote(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party := h.NewParty(nil)
	person := h.NewPerson("zelda.quist@example.com")
	attempt := party.Begin()
	page, err := person.Open(t.Context(), attempt.URL)
	if err != nil {
		t.Fatal(err)
	}
	right := person.Password
	person.Password = "not zelda's password"
	if _, err := person.SignIn(t.Context(), page); err != nil {
		t.Fatal(err)
	}
	person.Password = right
	_, tokens := signedIn(t, party, person)
	if said, err := party.Introspect(t.Context(), tokens.AccessToken); err != nil || said["active"] != true {
		t.Fatalf("introspection: %v, %v", said, err)
	}
	if said, err := party.Introspect(t.Context(), "zelda-token"); err != nil || said["active"] != false {
		t.Fatalf("introspection of nothing: %v, %v", said, err)
	}
	if _, err := party.Refresh(t.Context(), tokens.RefreshToken); err != nil {
		t.Fatal(err)
	}
	for _, strange := range []string{"/zelda/quist", "/realms/zelda/login", "/realms/acme/zelda?email=zelda.quist@example.com"} {
		req, err := http.NewRequestWithContext(t.Context(), "ZELDA", h.URL+strange, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("User-Agent", "zelda-browser")
		if _, err := party.Send(req); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := party.Post(t.Context(), party.Endpoints.Token, url.Values{"grant_type": {"zelda"}}); err != nil {
		t.Fatal(err)
	}

	body := scrape(t, h)
	for _, want := range []string{
		`login_success_total{method="password",realm="acme"} 1`,
		`login_failure_total{method="password",realm="acme",reason="wrong_password"} 1`,
		`sessions_started_total{realm="acme"} 1`,
		`oauth_authorizations_total{realm="acme"} 1`,
		`oauth_tokens_issued_total{format="jwt",grant="authorization_code",realm="acme"} 1`,
		`oauth_tokens_issued_total{format="jwt",grant="refresh_token",realm="acme"} 1`,
		`oauth_introspections_total{active="true",realm="acme"} 1`,
		`oauth_introspections_total{active="false",realm="acme"} 1`,
		`http_requests_total{method="other",route="unmatched",status="404"}`,
		`cache_requests_total{cache="realm_by_slug",result="hit"}`,
		`database_connections{pool="write",state="idle"}`,
		`queue_waiting{queue="letters_email"}`, `queue_waiting{queue="webhooks"}`, `queue_oldest_seconds{queue="webhooks"}`,
	} {
		if !strings.Contains(body, "\n"+want) {
			t.Errorf("%s is missing", want)
		}
	}
	for _, secret := range []string{"zelda", "quist", "@", "127.0.0.1", party.ClientID, party.Secret, tokens.AccessToken} {
		if strings.Contains(strings.ToLower(body), strings.ToLower(secret)) {
			t.Errorf("the metrics hold %q", secret)
		}
	}
	word := `[a-z][a-z_]*`
	allowed := map[string]*regexp.Regexp{}
	for label, form := range map[string]string{
		"realm": "acme|other", "method": word + "|GET|POST|other", "reason": word, "status": `[1-5]xx|[1-5]\d\d`,
		"route": `unmatched|(/[a-z0-9.:*_{}-]+)+|/`, "grant": word, "format": "jwt|opaque", "active": "true|false",
		"type": word + `\.` + word, "cause": word, "cache": word, "result": "hit|miss", "pool": "read|write", "state": "idle|in_use",
		"queue": word, "channel": "email|sms", "outcome": word, "change": word, "step": word, "what": word, "worker": `[a-z ]+`,
		"decision": "admitted|denied", "le": `[0-9e+.-]+|\+Inf`, "quantile": `[0-9.]+`, "version": `.*`, "goversion": `go.*`,
	} {
		allowed[label] = regexp.MustCompile(`^(` + form + `)$`)
	}
	pairs := regexp.MustCompile(`([a-zA-Z_]+)="((?:[^"\\]|\\.)*)"`)
	for _, line := range strings.Split(body, "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		for _, m := range pairs.FindAllStringSubmatch(line, -1) {
			if form := allowed[m[1]]; form == nil || !form.MatchString(m[2]) {
				t.Errorf("label %s=%q is not one of ours: %s", m[1], m[2], line)
			}
		}
	}
}
