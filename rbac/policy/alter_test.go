package policy_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"authserver/internal/database/dbtest"
	"authserver/internal/event"
	"authserver/rbac"
	"authserver/rbac/policy"
	"authserver/tenant/application"
)

// write changes rows beside the room.
func (h *house) write(sql string, values ...any) error {
	return h.DB.InTx(h.Context, func(ctx context.Context) error { return h.DB.With(ctx).Exec(sql, values...).Error })
}

// changed tells that the realm's policies are others.
func (h *house) changed(topic string) error {
	return h.DB.InTx(h.Context, func(ctx context.Context) error { return h.DB.Changed(ctx, topic, h.Realm.ID) })
}

// Whoever has seen an older version changes, deletes and takes out of force nothing.
func TestWhatWasChangedMeanwhileIsNotOverwritten(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.active(`forbid (principal, action, resource);`) // version 2
	at, all := path+"/"+p.ID, h.api.All()
	for _, c := range []struct {
		method, where string
		body          any
	}{
		{http.MethodPatch, at, map[string]any{"name": "Other"}},
		{http.MethodDelete, at, nil},
		{http.MethodDelete, at + "/activation", nil},
	} {
		all.Do(c.method, c.where, c.body, `If-Match: "1"`).Want(http.StatusPreconditionFailed)
	}
	var now policy.PolicyView
	all.Do(http.MethodGet, at, nil).Want(http.StatusOK).Into(&now)
	if now.Version != 2 || !now.Active || now.Name != p.Name {
		t.Errorf("afterwards: %+v", now)
	}
	all.Do(http.MethodDelete, at+"/activation", nil, `If-Match: "2"`).Want(http.StatusOK)
	all.Do(http.MethodPatch, at, map[string]any{"name": "Other"}, `If-Match: "3"`).Want(http.StatusOK).Into(&now)
	if now.Name != "Other" || now.Active {
		t.Errorf("with the version that is: %+v", now)
	}
	all.Do(http.MethodDelete, at, nil, `If-Match: "4"`).Want(http.StatusNoContent)
}

// Null drops a draft that waits beside what counts, and never the only text.
func TestADraftIsDropped(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.draft(`forbid (principal, action, resource);`)
	at, all, null := path+"/"+p.ID, h.api.All(), map[string]any{"draft": nil}
	all.Do(http.MethodPatch, at, null).Want(http.StatusBadRequest, "policy_invalid")
	all.Do(http.MethodPost, at+"/activation", nil).Want(http.StatusOK)
	all.Do(http.MethodPatch, at, map[string]any{"draft": `permit (principal, action, resource);`}).Want(http.StatusOK)
	var now policy.PolicyView
	all.Do(http.MethodPatch, at, null).Want(http.StatusOK).Into(&now)
	if now.Draft != "" || !now.Active || now.Source != `forbid (principal, action, resource);` {
		t.Errorf("after the draft is dropped: %+v", now)
	}
	all.Do(http.MethodPost, at+"/activation", nil).Want(http.StatusConflict, "policy_unchanged")
	if d := h.asks("invoice.read", rbac.How{}); d.Allowed {
		t.Errorf("what counts went with the draft: %+v", d)
	}
}

// What forbids and fails, because a value is missing, must not open what it was to close.
func TestWhatForbidsAndFailsForbids(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.force(`forbid (principal is User, action, resource) when { resource.getTag("sealed") == "yes" };`)
	d := h.asks("invoice.read", rbac.How{})
	if d.Allowed || len(d.Reasons) != 1 || d.Reasons[0].Code != rbac.PolicyDeny || d.Reasons[0].PolicyID != id {
		t.Errorf("without the tag: %+v", d)
	}
	open := func(q *rbac.Question) { q.Resource.Attributes = map[string]any{"sealed": "no"} }
	if d := h.asks("invoice.read", rbac.How{}, open); !d.Allowed {
		t.Errorf("with the tag: %+v", d)
	}
	// One that permits and fails permits nothing.
	h.must(h.write("UPDATE policies SET source = ? WHERE id = ?", `permit (principal, action, resource) when { resource.getTag("open") == "yes" };`, id))
	h.must(h.changed(policy.Topic))
	if d := h.asks("invoice.pay", rbac.How{}); d.Allowed || d.Reasons[0].Code != rbac.NoGrant {
		t.Errorf("a failed permission: %+v", d)
	}
}

// A node that has a realm's policies in memory hears that another has changed them.
func TestASecondNodeHearsOfPolicies(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	db := dbtest.Open(t, h.URL)
	apps := application.New(application.Deps{DB: db, Events: event.New(event.Deps{DB: db, Now: h.Clock.Now}), Now: h.Clock.Now})
	l := &late{}
	there := rbac.New(rbac.Deps{DB: db, Events: h.Events, Realms: h.Realms, Users: h.Users, Applications: apps, Policies: l, Now: h.Clock.Now})
	l.rules = policy.New(policy.Deps{DB: db, Events: h.Events, Roles: there, Applications: apps, Now: h.Clock.Now})
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- db.Watch(ctx) }()
	defer func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("watch: %v", err)
		}
	}()
	allowed := func() bool {
		d, err := there.Decide(h.Context, h.Realm.ID, rbac.User, h.ben.ID, rbac.How{}, rbac.Question{Grant: rbac.Grant{ApplicationID: h.shop.ID, Code: "invoice.read"}})
		h.must(err)
		return d.Allowed
	}
	until := func(want bool) { // the clock of the caches stands still: only an announcement empties them
		t.Helper()
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for range 500 {
			if allowed() == want {
				return
			}
			<-tick.C
		}
		t.Fatalf("the other node never decided %v", want)
	}
	if !allowed() {
		t.Fatal("without policies nobody is allowed")
	}
	p := h.active(`forbid (principal, action, resource);`)
	until(false)
	h.api.All().Do(http.MethodDelete, path+"/"+p.ID+"/activation", nil).Want(http.StatusOK)
	until(true)
}

// Both forms of the decision API hand on what policies ask about.
func TestDecisionsSpeakOfResourceAndContext(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.active(`permit (principal is User, action == Action::"invoice.pay", resource) when {
		resource.type == "invoice" && resource.id == "17" && resource.hasTag("department") && resource.getTag("department") == "sales"
		&& context.request.hasTag("channel") && context.request.getTag("channel") == "desk" };`)
	for _, c := range []struct {
		department, channel string
		allowed             bool
	}{{"sales", "desk", true}, {"legal", "desk", false}, {"sales", "phone", false}} {
		var native struct {
			Evaluations []policy.Outcome
		}
		question := map[string]any{
			"subject_id": h.ben.ID, "permission": "invoice.pay", "application_id": h.shop.ID, "context": map[string]any{"channel": c.channel},
			"resource": map[string]any{"type": "invoice", "id": "17", "properties": map[string]any{"department": c.department}},
		}
		for _, body := range []any{question, map[string]any{"evaluations": []any{question}}} {
			h.api.All().Do(http.MethodPost, "/realms/acme/authorization/decisions", body).Want(http.StatusOK).Into(&native)
			if len(native.Evaluations) != 1 || native.Evaluations[0].Allowed != c.allowed {
				t.Errorf("%+v: %+v", c, native)
			}
		}
		var authzen rbac.AccessDecision
		h.api.All().Do(http.MethodPost, "/realms/acme/access/v1/evaluation", map[string]any{
			"subject": map[string]any{"type": "user", "id": h.ben.ID}, "resource": question["resource"], "context": question["context"],
			"action": map[string]any{"name": "invoice.pay", "properties": map[string]any{"application_id": h.shop.ID}},
		}).Want(http.StatusOK).Into(&authzen)
		if authzen.Decision != c.allowed {
			t.Errorf("AuthZEN, %+v: %v", c, authzen.Decision)
		}
	}
	h.api.All().Do(http.MethodPost, "/realms/acme/authorization/decisions", map[string]any{"context": map[string]any{"channel": "desk"}}).Want(http.StatusBadRequest, "question_missing")
}
