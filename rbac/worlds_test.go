package rbac_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"authserver/rbac"
)

// scene is a made-up world with somebody in it who wants something.
type scene struct {
	roles       map[string]*rbac.Role
	assignments []*rbac.Assignment
	facts       rbac.Facts
	question    rbac.Question
}

func pick[T any](r *rand.Rand, all ...T) T { return all[r.IntN(len(all))] }

func newScene(r *rand.Rand) *scene {
	now := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	s := &scene{roles: map[string]*rbac.Role{}}
	grants := []rbac.Grant{{Code: "users.read"}, {Code: "users.write"}, {ApplicationID: "shop", Code: "a"}, {ApplicationID: "shop", Code: "b"}, {ApplicationID: "mill", Code: "a"}}
	needs := []rbac.Requirement{rbac.VerifiedEmail, rbac.VerifiedPhone, rbac.TOTP, rbac.StrongFactor}
	n := 1 + r.IntN(6)
	for i := range n {
		role := &rbac.Role{ID: fmt.Sprintf("r%d", i), Slug: fmt.Sprintf("r%d", i)}
		for range r.IntN(3) {
			role.Grants = append(role.Grants, pick(r, grants...))
		}
		if r.IntN(3) == 0 {
			role.Requirements = append(role.Requirements, pick(r, needs...))
		}
		for j := range i { // downwards only: no cycles
			if r.IntN(3) == 0 {
				role.Nested = append(role.Nested, fmt.Sprintf("r%d", j))
			}
		}
		s.roles[role.ID] = role
	}
	for i := range r.IntN(5) {
		a := &rbac.Assignment{ID: fmt.Sprintf("a%d", i), SubjectKind: pick(r, rbac.User, rbac.Group), SubjectID: "x", RoleID: fmt.Sprintf("r%d", r.IntN(n))}
		a.ApplicationID = pick(r, "", "", "shop", "mill")
		a.StartsAt = pick(r, time.Time{}, time.Time{}, now.Add(-time.Hour), now.Add(time.Hour))
		a.ExpiresAt = pick(r, time.Time{}, time.Time{}, now.Add(-time.Hour), now.Add(time.Hour))
		a.MaxFactorAge = pick(r, 0, 0, time.Minute, time.Hour)
		if r.IntN(4) == 0 {
			a.Networks = nets(pick(r, "192.0.2.0/24", "198.51.100.0/24"))
		}
		s.assignments = append(s.assignments, a)
	}
	s.facts = rbac.Facts{
		Kind: pick(r, rbac.User, rbac.User, rbac.Application), Active: r.IntN(10) > 0, VerifiedEmail: r.IntN(2) == 0, VerifiedPhone: r.IntN(2) == 0, TOTP: r.IntN(2) == 0,
		StrongFactor: r.IntN(2) == 0, Now: now, IP: netip.MustParseAddr(pick(r, "192.0.2.7", "198.51.100.9", "203.0.113.1")),
		FactorAt: pick(r, time.Time{}, now.Add(-30*time.Second), now.Add(-30*time.Minute)),
	}
	s.question = rbac.Question{Grant: pick(r, grants...)}
	if s.question.ApplicationID == "" {
		s.question.Scope = pick(r, "", "", "shop")
	}
	return s
}

func (s *scene) world() *rbac.World {
	var own []*rbac.Role
	for _, r := range s.roles {
		own = append(own, r)
	}
	return rbac.NewWorld("r", own)
}

// naive is the model said once more, as plainly as it can be: an assignment that counts
// reaches a role with the permission by a way whose every role's requirements are met.
func (s *scene) naive() bool {
	meets := func(r *rbac.Role) bool {
		for _, need := range r.Requirements {
			met := map[rbac.Requirement]bool{
				rbac.VerifiedEmail: s.facts.VerifiedEmail, rbac.VerifiedPhone: s.facts.VerifiedPhone, rbac.TOTP: s.facts.TOTP, rbac.StrongFactor: s.facts.StrongFactor,
			}[need]
			if !met && s.facts.Kind == rbac.User {
				return false
			}
		}
		return true
	}
	var reaches func(id string) bool
	reaches = func(id string) bool {
		r := s.roles[id]
		if r == nil || !meets(r) {
			return false
		}
		return slices.Contains(r.Grants, s.question.Grant) || slices.ContainsFunc(r.Nested, reaches)
	}
	about := s.question.ApplicationID + s.question.Scope
	f := s.facts
	return f.Active && slices.ContainsFunc(s.assignments, func(a *rbac.Assignment) bool {
		return (a.StartsAt.IsZero() || !f.Now.Before(a.StartsAt)) && (a.ExpiresAt.IsZero() || f.Now.Before(a.ExpiresAt)) &&
			(a.ApplicationID == "" || a.ApplicationID == about) && (a.MaxFactorAge == 0 || !f.FactorAt.IsZero() && f.Now.Sub(f.FactorAt) <= a.MaxFactorAge) &&
			(len(a.Networks) == 0 || a.Networks[0].Contains(f.IP)) && reaches(a.RoleID)
	})
}

// real reports whether the path is a chain of the scene: from an assignment over roles,
// each in the one before, to the permission.
func (s *scene) real(path []string) bool {
	if len(path) > 0 && strings.HasPrefix(path[0], "group:") {
		path = path[1:]
	}
	if len(path) < 3 {
		return false
	}
	i := slices.IndexFunc(s.assignments, func(a *rbac.Assignment) bool { return "assignment:"+a.ID == path[0] })
	if i < 0 || "role:"+s.assignments[i].RoleID != path[1] || path[len(path)-1] != "permission:"+s.question.Code {
		return false
	}
	for at := 1; at < len(path)-2; at++ {
		if !slices.Contains(s.roles[strings.TrimPrefix(path[at], "role:")].Nested, strings.TrimPrefix(path[at+1], "role:")) {
			return false
		}
	}
	return slices.Contains(s.roles[strings.TrimPrefix(path[len(path)-2], "role:")].Grants, s.question.Grant)
}

// Explanation and enforcement are one function; the model said plainly agrees with it,
// every yes has a real way, and every no says why.
func TestDecisionsAgreeOnRandomWorlds(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	allowed := 0
	for i := range worldsTried() {
		s := newScene(r)
		w := s.world()
		d := rbac.Evaluate(w, s.facts, s.assignments, s.question)
		if d.Allowed != s.naive() {
			t.Fatalf("world %d: %+v, the plain model says %v: %+v", i, d, s.naive(), s)
		}
		if d.Allowed {
			allowed++
			if !s.real(d.Path) {
				t.Fatalf("world %d: %v is no way: %+v", i, d.Path, s)
			}
		} else if len(d.Reasons) == 0 || len(d.Path) > 0 {
			t.Fatalf("world %d: denied by %+v", i, d)
		}
		if s.question.ApplicationID == "" {
			continue
		}
		// Tokens tell the same.
		_, held := rbac.Held(w, s.facts, s.assignments, s.question.ApplicationID)
		if slices.Contains(held, s.question.Code) != d.Allowed {
			t.Fatalf("world %d: tokens have %v, the decision is %v: %+v", i, held, d.Allowed, s)
		}
		backwards := slices.Clone(s.assignments)
		slices.Reverse(backwards)
		if again := rbac.Evaluate(w, s.facts, backwards, s.question); again.Allowed != d.Allowed || !slices.Equal(again.Path, d.Path) {
			t.Fatalf("world %d: the order of assignments matters: %+v, %+v", i, d, again)
		}
	}
	if allowed < worldsTried()/20 {
		t.Errorf("only %d worlds allow anything", allowed)
	}
}

func BenchmarkEvaluate(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	scenes := make([]*scene, 256)
	worlds := make([]*rbac.World, len(scenes))
	for i := range scenes {
		scenes[i] = newScene(r)
		worlds[i] = scenes[i].world()
	}
	times := make([]time.Duration, 0, b.N)
	for i := 0; b.Loop(); i++ {
		s := scenes[i%len(scenes)]
		begin := time.Now()
		rbac.Evaluate(worlds[i%len(scenes)], s.facts, s.assignments, s.question)
		times = append(times, time.Since(begin))
	}
	slices.Sort(times)
	b.ReportMetric(float64(times[len(times)/2].Nanoseconds()), "p50-ns")
	b.ReportMetric(float64(times[len(times)*99/100].Nanoseconds()), "p99-ns")
}
