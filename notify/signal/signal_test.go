package signal_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/event"
	"authserver/notify/signal"
	"authserver/tenant/realm"
)

func TestEventsArePushed(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	box := newInbox(t)
	made := r.ask(http.StatusCreated, http.MethodPost, "configuration_endpoint", "", map[string]any{
		"delivery":         map[string]any{"method": signal.Push, "endpoint_url": box.URL, "authorization_header": "Bearer hush"},
		"events_requested": []string{signal.SessionRevoked, signal.CredentialChange, signal.AccountDisabled, signal.AccountEnabled, signal.AccountPurged, "https://example.com/other"},
		"description":      "Gateway",
	})
	id, _ := made["stream_id"].(string)
	delivered, _ := made["events_delivered"].([]any)
	if made["iss"] != r.Issuer || made["aud"] != r.app.ClientID || len(delivered) != 5 {
		t.Errorf("made %v", made)
	}
	if raw, _ := json.Marshal(r.ask(http.StatusOK, http.MethodGet, "configuration_endpoint", "?stream_id="+id, nil)); strings.Contains(string(raw), "hush") {
		t.Errorf("the credential is read back: %s", raw)
	}
	ann := r.NewPerson("ann@example.com")
	who, err := r.Server.Users.ByEmail(t.Context(), r.Realm.ID, ann.Email)
	if err != nil {
		t.Fatal(err)
	}
	var begun *session.Session
	r.operate(func(ctx context.Context) error {
		return r.Server.Database.InTx(ctx, func(ctx context.Context) (err error) {
			begun, _, err = r.Server.Sessions.Begin(realm.Into(ctx, r.Realm), r.Realm, who.ID, []string{session.AMRPassword}, nil)
			return err
		})
	})
	r.operate(func(ctx context.Context) error {
		return r.Server.Sessions.End(ctx, r.Realm.ID, begun.ID, "administrator")
	})
	r.settle()
	r.operate(func(ctx context.Context) error {
		return r.Server.Users.SetPassword(ctx, r.Realm.ID, who.ID, "plum-Carriage-42-tin")
	})
	r.settle()
	r.operate(func(ctx context.Context) error { return r.Server.Users.Suspend(ctx, r.Realm.ID, who.ID, "test") })
	r.settle()
	r.operate(func(ctx context.Context) error { return r.Server.Users.Restore(ctx, r.Realm.ID, who.ID, "test") })
	r.settle()
	person := map[string]any{"format": "iss_sub", "iss": r.Issuer, "sub": who.ID}
	var got []string
	for _, token := range box.all() {
		s := r.verify(token)
		got = append(got, s.uri())
		details := s.Events[s.uri()]
		switch s.uri() {
		case signal.SessionRevoked:
			inner, _ := s.Subject["session"].(map[string]any)
			if s.Subject["format"] != "complex" || inner["id"] != begun.ID || details["initiating_entity"] != "admin" || details["event_timestamp"] == nil {
				t.Errorf("session: %v %v", s.Subject, details)
			}
		case signal.CredentialChange:
			if details["credential_type"] != "password" || details["change_type"] != "update" || s.Subject["sub"] != person["sub"] {
				t.Errorf("credential: %v %v", s.Subject, details)
			}
		default:
			if s.Subject["format"] != "iss_sub" || s.Subject["iss"] != person["iss"] || s.Subject["sub"] != person["sub"] {
				t.Errorf("%s: %v", s.uri(), s.Subject)
			}
		}
	}
	if want := []string{signal.SessionRevoked, signal.CredentialChange, signal.AccountDisabled, signal.AccountEnabled}; !slices.Equal(got, want) {
		t.Errorf("pushed %v\nwant %v", got, want)
	}
	if box.header.Get("Content-Type") != "application/secevent+jwt" || box.header.Get("Authorization") != "Bearer hush" {
		t.Errorf("headers %v", box.header)
	}
}

func TestEventsArePolledUntilTheyAreAcknowledged(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	made := r.ask(http.StatusCreated, http.MethodPost, "configuration_endpoint", "", map[string]any{"events_requested": []string{signal.AccountDisabled, signal.AccountEnabled}})
	delivery, _ := made["delivery"].(map[string]any)
	r.meta["poll"] = delivery["endpoint_url"]
	ann := r.NewPerson("ann@example.com")
	who, err := r.Server.Users.ByEmail(t.Context(), r.Realm.ID, ann.Email)
	if err != nil {
		t.Fatal(err)
	}
	r.operate(func(ctx context.Context) error { return r.Server.Users.Suspend(ctx, r.Realm.ID, who.ID, "test") })
	r.operate(func(ctx context.Context) error { return r.Server.Users.Restore(ctx, r.Realm.ID, who.ID, "test") })
	r.settle()
	poll := func(body map[string]any) (sets map[string]any, more bool) {
		got := r.ask(http.StatusOK, http.MethodPost, "poll", "", body)
		sets, _ = got["sets"].(map[string]any)
		more, _ = got["moreAvailable"].(bool)
		return sets, more
	}
	first, more := poll(map[string]any{"maxEvents": 1, "returnImmediately": true})
	if len(first) != 1 || !more {
		t.Fatalf("%d tokens, more %v", len(first), more)
	}
	var id string
	for jti, token := range first {
		id = jti
		if s := r.verify(token.(string)); s.ID != jti || s.uri() != signal.AccountDisabled {
			t.Errorf("%s: %+v", jti, s)
		}
	}
	if again, _ := poll(map[string]any{"maxEvents": 1}); again[id] == nil {
		t.Error("what was not acknowledged is not sent again")
	}
	second, more := poll(map[string]any{"ack": []string{id}})
	if len(second) != 1 || second[id] != nil || more {
		t.Errorf("after the acknowledgement: %d tokens, more %v", len(second), more)
	}
	for jti := range second {
		id = jti
	}
	if last, _ := poll(map[string]any{"maxEvents": 0, "setErrs": map[string]any{id: map[string]any{"err": "invalid_audience"}}}); len(last) != 0 {
		t.Errorf("%d tokens", len(last))
	}
	if last, _ := poll(map[string]any{}); len(last) != 0 {
		t.Errorf("a token that was refused is sent again: %v", last)
	}
}

func TestAReceiverManagesItsStream(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	made := r.ask(http.StatusCreated, http.MethodPost, "configuration_endpoint", "", map[string]any{})
	id, _ := made["stream_id"].(string)
	delivery, _ := made["delivery"].(map[string]any)
	r.meta["poll"] = delivery["endpoint_url"]
	if delivery["method"] != signal.Poll || r.meta["default_subjects"] != "ALL" || r.meta["spec_version"] != "1_0" || r.meta["issuer"] != r.Issuer {
		t.Errorf("%v %v", made, r.meta)
	}
	r.ask(http.StatusOK, http.MethodPatch, "configuration_endpoint", "", map[string]any{"stream_id": id, "description": "changed"})
	if got := r.ask(http.StatusOK, http.MethodGet, "configuration_endpoint", "?stream_id="+id, nil); got["description"] != "changed" {
		t.Errorf("patched to %v", got)
	}
	got := r.ask(http.StatusOK, http.MethodPut, "configuration_endpoint", "", map[string]any{"stream_id": id, "iss": r.Issuer, "events_requested": []string{signal.AccountPurged}})
	if events, _ := got["events_delivered"].([]any); got["description"] != nil || len(events) != 1 {
		t.Errorf("replaced by %v", got)
	}
	r.ask(http.StatusBadRequest, http.MethodPatch, "configuration_endpoint", "", map[string]any{"stream_id": id, "delivery": map[string]any{"method": signal.Push, "endpoint_url": "ftp://x"}})
	r.ask(http.StatusBadRequest, http.MethodPatch, "configuration_endpoint", "", map[string]any{"stream_id": id, "delivery": map[string]any{"method": signal.Push, "endpoint_url": "https://10.1.2.3/"}})
	r.ask(http.StatusBadRequest, http.MethodPost, "configuration_endpoint", "", map[string]any{"delivery": map[string]any{"method": "urn:carrier:pigeon"}})

	r.ask(http.StatusNoContent, http.MethodPost, "verification_endpoint", "", map[string]any{"stream_id": id, "state": "abc"})
	r.ask(http.StatusTooManyRequests, http.MethodPost, "verification_endpoint", "", map[string]any{"stream_id": id})
	sets, _ := r.ask(http.StatusOK, http.MethodPost, "poll", "", map[string]any{})["sets"].(map[string]any)
	for _, token := range sets {
		s := r.verify(token.(string))
		if !strings.HasSuffix(s.uri(), "/verification") || s.Events[s.uri()]["state"] != "abc" || s.Subject["id"] != id {
			t.Errorf("verification: %+v", s)
		}
	}
	if len(sets) != 1 {
		t.Errorf("%d tokens, want the verification", len(sets))
	}

	r.ask(http.StatusOK, http.MethodPost, "status_endpoint", "", map[string]any{"stream_id": id, "status": "paused", "reason": "moving"})
	if got := r.ask(http.StatusOK, http.MethodGet, "status_endpoint", "?stream_id="+id, nil); got["status"] != "paused" || got["reason"] != "moving" {
		t.Errorf("status %v", got)
	}
	if sets, _ := r.ask(http.StatusOK, http.MethodPost, "poll", "", map[string]any{})["sets"].(map[string]any); len(sets) != 0 {
		t.Errorf("a paused stream tells of %v", sets)
	}
	r.ask(http.StatusBadRequest, http.MethodPost, "status_endpoint", "", map[string]any{"stream_id": id, "status": "asleep"})
	r.ask(http.StatusNoContent, http.MethodDelete, "configuration_endpoint", "?stream_id="+id, nil)
	r.ask(http.StatusNotFound, http.MethodGet, "configuration_endpoint", "?stream_id="+id, nil)
	r.ask(http.StatusNotFound, http.MethodPost, "poll", "", map[string]any{})
	for range 5 {
		r.ask(http.StatusCreated, http.MethodPost, "configuration_endpoint", "", map[string]any{})
	}
	r.ask(http.StatusConflict, http.MethodPost, "configuration_endpoint", "", map[string]any{})
}

func TestPeopleAreLeftOut(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	made := r.ask(http.StatusCreated, http.MethodPost, "configuration_endpoint", "", map[string]any{})
	id := made["stream_id"]
	delivery, _ := made["delivery"].(map[string]any)
	r.meta["poll"] = delivery["endpoint_url"]
	ids := map[string]string{}
	for _, name := range []string{"ann", "bob"} {
		r.NewPerson(name + "@example.com")
		who, err := r.Server.Users.ByEmail(t.Context(), r.Realm.ID, name+"@example.com")
		if err != nil {
			t.Fatal(err)
		}
		ids[name] = who.ID
	}
	subject := func(sub string) map[string]any {
		return map[string]any{"stream_id": id, "subject": map[string]any{"format": "iss_sub", "iss": r.Issuer, "sub": sub}}
	}
	r.ask(http.StatusNoContent, http.MethodPost, "remove_subject_endpoint", "", subject(ids["ann"]))
	r.ask(http.StatusNoContent, http.MethodPost, "remove_subject_endpoint", "", subject(ids["ann"]))
	r.ask(http.StatusNotFound, http.MethodPost, "remove_subject_endpoint", "", subject("nobody"))
	r.ask(http.StatusBadRequest, http.MethodPost, "remove_subject_endpoint", "", map[string]any{"stream_id": id, "subject": map[string]any{"format": "email", "email": "ann@example.com"}})
	told := func(name string) int {
		r.operate(func(ctx context.Context) error { return r.Server.Users.Suspend(ctx, r.Realm.ID, ids[name], "test") })
		r.operate(func(ctx context.Context) error { return r.Server.Users.Restore(ctx, r.Realm.ID, ids[name], "test") })
		r.settle()
		sets, _ := r.ask(http.StatusOK, http.MethodPost, "poll", "", map[string]any{})["sets"].(map[string]any)
		var done []string
		for jti := range sets {
			done = append(done, jti)
		}
		r.ask(http.StatusOK, http.MethodPost, "poll", "", map[string]any{"maxEvents": 0, "ack": done})
		return len(sets)
	}
	if n := told("ann"); n != 0 {
		t.Errorf("told %d times of who was removed", n)
	}
	if n := told("bob"); n != 2 {
		t.Errorf("told %d times of somebody else, want 2", n)
	}
	r.ask(http.StatusOK, http.MethodPost, "add_subject_endpoint", "", subject(ids["ann"]))
	if n := told("ann"); n != 2 {
		t.Errorf("told %d times of who was added again, want 2", n)
	}
}

func TestWhoMayNotReceive(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	made := r.ask(http.StatusCreated, http.MethodPost, "configuration_endpoint", "", map[string]any{})
	id, _ := made["stream_id"].(string)
	delivery, _ := made["delivery"].(map[string]any)
	endpoint, _ := r.meta["configuration_endpoint"].(string)
	_, noPermission := r.another("ssf.manage", "")
	_, noScope := r.another("other", "realm-administrator")
	_, reader := r.another("ssf.read", "realm-administrator")
	_, other := r.another("ssf.manage", "realm-administrator")
	for name, try := range map[string]struct {
		token, method, address string
		body                   any
		want                   int
	}{
		"nobody":                 {"", http.MethodGet, endpoint, nil, http.StatusUnauthorized},
		"a made-up token":        {"nonsense", http.MethodGet, endpoint, nil, http.StatusUnauthorized},
		"without the permission": {noPermission, http.MethodGet, endpoint, nil, http.StatusForbidden},
		"without the scope":      {noScope, http.MethodGet, endpoint, nil, http.StatusForbidden},
		"a reader reads":         {reader, http.MethodGet, endpoint, nil, http.StatusOK},
		"a reader writes":        {reader, http.MethodPost, endpoint, map[string]any{}, http.StatusForbidden},
		"somebody else's":        {other, http.MethodGet, endpoint + "?stream_id=" + id, nil, http.StatusNotFound},
		"polling another's":      {other, http.MethodPost, delivery["endpoint_url"].(string), map[string]any{}, http.StatusNotFound},
		"deleting another's":     {other, http.MethodDelete, endpoint + "?stream_id=" + id, nil, http.StatusNotFound},
	} {
		if status, body := r.do(try.token, try.method, try.address, try.body); status != try.want {
			t.Errorf("%s: %d %s, want %d", name, status, body, try.want)
		}
	}
}

func TestWhatIsRolledBackIsNotTold(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	stream, err := r.Server.Signals.Create(r.Operator(), signal.Stream{RealmID: r.Realm.ID, ApplicationID: r.app.ID, Method: signal.Poll})
	if err != nil {
		t.Fatal(err)
	}
	undone := errors.New("undone")
	err = r.Server.Database.InTx(r.Operator(), func(ctx context.Context) error {
		if err := r.Server.Events.Record(ctx, event.Ref{RealmID: r.Realm.ID, Kind: "user", ID: "ann"}, user.Suspended{}); err != nil {
			return err
		}
		return undone
	})
	if !errors.Is(err, undone) {
		t.Fatal(err)
	}
	r.settle()
	got, err := r.Server.Signals.Take(t.Context(), stream, nil, 10)
	if err != nil || len(got.Sets) != 0 {
		t.Errorf("%v %v", got, err)
	}
}

func TestTokensThatNobodyTakesAreSwept(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	stream, err := r.Server.Signals.Create(r.Operator(), signal.Stream{RealmID: r.Realm.ID, ApplicationID: r.app.ID, Method: signal.Poll})
	if err != nil {
		t.Fatal(err)
	}
	r.operate(func(ctx context.Context) error { return r.Server.Signals.Verify(ctx, r.Realm, r.app.ID, stream.ID, "") })
	r.Clock.Play(6 * 24 * time.Hour)
	if n, err := r.Server.Signals.Sweep(t.Context()); n != 0 || err != nil {
		t.Errorf("swept %d early, %v", n, err)
	}
	r.Clock.Play(2 * 24 * time.Hour)
	if n, err := r.Server.Signals.Sweep(t.Context()); n != 1 || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
}
