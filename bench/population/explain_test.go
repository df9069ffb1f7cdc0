package population_test

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"authserver/bench/population"
	"authserver/identity/user"
	"authserver/internal/database"
	"authserver/rbac"
)

// statement is one query as it went to the database.
type statement struct {
	text   string
	values []any
}

// ear hears the queries that go to a database.
type ear struct {
	mu    sync.Mutex
	heard []statement
}

// listen hears from now on.
func listen(t *testing.T, db *database.DB) *ear {
	t.Helper()
	e := &ear{}
	hear := func(tx *gorm.DB) {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.heard = append(e.heard, statement{tx.Statement.SQL.String(), append([]any{}, tx.Statement.Vars...)})
	}
	on := db.With(t.Context()).Callback()
	for _, register := range []func(string, func(*gorm.DB)) error{on.Query().After("gorm:query").Register, on.Row().After("gorm:row").Register} {
		if err := register("test:ear", hear); err != nil {
			t.Fatal(err)
		}
	}
	return e
}

// during are the queries of fn.
func (e *ear) during(fn func()) []statement {
	e.mu.Lock()
	e.heard = nil
	e.mu.Unlock()
	fn()
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]statement{}, e.heard...)
}

// mostVisited is how many rows a page of ten may cost to find; the largest realm has
// thousands of each thing.
const mostVisited = 400

// explain fails when the query reads or sorts what it does not answer.
func (s *stage) explain(t *testing.T, what, index string, q statement) {
	t.Helper()
	pool := s.DB.With(s.Context).Statement.ConnPool
	prefix := "EXPLAIN QUERY PLAN "
	if postgres() {
		prefix = "EXPLAIN (ANALYZE, FORMAT JSON) "
	}
	rows, err := pool.QueryContext(s.Context, prefix+q.text, q.values...)
	if err != nil {
		t.Fatalf("%s: %v: %s", what, err, q.text)
	}
	defer rows.Close()
	var lines []string
	for rows.Next() {
		var line string
		into := []any{&line}
		if !postgres() { // id, parent, unused, detail
			var a, b, c int
			into = []any{&a, &b, &c, &line}
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	plan := strings.Join(lines, "\n")
	if plan == "" {
		t.Fatalf("%s: no plan for %s", what, q.text)
	}
	if postgres() {
		judgePostgres(t, what, plan, q)
	} else {
		judgeSQLite(t, what, index, plan, q)
	}
}

func postgres() bool { return os.Getenv("TEST_DATABASE_URL") != "" }

// judgeSQLite wants every table searched by an index, that one if it is named, and no sort.
func judgeSQLite(t *testing.T, what, index, plan string, q statement) {
	t.Helper()
	for line := range strings.Lines(plan) {
		if strings.HasPrefix(line, "SCAN ") && !strings.HasPrefix(line, "SCAN CONSTANT ROW") || strings.Contains(line, "TEMP B-TREE") {
			t.Errorf("%s: %s\nin the plan\n%s\nof %s", what, line, plan, q.text)
		}
	}
	if !strings.Contains(plan, index) {
		t.Errorf("%s: does not use %s but\n%s\nfor %s", what, index, plan, q.text)
	}
}

// node is a step of a plan, with what it did.
type node struct {
	Type     string  `json:"Node Type"`
	Relation string  `json:"Relation Name"`
	Rows     float64 `json:"Actual Rows"`
	Loops    float64 `json:"Actual Loops"`
	Removed  float64 `json:"Rows Removed by Filter"`
	Recheck  float64 `json:"Rows Removed by Index Recheck"`
	Plans    []node  `json:"Plans"`
}

// judgePostgres wants few rows visited by every step, so neither a scan nor a sort of what
// is large.
func judgePostgres(t *testing.T, what, plan string, q statement) {
	t.Helper()
	var top []struct{ Plan node }
	if err := json.Unmarshal([]byte(plan), &top); err != nil || len(top) != 1 {
		t.Fatalf("%s: %v: %s", what, err, plan)
	}
	var walk func(n node)
	walk = func(n node) {
		if visited := (n.Rows + n.Removed + n.Recheck) * max(n.Loops, 1); visited > mostVisited {
			t.Errorf("%s: %s of %s visits %.0f rows in the plan\n%s\nof %s", what, n.Type, n.Relation, visited, plan, q.text)
		}
		for _, below := range n.Plans {
			walk(below)
		}
	}
	walk(top[0].Plan)
}

func TestNoQueryOfTheAdministrationReadsAWholeRealm(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	o := population.Options{Seed: 11, Realms: 200, Users: 8_000, Assignments: 40_000, Into: "acme"}
	if _, err := population.Fill(s.Context, s.DB, o); err != nil {
		t.Fatal(err)
	}
	if err := s.Users.CatchUp(s.Context); err != nil {
		t.Fatal(err)
	}
	if postgres() {
		err := s.DB.InTx(s.Context, func(ctx context.Context) error { return s.DB.With(ctx).Exec("ANALYZE").Error })
		if err != nil {
			t.Fatal(err)
		}
	}
	realmID := s.Realm.ID
	page, err := s.Users.List(s.Context, realmID, user.Filter{Limit: 200})
	if err != nil || len(page) != 200 {
		t.Fatalf("%d people, %v", len(page), err)
	}
	groups, err := s.roles.Groups(s.Context, realmID, "", 10)
	if err != nil || len(groups) != 10 {
		t.Fatalf("%d groups, %v", len(groups), err)
	}
	someone, late, yes, no := page[150], time.Date(2025, 8, 1, 0, 0, 0, 0, time.UTC), true, false
	held, err := s.roles.Assignments(s.Context, realmID, rbac.Filter{SubjectKind: rbac.User, SubjectID: someone.ID, Limit: 10})
	if err != nil || len(held) == 0 {
		t.Fatalf("%d assignments, %v", len(held), err)
	}
	people := func(f user.Filter) func(context.Context) error {
		f.Limit = 10
		return func(ctx context.Context) error { _, err := s.Users.List(ctx, realmID, f); return err }
	}
	assignments := func(f rbac.Filter) func(context.Context) error {
		f.Limit = 10
		return func(ctx context.Context) error { _, err := s.roles.Assignments(ctx, realmID, f); return err }
	}
	whole := ""
	hear := listen(t, s.DB)
	for _, c := range []struct {
		what, index string // of SQLite: its plans do not tell how many rows are visited
		do          func(context.Context) error
	}{
		{"list people", "users_listed", people(user.Filter{})},
		{"the next page", "users_listed", people(user.Filter{After: someone.ID})},
		{"suspended", "users_by_status", people(user.Filter{Status: user.StatusSuspended})},
		{"erased", "users_by_status", people(user.Filter{Status: user.StatusErased})},
		{"unverified", "users_by_email_verified", people(user.Filter{EmailVerified: &no})},
		{"verified", "users_by_email_verified", people(user.Filter{EmailVerified: &yes})},
		{"with a factor", "users_by_factor", people(user.Filter{HasFactor: &yes})},
		{"without a factor", "users_by_factor", people(user.Filter{HasFactor: &no})},
		{"created lately", "created_at>?", people(user.Filter{CreatedAfter: late})},
		{"created long ago", "created_at<?", people(user.Filter{CreatedBefore: late.AddDate(0, -10, 0)})},
		{"search an address", "", people(user.Filter{Query: someone.Email[:8]})},
		{"search a name", "", people(user.Filter{Query: someone.GivenName})},
		{"search one letter", "", people(user.Filter{Query: "a"})},
		{"search what is not there", "", people(user.Filter{Query: "nobody is called so"})},
		{"search, the next page", "", people(user.Filter{Query: someone.GivenName[:1], After: someone.ID})},
		{"search a number", "users_by_phone", people(user.Filter{Query: "+4930123456"})},
		{"search an id", "sqlite_autoindex_users", people(user.Filter{Query: someone.ID})},
		{"find by address", "users_email", func(ctx context.Context) error { _, err := s.Users.ByEmail(ctx, realmID, someone.Email); return err }},
		{"list assignments", "role_assignments_realm", assignments(rbac.Filter{})},
		{"assignments of a person", "role_assignments_of", assignments(rbac.Filter{SubjectKind: rbac.User, SubjectID: someone.ID})},
		{"assignments of a group", "role_assignments_of", assignments(rbac.Filter{SubjectKind: rbac.Group, SubjectID: groups[3].ID})},
		{"assignments of a role", "role_assignments_role", assignments(rbac.Filter{RoleID: held[0].RoleID})},
		{"assignments for the realm", "role_assignments_application", assignments(rbac.Filter{ApplicationID: &whole})},
		{"assignments that the key of an application sees", "role_assignments_application", assignments(rbac.Filter{Applications: []string{held[0].ApplicationID}})},
		{"roles", "roles_realm", func(ctx context.Context) error {
			_, err := s.roles.Roles(ctx, realmID, rbac.Filter{Limit: 10})
			return err
		}},
		{"members of a group", "group_members", func(ctx context.Context) error {
			_, err := s.roles.Members(ctx, realmID, groups[3].ID, rbac.User, "", 10)
			return err
		}},
		{"invalid assignments", "role_assignments_unmet", assignments(rbac.Filter{Valid: &no})},
		{"list groups", "user_groups_realm", func(ctx context.Context) error { _, err := s.roles.Groups(ctx, realmID, "", 10); return err }},
		{"decide", "", func(ctx context.Context) error {
			_, err := s.roles.Decide(ctx, realmID, rbac.User, someone.ID, rbac.How{}, rbac.Question{Grant: rbac.Grant{Code: "users.read"}})
			return err
		}},
	} {
		queries := hear.during(func() {
			if err := c.do(s.Context); err != nil {
				t.Errorf("%s: %v", c.what, err)
			}
		})
		if len(queries) == 0 {
			t.Errorf("%s: no query was heard", c.what)
		}
		for i, q := range queries {
			index := c.index
			if i < len(queries)-1 { // what is looked up before
				index = ""
			}
			s.explain(t, c.what, index, q)
		}
	}
}
