package profile_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/gin-gonic/gin"

	"authserver/identity/flow"
	"authserver/identity/identitytest"
	"authserver/identity/profile"
	"authserver/identity/user"
	"authserver/internal/web"
	"authserver/tenant/application"
)

const redirectURI = "https://app.example/cb"

// house is the floor with the room's pages, and a dispatcher that only starts flows.
type house struct {
	*identitytest.House
	profiles *profile.Service
	apps     *application.Service
	app      *application.Application
	web      http.Handler
}

func newHouse(t testing.TB, required ...string) *house {
	t.Helper()
	h := &house{House: identitytest.New(t)}
	h.apps = application.New(application.Deps{DB: h.DB, Events: h.Events, Now: h.Clock.Now})
	var err error
	h.app, _, err = h.apps.Register(h.Context, h.Realm.ID, application.Draft{
		Name: "Shop", Type: application.Web, RedirectURIs: []string{redirectURI}, RequiredFields: required,
	})
	if err != nil {
		t.Fatal(err)
	}
	h.profiles = profile.New(profile.Deps{
		DB: h.DB, Events: h.Events, Realms: h.Realms, Users: h.Users, Sessions: h.Sessions, Flows: h.Flows, Applications: h.apps, Now: h.Clock.Now,
	})
	h.web = h.Serve(identitytest.Persons{House: h.House}, func(m *web.Mux) {
		h.profiles.Mount(m)
		m.Front.GET("/start", func(c *gin.Context) error {
			f, err := h.Flows.Start(c.Request.Context(), flow.Request{
				ApplicationID: h.app.ID, Browser: h.Flows.Bind(c), Parameters: url.Values{"redirect_uri": {redirectURI}},
			})
			if err != nil {
				return err
			}
			return web.Redirect(c, h.Flows.URL(f, flow.Profile))
		})
	})
	return h
}

func (h *house) set(t testing.TB, fields ...profile.Field) *profile.Schema {
	t.Helper()
	s, err := h.profiles.SetSchema(h.Context, h.Realm.ID, -1, fields)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (h *house) user(t testing.TB, u *user.User) *user.User {
	t.Helper()
	got, err := h.Users.ByID(h.Context, h.Realm.ID, u.ID)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// field is a field with a label.
func field(name string, kind profile.Type, spoil ...func(*profile.Field)) profile.Field {
	f := profile.Field{Name: name, Type: kind, Labels: map[string]string{"en": "The " + name, "de": "Das " + name}}
	if kind == profile.Select {
		f.Options = []profile.Option{{Value: "red", Labels: map[string]string{"en": "Red"}}, {Value: "blue"}}
	}
	for _, s := range spoil {
		s(&f)
	}
	return f
}

func required(f *profile.Field)  { f.Required = true }
func adminOnly(f *profile.Field) { f.Edit = profile.Admin }
func hidden(f *profile.Field)    { f.View = profile.Admin }

func number(n float64) *float64 { return &n }
