package inapp_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"authserver/identity/identitytest"
	"authserver/identity/user"
	"authserver/internal/event"
	"authserver/internal/letter"
	"authserver/internal/rest/resttest"
	"authserver/notify/inapp"
	"authserver/notify/message"
	"authserver/rbac"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

// box keeps what leaves by mail and SMS.
type box struct {
	mu    sync.Mutex
	mails []letter.Mail
	texts []letter.Text
}

type mails struct{ *box }

func (mails) Provider() string { return "test" }
func (mails) From() string     { return "no-reply@id.example.com" }
func (m mails) Send(_ context.Context, l letter.Mail) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mails = append(m.mails, l)
	return "mail-" + l.ID, nil
}

type texts struct{ *box }

func (texts) Provider() string { return "test" }
func (texts) From() string     { return "+15005550006" }
func (t texts) Send(_ context.Context, l letter.Text) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.texts = append(t.texts, l)
	return "sms-" + l.ID, nil
}

// wishes hands the room to the letters that it stands on.
type wishes struct{ room *inapp.Service }

func (w *wishes) Wants(ctx context.Context, realmID, userID string, kind letter.Kind) (bool, error) {
	return w.room.Wants(ctx, realmID, userID, kind)
}

// house is the room on the people's floor, with letters, roles and applications.
type house struct {
	*identitytest.House
	*inapp.Service
	t          *testing.T
	box        *box
	letters    *message.Service
	roles      *rbac.Service
	apps       *application.Service
	shop       *application.Application
	dispatcher *event.Dispatcher
	front      http.Handler
	office     *resttest.House
	ann, ben   *user.User
}

func issuer(slug string) string { return "https://id.example.com/realms/" + slug }

func newHouse(t *testing.T, policy ...realm.Policy) *house {
	t.Helper()
	h := &house{House: identitytest.New(t, policy...), t: t, box: &box{}}
	h.apps = application.New(application.Deps{DB: h.DB, Events: h.Events, Now: h.Clock.Now})
	h.roles = rbac.New(rbac.Deps{DB: h.DB, Events: h.Events, Realms: h.Realms, Users: h.Users, Applications: h.apps, Now: h.Clock.Now})
	asked := &wishes{}
	h.letters = message.New(message.Deps{
		DB: h.DB, Events: h.Events, Ring: h.Ring, Realms: h.Realms, Applications: h.apps, Users: h.Users, Mails: mails{h.box}, Texts: texts{h.box},
		Wishes: asked, Issuer: issuer, Now: h.Clock.Now, Logger: slog.New(slog.DiscardHandler),
	})
	h.Service = h.room()
	asked.room = h.Service
	h.dispatcher = h.newDispatcher()
	var err error
	h.shop, _, err = h.apps.Register(h.Context, h.Realm.ID, application.Draft{
		Name: "Little Shop", Type: application.SPA, RedirectURIs: []string{"https://shop.example/cb"}, Scopes: []string{"openid"},
	})
	if err != nil {
		t.Fatal(err)
	}
	h.ann, h.ben = h.User(t, "ann@example.com"), h.User(t, "ben@example.com")
	h.front = h.Serve(identitytest.Persons{House: h.House}, h.Mount)
	h.office = resttest.New(t, h.DB, h.Realms, h.Realm.ID, h.Clock.Now, h.MountAdmin)
	h.dispatch()
	return h
}

func (h *house) room() *inapp.Service {
	return inapp.New(inapp.Deps{
		DB: h.DB, Events: h.Events, Realms: h.Realms, Users: h.Users, Applications: h.apps, Roles: h.roles, Letters: h.letters,
		Issuer: issuer, Now: h.Clock.Now, Logger: slog.New(slog.DiscardHandler),
	})
}

func (h *house) newDispatcher() *event.Dispatcher {
	return event.NewDispatcher(event.DispatcherDeps{DB: h.DB, Log: h.Events, Subscribers: []event.Subscriber{h.Service}, Now: h.Clock.Now})
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

// work takes all sendings that are due to people.
func (h *house) work() {
	h.t.Helper()
	for {
		n, err := h.Once(h.Context)
		if err != nil {
			h.t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

// post lets letters leave.
func (h *house) post() {
	h.t.Helper()
	for {
		n, err := h.letters.Once(h.Context)
		if err != nil {
			h.t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

// said is an event of any type.
type said struct {
	kind string
	body string
}

func (s said) EventType() string            { return s.kind }
func (s said) MarshalJSON() ([]byte, error) { return []byte(s.body), nil }

const (
	firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
	chrome  = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/118.0.0.0 Safari/537.36"
)

// by is a person at a browser.
func by(userID, ip, agent string) event.Actor {
	return event.Actor{Kind: event.User, ID: userID, IP: ip, UserAgent: agent}
}

// happens records an event about somebody or something, a second after the last.
func (h *house) happens(actor event.Actor, kind, id, what, body string) {
	h.t.Helper()
	h.Clock.Add(time.Second)
	ctx := event.WithActor(h.Context, actor)
	err := h.DB.InTx(ctx, func(ctx context.Context) error {
		return h.Events.Record(ctx, event.Ref{RealmID: h.Realm.ID, Kind: kind, ID: id}, said{what, body})
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

// of are the kinds of what the person was told, the newest first.
func (h *house) of(userID string) []inapp.Notification {
	h.t.Helper()
	all, _, err := h.List(h.t.Context(), h.Realm.ID, userID, false, "", 100)
	if err != nil {
		h.t.Fatal(err)
	}
	return all
}

func (h *house) kinds(userID string) string {
	h.t.Helper()
	var kinds []string
	for _, n := range h.of(userID) {
		kinds = append(kinds, n.Kind)
	}
	return strings.Join(kinds, " ")
}

// browser is that of a person who is signed in.
func (h *house) browser(userID string) *identitytest.Browser {
	b := identitytest.NewBrowser(h.t, h.front)
	b.SignIn(h.House, userID)
	return b
}

const (
	pages = "/realms/acme/account/notifications"
	me    = "/api/v1/realms/acme/me"
	admin = "/realms/acme/notifications"
)

// say sends ann a message.
func (h *house) say(title string) string {
	h.t.Helper()
	h.Clock.Add(time.Second)
	sent, err := h.Send(h.Context, h.Realm, inapp.Sending{Audience: inapp.ToUser, AudienceID: h.ann.ID, Title: title})
	if err != nil {
		h.t.Fatal(err)
	}
	return sent.ID
}

func decode(t *testing.T, text string, v any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
}

func jsonOf(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// revoked is an optional letter to ann.
func revoked(h *house) letter.Letter {
	return letter.Letter{
		RealmID: h.Realm.ID, UserID: h.ann.ID, Kind: letter.ApplicationRevoked, To: h.ann.Email, Language: "en", Data: map[string]string{"application": "Little Shop"},
	}
}

func (h *house) lastLetter() message.Entry {
	h.t.Helper()
	entries, err := h.letters.Log(h.t.Context(), h.Realm.ID, message.Filter{Channel: letter.Email, Limit: 1})
	if err != nil || len(entries) != 1 {
		h.t.Fatalf("log: %v, %v", entries, err)
	}
	return entries[0]
}

// decodeLoose reads some members of an answer.
func decodeLoose(t *testing.T, text string, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), v); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
}

func newUser(email string) user.NewUser {
	return user.NewUser{Email: email, Password: identitytest.Password, Verified: true}
}
