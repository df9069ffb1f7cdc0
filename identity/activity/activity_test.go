package activity_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"authserver/identity/activity"
	"authserver/identity/identitytest"
	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/event"
	"authserver/internal/web"
	"authserver/internal/web/webtest"
	"authserver/tenant/application"
)

type house struct {
	*identitytest.House
	*activity.Service
	t          *testing.T
	dispatcher *event.Dispatcher
	app        *application.Application
	handler    http.Handler
	server     *web.Server
	ann, ben   *user.User
	cookie     string
	session    *session.Session
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{House: identitytest.New(t), t: t}
	apps := application.New(application.Deps{DB: h.DB, Events: h.Events, Now: h.Clock.Now})
	h.Service = activity.New(activity.Deps{DB: h.DB, Applications: apps, Users: h.Users, Now: h.Clock.Now})
	h.dispatcher = event.NewDispatcher(event.DispatcherDeps{
		DB: h.DB, Log: h.Events, Subscribers: []event.Subscriber{h.Service}, Now: h.Clock.Now,
	})
	var err error
	h.app, _, err = apps.Register(h.Context, h.Realm.ID, application.Draft{
		Name: "Little Shop", Type: application.Web, RedirectURIs: []string{"https://app.example/cb"}, Scopes: []string{"openid"},
	})
	if err != nil {
		t.Fatal(err)
	}
	h.ann, h.ben = h.User(t, "ann@example.com"), h.User(t, "ben@example.com")
	var value string
	h.session, value = h.Session(t, h.ann.ID)
	h.cookie = "Cookie: session-acme=" + value
	d := webtest.Deps()
	d.Realms, d.Persons = h.Realms, identitytest.Persons{House: h.House}
	h.server = web.New(d)
	h.Mount(h.server.Mux())
	h.handler = h.server.Handler()
	return h
}

// dispatch lets the room hear of everything that happened.
func (h *house) dispatch() {
	h.t.Helper()
	for {
		n, err := h.dispatcher.Once(h.Context)
		if err != nil {
			h.t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

type signedIn struct {
	ApplicationID string `json:"application_id"`
}

func (signedIn) EventType() string { return "login.succeeded" }

// happens records an event about the user, by themselves, from a browser.
func (h *house) happens(userID string, p event.Payload) {
	h.t.Helper()
	ctx := event.WithActor(h.Context, event.Actor{
		Kind: event.User, ID: userID, IP: "203.0.113.77", UserAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
	})
	err := h.DB.InTx(ctx, func(ctx context.Context) error {
		return h.Events.Record(ctx, event.Ref{RealmID: h.Realm.ID, Kind: "user", ID: userID}, p)
	})
	if err != nil {
		h.t.Fatal(err)
	}
	h.Clock.Add(time.Second)
}

func (h *house) types(userID string) []string {
	h.t.Helper()
	entries, _, err := h.List(h.t.Context(), h.Realm.ID, userID, "", 100)
	if err != nil {
		h.t.Fatal(err)
	}
	types := []string{}
	for _, n := range entries {
		types = append(types, n.Type)
	}
	return types
}

func (h *house) get(path string) (*http.Response, *goquery.Document) {
	h.t.Helper()
	answer := webtest.Get(h.t, h.handler, path, h.cookie)
	doc, err := goquery.NewDocumentFromReader(answer.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return answer, doc
}

const (
	page = "/realms/acme/account/activity"
	me   = "/api/v1/realms/acme/me/activity"
)

func TestWhatHappensIsToldOnceAndToItsPerson(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.happens(h.ann.ID, signedIn{h.app.ID})
	h.dispatch()
	h.dispatch()
	if got, want := h.types(h.ann.ID), []string{"login.succeeded", "user.created"}; !slices.Equal(got, want) {
		t.Errorf("ann is told %v, want %v", got, want)
	}
	if got, want := h.types(h.ben.ID), []string{"user.created"}; !slices.Equal(got, want) {
		t.Errorf("ben is told %v, want %v", got, want)
	}
	other := h.NewRealm(t, "other")
	if entries, _, err := h.List(h.Context, other.ID, h.ann.ID, "", 9); err != nil || len(entries) != 0 {
		t.Errorf("another realm tells %v, %v", entries, err)
	}
}

func TestThePageTellsInWords(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if answer, doc := h.get(page); answer.StatusCode != http.StatusOK || doc.Find(".none").Length() != 1 {
		t.Errorf("nothing yet: %d", answer.StatusCode)
	}
	h.happens(h.ann.ID, signedIn{h.app.ID})
	h.dispatch()
	_, doc := h.get(page)
	rows := doc.Find(".rows > li")
	if rows.Length() != 2 {
		t.Fatalf("%d rows", rows.Length())
	}
	first := strings.Join(strings.Fields(rows.Eq(0).Text()), " ")
	if want := "You signed in with your password 4 March 2026, 05:06 UTC · Little Shop · Firefox, Linux · 203.0.113.x"; first != want {
		t.Errorf("%q, want %q", first, want)
	}
	if second := strings.Join(strings.Fields(rows.Eq(1).Text()), " "); !strings.Contains(second, "Your account was created") || !strings.Contains(second, "By an administrator") {
		t.Errorf("%q", second)
	}
	if html, _ := doc.Html(); strings.Contains(html, "203.0.113.77") {
		t.Error("the page shows a whole address")
	}
}

func TestThePageGoesOnWhereItEnded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for range 44 {
		h.happens(h.ann.ID, signedIn{})
	}
	h.dispatch()
	seen, at := 0, page
	for n := range 3 {
		answer, doc := h.get(at)
		if answer.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d", at, answer.StatusCode)
		}
		seen += doc.Find(".rows > li").Length()
		older := doc.Find(`.more a[href*="cursor="]`)
		if older.Length() != map[bool]int{true: 0, false: 1}[n == 2] {
			t.Fatalf("page %d has %d links to what is older", n, older.Length())
		}
		at = older.AttrOr("href", "")
	}
	if seen != 45 {
		t.Errorf("%d entries seen, want 45", seen)
	}
	if answer, _ := h.get(page + "?cursor=nonsense"); answer.StatusCode != http.StatusSeeOther || answer.Header.Get("Location") != page {
		t.Errorf("a broken place: %d to %q", answer.StatusCode, answer.Header.Get("Location"))
	}
}

func TestActivityOfMe(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for range 4 {
		h.happens(h.ann.ID, signedIn{h.app.ID})
	}
	h.dispatch()
	var got struct {
		Items []struct {
			ID, Type, Device, Place, IP string
			At                          time.Time
			Application                 *struct{ ID, Name string }
			Admin                       bool `json:"by_administrator"`
		}
		Next string `json:"next_cursor"`
	}
	read := func(query string) int {
		t.Helper()
		got.Items, got.Next = nil, ""
		answer := webtest.Get(t, h.handler, me+query, h.cookie)
		if answer.StatusCode == http.StatusOK {
			if err := json.NewDecoder(answer.Body).Decode(&got); err != nil {
				t.Fatal(err)
			}
		}
		return answer.StatusCode
	}
	if read("?limit=3") != 200 || len(got.Items) != 3 || got.Next == "" {
		t.Fatalf("%+v", got)
	}
	if n := got.Items[0]; n.Type != "login.succeeded" || n.Device != "Firefox, Linux" || n.IP != "203.0.113.77" || n.Application == nil || n.Application.Name != "Little Shop" || n.Admin {
		t.Errorf("%+v", n)
	}
	if read("?limit=3&cursor="+got.Next) != 200 || len(got.Items) != 2 || got.Next != "" || !got.Items[1].Admin || got.Items[1].Application != nil {
		t.Errorf("%+v", got)
	}
	for _, query := range []string{"?limit=0", "?limit=101", "?limit=x", "?cursor=x", "?cursor=MSB4"} {
		if code := read(query); code != http.StatusBadRequest {
			t.Errorf("%s: %d, want 400", query, code)
		}
	}
}

func TestEntriesAreKeptForAWhile(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.happens(h.ann.ID, signedIn{})
	h.dispatch()
	h.Clock.Add(activity.Kept - time.Second)
	if n, err := h.Sweep(h.Context); err != nil || n != 0 {
		t.Errorf("Sweep = %d, %v; want 0", n, err)
	}
	h.Clock.Add(time.Second)
	if n, err := h.Sweep(h.Context); err != nil || n != 3 {
		t.Errorf("Sweep = %d, %v; want 3", n, err)
	}
}

type erased struct{}

func (erased) EventType() string { return "user.deleted" }

func TestNothingIsLeftOfWhoIsErased(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.happens(h.ann.ID, signedIn{})
	h.dispatch()
	name, section, err := h.Export(h.Context, h.Realm.ID, h.ann.ID)
	if text, _ := json.Marshal(section); err != nil || name != "activity" || !strings.Contains(string(text), `"ip":"203.0.113.77"`) {
		t.Errorf("export %s: %s, %v", name, text, err)
	}
	err = h.DB.InTx(h.Context, func(ctx context.Context) error { return h.Erase(ctx, h.Realm.ID, h.ann.ID) })
	if err != nil || len(h.types(h.ann.ID)) != 0 || len(h.types(h.ben.ID)) != 1 {
		t.Errorf("erased: %v, ann %v, ben %v", err, h.types(h.ann.ID), h.types(h.ben.ID))
	}
	// What was still on its way when the person was erased goes with them.
	h.happens(h.ann.ID, signedIn{})
	h.happens(h.ann.ID, erased{})
	h.dispatch()
	if got := h.types(h.ann.ID); len(got) != 0 {
		t.Errorf("left of ann: %v", got)
	}
}

func TestACursorIsRefusedUnlessItIsOurs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, cursor := range []string{"x", "MSB4", "====", strings.Repeat("A", 500)} {
		if _, _, err := h.List(h.Context, h.Realm.ID, h.ann.ID, cursor, 5); !errors.Is(err, activity.ErrCursor) {
			t.Errorf("%q: %v, want ErrCursor", cursor, err)
		}
	}
}

func TestEveryRouteRefusesWhatStrangersSend(t *testing.T) {
	t.Parallel()
	webtest.Misbehave(t, newHouse(t).server, "acme")
}
