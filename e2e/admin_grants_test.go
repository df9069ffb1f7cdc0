package e2e_test

import (
	"net/http"
	"testing"
	"time"

	"authserver/e2e"
	"authserver/internal/id"
	"authserver/internal/rest/resttest"
	"authserver/tenant/application"
)

// given is a grant as the administration answers it.
type given struct {
	ID            string    `json:"id"`
	UserID        string    `json:"user_id"`
	ApplicationID string    `json:"application_id"`
	SessionID     string    `json:"session_id"`
	Scopes        []string  `json:"scopes"`
	Audience      []string  `json:"audience"`
	Offline       bool      `json:"offline"`
	CreatedAt     time.Time `json:"created_at"`
	ExpiresAt     time.Time `json:"expires_at"`
}

// registry is the administration of grants, and somebody who signed in to two
// applications, twice to the first.
type registry struct {
	*e2e.House
	*resttest.Caller
	office       *resttest.House
	user         string
	parties      []*e2e.Party
	applications []string
	tokens       []e2e.Tokens
}

func openRegistry(t *testing.T) *registry {
	t.Helper()
	h := e2e.Open(t)
	r := &registry{House: h, office: resttest.New(t, h.Server.Database, h.Server.Realms, h.Realm.ID, h.Clock.Now, h.Server.OAuth.MountAdmin)}
	r.Caller = r.office.As("sessions.read", "sessions.write")
	r.parties = []*e2e.Party{h.NewParty(nil), h.NewParty(func(d *application.Draft) { d.Name = "Quay" })}
	ann := h.NewPerson("ann@example.com")
	u, err := h.Server.Users.ByEmail(t.Context(), h.Realm.ID, ann.Email)
	if err != nil {
		t.Fatal(err)
	}
	r.user = u.ID
	for _, p := range r.parties {
		app, err := h.Server.Applications.ByClientID(t.Context(), h.Realm.ID, p.ClientID)
		if err != nil {
			t.Fatal(err)
		}
		r.applications = append(r.applications, app.ID)
	}
	for _, p := range []*e2e.Party{r.parties[0], r.parties[1], r.parties[0]} {
		h.Clock.Play(time.Second)
		r.tokens = append(r.tokens, tokensOf(t, p, ann))
	}
	return r
}

func tokensOf(t *testing.T, p *e2e.Party, person *e2e.Person) e2e.Tokens {
	t.Helper()
	at := p.Begin()
	back, err := person.Authorize(t.Context(), at.URL)
	if err != nil {
		t.Fatal(err)
	}
	code, err := p.Code(at, back)
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := p.Exchange(t.Context(), code, at.Verifier)
	if err != nil {
		t.Fatal(err)
	}
	return tokens
}

func (r *registry) list(t *testing.T, path string) (l struct {
	Items []given `json:"items"`
	Next  string  `json:"next_cursor"`
}) {
	t.Helper()
	r.Do(http.MethodGet, "/realms/acme"+path, nil).Want(http.StatusOK).Into(&l)
	return l
}

// dead reports whether neither the refresh nor the access token of a sign-in opens
// anything.
func (r *registry) dead(t *testing.T, party *e2e.Party, tokens e2e.Tokens) bool {
	t.Helper()
	_, access := party.Userinfo(t.Context(), tokens.AccessToken)
	_, refresh := party.Refresh(t.Context(), tokens.RefreshToken)
	if (access == nil) != (refresh == nil) {
		t.Errorf("access: %v, refresh: %v", access, refresh)
	}
	return access != nil
}

func TestAdministratorsSeeWhoGaveWhatToWhom(t *testing.T) {
	t.Parallel()
	r := openRegistry(t)
	mine := "/users/" + r.user + "/grants"
	all := r.list(t, mine)
	if len(all.Items) != 3 || all.Next != "" || all.Items[0].ApplicationID != r.applications[0] || all.Items[1].ApplicationID != r.applications[1] {
		t.Fatalf("listed %+v", all)
	}
	if g := all.Items[0]; g.UserID != r.user || !g.Offline || len(g.Scopes) != 4 || !g.ExpiresAt.After(g.CreatedAt) {
		t.Errorf("shown %+v", g)
	}
	first := r.list(t, mine+"?limit=2")
	if second := r.list(t, mine+"?limit=2&cursor="+first.Next); len(second.Items) != 1 || second.Items[0].ID != all.Items[2].ID {
		t.Errorf("the second page is %+v", second)
	}
	if some := r.list(t, mine+"?application_id="+r.applications[1]); len(some.Items) != 1 {
		t.Errorf("to one application: %+v", some)
	}
	theirs := "/applications/" + r.applications[0] + "/grants"
	if some := r.list(t, theirs); len(some.Items) != 2 || some.Items[0].ID != all.Items[0].ID {
		t.Errorf("of an application: %+v", some)
	}
	if some := r.list(t, theirs+"?user_id="+id.New()); len(some.Items) != 0 {
		t.Errorf("of nobody: %+v", some)
	}
	r.Do(http.MethodGet, "/realms/acme/users/"+id.New()+"/grants", nil).Want(http.StatusNotFound, "user_not_found")
	r.Do(http.MethodGet, "/realms/acme/users/x/grants", nil).Want(http.StatusNotFound, "user_not_found")
	r.Do(http.MethodGet, "/realms/acme/applications/"+id.New()+"/grants", nil).Want(http.StatusNotFound, "application_not_found")

	narrow := r.office.For(r.applications[0], "sessions.read")
	narrow.Do(http.MethodGet, "/realms/acme"+theirs, nil).Want(http.StatusOK)
	narrow.Do(http.MethodGet, "/realms/acme/applications/"+r.applications[1]+"/grants", nil).Want(http.StatusNotFound, "application_not_found")
	narrow.Do(http.MethodGet, "/realms/acme"+mine, nil).Want(http.StatusForbidden)
}

func TestAdministratorsEndGrants(t *testing.T) {
	t.Parallel()
	r := openRegistry(t)
	mine := "/realms/acme/users/" + r.user + "/grants"
	newest := r.list(t, "/users/"+r.user+"/grants").Items[0].ID
	r.office.As("sessions.read").Do(http.MethodDelete, mine+"/"+newest, nil).Want(http.StatusForbidden)
	r.Do(http.MethodDelete, "/realms/acme/users/"+id.New()+"/grants/"+newest, nil).Want(http.StatusNotFound, "grant_not_found")
	r.Do(http.MethodDelete, mine+"/"+newest, nil).Want(http.StatusNoContent)
	r.Do(http.MethodDelete, mine+"/"+newest, nil).Want(http.StatusNotFound, "grant_not_found")
	if !r.dead(t, r.parties[0], r.tokens[2]) {
		t.Error("the tokens of an ended grant open something")
	}
	if r.dead(t, r.parties[0], r.tokens[0]) {
		t.Error("another sign-in's tokens have ended")
	}

	r.Do(http.MethodDelete, mine+"?application_id="+r.applications[0], nil).Want(http.StatusNoContent)
	if left := r.list(t, "/users/"+r.user+"/grants"); len(left.Items) != 1 || left.Items[0].ApplicationID != r.applications[1] {
		t.Errorf("left after one application: %+v", left)
	}
	r.Do(http.MethodDelete, mine, nil).Want(http.StatusNoContent)
	if !r.dead(t, r.parties[1], r.tokens[1]) {
		t.Error("tokens open something after all grants ended")
	}
	r.Do(http.MethodDelete, "/realms/acme/users/"+id.New()+"/grants", nil).Want(http.StatusNotFound, "user_not_found")
	r.office.Outranking = []string{r.user}
	r.Do(http.MethodDelete, mine, nil).Want(http.StatusForbidden, "target_outranks")
}

func TestAdministratorsEndWhatAnApplicationHolds(t *testing.T) {
	t.Parallel()
	r := openRegistry(t)
	path := "/realms/acme/applications/" + r.applications[0] + "/grants"
	r.office.For(r.applications[1], "sessions.write").Do(http.MethodDelete, path, nil).Want(http.StatusNotFound, "application_not_found")
	r.office.For(r.applications[0], "sessions.write").Do(http.MethodDelete, path, nil).Want(http.StatusNoContent)
	if !r.dead(t, r.parties[0], r.tokens[0]) || !r.dead(t, r.parties[0], r.tokens[2]) {
		t.Error("the application's tokens open something")
	}
	if r.dead(t, r.parties[1], r.tokens[1]) {
		t.Error("the tokens of another application have ended")
	}
	r.Do(http.MethodDelete, "/realms/acme/applications/"+id.New()+"/grants", nil).Want(http.StatusNotFound, "application_not_found")
}
