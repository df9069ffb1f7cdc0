package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"authserver/client"
	"authserver/e2e"
	"authserver/tenant/application"
)

// administer is a client with a key that opens everything in the realm of a fresh server.
func administer(t *testing.T) (*e2e.House, *client.RealmClient) {
	t.Helper()
	h := e2e.Open(t)
	_, key, err := h.Server.Applications.CreateKey(h.Operator(), h.Realm.ID, application.KeyDraft{Name: "client", Scopes: []string{"*"}})
	if err != nil {
		t.Fatal(err)
	}
	c, err := client.New(h.URL, client.Bearer(key))
	if err != nil {
		t.Fatal(err)
	}
	return h, c.In(h.Realm.Slug)
}

func TestPeopleAreAdministered(t *testing.T) {
	t.Parallel()
	_, realm := administer(t)
	ctx := t.Context()
	for i := range 5 {
		if _, err := realm.CreateUser(ctx, client.CreateUserRequest{Email: fmt.Sprintf("p%d@pages.example", i), Name: "Page"}); err != nil {
			t.Fatal(err)
		}
	}
	var seen []string
	people := realm.AllUsers(ctx, client.ListUsersQuery{Limit: 2, Q: "p"})
	for u, err := range people {
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(u.Email, "@pages.example") {
			seen = append(seen, u.Email)
		}
	}
	if len(seen) != 5 {
		t.Errorf("over the pages: %v", seen)
	}
	for u, err := range people { // an iterator begins again
		if err != nil || u.Email == "" {
			t.Errorf("again: %v %v", u, err)
		}
		break
	}
}

func TestAPatchLeavesAloneSetsAndRemoves(t *testing.T) {
	t.Parallel()
	_, realm := administer(t)
	ctx := t.Context()
	made, err := realm.CreateUser(ctx, client.CreateUserRequest{Email: "ada@example.com", Name: "Ada", Locale: "en-GB"})
	if err != nil {
		t.Fatal(err)
	}
	var tag string
	changed, err := realm.UpdateUser(ctx, made.ID, client.UpdateUserRequest{Name: client.Set("Ada Lovelace"), Locale: client.Null[string]()}, client.ETag(&tag))
	if err != nil {
		t.Fatal(err)
	}
	if changed.Name != "Ada Lovelace" || changed.Locale != "" || changed.Email != "ada@example.com" || tag == "" {
		t.Errorf("changed to %+v with ETag %q", changed, tag)
	}
	if _, err := realm.UpdateUser(ctx, made.ID, client.UpdateUserRequest{Name: client.Set("Late")}, client.IfMatch(`"1"`)); client.Code(err) != "version_mismatch" {
		t.Errorf("for an old version: %v", err)
	}
	if _, err := realm.UpdateUser(ctx, made.ID, client.UpdateUserRequest{Name: client.Set("In time")}, client.IfMatch(tag)); err != nil {
		t.Errorf("for the present version: %v", err)
	}
}

// No list of providers is all of them; an empty one is none.
func TestAListCanBeTakenBack(t *testing.T) {
	t.Parallel()
	h, realm := administer(t)
	ctx := t.Context()
	a, err := realm.CreateApplication(ctx, client.CreateApplicationRequest{Name: client.Set("Shop"), Type: "service", Providers: client.Set([]string{})})
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		to  client.Opt[[]string]
		all bool
	}{{client.Opt[[]string]{}, false}, {client.Null[[]string](), true}, {client.Opt[[]string]{}, true}, {client.Set([]string{}), false}} {
		if _, err := realm.UpdateApplication(ctx, a.ID, client.UpdateApplicationRequest{Providers: step.to}); err != nil {
			t.Fatal(err)
		}
		if kept, err := h.Server.Applications.ByID(ctx, h.Realm.ID, a.ID); err != nil || (kept.Providers == nil) != step.all {
			t.Errorf("after %+v: %#v %v", step.to, kept.Providers, err)
		}
	}
}

func TestRefusalsAreProblems(t *testing.T) {
	t.Parallel()
	h, realm := administer(t)
	ctx := t.Context()
	_, err := realm.CreateUser(ctx, client.CreateUserRequest{Email: "no address"})
	var p *client.Problem
	if !errors.As(err, &p) || p.Status != http.StatusBadRequest || p.Field != "email" || p.RequestID == "" || !strings.Contains(err.Error(), p.Code) {
		t.Errorf("refused with %+v (%v)", p, err)
	}
	if _, err := realm.GetUser(ctx, "0192f0c1-0000-7000-8000-000000000000"); client.Code(err) != "user_not_found" {
		t.Errorf("unknown: %v", err)
	}
	stranger, err := client.New(h.URL)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stranger.In(h.Realm.Slug).GetRealm(ctx); client.Code(err) != "unauthenticated" {
		t.Errorf("a stranger: %v", err)
	}
	for _, address := range []string{"", "auth.example", "ftp://auth.example", "https://me@auth.example", "https://auth.example?x"} {
		if _, err := client.New(address); err == nil {
			t.Errorf("%q is taken as an address", address)
		}
	}
	ended, end := context.WithCancel(ctx)
	end()
	if _, err := realm.GetRealm(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("in an ended context: %v", err)
	}
}

func TestAKeyMakesAPostHappenOnce(t *testing.T) {
	t.Parallel()
	_, realm := administer(t)
	ctx := t.Context()
	once := client.IdempotencyKey("a-key-of-ours-0001")
	first, err := realm.CreateGroup(ctx, client.CreateGroupRequest{Name: "Sales"}, once)
	if err != nil {
		t.Fatal(err)
	}
	again, err := realm.CreateGroup(ctx, client.CreateGroupRequest{Name: "Sales"}, once)
	if err != nil || again.ID != first.ID {
		t.Errorf("again: %+v %v", again, err)
	}
	if _, err := realm.CreateGroup(ctx, client.CreateGroupRequest{Name: "Sales"}); client.Code(err) != "group_name_taken" {
		t.Errorf("without the key: %v", err)
	}
}

// busy is a server that is busy a number of times.
func busy(t *testing.T, times int32) (*client.RealmClient, *atomic.Int32) {
	t.Helper()
	var calls atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if calls.Add(1) <= times {
			w.Header().Set("Retry-After", "0")
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusTooManyRequests)
			_, _ = w.Write([]byte(`{"status":429,"code":"too_many_requests","title":"Too Many Requests"}`))
			return
		}
		_, _ = w.Write([]byte(`{"id":"1","name":"Sales"}`))
	}))
	t.Cleanup(s.Close)
	c, err := client.New(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	return c.In("acme"), &calls
}

func TestABusyServerIsAskedAgain(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	realm, calls := busy(t, 2)
	if g, err := realm.GetGroup(ctx, "1"); err != nil || g.Name != "Sales" || calls.Load() != 3 {
		t.Errorf("got %+v %v after %d calls", g, err, calls.Load())
	}
	realm, calls = busy(t, 100)
	if _, err := realm.GetGroup(ctx, "1"); client.Code(err) != "too_many_requests" || calls.Load() != 4 {
		t.Errorf("got %v after %d calls", err, calls.Load())
	}
	// A POST that would happen twice is not sent twice.
	realm, calls = busy(t, 1)
	if _, err := realm.CreateGroup(ctx, client.CreateGroupRequest{Name: "Sales"}); client.Code(err) != "too_many_requests" || calls.Load() != 1 {
		t.Errorf("got %v after %d calls", err, calls.Load())
	}
	realm, calls = busy(t, 1)
	if _, err := realm.CreateGroup(ctx, client.CreateGroupRequest{Name: "Sales"}, client.IdempotencyKey("k")); err != nil || calls.Load() != 2 {
		t.Errorf("got %v after %d calls", err, calls.Load())
	}
}

// Whoever gives up while the client waits is told that, not that the server was busy.
func TestGivingUpWhileWaiting(t *testing.T) {
	t.Parallel()
	ctx, end := context.WithCancel(t.Context())
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "30")
		w.WriteHeader(http.StatusServiceUnavailable)
		w.(http.Flusher).Flush()
		end()
	}))
	t.Cleanup(s.Close)
	c, err := client.New(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.In("acme").GetGroup(ctx, "1"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// A date in Retry-After is counted from the server's own clock, which may be years away.
func TestABusyServerNamesATime(t *testing.T) {
	t.Parallel()
	then := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
	for name, asked := range map[string]time.Duration{"a moment later": 0, "a moment ago": -time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int32
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if calls.Add(1) == 1 {
					w.Header().Set("Date", then.Format(http.TimeFormat))
					w.Header().Set("Retry-After", then.Add(asked).Format(http.TimeFormat))
					w.WriteHeader(http.StatusServiceUnavailable)
					return
				}
				_, _ = w.Write([]byte(`{"id":"1","name":"Sales"}`))
			}))
			t.Cleanup(s.Close)
			c, err := client.New(s.URL)
			if err != nil {
				t.Fatal(err)
			}
			if g, err := c.In("acme").GetGroup(t.Context(), "1"); err != nil || g.Name != "Sales" || calls.Load() != 2 {
				t.Errorf("got %+v %v after %d calls", g, err, calls.Load())
			}
		})
	}
	// Far away is waited for: who has no time for that hears so, and no second call comes.
	var calls atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		w.Header().Set("Date", then.Format(http.TimeFormat))
		w.Header().Set("Retry-After", then.Add(20*time.Second).Format(http.TimeFormat))
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	t.Cleanup(s.Close)
	c, err := client.New(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithTimeout(t.Context(), 2*time.Second)
	t.Cleanup(end)
	if _, err := c.In("acme").GetGroup(ctx, "1"); !errors.Is(err, context.DeadlineExceeded) || calls.Load() != 1 {
		t.Errorf("got %v after %d calls", err, calls.Load())
	}
}

func TestAServerThatRepeatsACursor(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		next := map[string]string{"": "a", "a": "b", "b": "a"}[r.URL.Query().Get("cursor")]
		_, _ = fmt.Fprintf(w, `{"items":[{"id":"1","name":"Sales"}],"next_cursor":%q}`, next)
	}))
	t.Cleanup(s.Close)
	c, err := client.New(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	groups := 0
	for _, err = range c.In("acme").AllGroups(t.Context(), client.ListGroupsQuery{}) {
		if err != nil {
			break
		}
		groups++
	}
	if err == nil || !strings.Contains(err.Error(), "cursor") || calls.Load() != 3 || groups != 2 {
		t.Errorf("got %v after %d groups and %d calls", err, groups, calls.Load())
	}
}
