package policy_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"authserver/identity/identitytest"
	"authserver/identity/user"
	"authserver/internal/id"
	"authserver/internal/rest"
	"authserver/internal/rest/resttest"
	"authserver/rbac"
	"authserver/rbac/policy"
	"authserver/tenant/application"
)

// house is a realm with an application whose clerks may read invoices, Ben among them.
type house struct {
	*identitytest.House
	t     testing.TB
	roles *rbac.Service
	rules *policy.Service
	api   *resttest.House
	shop  *application.Application
	ben   *user.User
}

// late hands the rules to the roles.
type late struct{ rules *policy.Service }

func (l *late) Judge(ctx context.Context, realmID string, f rbac.Facts, roles []string, q rbac.Question) (rbac.Verdict, []rbac.Reason, error) {
	return l.rules.Judge(ctx, realmID, f, roles, q)
}

func (l *late) Barred(ctx context.Context, realmID string, f rbac.Facts, roles []string, applicationID string, codes []string) ([]string, error) {
	return l.rules.Barred(ctx, realmID, f, roles, applicationID, codes)
}

func newHouse(t testing.TB) *house {
	t.Helper()
	base := identitytest.New(t)
	apps := application.New(application.Deps{DB: base.DB, Events: base.Events, Now: base.Clock.Now})
	l := &late{}
	h := &house{House: base, t: t}
	h.roles = rbac.New(rbac.Deps{DB: base.DB, Events: base.Events, Realms: base.Realms, Users: base.Users, Applications: apps, Policies: l, Now: base.Clock.Now})
	h.rules = policy.New(policy.Deps{DB: base.DB, Events: base.Events, Roles: h.roles, Applications: apps, Now: base.Clock.Now})
	l.rules = h.rules
	h.api = resttest.New(t, base.DB, base.Realms, base.Realm.ID, base.Clock.Now, func(a *rest.API) {
		h.roles.MountAdmin(a)
		h.rules.MountAdmin(a)
	})
	var err error
	h.shop, _, err = apps.Register(base.Context, base.Realm.ID, application.Draft{Name: "Shop", Type: application.Machine})
	h.must(err)
	for _, code := range []string{"invoice.read", "invoice.pay"} {
		_, err := h.roles.CreatePermission(base.Context, base.Realm.ID, h.shop.ID, code, "")
		h.must(err)
	}
	clerk, err := h.roles.CreateRole(base.Context, base.Realm.ID, rbac.Role{
		Slug: "clerk", Name: "Clerk", ApplicationID: h.shop.ID, Grants: []rbac.Grant{{ApplicationID: h.shop.ID, Code: "invoice.read"}},
	})
	h.must(err)
	h.ben = base.User(t, "ben@example.com")
	_, err = h.roles.Assign(base.Context, base.Realm.ID, rbac.Assignment{SubjectKind: rbac.User, SubjectID: h.ben.ID, RoleID: clerk.ID})
	h.must(err)
	return h
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

const path = "/realms/acme/policies"

// draft writes a policy for the shop.
func (h *house) draft(text string) policy.PolicyView {
	h.t.Helper()
	var made policy.PolicyView
	h.api.All().Do(http.MethodPost, path, map[string]any{"application_id": h.shop.ID, "name": id.New(), "draft": text}).Want(http.StatusCreated).Into(&made)
	return made
}

// active puts one in force.
func (h *house) active(text string) policy.PolicyView {
	h.t.Helper()
	at := path + "/" + h.draft(text).ID + "/activation"
	var p policy.PolicyView
	h.api.All().Do(http.MethodPost, at, nil).Want(http.StatusOK).Into(&p)
	return p
}

// asks is Ben's question about a permission of the shop.
func (h *house) asks(code string, how rbac.How, more ...func(*rbac.Question)) rbac.Decision {
	h.t.Helper()
	q := rbac.Question{Grant: rbac.Grant{ApplicationID: h.shop.ID, Code: code}, Resource: rbac.Resource{Type: "invoice", ID: "17"}}
	for _, m := range more {
		m(&q)
	}
	d, err := h.roles.Decide(h.Context, h.Realm.ID, rbac.User, h.ben.ID, how, q)
	h.must(err)
	return d
}

func TestAPolicyForbidsWhatARoleGives(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if d := h.asks("invoice.read", rbac.How{}); !d.Allowed {
		t.Fatalf("without policies: %+v", d)
	}
	p := h.active(`forbid (principal, action == Action::"invoice.read", resource) unless { context has ip && context.ip.isInRange(ip("10.0.0.0/8")) };`)
	if !p.Active || p.Draft != "" {
		t.Errorf("activated: %+v", p)
	}
	d := h.asks("invoice.read", rbac.How{IP: "203.0.113.7"})
	if d.Allowed || len(d.Reasons) != 1 || d.Reasons[0].Code != rbac.PolicyDeny || d.Reasons[0].PolicyID != p.ID {
		t.Errorf("from outside: %+v", d)
	}
	if d := h.asks("invoice.read", rbac.How{IP: "10.1.2.3"}); !d.Allowed {
		t.Errorf("from inside: %+v", d)
	}
	h.api.All().Do(http.MethodDelete, path+"/"+p.ID+"/activation", nil).Want(http.StatusOK)
	if d := h.asks("invoice.read", rbac.How{IP: "203.0.113.7"}); !d.Allowed {
		t.Errorf("after it is out of force: %+v", d)
	}
	h.api.All().Do(http.MethodDelete, path+"/"+p.ID+"/activation", nil).Want(http.StatusConflict, "policy_inactive")
}

func TestAPolicyPermitsByWhatIsActedUpon(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.active(`permit (principal is User, action == Action::"invoice.pay", resource) when {
		principal in Role::"clerk" && resource.type == "invoice" && resource.hasTag("department") && resource.getTag("department") == "sales"
		&& context.request.hasTag("channel") && context.request.getTag("channel") == "desk" && context has factor_age && context.factor_age < 300 };`)
	sales := func(q *rbac.Question) {
		q.Resource.Attributes, q.Context = map[string]any{"department": "sales"}, map[string]any{"channel": "desk"}
	}
	fresh := rbac.Shown("", h.Clock.Now().Add(-time.Minute))
	if d := h.asks("invoice.pay", fresh, sales); !d.Allowed || d.Reasons[0].Code != rbac.PolicyAllow || !strings.HasPrefix(d.Path[0], "policy:") {
		t.Errorf("sales at the desk: %+v", d)
	}
	if d := h.asks("invoice.pay", rbac.Shown("", h.Clock.Now().Add(-time.Hour)), sales); d.Allowed {
		t.Errorf("with an old factor: %+v", d)
	}
	if d := h.asks("invoice.pay", fresh); d.Allowed {
		t.Errorf("without the attributes: %+v", d)
	}
}

// A policy of the realm that permits everything makes nobody an administrator.
func TestNobodyAdministersByAPolicy(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var p policy.PolicyView
	all := h.api.All()
	all.Do(http.MethodPost, path, map[string]any{"name": "All", "draft": "permit (principal, action, resource);"}).Want(http.StatusCreated).Into(&p)
	all.Do(http.MethodPost, path+"/"+p.ID+"/activation", nil).Want(http.StatusOK)
	d, err := h.roles.Decide(h.Context, h.Realm.ID, rbac.User, h.ben.ID, rbac.How{}, rbac.Question{Grant: rbac.Grant{Code: "users.read"}})
	h.must(err)
	if d.Allowed {
		t.Errorf("Ben reads people: %+v", d)
	}
	if d := h.asks("invoice.pay", rbac.How{}); !d.Allowed {
		t.Errorf("the shop's own permission: %+v", d)
	}
}

func TestADraftIsTriedBeforeItCounts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.draft(`forbid (principal, action, resource);`)
	if d := h.asks("invoice.read", rbac.How{}); !d.Allowed {
		t.Errorf("a draft counts: %+v", d)
	}
	var tried struct{ Now, Then policy.Outcome }
	question := map[string]any{"subject_id": h.ben.ID, "permission": "invoice.read", "resource": map[string]any{"type": "invoice", "id": "17"}}
	try := func(policyID string) {
		h.api.All().Do(http.MethodPost, path+"/"+policyID+"/what-if", question).Want(http.StatusOK).Into(&tried)
	}
	if try(p.ID); !tried.Now.Allowed || tried.Then.Allowed || tried.Then.Reasons[0].PolicyID != p.ID {
		t.Errorf("tried: %+v", tried)
	}
	// A change of what is in force waits beside it.
	all := h.api.All()
	all.Do(http.MethodPost, path+"/"+p.ID+"/activation", nil, `If-Match: "7"`).Want(http.StatusPreconditionFailed)
	all.Do(http.MethodPost, path+"/"+p.ID+"/activation", nil, `If-Match: "1"`).Want(http.StatusOK)
	all.Do(http.MethodPost, path+"/"+p.ID+"/activation", nil).Want(http.StatusConflict, "policy_unchanged")
	all.Do(http.MethodPatch, path+"/"+p.ID, map[string]any{"draft": `forbid (principal, action == Action::"invoice.pay", resource);`}).Want(http.StatusOK)
	if try(p.ID); tried.Now.Allowed || !tried.Then.Allowed {
		t.Errorf("tried: %+v", tried)
	}
	all.Do(http.MethodPost, path+"/"+p.ID+"/activation", nil).Want(http.StatusOK)
	if d := h.asks("invoice.read", rbac.How{}); !d.Allowed {
		t.Errorf("what was replaced counts: %+v", d)
	}
	question["application_id"] = id.New()
	all.Do(http.MethodPost, path+"/"+p.ID+"/what-if", question).Want(http.StatusBadRequest, "question_missing")
}

func TestWhatCannotBeEvaluatedIsNotSaved(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for text, says := range map[string]string{
		`forbid (principal, action, resource) when { `:                                         "cannot be read",
		`permit (principal, action == Action::"invoice.burn", resource);`:                      "invoice.burn",
		`permit (principal, action, resource) when { principal.email_verified };`:              "email_verified",
		`permit (principal is User, action, resource) when { principal.shoe == "9" };`:         "shoe",
		`permit (principal is User, action, resource) when { resource.getTag("x") == "y" };`:   "tag",
		`permit (principal is Robot, action, resource);`:                                       "Robot",
		strings.Repeat(`permit (principal, action, resource);`, 51):                            "statements",
		`permit (principal, action == Action::"users.read", resource);`:                        "users.read",
		`permit (principal is User, action, resource) when { context.factor_age < 5 };`:        "factor_age",
		`permit (principal is User, action, resource) when { principal.email_verified == 1 };`: "",
	} {
		got := h.api.All().Do(http.MethodPost, path, map[string]any{"application_id": h.shop.ID, "name": "x", "draft": text}).Want(http.StatusBadRequest, "policy_invalid")
		if !strings.Contains(got.Body, says) {
			t.Errorf("%s: %s does not say %q", text, got.Body, says)
		}
	}
	all, err := h.rules.List(h.Context, h.Realm.ID, nil, "", 10)
	h.must(err)
	if len(all) != 0 {
		t.Errorf("%d policies were saved", len(all))
	}
}

func TestPoliciesOfOthersAreOutOfReach(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.draft(`forbid (principal, action, resource);`)
	at := path + "/" + p.ID
	other := h.api.For(id.New(), "policies.read", "policies.write", "roles.write")
	for method, where := range map[string]string{http.MethodGet: at, http.MethodPatch: at, http.MethodDelete: at, http.MethodPost: at + "/activation"} {
		var body any
		if method == http.MethodPatch {
			body = map[string]any{"name": "mine"}
		}
		other.Do(method, where, body).Want(http.StatusNotFound, "policy_not_found")
	}
	other.Do(http.MethodPost, path, map[string]any{"application_id": h.shop.ID, "name": "x", "draft": "permit (principal, action, resource);"}).Want(http.StatusNotFound, "application_not_found")
	other.Do(http.MethodGet, "/realms/acme/policy-vocabulary?application_id="+h.shop.ID, nil).Want(http.StatusNotFound, "application_not_found")
	// Who may write policies and not change roles puts nothing in or out of force.
	writer := h.api.As("policies.read", "policies.write")
	writer.Do(http.MethodPost, at+"/activation", nil).Want(http.StatusForbidden, "policy_not_held")
	writer.Do(http.MethodDelete, at, nil).Want(http.StatusForbidden, "policy_not_held")
	mine := h.api.For(h.shop.ID, "policies.read", "policies.write", "roles.write")
	mine.Do(http.MethodPost, at+"/activation", nil).Want(http.StatusOK)
	writer.Do(http.MethodDelete, at+"/activation", nil).Want(http.StatusForbidden, "policy_not_held")
	got := mine.Do(http.MethodGet, "/realms/acme/policy-vocabulary?application_id="+h.shop.ID, nil).Want(http.StatusOK)
	if !strings.Contains(got.Body, "invoice.pay") || strings.Contains(got.Body, "users.erase") {
		t.Errorf("vocabulary: %s", got.Body)
	}
	mine.Do(http.MethodDelete, at, nil).Want(http.StatusNoContent)
}

func TestNamesOfPoliciesAreTheirOwn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	body := map[string]any{"application_id": h.shop.ID, "name": "Office hours", "draft": "forbid (principal, action, resource);"}
	h.api.All().Do(http.MethodPost, path, body).Want(http.StatusCreated)
	h.api.All().Do(http.MethodPost, path, body).Want(http.StatusConflict, "policy_name_taken")
	delete(body, "application_id")
	h.api.All().Do(http.MethodPost, path, body).Want(http.StatusCreated)
	body["application_id"] = id.New()
	h.api.All().Do(http.MethodPost, path, body).Want(http.StatusNotFound, "application_not_found")
}
