package signal_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"authserver/identity/user"
	"authserver/internal/event"
	"authserver/notify/signal"
)

func TestAReceiverThatFailsIsTriedAgainAndThenPaused(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	box := newInbox(t)
	box.answer(http.StatusInternalServerError, "")
	stream, err := r.Server.Signals.Create(r.Operator(), signal.Stream{RealmID: r.Realm.ID, ApplicationID: r.app.ID, Method: signal.Push, Endpoint: box.URL})
	if err != nil {
		t.Fatal(err)
	}
	happen := func() {
		r.operate(func(ctx context.Context) error {
			return r.Server.Database.InTx(ctx, func(ctx context.Context) error {
				return r.Server.Events.Record(ctx, event.Ref{RealmID: r.Realm.ID, Kind: "user", ID: "ann"}, user.Suspended{})
			})
		})
		r.settle()
	}
	happen()
	for i, step := range []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, time.Hour} {
		if n := len(box.all()); n != i+1 {
			t.Fatalf("%d calls, want %d", n, i+1)
		}
		r.Clock.Play(step - time.Second)
		r.settle()
		if n := len(box.all()); n != i+1 {
			t.Errorf("attempt %d came before %s", i+2, step)
		}
		r.Clock.Play(step/5 + 2*time.Second)
		r.settle()
	}
	status := func() signal.Status {
		got, err := r.Server.Signals.ByID(t.Context(), r.Realm.ID, r.app.ID, stream.ID)
		if err != nil {
			t.Fatal(err)
		}
		return got.Status
	}
	for range 20 {
		r.Clock.Play(90 * time.Minute)
		r.settle()
	}
	if got := status(); got != signal.Paused {
		t.Fatalf("after a day of failures: %s", got)
	}
	calls := len(box.all())
	happen() // held, and not sent
	if n := len(box.all()); n != calls {
		t.Errorf("%d calls to a paused stream", n-calls)
	}
	box.answer(http.StatusAccepted, "")
	if _, err := r.Server.Signals.SetStatus(r.Operator(), r.Realm.ID, r.app.ID, stream.ID, signal.Enabled, ""); err != nil {
		t.Fatal(err)
	}
	r.Clock.Play(90 * time.Minute)
	r.settle()
	var types []string
	for _, token := range box.all()[calls:] {
		uri := r.verify(token).uri()
		types = append(types, uri[strings.LastIndex(uri, "/")+1:])
	}
	slices.Sort(types)
	if want := []string{"account-disabled", "account-disabled", "stream-updated"}; !slices.Equal(types, want) {
		t.Errorf("after it: %v, want %v", types, want)
	}
}

func TestATokenThatIsRefusedIsNotSentAgain(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	box := newInbox(t)
	stream, err := r.Server.Signals.Create(r.Operator(), signal.Stream{RealmID: r.Realm.ID, ApplicationID: r.app.ID, Method: signal.Push, Endpoint: box.URL})
	if err != nil {
		t.Fatal(err)
	}
	for refusal, again := range map[string]bool{"invalid_audience": false, "authentication_failed": true} {
		box.answer(http.StatusBadRequest, `{"err":"`+refusal+`","description":"no"}`)
		r.operate(func(ctx context.Context) error { return r.Server.Signals.Verify(ctx, r.Realm, r.app.ID, stream.ID, "") })
		before := len(box.all())
		r.settle()
		r.Clock.Play(2 * time.Minute)
		r.settle()
		if n := len(box.all()) - before; (n == 2) != again {
			t.Errorf("%s: sent %d times", refusal, n)
		}
	}
}

func TestWithoutThePermissionNothingIsPushedAnyMore(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	box := newInbox(t)
	stranger, _ := r.another("ssf.manage", "")
	stream, err := r.Server.Signals.Create(r.Operator(), signal.Stream{RealmID: r.Realm.ID, ApplicationID: stranger.ID, Method: signal.Push, Endpoint: box.URL})
	if err != nil {
		t.Fatal(err)
	}
	r.operate(func(ctx context.Context) error {
		return r.Server.Signals.Verify(ctx, r.Realm, stranger.ID, stream.ID, "")
	})
	r.settle()
	if n := len(box.all()); n != 0 {
		t.Errorf("%d calls", n)
	}
	if got, err := r.Server.Signals.ByID(t.Context(), r.Realm.ID, stranger.ID, stream.ID); err != nil || got.Status != signal.Paused {
		t.Errorf("%+v %v", got, err)
	}
}
