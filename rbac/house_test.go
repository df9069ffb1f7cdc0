package rbac_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"authserver/identity/identitytest"
	"authserver/identity/user"
	"authserver/internal/database"
	"authserver/internal/rest"
	"authserver/internal/web"
	"authserver/internal/web/webtest"
	"authserver/rbac"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

// stage is a realm with Ann, who administers it, Ben, who does not, and an application.
type stage struct {
	*identitytest.House
	t     *testing.T
	roles *rbac.Service
	apps  *application.Service
	shop  *application.Application
	ann   *user.User
	ben   *user.User
	front http.Handler
}

func newStage(t *testing.T) *stage {
	t.Helper()
	h := identitytest.New(t)
	s := &stage{House: h, t: t, apps: application.New(application.Deps{DB: h.DB, Events: h.Events, Now: h.Clock.Now})}
	s.roles = rbac.New(rbac.Deps{DB: h.DB, Events: h.Events, Realms: h.Realms, Users: h.Users, Applications: s.apps, Now: h.Clock.Now})
	s.shop = s.register("Shop")
	s.ann, s.ben = h.User(t, "ann@example.com"), h.User(t, "ben@example.com")
	s.assign(s.ann.ID, rbac.RealmAdministrator, "")
	d := webtest.Deps()
	d.Realms, d.Now = h.Realms, h.Clock.Now
	server := web.New(d)
	api := rest.New(rest.Deps{DB: h.DB, Ring: h.Ring, Mux: server.Mux(), Authenticator: word{}, Authorizer: s.roles, PublicURL: "https://auth.example/", Now: h.Clock.Now})
	s.roles.MountAdmin(api)
	s.front = server.Handler()
	return s
}

func (s *stage) register(name string) *application.Application {
	s.t.Helper()
	a, _, err := s.apps.Register(s.Context, s.Realm.ID, application.Draft{Name: name, Type: application.Machine})
	if err != nil {
		s.t.Fatal(err)
	}
	return a
}

func (s *stage) assign(userID, roleID, appID string) *rbac.Assignment {
	s.t.Helper()
	a, err := s.roles.Assign(s.Context, s.Realm.ID, rbac.Assignment{SubjectKind: rbac.User, SubjectID: userID, RoleID: roleID, ApplicationID: appID})
	if err != nil {
		s.t.Fatal(err)
	}
	return a
}

func (s *stage) role(r rbac.Role) *rbac.Role {
	s.t.Helper()
	if r.Name == "" {
		r.Name = r.Slug
	}
	made, err := s.roles.CreateRole(s.Context, s.Realm.ID, r)
	if err != nil {
		s.t.Fatal(err)
	}
	return made
}

func (s *stage) permission(code string) {
	s.t.Helper()
	if _, err := s.roles.CreatePermission(s.Context, s.Realm.ID, s.shop.ID, code, ""); err != nil {
		s.t.Fatal(err)
	}
}

// verify proves the address of a user.
func (s *stage) verify(u *user.User) {
	s.t.Helper()
	s.must(s.DB.InTx(s.Context, func(ctx context.Context) error { return s.Users.VerifyEmail(ctx, s.Realm.ID, u.ID, u.Email) }))
}

func (s *stage) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// word lets in whoever says their kind and id.
type word struct{}

func (word) Authenticate(ctx context.Context, credential string) (*rest.Principal, error) {
	kind, id, _ := strings.Cut(credential, ":")
	p := &rest.Principal{Kind: kind, ID: id, RealmID: realm.From(ctx).ID}
	if kind == rest.APIKey {
		id, scopes, _ := strings.Cut(id, ":")
		p.ApplicationID, p.Scopes = id, strings.Split(scopes, ",")
	}
	return p, nil
}

// do sends a request as somebody and returns status and body.
func (s *stage) do(who, method, path, body string) (int, string) {
	s.t.Helper()
	var header []string
	if body != "" {
		header = append(header, "Content-Type: application/json")
	}
	r := webtest.Request(s.t, method, "/api/v1/realms/acme"+path, strings.NewReader(body), append(header, "Authorization: Bearer "+who)...)
	if body == "" {
		r.Body, r.ContentLength = http.NoBody, 0
	}
	got := webtest.Do(s.front, r)
	return got.StatusCode, webtest.Body(s.t, got)
}

func (s *stage) want(status int, code, who, method, path, body string) string {
	s.t.Helper()
	got, answer := s.do(who, method, path, body)
	if got != status || !strings.Contains(answer, code) {
		s.t.Errorf("%s %s %s %s: got %d %s, want %d %s", who, method, path, body, got, answer, status, code)
	}
	return answer
}

// statements counts the queries of fn.
func (s *stage) statements(fn func(context.Context)) int64 {
	ctx, counts := database.Counting(s.Context)
	fn(ctx)
	return int64(counts.Statements)
}

func userNamed(email string) user.NewUser {
	return user.NewUser{Email: email, Password: identitytest.Password}
}

func (s *stage) verifyAs(userID, email string) {
	s.t.Helper()
	s.must(s.DB.InTx(s.Context, func(ctx context.Context) error { return s.Users.VerifyEmail(ctx, s.Realm.ID, userID, email) }))
}
