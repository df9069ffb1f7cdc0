package privacy_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/gin-gonic/gin"

	"authserver/identity/challenge"
	"authserver/identity/flow"
	"authserver/identity/identitytest"
	"authserver/identity/privacy"
	"authserver/identity/user"
	"authserver/internal/letter"
	"authserver/internal/web"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

const redirectURI = "https://app.example/cb"

// box keeps the letters that were sent.
type box struct {
	mu      sync.Mutex
	letters []letter.Letter
}

// Send implements privacy.Letters.
func (b *box) Send(_ context.Context, l letter.Letter) error {
	if err := l.Check(); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.letters = append(b.letters, l)
	return nil
}

func (b *box) last(t testing.TB) letter.Letter {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.letters) == 0 {
		t.Fatal("no letter was sent")
	}
	return b.letters[len(b.letters)-1]
}

var errBroken = errors.New("the room is broken")

// notes are a room that holds as much as it is told to, until it is broken.
type notes struct {
	size    atomic.Int64
	broken  atomic.Bool
	erasing atomic.Int64
}

// Export implements privacy.Exporter.
func (n *notes) Export(_ context.Context, _, userID string) (string, any, error) {
	if n.broken.Load() {
		return "", nil, errBroken
	}
	return "notes", []string{"for " + userID, strings.Repeat("n", int(n.size.Load()))}, nil
}

// Erase implements privacy.Eraser.
func (n *notes) Erase(context.Context, string, string) error {
	n.erasing.Add(1)
	if n.broken.Load() {
		return errBroken
	}
	return nil
}

// house is the floor with the room, and a dispatcher that only starts flows.
type house struct {
	*identitytest.House
	privacy    *privacy.Service
	challenges *challenge.Service
	box        *box
	notes      *notes
	app        *application.Application
	web        http.Handler
}

func newHouse(t testing.TB, policy ...realm.Policy) *house {
	t.Helper()
	h := &house{House: identitytest.New(t, policy...), box: &box{}, notes: &notes{}}
	h.challenges = challenge.New(challenge.Deps{DB: h.DB, Ring: h.Ring, Now: h.Clock.Now})
	apps := application.New(application.Deps{DB: h.DB, Events: h.Events, Now: h.Clock.Now})
	var err error
	h.app, _, err = apps.Register(h.Context, h.Realm.ID, application.Draft{Name: "Shop", Type: application.Web, RedirectURIs: []string{redirectURI}})
	if err != nil {
		t.Fatal(err)
	}
	h.privacy = privacy.New(privacy.Deps{
		DB: h.DB, Events: h.Events, Ring: h.Ring, Realms: h.Realms, Users: h.Users, Sessions: h.Sessions, Flows: h.Flows,
		Challenges: h.challenges, Now: h.Clock.Now, Logger: slog.New(slog.DiscardHandler),
		Issuer: func(slug string) string { return "http://auth.test/realms/" + slug },
		Others: privacy.Others{
			Letters: h.box, Applications: apps, Exporters: []privacy.Exporter{h.Sessions, h.notes}, Erasers: []privacy.Eraser{h.Sessions, h.notes},
		},
	})
	h.web = h.Serve(identitytest.Persons{House: h.House}, func(m *web.Mux) {
		h.privacy.Mount(m)
		m.Front.GET("/start", func(c *gin.Context) error {
			f, err := h.Flows.Start(c.Request.Context(), flow.Request{
				ApplicationID: h.app.ID, Browser: h.Flows.Bind(c), Parameters: url.Values{"redirect_uri": {redirectURI}},
			})
			if err != nil {
				return err
			}
			return web.Redirect(c, h.Flows.URL(f, flow.Erasure))
		})
	})
	return h
}

// signedIn is a browser in which the user is signed in.
func (h *house) signedIn(t testing.TB, u *user.User) *identitytest.Browser {
	t.Helper()
	b := identitytest.NewBrowser(t, h.web)
	b.SignIn(h.House, u.ID)
	return b
}

func (h *house) user(t testing.TB, u *user.User) *user.User {
	t.Helper()
	got, err := h.Users.ByID(h.Context, h.Realm.ID, u.ID)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// everything is every value of every table, as text.
func (h *house) everything(t testing.TB) string {
	t.Helper()
	tables, err := h.DB.With(h.Context).Migrator().GetTables()
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, table := range tables {
		var rows []map[string]any
		if err := h.DB.With(h.Context).Table(table).Find(&rows).Error; err != nil {
			t.Fatalf("%s: %v", table, err)
		}
		for _, r := range rows {
			for column, value := range r {
				if raw, ok := value.([]byte); ok {
					value = string(raw)
				}
				all.WriteString(table + "." + column + " = ")
				if s, ok := value.(string); ok {
					all.WriteString(s)
				}
				all.WriteByte('\n')
			}
		}
	}
	return all.String()
}
