package admin

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"authserver/e2e"
	"authserver/internal/id"
	"authserver/rbac"
	"authserver/tenant/application"
)

// caller is one kind of principal and how the gate answers it.
type caller struct {
	name       string
	credential string
	status     int
	code       string
}

// The router and the document are the same, and every operation says who may call it.
func TestTheDocumentIsTheRouter(t *testing.T) {
	t.Parallel()
	w := NewTown(t)
	documented := map[string]bool{}
	for _, o := range w.doc.Operations {
		documented[o.Method+" "+o.Path] = true
		if o.Authz.Permission == "" && o.Authz.Schemes == nil {
			t.Errorf("%s says nothing about who may call it", o.ID)
		}
		if known := rbac.Catalogue()[o.Authz.Permission] + rbac.OperatorCatalogue()[o.Authz.Permission]; o.Authz.Permission != "" && known == "" {
			t.Errorf("%s needs %s, which nobody can hold", o.ID, o.Authz.Permission)
		}
	}
	parameter := regexp.MustCompile(`:([a-z_]+)`)
	for _, r := range w.Server.AdminRoutes() {
		if r.Method == http.MethodHead {
			continue
		}
		if path := parameter.ReplaceAllString(r.Path, "{$1}"); !documented[r.Method+" "+path] {
			t.Errorf("%s %s is not in the document", r.Method, path)
		}
		delete(documented, r.Method+" "+parameter.ReplaceAllString(r.Path, "{$1}"))
	}
	for left := range documented {
		t.Errorf("%s is in the document and nowhere else", left)
	}
	used := map[string]bool{}
	for _, o := range w.doc.Operations {
		used[o.Authz.Permission] = true
	}
	for _, role := range rbac.BuiltIn() {
		for _, g := range role.Grants {
			if _, known := rbac.Catalogue()[g.Code]; !known {
				t.Errorf("the role %s holds %s, which is none", role.Slug, g.Code)
			}
		}
	}
}

// callers are those whom the gate refuses, for the operation.
func (w *Town) callers(o *Operation) []caller {
	others := slices.DeleteFunc(slices.Sorted(maps.Keys(rbac.Catalogue())), func(code string) bool { return code == o.Authz.Permission })
	all := []caller{
		{"nobody", "", 401, "unauthenticated"},
		{"nonsense", "nonsense", 401, ""},
		{"a key with another end", w.A.Key[:len(w.A.Key)-1] + other(w.A.Key[len(w.A.Key)-1:]), 401, ""},
		{"an expired key", w.spent("expired"), 401, ""},
		{"a revoked key", w.spent("revoked"), 401, ""},
		{"a key from another network", w.spent("network"), 401, ""},
		{"a key for introspection only", w.keyOf("none"), 403, "permission_denied"},
		{"a key for all but this", w.keyOf("", others...), 403, "permission_denied"},
		{"an access token without the scope", w.tokenOf("plain"), 403, "scope_missing"},
	}
	if !o.Authz.RealmScoped {
		for i := range all { // no token reaches above its realm, and no realm's key
			all[i].status, all[i].code = 401, ""
		}
		return append(all, caller{"the administrator of a realm", w.A.Key, 401, ""}, caller{"an operator without the permission", w.operator(otherThan(o.Authz.Permission)), 403, "permission_denied"})
	}
	all = append(all,
		caller{"the administrator of the other realm", w.B.Key, 401, ""},
		caller{"an access token of the other realm", w.tokenOf("foreign"), 401, ""},
		caller{"an access token without a role", w.tokenOf("admin"), 403, "permission_denied"},
		caller{"an operator of the other realm", w.operator(o.Authz.Permission, w.B.Realm.ID), 403, "permission_denied"},
	)
	if !o.Authz.Narrow {
		all = append(all, caller{"a key of one application", w.bound(o.Authz.Permission), 403, "permission_denied"})
	}
	if strings.HasPrefix(o.Authz.Permission, "users.") || strings.HasPrefix(o.Authz.Permission, "sessions.") {
		all = append(all, caller{"an operator with everything", w.Root, 403, "permission_denied"})
	}
	return all
}

// other is a hexadecimal digit that is not this one.
func other(digit string) string {
	if digit == "0" {
		return "1"
	}
	return "0"
}

// otherThan is a permission of operators that is not this one.
func otherThan(permission string) string {
	if permission == "system.read" {
		return "realms.read"
	}
	return "system.read"
}

// once remembers a credential.
func (w *Town) once(name string, make func() string) string {
	if w.made == nil {
		w.made = map[string]string{}
	}
	if w.made[name] == "" {
		w.made[name] = make()
	}
	return w.made[name]
}

func (w *Town) spent(how string) string {
	return w.once(how, func() string {
		d := application.KeyDraft{Name: how, Scopes: []string{"*"}}
		if how == "expired" {
			d.ExpiresAt = w.Clock.Now().Add(time.Millisecond)
		}
		if how == "network" {
			d.Networks = networks("198.51.100.0/24")
		}
		k, plain, err := w.Server.Applications.CreateKey(w.Operator(), w.A.Realm.ID, d)
		w.must(err)
		if how == "revoked" {
			w.must(w.Server.Applications.RevokeKey(w.Operator(), w.A.Realm.ID, k.ID))
		}
		if how == "expired" {
			w.Clock.Play(time.Second)
		}
		return plain
	})
}

func (w *Town) keyOf(name string, scopes ...string) string {
	return w.once("key "+name+strings.Join(scopes, " "), func() string { return w.key(w.A, "", scopes...) })
}

func (w *Town) bound(scope string) string {
	return w.once("bound "+scope, func() string { return w.key(w.A, w.A.App.ID, scope) })
}

func (w *Town) operator(scope string, realms ...string) string {
	return w.once("operator "+scope+strings.Join(realms, " "), func() string {
		_, plain, err := w.Server.Applications.CreateOperatorKey(w.Operator(), application.OperatorDraft{
			KeyDraft: application.KeyDraft{Name: "operator", Scopes: []string{scope}}, Realms: realms,
		})
		w.must(err)
		return plain
	})
}

func (w *Town) tokenOf(kind string) string {
	return w.once("token "+kind, func() string {
		switch kind {
		case "plain":
			return w.tokenFor(w.A, "")
		case "foreign":
			w.appoint(w.B, rbac.RealmAdministrator)
			return w.tokenFor(w.B, "admin")
		}
		return w.tokenFor(w.A, "admin")
	})
}

// The isolation matrix: every operation by every kind of caller, and for who may call it,
// what is another realm's is what does not exist.
func TestNobodyReachesAnotherRealm(t *testing.T) {
	t.Parallel()
	w := NewTown(t)
	books := e2e.Books(t, w.Database)
	w.warm()
	before, err := e2e.Fingerprint(t.Context(), books)
	w.must(err)
	calls := 0
	for _, o := range w.doc.Operations {
		if o.Authz.Permission == "" {
			continue
		}
		g := &Generator{Rand: rand.New(rand.NewPCG(1, 2)), Document: w.doc, Known: w.known(w.A)}
		own := o.path(w.A.Realm.Slug, w.A.thing(t))
		for _, c := range w.callers(o) {
			status, answer := w.Do(c.credential, o.Method, own, w.body(o, g))
			calls++
			if status != c.status || c.code != "" && codeOf(answer) != c.code {
				t.Errorf("%s %s by %s: %s, want %d %s", o.Method, own, c.name, say(status, answer), c.status, c.code)
			}
		}
		if o.Authz.Subject == "user" && o.Method != http.MethodGet { // what the chief holds, a key for this alone does not
			calls++
			upon := strings.Replace(own, w.A.Ann.ID, w.A.Chief.ID, 1)
			if status, answer := w.Do(w.keyOf("alone", o.Authz.Permission), o.Method, upon, w.body(o, g)); status != http.StatusForbidden || codeOf(answer) != "target_outranks" {
				t.Errorf("%s %s by who holds less than the person: %s", o.Method, upon, say(status, answer))
			}
		}
		if !o.Authz.RealmScoped {
			continue
		}
		calls += w.foreign(o, g)
	}
	w.keepsOut(t, before)
	after, err := e2e.Fingerprint(t.Context(), books)
	w.must(err)
	for table, print := range after {
		if before[table] != print && table != "changes" && table != "events" && table != "api_keys" && table != "operator_keys" {
			t.Errorf("refused calls changed the table %s", table)
		}
	}
	t.Logf("%d operations, %d calls", len(w.doc.Operations), calls)
}

// warm makes every credential, so that making them is no change later.
func (w *Town) warm() {
	for _, o := range w.doc.Operations {
		w.callers(o)
	}
}

func (w *Town) keepsOut(t *testing.T, _ map[string]string) {
	t.Helper()
	status, answer := w.Do(w.A.Key, http.MethodGet, "/realms/"+w.A.Realm.Slug+"/users", nil, "X-Realm: "+w.B.Realm.Slug)
	if status != http.StatusBadRequest || codeOf(answer) != "realm_mismatch" {
		t.Errorf("X-Realm of the other realm: %s", say(status, answer))
	}
}

// foreign tries what belongs to the other realm in every place that takes an id: the
// answer is that for an id that nobody has.
func (w *Town) foreign(o *Operation, g *Generator) (calls int) {
	t := w.t
	t.Helper()
	ask := func(what, path string, body any) string {
		calls++
		status, answer := w.Do(w.A.Key, o.Method, path, body)
		if strings.Contains(string(answer), w.B.Canary) {
			t.Errorf("%s %s (%s) shows what is the other realm's: %s", o.Method, path, what, say(status, answer))
		}
		if status < 300 && strings.Contains(what, "path") {
			t.Errorf("%s %s (%s) succeeds: %s", o.Method, path, what, say(status, answer))
		}
		return anonymous(status, answer)
	}
	body := w.body(o, g)
	for _, p := range o.Parameters {
		if p.In != "path" || p.Name == "realm" || p.Name == "kind" || p.Name == "slug" || p.Name == "language" || p.Name == "limit" {
			continue
		}
		at := func(id string) string {
			return o.path(w.A.Realm.Slug, func(name string) string {
				if name == p.Name || strings.HasSuffix(name, "/"+p.Name) {
					if id == "" {
						return w.B.thing(t)(name)
					}
					return id
				}
				return w.A.thing(t)(name)
			})
		}
		unknown := id.New()
		if foreign, nobody := ask("foreign path id "+p.Name, at(""), body), ask("unknown path id", at(unknown), body); foreign != nobody {
			t.Errorf("%s %s: the other realm's %s is told from nobody's: %s, %s", o.Method, o.Path, p.Name, foreign, nobody)
		}
		ask("malformed path id", at("1"), body)
	}
	own := o.path(w.A.Realm.Slug, w.A.thing(t))
	for _, p := range o.Parameters {
		kind, isID := strings.CutSuffix(p.Name, "_id")
		if p.In != "query" || !isID || w.B.Things[kind] == "" {
			continue
		}
		if foreign, nobody := ask("foreign query id", own+"?"+p.Name+"="+w.B.Things[kind], nil), ask("unknown query id", own+"?"+p.Name+"="+id.New(), nil); foreign != nobody {
			t.Errorf("%s %s: ?%s of the other realm is told from nobody's: %s, %s", o.Method, o.Path, p.Name, foreign, nobody)
		}
	}
	for _, ref := range o.Authz.Refs {
		calls += w.reference(o, own, ref)
	}
	return calls
}

// reference tries the other realm's id in a member of the body.
func (w *Town) reference(o *Operation, own, ref string) (calls int) {
	t := w.t
	member, kind, _ := strings.Cut(strings.TrimPrefix(ref, "body."), ":")
	name := member
	if cut := strings.IndexByte(member, '.'); cut >= 0 {
		name = member[:cut]
	}
	ask := func(value string) string {
		g := &Generator{Rand: rand.New(rand.NewPCG(3, 4)), Document: w.doc, Known: w.known(w.A)}
		body, ok := w.body(o, g).(map[string]any)
		if !ok {
			return ""
		}
		switch {
		case strings.Contains(member, "."):
			body[name] = []any{map[string]any{member[len(name)+1:]: value, "code": "invoice.read"}}
		case name == "nested":
			body[name] = []any{value}
		default:
			body[name] = value
		}
		calls++
		status, answer := w.Do(w.A.Key, o.Method, own, body)
		if status < 300 {
			t.Errorf("%s %s takes the other realm's %s: %s", o.Method, own, member, say(status, answer))
		}
		return anonymous(status, answer)
	}
	if foreign, nobody := ask(w.B.Things[kind]), ask(id.New()); foreign != nobody {
		t.Errorf("%s %s: %s of the other realm is told from nobody's: %s, %s", o.Method, o.Path, member, foreign, nobody)
	}
	return calls
}

// body is a valid one for the operation, or nil.
func (w *Town) body(o *Operation, g *Generator) any {
	if o.Body == nil || !strings.HasSuffix(o.BodyKind, "json") {
		return nil
	}
	whole, ok := g.Value(o.Body, "", 0).(map[string]any)
	if !ok {
		return map[string]any{}
	}
	if s := w.doc.Resolve(o.Body); s != nil {
		for name := range whole {
			if !slices.Contains(s.Required, name) {
				delete(whole, name)
			}
		}
	}
	return whole
}

// known are the side's ids by the names that members have.
func (w *Town) known(s *Side) map[string][]string {
	all := map[string][]string{"subject": {s.Ann.ID}, "id": {s.Ann.ID}}
	for name, value := range s.Things {
		all[name] = []string{value}
	}
	return all
}

func codeOf(answer []byte) string {
	var problem struct {
		Code string `json:"code"`
	}
	_ = json.Unmarshal(answer, &problem)
	return problem.Code
}

// anonymous is an answer without what differs from request to request.
func anonymous(status int, answer []byte) string {
	return regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`).ReplaceAllString(say(status, answer), "ID")
}
