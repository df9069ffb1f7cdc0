package message_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"authserver/identity/identitytest"
	"authserver/identity/user"
	"authserver/internal/event"
	"authserver/internal/letter"
	"authserver/notify/message"
	"authserver/tenant/application"
)

// post takes mails and SMS and keeps them; fail may refuse one.
type post struct {
	mu    sync.Mutex
	mails []letter.Mail
	texts []letter.Text
	fail  func(to string) error
	came  chan struct{}
}

func newPost() *post { return &post{came: make(chan struct{}, 1000)} }

func (p *post) refuse(fail func(to string) error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fail = fail
}

func (p *post) take(to string, keep func()) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer func() { p.came <- struct{}{} }()
	if p.fail != nil {
		if err := p.fail(to); err != nil {
			return err
		}
	}
	keep()
	return nil
}

func (p *post) sent() []letter.Mail {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]letter.Mail(nil), p.mails...)
}

// mailer and texter are the two ways of a post.
type mailer struct{ *post }

func (mailer) Provider() string { return "test" }
func (mailer) From() string     { return "no-reply@id.example.com" }
func (m mailer) Send(_ context.Context, l letter.Mail) (string, error) {
	return "mail-" + l.ID, m.take(l.To, func() { m.mails = append(m.mails, l) })
}

type texter struct{ *post }

func (texter) Provider() string { return "testsms" }
func (texter) From() string     { return "+15005550006" }
func (m texter) Send(_ context.Context, l letter.Text) (string, error) {
	return "sms-" + l.ID, m.take(l.To, func() { m.texts = append(m.texts, l) })
}

// house is the room on the people's floor.
type house struct {
	*identitytest.House
	post    *post
	apps    *application.Service
	letters *message.Service
	ctx     context.Context
	user    *user.User
}

func issuer(slug string) string { return "https://id.example.com/realms/" + slug }

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{House: identitytest.New(t), post: newPost()}
	h.apps = application.New(application.Deps{DB: h.DB, Events: h.Events, Now: h.Clock.Now})
	h.letters = h.room(nil)
	h.user = h.User(t, "ann@example.com")
	h.ctx = event.WithActor(t.Context(), event.Actor{
		Kind: event.Anonymous, IP: "192.0.2.7", RequestID: "r1",
		UserAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
	})
	return h
}

// room builds the room; edit may change what it stands on.
func (h *house) room(edit func(*message.Deps)) *message.Service {
	d := message.Deps{
		DB: h.DB, Events: h.Events, Ring: h.Ring, Realms: h.Realms, Applications: h.apps, Users: h.Users,
		Mails: mailer{h.post}, Texts: texter{h.post}, Issuer: issuer, Now: h.Clock.Now, Logger: slog.New(slog.DiscardHandler),
	}
	if edit != nil {
		edit(&d)
	}
	return message.New(d)
}

// code is a letter with a secret.
func (h *house) code(to string) letter.Letter {
	return letter.Letter{
		RealmID: h.Realm.ID, UserID: h.user.ID, Kind: letter.Recover, To: to, Language: "en",
		Data:      map[string]string{"code": "482913", "link": issuer("acme") + "/recover?token=SECRETLINK", "minutes": "10"},
		ExpiresAt: h.Clock.Now().Add(10 * time.Minute),
	}
}

// notice is a letter without one, and not essential.
func (h *house) notice(to string) letter.Letter {
	return letter.Letter{
		RealmID: h.Realm.ID, UserID: h.user.ID, Kind: letter.ApplicationRevoked, To: to, Language: "en",
		Data: map[string]string{"application": "Little Shop"},
	}
}

func (h *house) send(t *testing.T, l letter.Letter) {
	t.Helper()
	if err := h.letters.Send(h.ctx, l); err != nil {
		t.Fatal(err)
	}
}

// drain sends all that is due.
func (h *house) drain(t *testing.T) {
	t.Helper()
	for {
		n, err := h.letters.Once(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

// last is the newest line of the mail log.
func (h *house) last(t *testing.T, channel ...letter.Channel) message.Entry {
	t.Helper()
	c := letter.Email
	if len(channel) > 0 {
		c = channel[0]
	}
	entries, err := h.letters.Log(t.Context(), h.Realm.ID, message.Filter{Channel: c, Limit: 1})
	if err != nil || len(entries) != 1 {
		t.Fatalf("log: %v, %v", entries, err)
	}
	return entries[0]
}

// waiting is how many letters are queued.
func (h *house) waiting(t *testing.T) int64 {
	t.Helper()
	n, err := h.letters.Waiting(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}
