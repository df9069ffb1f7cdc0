package terms_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"authserver/consent/terms"
	"authserver/identity/identitytest"
	"authserver/internal/event/eventtest"
	"authserver/internal/id"
	"authserver/internal/rest/resttest"
	"authserver/tenant/application"
)

// office is the administration of documents.
type office struct {
	*identitytest.House
	*resttest.Caller
	t     *testing.T
	terms *terms.Service
	rest  *resttest.House
	app   *application.Application
}

func newOffice(t *testing.T) *office {
	t.Helper()
	h := identitytest.New(t)
	o := &office{House: h, t: t}
	apps := application.New(application.Deps{DB: h.DB, Events: h.Events, Now: h.Clock.Now})
	o.terms = terms.New(terms.Deps{DB: h.DB, Events: h.Events, Flows: h.Flows, Sessions: h.Sessions, Applications: apps, Accounts: h.Users, Now: h.Clock.Now})
	o.rest = resttest.New(t, h.DB, h.Realms, h.Realm.ID, h.Clock.Now, o.terms.MountAdmin)
	o.Caller = o.rest.As("documents.read", "documents.write", "consents.read", "applications.read", "applications.write")
	var err error
	if o.app, _, err = apps.Register(h.Context, h.Realm.ID, application.Draft{Name: "Shop", Type: application.Machine}); err != nil {
		t.Fatal(err)
	}
	return o
}

const documents = "/realms/acme/documents"

func text(language, title string) map[string]any {
	return map[string]any{"language": language, "title": title, "markdown": "Be kind."}
}

// write makes a version and returns its address and id.
func (o *office) write(version string) (address, documentID string) {
	o.t.Helper()
	var made struct {
		ID string `json:"id"`
		members
	}
	o.Do(http.MethodPost, documents, map[string]any{"kind": "terms_of_use", "version": version, "texts": []any{text("en", "Terms"), text("pt-br", "Termos")}}).Want(http.StatusCreated).Into(&made)
	return documents + "/" + made.ID, made.ID
}

// members are the other members of an answer.
type members struct {
	Kind      string     `json:"kind"`
	Version   string     `json:"version"`
	Required  bool       `json:"required"`
	Language  string     `json:"language"`
	Status    string     `json:"status"`
	Since     *time.Time `json:"active_since"`
	Row       int64      `json:"row_version"`
	CreatedAt time.Time  `json:"created_at"`
	Texts     []struct {
		Language string `json:"language"`
		Title    string `json:"title"`
		Markdown string `json:"markdown"`
	} `json:"texts"`
}

func (o *office) status(address string) string {
	o.t.Helper()
	var got struct {
		ID string `json:"id"`
		members
	}
	o.Do(http.MethodGet, address, nil).Want(http.StatusOK).Into(&got)
	return got.Status
}

// now is the version in force, or "".
func (o *office) now() string {
	o.t.Helper()
	d, _, err := o.terms.CurrentOf(o.Context, o.Realm.ID, terms.TermsOfUse)
	if err != nil {
		return ""
	}
	return d.Version
}

func TestADraftChangesAndAPublishedVersionDoesNot(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	one, _ := o.write("1")
	o.Do(http.MethodPost, documents, map[string]any{"kind": "terms_of_use", "version": "1", "texts": []any{text("en", "x")}}).Want(http.StatusConflict, "document_version_taken")
	o.Do(http.MethodPatch, one, map[string]any{"version": "1.1"}, `If-Match: "9"`).Want(http.StatusPreconditionFailed)
	o.Do(http.MethodPatch, one, map[string]any{"version": "1.1", "language": "pt-BR"}, `If-Match: "1"`).Want(http.StatusOK)
	o.Do(http.MethodPatch, one, map[string]any{"language": "de"}).Want(http.StatusBadRequest, "document_invalid")
	if o.now() != "" {
		t.Error("a draft is in force")
	}
	o.Do(http.MethodPost, one+"/activate", map[string]any{}).Want(http.StatusOK)
	if o.status(one) != "active" || o.now() != "1.1" {
		t.Errorf("%s, %s is in force", o.status(one), o.now())
	}
	o.Do(http.MethodPost, one+"/activate", map[string]any{}).Want(http.StatusConflict, "document_in_force")
	o.Do(http.MethodPatch, one, map[string]any{"version": "2"}).Want(http.StatusConflict, "document_immutable")
	o.Do(http.MethodDelete, one, nil).Want(http.StatusConflict, "document_immutable")
	draft, _ := o.write("2")
	o.Do(http.MethodDelete, draft, nil).Want(http.StatusNoContent)
	o.Do(http.MethodGet, draft, nil).Want(http.StatusNotFound, "document_not_found")
	for name, body := range map[string]map[string]any{
		"a language twice": {"kind": "k2", "version": "1", "texts": []any{text("en", "a"), text("EN", "b")}},
		"no language":      {"kind": "k2", "version": "1", "texts": []any{text("?", "a")}},
		"no title":         {"kind": "k2", "version": "1", "texts": []any{text("en", "")}},
		"a bad kind":       {"kind": "K 2", "version": "1", "texts": []any{text("en", "a")}},
		"a bad version":    {"kind": "k2", "version": "=1", "texts": []any{text("en", "a")}},
	} {
		if got := o.Do(http.MethodPost, documents, body); got.Status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, got.Status, got.Body)
		}
	}
}

// A version comes into force by the clock, an older one can come back, and what was is not
// forgotten.
func TestVersionsFollowOneAnother(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	one, _ := o.write("1")
	two, _ := o.write("2")
	o.Do(http.MethodPost, one+"/activate", map[string]any{}).Want(http.StatusOK)
	start := o.Clock.Now().Add(time.Hour)
	o.Do(http.MethodPost, two+"/activate", map[string]any{"at": start.Add(-2 * time.Hour)}).Want(http.StatusBadRequest, "document_time_past")
	o.Do(http.MethodPost, two+"/activate", map[string]any{"at": start}).Want(http.StatusOK)
	o.Do(http.MethodPost, one+"/activate", map[string]any{"at": start}).Want(http.StatusConflict, "document_time_taken")
	if o.status(two) != "scheduled" || o.now() != "1" {
		t.Errorf("%s; %s is in force", o.status(two), o.now())
	}
	o.Clock.Add(time.Hour)
	if o.status(two) != "active" || o.status(one) != "superseded" || o.now() != "2" {
		t.Errorf("at its time: %s, %s; %s is in force", o.status(two), o.status(one), o.now())
	}
	o.Do(http.MethodPost, one+"/activate", map[string]any{}).Want(http.StatusOK)
	o.Clock.Add(time.Second)
	if o.now() != "1" {
		t.Errorf("after going back %s is in force", o.now())
	}
	o.Clock.Add(time.Second)
	o.Do(http.MethodPost, two+"/withdraw", nil).Want(http.StatusConflict, "document_not_in_force")
	o.Do(http.MethodPost, one+"/withdraw", nil).Want(http.StatusOK)
	if o.now() != "" || o.status(one) != "superseded" {
		t.Errorf("withdrawn: %s, %s is in force", o.status(one), o.now())
	}
	global, err := o.terms.Create(o.Context, terms.Document{Kind: terms.TermsOfUse, Version: "all", Texts: []terms.Text{{Language: "en", Title: "T", Markdown: "M"}}})
	if err != nil {
		t.Fatal(err)
	}
	o.Do(http.MethodGet, documents+"/"+global.ID, nil).Want(http.StatusNotFound) // it is not the realm's
	operator := o.rest.Operator("realms.read", "realms.write")
	operator.Do(http.MethodPost, "/documents/"+global.ID+"/activate", map[string]any{}).Want(http.StatusOK)
	o.Clock.Add(time.Second)
	if o.now() != "all" {
		t.Errorf("%s is in force, want the document for all realms", o.now())
	}
	o.Do(http.MethodPost, two+"/activate", map[string]any{}).Want(http.StatusOK)
	o.Clock.Add(time.Second)
	if o.now() != "2" {
		t.Errorf("%s is in force, want the realm's own", o.now())
	}
}

func TestTheLedgerIsRead(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	one, documentID := o.write("1")
	o.Do(http.MethodPost, one+"/activate", map[string]any{}).Want(http.StatusOK)
	ann := o.User(t, "ann@example.com")
	if err := o.terms.Accept(o.Context, o.Realm.ID, ann.ID, o.app.ID, terms.ChannelSignIn, "pt", []string{documentID}); err != nil {
		t.Fatal(err)
	}
	if err := o.terms.Accept(o.Context, o.Realm.ID, ann.ID, "", terms.ChannelAPI, "en", []string{documentID}); err != nil {
		t.Fatal(err)
	}
	if err := o.terms.Accept(o.Context, o.Realm.ID, ann.ID, "", terms.ChannelAPI, "en", []string{id.New()}); err == nil {
		t.Error("what is not in force was accepted")
	}
	if got := slices.DeleteFunc(eventtest.Types(t, o.DB, o.Realm.ID), func(e string) bool { return e != "document.accepted" }); len(got) != 1 {
		t.Errorf("%d events, want one for the first time", len(got))
	}
	answer := o.Do(http.MethodGet, "/realms/acme/acceptances?user_id="+ann.ID, nil).Want(http.StatusOK)
	if !strings.Contains(answer.Body, `"language":"pt-BR"`) || strings.Count(answer.Body, `"user_id"`) != 1 {
		t.Errorf("the ledger: %s", answer.Body)
	}
	if csv := o.Do(http.MethodGet, "/realms/acme/acceptances/export", nil).Want(http.StatusOK); strings.Count(csv.Body, "\n") != 2 || !strings.Contains(csv.Body, ann.ID) {
		t.Errorf("the file: %s", csv.Body)
	}
	pins := "/realms/acme/applications/" + o.app.ID + "/documents"
	draft, draftID := o.write("2")
	o.Do(http.MethodPut, pins, map[string]any{"documents": []string{draftID}}).Want(http.StatusBadRequest, "document_unknown")
	o.Do(http.MethodPut, pins, map[string]any{"documents": []string{documentID}}).Want(http.StatusOK)
	o.Do(http.MethodPost, draft+"/activate", map[string]any{"at": o.Clock.Now().Add(time.Minute)}).Want(http.StatusOK)
	o.Do(http.MethodPut, pins, map[string]any{"documents": []string{documentID, draftID}}).Want(http.StatusBadRequest, "document_invalid")
	if got := o.Do(http.MethodGet, pins, nil).Want(http.StatusOK); !strings.Contains(got.Body, documentID) {
		t.Errorf("what the application demands: %s", got.Body)
	}
	if err := o.terms.Erase(o.Context, o.Realm.ID, ann.ID); err != nil {
		t.Fatal(err)
	}
	if got := o.Do(http.MethodGet, "/realms/acme/acceptances", nil).Want(http.StatusOK); !strings.Contains(got.Body, `"items":[]`) {
		t.Errorf("after erasing: %s", got.Body)
	}
}

// Nothing that a document says becomes more than text, links and structure.
func TestMarkdownIsHarmless(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for markdown, want := range map[string]string{
		"# Title":                                   "<h2>Title</h2>",
		"<script>alert(1)</script>":                 "",
		"[x](javascript:alert(1))":                  "x",
		"[x](https://a.example)":                    `href="https://a.example"`,
		"<img src=x onerror=alert(1)>":              "",
		"![p](https://tracker.example/p.png)":       "",
		"<a href=\"data:text/html,x\">y</a>":        "y",
		"| a | b |\n|---|---|\n| 1 | 2 |":           "<td>1</td>",
		"<h1 onclick=\"x()\" style=\"x\">T</h1>":    "",
		"<https://a.example/\"onmouseover=\"x()\">": "",
	} {
		d, err := o.terms.Create(o.Context, terms.Document{RealmID: o.Realm.ID, Kind: "k" + strings.ReplaceAll(id.New(), "-", ""), Version: "1", Texts: []terms.Text{{Language: "en", Title: "T", Markdown: markdown}}})
		if err != nil {
			t.Fatal(err)
		}
		html, err := o.terms.HTML(o.Context, d, d.Texts[0])
		if err != nil {
			t.Fatal(err)
		}
		got := string(html)
		if want != "" && !strings.Contains(got, want) {
			t.Errorf("%q became %q, want %q in it", markdown, got, want)
		}
		for _, never := range []string{"<script", "javascript:", "onerror", "<img", "data:", "onclick", "style=", `"onmouseover`} {
			if strings.Contains(got, never) {
				t.Errorf("%q became %q", markdown, got)
			}
		}
	}
}
