package rest_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"authserver/internal/database"
	"authserver/internal/database/dbtest"
	"authserver/internal/fault"
	"authserver/internal/id"
	"authserver/internal/rest"
	"authserver/internal/rest/resttest"
	"authserver/internal/web/webtest"
)

var (
	errGone = fault.New(fault.NotFound, "lamp_not_found", "There is no such lamp.")
	errDark = fault.New(fault.Conflict, "lamp_dark", "It is dark.")
)

type lampView struct {
	ID      string     `json:"id" format:"uuid"`
	Name    string     `json:"name"`
	Tags    []string   `json:"tags"`
	Watts   int        `json:"watts"`
	LitAt   *time.Time `json:"lit_at,omitempty"`
	Version int64      `json:"version"`
}

// lamps is a room with operations.
type lamps struct {
	mu   sync.Mutex
	all  []lampView
	made int
}

type listLamps struct {
	rest.Page
	Watts int        `query:"watts" minimum:"1"`
	Lit   *bool      `query:"lit"`
	Since *time.Time `query:"since"`
	Sort  string     `query:"sort" enum:"name,-name" default:"name"`
}

type makeLamp struct {
	Body struct {
		Name  string   `json:"name" minLength:"1" maxLength:"20"`
		Tags  []string `json:"tags,omitempty" maxItems:"3"`
		Watts int      `json:"watts,omitempty" minimum:"0" maximum:"100"`
	}
}

type changeLamp struct {
	ID string `path:"lamp" format:"uuid"`
	rest.Match
	Body struct {
		Name rest.Opt[string]   `json:"name,omitzero" maxLength:"20"`
		Tags rest.Opt[[]string] `json:"tags,omitzero" maxItems:"3"`
	}
}

type oneLamp struct {
	ETag     string `header:"ETag"`
	Location string `header:"Location"`
	Body     lampView
}

type lampOnly struct {
	ETag string `header:"ETag"`
	Body lampView
}

type lampID struct {
	ID string `path:"lamp" format:"uuid"`
}

func (l *lamps) list(_ context.Context, in *listLamps) (*rest.List[lampView], error) {
	from, _ := strconv.Atoi(in.After())
	to := min(from+in.Limit, len(l.all))
	next := ""
	if to < len(l.all) {
		next = strconv.Itoa(to)
	}
	return rest.ListOf(l.all[from:to], next), nil
}

func (l *lamps) make(_ context.Context, in *makeLamp) (*oneLamp, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if in.Body.Name == "dark" {
		return nil, errDark
	}
	l.made++
	v := lampView{ID: id.New(), Name: in.Body.Name, Tags: append([]string{}, in.Body.Tags...), Watts: in.Body.Watts, Version: 1}
	l.all = append(l.all, v)
	return &oneLamp{ETag: rest.ETag(1), Location: "/lamps/" + v.ID, Body: v}, nil
}

func (l *lamps) change(_ context.Context, in *changeLamp) (*lampOnly, error) {
	for i := range l.all {
		v := &l.all[i]
		if v.ID != in.ID {
			continue
		}
		if err := in.Matches(v.Version); err != nil {
			return nil, err
		}
		in.Body.Name.To(&v.Name)
		in.Body.Tags.To(&v.Tags)
		v.Version++
		return &lampOnly{ETag: rest.ETag(v.Version), Body: *v}, nil
	}
	return nil, errGone
}

func (l *lamps) drop(_ context.Context, in *lampID) (*rest.None, error) { return &rest.None{}, nil }

func (l *lamps) MountAdmin(a *rest.API) {
	rest.Handle(a, rest.Operation{ID: "listLamps", Method: http.MethodGet, Path: "/lamps", Tag: "Lamps", Summary: "List lamps", Permission: "lamps.read", Narrow: true}, l.list)
	rest.Handle(a, rest.Operation{ID: "makeLamp", Method: http.MethodPost, Path: "/lamps", Tag: "Lamps", Summary: "Make a lamp", Permission: "lamps.write", Faults: []*fault.Fault{errDark}}, l.make)
	rest.Handle(a, rest.Operation{ID: "changeLamp", Method: http.MethodPatch, Path: "/lamps/{lamp}", Tag: "Lamps", Summary: "Change a lamp", Permission: "lamps.write", Missing: errGone}, l.change)
	rest.Handle(a, rest.Operation{ID: "dropUser", Method: http.MethodDelete, Path: "/users/{user}", Tag: "Lamps", Summary: "Drop", Permission: "lamps.write", Subject: "user"},
		func(context.Context, *struct {
			ID string `path:"user" format:"uuid"`
		}) (*rest.None, error) {
			return &rest.None{}, nil
		})
	rest.Handle(a, rest.Operation{ID: "dropLamp", Method: http.MethodDelete, Path: "/lamps/{lamp}", Tag: "Lamps", Summary: "Drop a lamp", Permission: "lamps.write", Missing: errGone}, l.drop)
}

func open(t *testing.T) (*resttest.House, *lamps, *database.DB) {
	t.Helper()
	l, db := &lamps{}, dbtest.New(t)
	return resttest.New(t, db, webtest.Realms{"acme"}, "r1", webtest.Deps().Now, l.MountAdmin), l, db
}

const path = "/realms/acme/lamps"

func TestOnlyWhoMayGetsIn(t *testing.T) {
	t.Parallel()
	h, _, _ := open(t)
	h.Nobody().Do("GET", path, nil).Want(401, "unauthenticated")
	if got := h.Nobody().Do("GET", path, nil).Header.Get("WWW-Authenticate"); !strings.HasPrefix(got, "Bearer") {
		t.Errorf("the challenge is %q", got)
	}
	h.As("lamps.write").Do("GET", path, nil).Want(403, "permission_denied")
	h.As("lamps.read").Do("GET", path, nil).Want(200)
	h.For("a1", "lamps.read").Do("GET", path, nil).Want(200)
	h.For("a1", "lamps.write").Do("POST", path, map[string]any{"name": "x"}).Want(403, "permission_denied")
	h.All().Do("GET", "/realms/nowhere/lamps", nil).Want(404, "realm_not_found")
	someone := id.New()
	h.All().Do("DELETE", "/realms/acme/users/"+someone, nil).Want(204)
	h.Outranking = []string{someone}
	h.All().Do("DELETE", "/realms/acme/users/"+someone, nil).Want(403, "target_outranks")
}

func TestInputIsHeldToItsSchema(t *testing.T) {
	t.Parallel()
	h, l, _ := open(t)
	c := h.All()
	for _, q := range []string{"?watts=0", "?watts=x", "?lit=1", "?since=yesterday", "?since=0001-01-01T00:00:00Z", "?sort=watts", "?limit=0", "?limit=101", "?sort=name;--"} {
		c.Do("GET", path+q, nil).Want(400)
	}
	c.Do("GET", path+"?colour=red", nil).Want(400, "unknown_parameter")
	c.Do("GET", path+"?watts=5&lit=true&since=2026-01-01T00:00:00Z&sort=-name", nil).Want(200)
	for body, code := range map[string]string{
		`{}`: "invalid_value", `{"name":""}`: "invalid_value", `{"name":1}`: "invalid_value", `{"name":null}`: "invalid_value", `[]`: "invalid_value",
		`{"name":"x","id":"1"}`: "unknown_field", `{"name":"x","name":"y"}`: "invalid_json", `{"name":"x"}{}`: "invalid_json", `{`: "invalid_json",
		`{"name":"x","watts":1e999}`: "invalid_json", `{"name":"x","watts":101}`: "invalid_value", `{"name":"x","watts":1.5}`: "invalid_value",
		`{"name":"\u0000"}`: "invalid_request", `{"name":"x","tags":["a","b","c","d"]}`: "invalid_value", ``: "invalid_json",
	} {
		c.Do("POST", path, body).Want(400, code)
	}
	c.Do("POST", path, `{"name":"x"}`, "Content-Type: text/plain").Want(415, "unsupported_media_type")
	c.Do("POST", path, `{"name":"`+strings.Repeat("x", 70000)+`"}`).Want(413)
	c.Do("DELETE", path+"/not-a-uuid", nil).Want(404, "lamp_not_found")
	c.Do("DELETE", path+"/"+id.New(), `{}`).Want(400, "unknown_field")
	if l.made != 0 {
		t.Errorf("%d lamps were made of bad input", l.made)
	}
}

func TestListsGoByCursorsThatNobodyCanMakeUp(t *testing.T) {
	t.Parallel()
	h, l, _ := open(t)
	for i := range 5 {
		l.all = append(l.all, lampView{ID: id.New(), Name: strconv.Itoa(i)})
	}
	c := h.Person("ann", "lamps.read")
	var page rest.Listed[lampView]
	var seen []string
	for next := ""; ; {
		page = rest.Listed[lampView]{}
		c.Do("GET", path+"?limit=2"+next, nil).Want(200).Into(&page)
		for _, v := range page.Items {
			seen = append(seen, v.Name)
		}
		if page.NextCursor == "" {
			break
		}
		next = "&cursor=" + page.NextCursor
	}
	if got := strings.Join(seen, ""); got != "01234" {
		t.Errorf("saw %s", got)
	}
	c.Do("GET", path+"?limit=2", nil).Into(&page)
	for name, where := range map[string]string{
		"another filter": "?watts=3&cursor=" + page.NextCursor, "a changed cursor": "?cursor=" + page.NextCursor[:len(page.NextCursor)-2] + "AA",
		"nonsense": "?cursor=1'--", "empty": "?cursor=A",
	} {
		if got := c.Do("GET", path+where, nil); got.Status != 400 {
			t.Errorf("%s: %d %s", name, got.Status, got.Body)
		}
	}
	h.Person("ben", "lamps.read").Do("GET", path+"?cursor="+page.NextCursor, nil).Want(400, "cursor_invalid")
}

func TestAChangeIsAMergePatchForAVersion(t *testing.T) {
	t.Parallel()
	h, _, _ := open(t)
	c := h.All()
	var lamp lampView
	made := c.Do("POST", path, map[string]any{"name": "x", "tags": []string{"a"}}).Want(201).Into(&lamp)
	if made.Header.Get("Location") != "/lamps/"+lamp.ID || made.Header.Get("ETag") != `"1"` {
		t.Errorf("headers %v", made.Header)
	}
	at := path + "/" + lamp.ID
	c.Do("PATCH", at, `{"tags":null}`, "If-Match: \"2\"").Want(412, "version_mismatch")
	c.Do("PATCH", at, `{"tags":null}`, "If-Match: \"1\"", "Content-Type: application/merge-patch+json").Want(200).Into(&lamp)
	if lamp.Name != "x" || len(lamp.Tags) != 0 {
		t.Errorf("after the patch: %+v", lamp)
	}
	c.Do("PATCH", at, `{"name":7}`).Want(400, "invalid_value")
	c.Do("PATCH", at, `{"watts":7}`).Want(400, "unknown_field")
}

func TestAPostWithAKeyIsDoneOnce(t *testing.T) {
	t.Parallel()
	h, l, _ := open(t)
	c := h.Person("ann", rest.All)
	body := map[string]any{"name": "x"}
	first := c.Do("POST", path, body, "Idempotency-Key: k1").Want(201)
	again := c.Do("POST", path, body, "Idempotency-Key: k1").Want(201)
	if first.Body != again.Body || again.Header.Get("Idempotency-Replayed") != "true" || first.Header.Get("Location") != again.Header.Get("Location") || l.made != 1 {
		t.Errorf("made %d: %s then %s", l.made, first.Body, again.Body)
	}
	c.Do("POST", path, map[string]any{"name": "y"}, "Idempotency-Key: k1").Want(409, "idempotency_key_reused")
	c.Do("POST", path, body, "Idempotency-Key: k 1").Want(400, "idempotency_key_invalid")
	h.Person("ben", rest.All).Do("POST", path, body, "Idempotency-Key: k1").Want(201)
	// A failure is not remembered.
	c.Do("POST", path, map[string]any{"name": "dark"}, "Idempotency-Key: k2").Want(409, "lamp_dark")
	c.Do("POST", path, body, "Idempotency-Key: k2").Want(201)
	made := l.made
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			got := c.Do("POST", path, body, "Idempotency-Key: k3")
			if got.Status != 201 && got.Status != 409 {
				t.Errorf("%d %s", got.Status, got.Body)
			}
		})
	}
	all.Wait()
	if l.made != made+1 {
		t.Errorf("20 at once made %d", l.made-made)
	}
}

func TestTheDocumentSaysWhatThereIs(t *testing.T) {
	t.Parallel()
	h, _, _ := open(t)
	raw, err := h.API.Document()
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		OpenAPI string `json:"openapi"`
		Paths   map[string]map[string]struct {
			OperationID string                     `json:"operationId"`
			Authz       map[string]any             `json:"x-authz"`
			Responses   map[string]json.RawMessage `json:"responses"`
		} `json:"paths"`
		Components struct {
			Schemas map[string]json.RawMessage `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	op := doc.Paths["/api/v1/realms/{realm}/lamps/{lamp}"]["patch"]
	if doc.OpenAPI != "3.1.0" || op.OperationID != "changeLamp" || op.Authz["permission"] != "lamps.write" || op.Responses["412"] == nil || op.Responses["200"] == nil {
		t.Errorf("the document has %+v", op)
	}
	if doc.Components.Schemas["Lamp"] == nil || doc.Components.Schemas["LampList"] == nil || doc.Components.Schemas["Problem"] == nil {
		t.Errorf("schemas %v", doc.Components.Schemas)
	}
	page := webtest.Get(t, h.Handler, "/api/v1/docs")
	if body := webtest.Body(t, page); page.StatusCode != 200 || !strings.Contains(body, "Change a lamp") || !strings.Contains(body, "lamp_dark") || !strings.Contains(body, "items.watts") {
		t.Errorf("the page: %d\n%s", page.StatusCode, body)
	}
	got := webtest.Get(t, h.Handler, "/api/v1/openapi.json")
	if got.StatusCode != 200 || got.Header.Get("ETag") == "" {
		t.Errorf("%d %v", got.StatusCode, got.Header)
	}
	if again := webtest.Get(t, h.Handler, "/api/v1/openapi.json", "If-None-Match: "+got.Header.Get("ETag")); again.StatusCode != 304 {
		t.Errorf("again: %d", again.StatusCode)
	}
}
