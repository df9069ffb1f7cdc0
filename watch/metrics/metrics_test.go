package metrics_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"authserver/consent"
	"authserver/consent/terms"
	"authserver/identity/federation"
	"authserver/identity/login"
	"authserver/identity/mfa"
	"authserver/identity/passkey"
	"authserver/identity/recovery"
	"authserver/identity/registration"
	"authserver/identity/session"
	"authserver/identity/totp"
	"authserver/identity/user"
	"authserver/internal/cache"
	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/ratelimit"
	"authserver/oauth"
	"authserver/rbac"
	"authserver/watch/metrics"
)

func build() *metrics.Metrics {
	return metrics.New(metrics.Deps{
		Version: "v1",
		Slug: func(_ context.Context, realmID string) (string, error) {
			if realmID == "gone" {
				return "", errors.New("no such realm")
			}
			return "slug-" + realmID, nil
		},
		Database: store{},
		Events:   log{},
		Hashing:  func() (int, int) { return 2, 7 },
		Caches: func() map[string]cache.Counts {
			return map[string]cache.Counts{"roles": {Hits: 30, Misses: 4, Entries: 3}}
		},
		Queues: func(context.Context) (map[string]metrics.Queue, error) {
			return map[string]metrics.Queue{"letters_email": {Waiting: 6, Since: time.Unix(940, 0)}, "letters_sms": {}}, nil
		},
		Limits: func() ratelimit.Counts {
			return ratelimit.Counts{Admitted: 11, Denied: 12, Asked: 13, Missed: 14, Together: true}
		},
		Now:    func() time.Time { return time.Unix(1000, 0) },
		Logger: slog.New(slog.DiscardHandler),
	})
}

// log is an event log with four events waiting, one parked and nine lost.
type log struct{}

func (log) Backlog(context.Context) (waiting, parked int64, err error) { return 4, 1, nil }
func (log) Oldest(context.Context) (time.Time, error)                  { return time.Unix(955, 0), nil }
func (log) Dropped() uint64                                            { return 9 }

// store is a database that has done a little.
type store struct{}

func (store) Totals() database.Counts {
	return database.Counts{Statements: 5, Writes: 3, Commits: 2}
}

func (store) Pools() map[string]sql.DBStats {
	return map[string]sql.DBStats{"write": {MaxOpenConnections: 8, InUse: 3, Idle: 1, WaitCount: 2, WaitDuration: 1500 * time.Millisecond}}
}

func scrape(t *testing.T, m *metrics.Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler("").ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusOK {
		t.Fatalf("status %d", w.Code)
	}
	return w.Body.String()
}

func happened(t *testing.T, realmID string, p event.Payload) event.Event {
	t.Helper()
	b, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	return event.Event{RealmID: realmID, Type: p.EventType(), Payload: b, At: time.Unix(998, 0)}
}

func TestEventsAreCounted(t *testing.T) {
	t.Parallel()
	for want, payloads := range map[string][]event.Payload{
		`login_success_total{method="password",realm="slug-a"} 2`:                         {login.Succeeded{}, login.Succeeded{}},
		`login_success_total{method="passkey",realm="slug-a"} 1`:                          {passkey.Used{Purpose: "signin"}},
		`login_success_total{method="provider",realm="slug-a"} 1`:                         {federation.Succeeded{}},
		`login_failure_total{method="password",realm="slug-a",reason="wrong_password"} 1`: {login.Failed{Reason: login.ReasonPassword}},
		`login_failure_total{method="passkey",realm="slug-a",reason="unknown"} 1`:         {passkey.Refused{Purpose: "signin", Reason: "unknown"}},
		`login_failure_total{method="provider",realm="slug-a",reason="cancelled"} 1`:      {federation.Failed{Reason: federation.ReasonCancelled}},
		`login_locked_total{realm="slug-a",what="account"} 1`:                             {login.Locked{}},
		`login_locked_total{realm="slug-a",what="factors"} 1`:                             {mfa.Locked{}},
		`registration_total{method="form",realm="slug-a"} 1`:                              {registration.Completed{}},
		`registration_total{method="provider",realm="slug-a"} 1`:                          {federation.Succeeded{Registered: true}, federation.Succeeded{}},
		`account_changes_total{change="deleted",realm="slug-a"} 1`:                        {user.Created{}, user.Deleted{}},
		`mfa_challenge_total{method="sms",realm="slug-a"} 1`:                              {mfa.Challenged{Method: "sms"}, mfa.Verified{Method: "sms"}},
		`mfa_challenge_total{method="totp",realm="slug-a"} 2`:                             {mfa.Failed{Method: "totp", Reason: mfa.ReasonWrong}, mfa.Verified{Method: "totp"}},
		`mfa_challenge_total{method="passkey",realm="slug-a"} 1`:                          {passkey.Used{Purpose: "second_factor"}},
		`mfa_success_total{method="passkey",realm="slug-a"} 1`:                            {passkey.Used{Purpose: "second_factor"}},
		`mfa_failure_total{method="passkey",realm="slug-a",reason="answer"} 1`:            {passkey.Refused{Purpose: "second_factor", Reason: "answer"}},
		`mfa_failure_total{method="totp",realm="slug-a",reason="wrong_code"} 1`:           {mfa.Failed{Method: "totp", Reason: mfa.ReasonWrong}},
		`mfa_enrolled_total{method="totp",realm="slug-a"} 1`:                              {totp.Enabled{}, totp.Removed{}},
		`mfa_enrolled_total{method="passkey",realm="slug-a"} 1`:                           {passkey.Registered{}, passkey.Revoked{}},
		`mfa_removed_total{method="email",realm="slug-a"} 1`:                              {mfa.FactorEnabled{Factor: "email"}, mfa.FactorRemoved{Factor: "email"}},
		`mfa_removed_total{method="all",realm="slug-a"} 1`:                                {mfa.Reset{Factors: []string{"totp", "sms"}}},
		`role_assignments_total{change="created",realm="slug-a"} 1`:                       {rbac.AssignmentCreated{}},
		`role_assignments_total{change="restored",realm="slug-a"} 1`:                      {rbac.AssignmentInvalidated{}, rbac.AssignmentRestored{}, rbac.AssignmentDeleted{}},
		`user_consent_granted_total{realm="slug-a"} 1`:                                    {consent.Granted{}},
		`user_documents_accepted_total{realm="slug-a"} 1`:                                 {terms.Accepted{}},
		`sessions_started_total{realm="slug-a"} 1`:                                        {session.Created{}},
		`sessions_ended_total{realm="slug-a",reason="user"} 1`:                            {session.Ended{Reason: "user"}},
		`account_recovery_total{realm="slug-a",step="completed"} 1`:                       {recovery.Requested{}, recovery.Completed{}},
		`password_changed_total{realm="slug-a"} 1`:                                        {user.PasswordChanged{}},
		`account_changes_total{change="suspended",realm="slug-a"} 1`:                      {user.Suspended{}, user.Restored{}},
		`oauth_authorizations_total{realm="slug-a"} 1`:                                    {oauth.Authorized{}},
		`oauth_tokens_issued_total{format="jwt",grant="refresh_token",realm="slug-a"} 1`:  {oauth.TokensIssued{GrantType: "refresh_token", Format: "jwt"}},
		`oauth_grants_revoked_total{realm="slug-a",reason="refresh_reused"} 1`:            {oauth.GrantRevoked{Reason: "refresh_reused"}},
		`events_dispatched_total{type="consent.revoked"} 2`:                               {consent.Revoked{}, consent.Revoked{}},
		`oauth_tokens_issued_total{format="jwt",grant="other",realm="slug-a"} 1`:          {oauth.TokensIssued{GrantType: "eve@example.com", Format: "jwt"}},
	} {
		m := build()
		for _, p := range payloads {
			m.Event(happened(t, "a", p))
		}
		if body := scrape(t, m); !strings.Contains(body, "\n"+want+"\n") {
			t.Errorf("%s is missing in %s", want, body)
		}
	}
}

func TestWhatCannotBeNamedIsOther(t *testing.T) {
	t.Parallel()
	m := build()
	m.Event(happened(t, "gone", login.Failed{Reason: login.ReasonPassword}))
	m.Event(event.Event{RealmID: "", Type: "realm.created", At: time.Unix(998, 0)})
	m.Event(event.Event{RealmID: "a", Type: login.Succeeded{}.EventType(), Payload: []byte("{"), At: time.Unix(998, 0)})
	body := scrape(t, m)
	for _, want := range []string{
		`login_failure_total{method="password",realm="other",reason="wrong_password"} 1`,
		`events_dispatched_total{type="realm.created"} 1`,
		`events_dispatch_delay_seconds_sum 6`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is missing", want)
		}
	}
	if strings.Contains(body, "login_success_total{") {
		t.Error("an event that cannot be read is counted as a sign-in")
	}
}

func TestPartsTellOfThemselves(t *testing.T) {
	t.Parallel()
	m := build()
	m.Introspected("a", true)
	m.Introspected("a", false)
	m.Letter("email", "sent")
	m.Webhook("a", true)
	m.Webhook("a", false)
	m.Worker("letters")
	m.Worker("events")
	m.WorkerBroke("events")
	m.InFlight(1)
	m.InFlight(1)
	m.InFlight(-1)
	body := scrape(t, m)
	for _, want := range []string{
		`oauth_introspections_total{active="true",realm="slug-a"} 1`, `oauth_introspections_total{active="false",realm="slug-a"} 1`,
		`letters_total{channel="email",outcome="sent"} 1`,
		`webhook_delivery_success_total{realm="slug-a"} 1`, `webhook_delivery_failure_total{realm="slug-a"} 1`,
		`worker_restarts_total{worker="letters"} 0`, `worker_restarts_total{worker="events"} 1`,
		`http_requests_in_flight 1`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is missing", want)
		}
	}
}

func TestAnyLabelIsBounded(t *testing.T) {
	t.Parallel()
	m := build()
	for i := range 5000 {
		m.Request(fmt.Sprintf("/made/up/%d", i), "GET", 200, time.Millisecond)
		m.Event(event.Event{RealmID: "", Type: fmt.Sprintf("made.up_%d", i), At: time.Unix(998, 0)})
		m.Event(happened(t, "a", login.Failed{Reason: fmt.Sprintf("reason_%d", i)}))
	}
	m.Request("/made/up/7", "GET", 799, time.Millisecond)
	body := scrape(t, m)
	for series, most := range map[string]int{"http_requests_total{": 603, "events_dispatched_total{": 301, "login_failure_total{": 201} {
		if got := strings.Count(body, "\n"+series); got > most || got < most/2 {
			t.Errorf("%d series of %s, want no more than %d", got, series, most)
		}
	}
	for _, want := range []string{
		`http_requests_total{method="GET",route="other",status="200"} 4400`,
		`http_requests_total{method="GET",route="/made/up/7",status="other"} 1`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is missing", want)
		}
	}
}

func TestOneRealmSeesItsOwnSeriesOnly(t *testing.T) {
	t.Parallel()
	m := build()
	for _, realm := range []string{"a", "b"} {
		m.Event(happened(t, realm, login.Succeeded{}))
	}
	m.Event(happened(t, "gone", login.Succeeded{}))
	show := func(query string) string {
		w := httptest.NewRecorder()
		m.Handler("").ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics?realm="+query, nil))
		if w.Code != http.StatusOK {
			t.Fatalf("status %d", w.Code)
		}
		return w.Body.String()
	}
	body := show("slug-a")
	if !strings.Contains(body, `login_success_total{method="password",realm="slug-a"} 1`) {
		t.Errorf("its own sign-in is missing in %s", body)
	}
	for _, foreign := range []string{"slug-b", "other", "go_goroutines", "http_", "database_"} {
		if strings.Contains(body, foreign) {
			t.Errorf("%s is shown to one realm", foreign)
		}
	}
	for _, unknown := range []string{"nobody", "other"} {
		if body := show(unknown); strings.Contains(body, "{") {
			t.Errorf("%s: %s", unknown, body)
		}
	}
	if body := scrape(t, m); !strings.Contains(body, "slug-b") {
		t.Error("the filter has taken series away for good")
	}
}

func TestTheRealmLabelIsBounded(t *testing.T) {
	t.Parallel()
	m := build()
	for i := range 250 {
		m.Event(happened(t, fmt.Sprint(i), login.Succeeded{}))
	}
	m.Event(happened(t, "7", login.Succeeded{}))
	body := scrape(t, m)
	if got := strings.Count(body, "login_success_total{"); got != 101 {
		t.Errorf("%d series, want 100 and other", got)
	}
	for _, want := range []string{`login_success_total{method="password",realm="other"} 150`, `login_success_total{method="password",realm="slug-7"} 2`} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is missing", want)
		}
	}
}

func TestRequestsAreCountedByRouteAndClass(t *testing.T) {
	t.Parallel()
	m := build()
	m.Request("/realms/:realm/oauth2/token", "POST", 200, 3*time.Millisecond)
	m.Request("/realms/:realm/oauth2/token", "POST", 401, time.Millisecond)
	m.Request("unmatched", "other", 404, time.Microsecond)
	body := scrape(t, m)
	for _, want := range []string{
		`http_request_duration_seconds_count{method="POST",route="/realms/:realm/oauth2/token",status="2xx"} 1`,
		`http_requests_total{method="POST",route="/realms/:realm/oauth2/token",status="401"} 1`,
		`http_request_duration_seconds_count{method="other",route="unmatched",status="4xx"} 1`,
		`oauth_token_request_duration_seconds_bucket{status="2xx",le="0.003"} 1`,
		`oauth_token_request_duration_seconds_count{status="4xx"} 1`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is missing", want)
		}
	}
}

func TestPartsAreReadWhenAsked(t *testing.T) {
	t.Parallel()
	body := scrape(t, build())
	for _, want := range []string{
		"database_statements_total 5", "database_writes_total 3", "database_commits_total 2",
		"password_hashes_running 2", "password_hashes_waiting 7",
		"events_waiting 4", "events_parked 1", "events_dropped_total 9", "events_oldest_seconds 45",
		`database_connections{pool="write",state="in_use"} 3`, `database_connections{pool="write",state="idle"} 1`,
		`database_connections_max{pool="write"} 8`, `database_connection_waits_total{pool="write"} 2`,
		`database_connection_wait_seconds_total{pool="write"} 1.5`,
		`cache_requests_total{cache="roles",result="hit"} 30`, `cache_requests_total{cache="roles",result="miss"} 4`, `cache_entries{cache="roles"} 3`,
		`queue_waiting{queue="letters_email"} 6`, `queue_oldest_seconds{queue="letters_email"} 60`, `queue_oldest_seconds{queue="letters_sms"} 0`,
		`rate_limit_decisions_total{decision="admitted"} 11`, `rate_limit_decisions_total{decision="denied"} 12`,
		"rate_limit_shared_total 13", "rate_limit_shared_missed_total 14", "rate_limits_together 1",
		`authserver_build_info{goversion="go`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is missing", want)
		}
	}
}

func TestTwoServersDoNotAddUp(t *testing.T) {
	t.Parallel()
	one, two := build(), build()
	one.Event(happened(t, "a", login.Succeeded{}))
	if strings.Contains(scrape(t, two), "login_success_total{") {
		t.Error("the second server counts what the first did")
	}
}

func TestTheDoor(t *testing.T) {
	t.Parallel()
	h := build().Handler("correct-horse-battery-staple-0123")
	for credential, want := range map[string]int{
		"": 401, "Bearer wrong": 401, "Basic correct-horse-battery-staple-0123": 401, "Bearer ": 401,
		"Bearer correct-horse-battery-staple-0123": 200, "bearer correct-horse-battery-staple-0123": 200,
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil)
		if credential != "" {
			r.Header.Set("Authorization", credential)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%q: %d, want %d", credential, w.Code, want)
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/metrics", nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d, want 405", w.Code)
	}
}
