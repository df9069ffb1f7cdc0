// Package resttest calls admin operations in tests as somebody who holds what the test
// says. Who may do what in truth is tested with the whole house, in e2e.
package resttest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"authserver/internal/database"
	"authserver/internal/fault"
	"authserver/internal/id"
	"authserver/internal/rest"
	"authserver/internal/secret"
	"authserver/internal/web"
	"authserver/internal/web/webtest"
)

// House is a router with the operations of some rooms.
type House struct {
	API     *rest.API
	Handler http.Handler
	// Outranking are the ids of those who may do more than any caller.
	Outranking []string
	// RealmID is that of the callers.
	RealmID string
	t       testing.TB
}

// New mounts operations. The callers belong to the realm of that id.
func New(t testing.TB, db *database.DB, realms web.Realms, realmID string, now func() time.Time, mount func(*rest.API)) *House {
	t.Helper()
	key := secret.NewKey()
	ring, err := secret.ParseRing([]string{key})
	if err != nil {
		t.Fatal(err)
	}
	d := webtest.Deps()
	d.Realms, d.Now = realms, now
	server := web.New(d)
	h := &House{RealmID: realmID, t: t}
	h.API = rest.New(rest.Deps{DB: db, Ring: ring, Mux: server.Mux(), Authenticator: door{h}, Authorizer: door{h}, Now: now})
	mount(h.API)
	h.Handler = server.Handler()
	return h
}

// Caller sends requests.
type Caller struct {
	h          *House
	credential string
}

// All is an administrator who holds everything in the realm.
func (h *House) All() *Caller { return h.As(rest.All) }

// As is a caller with these permissions in the whole realm.
func (h *House) As(permissions ...string) *Caller {
	return &Caller{h, "api_key:" + id.New() + ";;" + strings.Join(permissions, "|")}
}

// For is a caller with these permissions for one application.
func (h *House) For(applicationID string, permissions ...string) *Caller {
	return &Caller{h, "api_key:" + id.New() + ";" + applicationID + ";" + strings.Join(permissions, "|")}
}

// Person is a caller who is a person of the realm.
func (h *House) Person(userID string, permissions ...string) *Caller {
	return &Caller{h, "user:" + userID + ";;" + strings.Join(permissions, "|")}
}

// Operator is a caller above realms.
func (h *House) Operator(permissions ...string) *Caller {
	return &Caller{h, "operator:" + id.New() + ";;" + strings.Join(permissions, "|")}
}

// Nobody sends no credential.
func (h *House) Nobody() *Caller { return &Caller{h: h} }

// Answer is what came back.
type Answer struct {
	t      testing.TB
	Status int
	Header http.Header
	Body   string
}

// Do sends a request to a path below /api/v1. Body is nil, a string that is sent as it
// is, or a value that is sent as JSON. Header lines are "Name: value".
func (c *Caller) Do(method, path string, body any, header ...string) *Answer {
	c.h.t.Helper()
	var sent io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		sent = strings.NewReader(b)
	default:
		raw, err := json.Marshal(b)
		if err != nil {
			c.h.t.Fatal(err)
		}
		sent = bytes.NewReader(raw)
	}
	r := webtest.Request(c.h.t, method, "/api/v1"+path, sent, header...)
	if r.Header.Get("Content-Type") == "" && sent != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if c.credential != "" {
		r.Header.Set("Authorization", "Bearer "+c.credential)
	}
	got := webtest.Do(c.h.Handler, r)
	return &Answer{c.h.t, got.StatusCode, got.Header, webtest.Body(c.h.t, got)}
}

// Want fails the test unless the answer has the status, and for a failure the code.
func (a *Answer) Want(status int, code ...string) *Answer {
	a.t.Helper()
	var problem struct {
		Code string `json:"code"`
	}
	if len(code) > 0 {
		_ = json.Unmarshal([]byte(a.Body), &problem)
	}
	if a.Status != status || len(code) > 0 && problem.Code != code[0] {
		a.t.Fatalf("got %d %s\nwant %d %v", a.Status, a.Body, status, code)
	}
	return a
}

// Into decodes the answer, strictly.
func (a *Answer) Into(v any) *Answer {
	a.t.Helper()
	d := json.NewDecoder(strings.NewReader(a.Body))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		a.t.Fatalf("decode: %v\n%s", err, a.Body)
	}
	return a
}

// door lets in whoever says who they are.
type door struct{ h *House }

func (d door) Authenticate(_ context.Context, credential string) (*rest.Principal, error) {
	parts := strings.SplitN(credential, ";", 3)
	if len(parts) != 3 {
		return nil, rest.ErrUnauthenticated
	}
	kind, name, _ := strings.Cut(parts[0], ":")
	if name == "" {
		name = id.New()
	}
	p := &rest.Principal{Kind: kind, ID: name, RealmID: d.h.RealmID, ApplicationID: parts[1], Scopes: strings.Split(parts[2], "|")}
	if kind == rest.Operator {
		p.RealmID = ""
	}
	return p, nil
}

func (d door) Authorize(_ context.Context, p *rest.Principal, permission string) (rest.Reach, error) {
	switch {
	case !slices.Contains(p.Scopes, rest.All) && !slices.Contains(p.Scopes, permission):
		return rest.Reach{}, nil
	case p.ApplicationID != "":
		return rest.Reach{Applications: []string{p.ApplicationID}}, nil
	}
	return rest.Reach{All: true}, nil
}

func (d door) Outranks(_ context.Context, _ *rest.Principal, _, id string) error {
	if slices.Contains(d.h.Outranking, id) {
		return fault.New(fault.Denied, "target_outranks", "They may do more than the caller.")
	}
	return nil
}
