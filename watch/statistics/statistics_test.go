package statistics_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"authserver/identity/identitytest"
	"authserver/identity/login"
	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/event"
	"authserver/internal/letter"
	"authserver/internal/rest/resttest"
	"authserver/notify/message"
	"authserver/tenant/application"
	"authserver/watch/statistics"
)

// office is the statistics of a house behind the real router, and its dispatcher.
type office struct {
	*resttest.House
	people     *identitytest.House
	apps       *application.Service
	letters    *message.Service
	statistics *statistics.Service
	dispatcher *event.Dispatcher
	path       string
}

func open(t *testing.T) *office {
	t.Helper()
	h := identitytest.New(t)
	o := &office{people: h, apps: application.New(application.Deps{DB: h.DB, Events: h.Events, Now: h.Clock.Now}), path: "/realms/" + h.Realm.Slug + "/statistics"}
	o.letters = message.New(message.Deps{
		DB: h.DB, Events: h.Events, Ring: h.Ring, Realms: h.Realms, Applications: o.apps, Users: h.Users,
		Issuer: func(slug string) string { return "https://id.example.com/realms/" + slug }, Now: h.Clock.Now, Logger: slog.New(slog.DiscardHandler),
	})
	o.statistics = statistics.New(statistics.Deps{
		DB: h.DB, Users: h.Users, Sessions: h.Sessions, Applications: o.apps, Letters: o.letters, Realms: h.Realms, Now: h.Clock.Now,
	})
	o.dispatcher = event.NewDispatcher(event.DispatcherDeps{
		DB: h.DB, Log: h.Events, Subscribers: []event.Subscriber{o.statistics}, Now: h.Clock.Now, Logger: slog.New(slog.DiscardHandler),
	})
	o.House = resttest.New(t, h.DB, h.Realms, h.Realm.ID, h.Clock.Now, o.statistics.MountAdmin)
	return o
}

// dispatch takes all events to the statistics.
func (o *office) dispatch(t *testing.T) {
	t.Helper()
	for {
		n, err := o.dispatcher.Once(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

// record has something happen in the realm.
func (o *office) record(t *testing.T, payloads ...event.Payload) {
	t.Helper()
	err := o.people.DB.InTx(o.people.Context, func(ctx context.Context) error {
		for _, p := range payloads {
			if err := o.people.Events.Record(ctx, event.Ref{RealmID: o.people.Realm.ID, Kind: "user", ID: "ann"}, p); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

type people struct {
	Total         int64 `json:"total"`
	Active        int64 `json:"active"`
	Suspended     int64 `json:"suspended"`
	EmailVerified int64 `json:"email_verified"`
	PhoneVerified int64 `json:"phone_verified"`
	SecondFactor  int64 `json:"second_factor"`
}

type apps struct {
	Total   int64 `json:"total"`
	Enabled int64 `json:"enabled"`
}

type day struct {
	Date         string `json:"date"`
	SignIns      int64  `json:"sign_ins"`
	Failures     int64  `json:"sign_in_failures"`
	UsersCreated int64  `json:"users_created"`
	UsersDeleted int64  `json:"users_deleted"`
}

type shown struct {
	At           time.Time `json:"at"`
	Users        people    `json:"users"`
	Sessions     int64     `json:"sessions"`
	Applications apps      `json:"applications"`
	Letters      struct {
		Waiting    int64 `json:"waiting"`
		Failed     int64 `json:"failed"`
		Bounced    int64 `json:"bounced"`
		Complained int64 `json:"complained"`
	} `json:"letters"`
	Days []day `json:"days"`
}

func (o *office) show(t *testing.T, query string) (s shown) {
	t.Helper()
	o.As("statistics.read").Do(http.MethodGet, o.path+query, nil).Want(http.StatusOK).Into(&s)
	return s
}

// inhabit gives the realm two people, one suspended, a session and an application, and a
// letter that cannot be sent.
func (o *office) inhabit(t *testing.T) {
	t.Helper()
	h := o.people
	ann, bob := h.User(t, "ann@example.com"), h.User(t, "bob@example.com")
	h.Session(t, ann.ID)
	if err := h.Users.Suspend(h.Context, h.Realm.ID, bob.ID, "for the test"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := o.apps.Register(h.Context, h.Realm.ID, application.Draft{
		Name: "Shop", Type: application.Web, RedirectURIs: []string{"https://shop.example/cb"}, Scopes: []string{"openid"},
	}); err != nil {
		t.Fatal(err)
	}
	l := letter.Letter{
		RealmID: h.Realm.ID, UserID: ann.ID, Kind: letter.ApplicationRevoked, To: "ann@example.com", Data: map[string]string{"application": "Shop"},
	}
	if err := o.letters.Send(h.Context, l); err != nil {
		t.Fatal(err)
	}
	if _, err := o.letters.Once(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := o.letters.Send(h.Context, l); err != nil {
		t.Fatal(err)
	}
}

func TestARealmIsCounted(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.inhabit(t)
	got := o.show(t, "")
	if want := (people{Total: 2, Active: 1, Suspended: 1, EmailVerified: 2}); got.Users != want {
		t.Errorf("people %+v", got.Users)
	}
	if got.Sessions != 1 || got.Applications != (apps{Total: 1, Enabled: 1}) || got.Letters.Waiting != 1 || got.Letters.Failed != 1 || len(got.Days) != 30 {
		t.Errorf("counted %+v", got)
	}
	o.people.User(t, "cyd@example.com")
	if again := o.show(t, ""); again.Users.Total != 2 || !again.At.Equal(got.At) {
		t.Errorf("counted anew within a minute: %+v", again)
	}
	o.people.Clock.Add(time.Minute + time.Second)
	if later := o.show(t, ""); later.Users.Total != 3 {
		t.Errorf("a minute later: %+v", later)
	}
	o.As("users.read").Do(http.MethodGet, o.path, nil).Want(http.StatusForbidden)
	o.As("statistics.read").Do(http.MethodGet, o.path+"?days=91", nil).Want(http.StatusBadRequest)
}

func TestWhatHappenedIsCountedByDay(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.dispatch(t)
	yesterday := o.people.Clock.Now().UTC().Format(time.DateOnly)
	o.record(t, session.Created{}, session.Created{}, login.Failed{}, user.Created{}, session.Ended{})
	o.people.Clock.Add(24 * time.Hour)
	o.record(t, session.Created{}, user.Deleted{})
	o.dispatch(t)
	o.dispatch(t) // nothing is counted twice
	got := o.show(t, "?days=2").Days
	if len(got) != 2 || got[0] != (day{yesterday, 2, 1, 1, 0}) || got[1] != (day{o.people.Clock.Now().UTC().Format(time.DateOnly), 1, 0, 0, 1}) {
		t.Errorf("days %+v", got)
	}
	if got = o.show(t, "?days=1").Days; len(got) != 1 || got[0].SignIns != 1 {
		t.Errorf("today %+v", got)
	}
}

// Two processes count side by side, and their sum is what is shown.
func TestProcessesCountTogether(t *testing.T) {
	t.Parallel()
	o := open(t)
	e := event.Event{ID: "e", RealmID: o.people.Realm.ID, Type: session.Created{}.EventType(), At: o.people.Clock.Now()}
	for range 40 {
		other := statistics.New(statistics.Deps{
			DB: o.people.DB, Users: o.people.Users, Sessions: o.people.Sessions, Applications: o.apps, Letters: o.letters, Realms: o.people.Realms, Now: o.people.Clock.Now,
		})
		if err := o.people.DB.InTx(t.Context(), func(ctx context.Context) error { return other.Handle(ctx, e) }); err != nil {
			t.Fatal(err)
		}
	}
	if got := o.show(t, "?days=1").Days; got[0].SignIns != 40 {
		t.Errorf("today %+v", got)
	}
}

func TestOldDaysAndGoneRealmsAreForgotten(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.record(t, session.Created{})
	o.dispatch(t)
	o.people.Clock.Add(401 * 24 * time.Hour)
	o.record(t, session.Created{})
	o.dispatch(t)
	if n, err := o.statistics.Sweep(t.Context()); err != nil || n != 1 {
		t.Errorf("swept %d, %v", n, err)
	}
	if n, err := o.statistics.Sweep(t.Context()); err != nil || n != 0 {
		t.Errorf("swept again %d, %v", n, err)
	}
	if got := o.show(t, "?days=1").Days; got[0].SignIns != 1 {
		t.Errorf("today %+v", got)
	}
	err := o.people.DB.InTx(t.Context(), func(ctx context.Context) error {
		return o.statistics.Handle(ctx, event.Event{RealmID: o.people.Realm.ID, Type: "realm.deleted", At: o.people.Clock.Now()})
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := o.show(t, "?days=1").Days; got[0].SignIns != 0 {
		t.Errorf("of a realm that is gone: %+v", got)
	}
}

func TestOperatorsSeeAllRealmsWithoutPeople(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.inhabit(t)
	other := o.people.NewRealm(t, "second")
	o.record(t, session.Created{}, login.Failed{}, login.Failed{})
	o.dispatch(t)
	type all struct {
		Items []struct {
			RealmID      string `json:"realm_id"`
			Slug         string `json:"slug"`
			Name         string `json:"name"`
			Active       bool   `json:"active"`
			Users        people `json:"users"`
			Sessions     int64  `json:"sessions"`
			Applications apps   `json:"applications"`
			SignIns      int64  `json:"sign_ins"`
			Failures     int64  `json:"sign_in_failures"`
		} `json:"items"`
		Next string `json:"next_cursor"`
	}
	operator := o.Operator("system.read")
	var got, first, second all
	operator.Do(http.MethodGet, "/statistics", nil).Want(http.StatusOK).Into(&got)
	if len(got.Items) != 2 || got.Next != "" || got.Items[1].RealmID != other.ID {
		t.Fatalf("realms %+v", got)
	}
	if one := got.Items[0]; one.Users.Total != 2 || one.Sessions != 1 || one.SignIns != 2 || one.Failures != 2 || !one.Active {
		t.Errorf("the first is %+v", one)
	}
	if one := got.Items[1]; one.Users.Total != 0 || one.SignIns != 0 {
		t.Errorf("the second is %+v", one)
	}
	operator.Do(http.MethodGet, "/statistics?limit=1", nil).Want(http.StatusOK).Into(&first)
	operator.Do(http.MethodGet, "/statistics?limit=1&cursor="+first.Next, nil).Want(http.StatusOK).Into(&second)
	if len(second.Items) != 1 || second.Items[0].RealmID != other.ID || second.Next != "" {
		t.Errorf("the second page is %+v", second)
	}
	o.Operator("realms.read").Do(http.MethodGet, "/statistics", nil).Want(http.StatusForbidden)
}

// broken is a room whose database does not answer.
type broken struct{}

var errBroken = errors.New("no answer")

func (broken) Census(context.Context, ...string) (map[string]user.Census, error) {
	return nil, errBroken
}
func (broken) Count(context.Context, ...string) (map[string]int64, error) { return nil, errBroken }

func TestWhatCannotBeCountedIsNotZero(t *testing.T) {
	t.Parallel()
	o := open(t)
	deps := statistics.Deps{
		DB: o.people.DB, Users: o.people.Users, Sessions: broken{}, Applications: o.apps, Letters: o.letters, Realms: o.people.Realms, Now: o.people.Clock.Now,
	}
	if _, err := statistics.New(deps).State(t.Context(), o.people.Realm.ID); !errors.Is(err, errBroken) {
		t.Errorf("sessions: %v", err)
	}
	deps.Users = broken{}
	if _, err := statistics.New(deps).State(t.Context(), o.people.Realm.ID); !errors.Is(err, errBroken) {
		t.Errorf("people: %v", err)
	}
}
