package consent_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"authserver/identity/identitytest"
	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/event/eventtest"
	"authserver/internal/id"
	"authserver/internal/letter"
	"authserver/internal/web"
	"authserver/internal/web/webtest"
	"authserver/tenant/application"
)

// console is a person in their account.
type console struct {
	*stage
	handler http.Handler
	cookie  string
	own     *application.Application
	ben     *user.User
}

func newConsole(t *testing.T) *console {
	t.Helper()
	s := newStage(t)
	v := &console{stage: s, ben: s.User(t, "ben@example.com")}
	d := webtest.Deps()
	d.Realms, d.Persons = s.Realms, identitytest.Persons{House: s.House}
	server := web.New(d)
	s.Mount(server.Mux())
	v.handler = server.Handler()
	_, value := s.Session(t, s.ann.ID)
	v.cookie = "Cookie: session-acme=" + value
	var err error
	v.own, _, err = s.apps.Register(s.Context, s.Realm.ID, application.Draft{
		Name: "Anchor", Type: application.Web, FirstParty: true, RedirectURIs: []string{"https://anchor.example/cb"}, Scopes: []string{"openid", "profile"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

const account = "/realms/acme/account/applications"

func (v *console) do(method, path string, header ...string) (*http.Response, *goquery.Document) {
	v.t.Helper()
	r := webtest.Request(v.t, method, path, nil, append(header, v.cookie, "Sec-Fetch-Site: same-origin")...)
	answer := webtest.Do(v.handler, r)
	doc, err := goquery.NewDocumentFromReader(answer.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return answer, doc
}

func said(doc *goquery.Document, selector string) string {
	return strings.Join(strings.Fields(doc.Find(selector).Text()), " ")
}

func TestConnectedApplicationsAreListedInWordsOfTheConsent(t *testing.T) {
	t.Parallel()
	v := newConsole(t)
	if _, doc := v.do("GET", account); !strings.Contains(said(doc, "main"), "No application has access to your account.") {
		t.Errorf("nothing: %s", said(doc, "main"))
	}
	v.grant("openid", "email", "orders:read")
	early := v.Clock.Now().Add(-time.Hour)
	v.held[v.ann.ID] = []session.Use{
		{ApplicationID: v.own.ID, Scopes: []string{"openid", "profile"}, Since: v.Clock.Now()},
		{ApplicationID: v.app.ID, Scopes: []string{"openid"}, Since: early},
		{ApplicationID: id.New(), Since: early}, // of an application that is gone
	}
	v.held[v.ben.ID] = []session.Use{{ApplicationID: v.own.ID}}
	_, doc := v.do("GET", account)
	rows := doc.Find(".rows > li")
	if rows.Length() != 2 {
		t.Fatalf("%d rows: %s", rows.Length(), said(doc, "main"))
	}
	if got := strings.Join(strings.Fields(rows.Eq(0).Text()), " "); !strings.Contains(got, "Anchor Part of") || !strings.Contains(got, "See your profile") {
		t.Errorf("the realm's own: %s", got)
	}
	got := strings.Join(strings.Fields(rows.Eq(1).Text()), " ")
	for _, want := range []string{"Harbour", "harbour.example", "Access since 4 March 2026", "See your e-mail address", "Use another permission orders:read"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in %s", want, got)
		}
	}
	if strings.Contains(got, "Know that it is you") {
		t.Errorf("openid is listed beside more: %s", got)
	}
}

func TestDisconnectingEndsEverything(t *testing.T) {
	t.Parallel()
	v := newConsole(t)
	v.grant("openid", "email")
	end := account + "/" + v.app.ID + "/end"
	if _, doc := v.do("GET", end); !strings.Contains(said(doc, "h1"), "Withdraw access of Harbour?") || doc.Find("form[method=post]").Length() != 2 {
		t.Errorf("question: %s", said(doc, "main"))
	}
	answer, _ := v.do("POST", end)
	if got := answer.Header.Get("Location"); answer.StatusCode != http.StatusSeeOther || got != account+"?done=application_revoked" {
		t.Fatalf("answer: %d to %q", answer.StatusCode, got)
	}
	if missing := v.ungranted("openid", "email"); len(missing) != 2 {
		t.Errorf("still granted: all but %v", missing)
	}
	if !slices.Equal(v.tokens.revoked, []string{v.Realm.ID + " " + v.ann.ID + " " + v.app.ID}) {
		t.Errorf("tokens revoked: %v", v.tokens.revoked)
	}
	if len(v.post.sent) != 1 || v.post.sent[0].Kind != letter.ApplicationRevoked || v.post.sent[0].To != "ann@example.com" || v.post.sent[0].Data["application"] != "Harbour" {
		t.Errorf("letters: %+v", v.post.sent)
	}
	if types := eventtest.Types(t, v.DB, v.Realm.ID); types[len(types)-1] != "consent.revoked" {
		t.Errorf("events: %v", types)
	}
	if _, doc := v.do("GET", account+"?done=application_revoked"); said(doc, "[role=status]") != "The application no longer has access." {
		t.Errorf("notice: %q", said(doc, "[role=status]"))
	}
	for name, path := range map[string]string{"twice": end, "another's id": account + "/" + id.New() + "/end", "no id": account + "/x/end"} {
		asked, _ := v.do("GET", path)
		answer, doc := v.do("POST", path)
		if asked.StatusCode != http.StatusNotFound || answer.StatusCode != http.StatusNotFound || said(doc, "[role=alert]") == "" {
			t.Errorf("%s: %d and %d, alert %q", name, asked.StatusCode, answer.StatusCode, said(doc, "[role=alert]"))
		}
	}
	if len(v.tokens.revoked) != 1 {
		t.Errorf("tokens revoked: %v", v.tokens.revoked)
	}
}

func TestAnApplicationOfTheRealmIsDisconnectedWithoutAConsent(t *testing.T) {
	t.Parallel()
	v := newConsole(t)
	v.held[v.ann.ID] = []session.Use{{ApplicationID: v.own.ID, Scopes: []string{"openid"}, Since: v.Clock.Now()}}
	answer, _ := v.do("POST", account+"/"+v.own.ID+"/end")
	if answer.StatusCode != http.StatusSeeOther || !slices.Equal(v.tokens.revoked, []string{v.Realm.ID + " " + v.ann.ID + " " + v.own.ID}) {
		t.Errorf("%d, tokens revoked: %v", answer.StatusCode, v.tokens.revoked)
	}
}

func TestWhatFailsLeavesTheConsent(t *testing.T) {
	t.Parallel()
	v := newConsole(t)
	v.grant("email")
	v.tokens.fail = http.ErrServerClosed
	if answer, _ := v.do("POST", account+"/"+v.app.ID+"/end"); answer.StatusCode != http.StatusInternalServerError {
		t.Errorf("%d", answer.StatusCode)
	}
	if missing := v.ungranted("email"); len(missing) != 0 {
		t.Error("the consent is gone, and the tokens live on")
	}
}

func TestApplicationsOfMe(t *testing.T) {
	t.Parallel()
	v := newConsole(t)
	v.grant("openid", "email")
	list := func() (items []struct {
		ID, Name   string
		FirstParty bool `json:"first_party"`
		Scopes     []string
		GrantedAt  time.Time `json:"granted_at"`
	}) {
		t.Helper()
		answer, doc := v.do("GET", "/api/v1/realms/acme/me/applications")
		var list struct{ Items any }
		list.Items = &items
		if err := json.Unmarshal([]byte(doc.Text()), &list); err != nil || answer.StatusCode != http.StatusOK {
			t.Fatalf("%d %s: %v", answer.StatusCode, doc.Text(), err)
		}
		return items
	}
	items := list()
	if len(items) != 1 || items[0].ID != v.app.ID || items[0].Name != "Harbour" || items[0].FirstParty || !slices.Equal(items[0].Scopes, []string{"email"}) || !items[0].GrantedAt.Equal(v.Clock.Now()) {
		t.Errorf("%+v", items)
	}
	for _, c := range []struct {
		id   string
		want int
	}{{"x", 404}, {id.New(), 404}, {v.app.ID, 204}, {v.app.ID, 404}} {
		if answer, doc := v.do("DELETE", "/api/v1/realms/acme/me/applications/"+c.id); answer.StatusCode != c.want {
			t.Errorf("%s: %d, want %d: %s", c.id, answer.StatusCode, c.want, doc.Text())
		}
	}
	if len(list()) != 0 {
		t.Error("still listed")
	}
}
