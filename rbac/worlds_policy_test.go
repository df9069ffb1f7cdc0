package rbac_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"authserver/rbac"
	"authserver/rbac/policy"
)

// rule is a statement in Cedar, and the same said plainly.
type rule struct {
	id, application, text string
	forbids               bool
	applies               func(s *scene) bool
	// always says that it applies whatever the resource and the moment; nil is never.
	always func(s *scene) bool
}

func rules() []rule {
	user := func(s *scene) bool { return s.facts.Kind == rbac.User }
	code := func(s *scene, code string) bool { return s.question.Code == code }
	about := func(s *scene, kind string) bool { return s.question.Resource.Type == kind }
	return []rule{
		{"lan", "", `forbid (principal, action == Action::"a", resource) unless { context has ip && context.ip.isInRange(ip("192.0.2.0/24")) };`, true,
			func(s *scene) bool { return code(s, "a") && !strings.HasPrefix(s.facts.IP.String(), "192.0.2.") }, nil},
		{"verified", "shop", `permit (principal is User, action == Action::"b", resource) when { principal.email_verified };`, false,
			func(s *scene) bool { return user(s) && code(s, "b") && s.facts.VerifiedEmail }, nil},
		{"safe", "", `forbid (principal is User, action, resource) when { !principal.totp && resource.type == "safe" };`, true,
			func(s *scene) bool { return user(s) && !s.facts.TOTP && about(s, "safe") }, nil},
		{"open", "shop", `permit (principal in Role::"r1", action, resource) when { resource.hasTag("open") && resource.getTag("open") == "yes" };`, false,
			func(s *scene) bool { return s.holds("r1") && s.question.Resource.Attributes["open"] == "yes" }, nil},
		{"all", "", `permit (principal, action, resource);`, false, func(*scene) bool { return true }, nil},
		{"people", "mill", `forbid (principal is Application, action, resource);`, true,
			func(s *scene) bool { return !user(s) }, func(s *scene) bool { return !user(s) }},
		{"fails", "", `forbid (principal is User, action, resource == Resource::"safe/1") when { resource.getTag("sealed") == "yes" };`, true,
			func(s *scene) bool { // a tag that is not there cannot be compared, and what forbids and fails forbids
				return user(s) && about(s, "safe") && s.question.Resource.ID == "1" && s.question.Resource.Attributes["sealed"] != "no"
			}, nil},
		{"group", "", `forbid (principal in Group::"g", action in [Action::"users.write", Action::"b"], resource);`, true,
			func(s *scene) bool { return len(s.facts.Groups) > 0 && (code(s, "users.write") || code(s, "b")) },
			func(s *scene) bool { return len(s.facts.Groups) > 0 && (code(s, "users.write") || code(s, "b")) }},
		{"fresh", "shop", `forbid (principal, action, resource) when { context has factor_age && context.factor_age > 600 };`, true,
			func(s *scene) bool {
				return !s.facts.FactorAt.IsZero() && s.facts.Now.Sub(s.facts.FactorAt) > 10*time.Minute
			}, nil},
		{"strong", "shop", `forbid (principal is User, action == Action::"a", resource) when { !principal.strong_factor || resource.type == "safe" };`, true,
			func(s *scene) bool { return user(s) && code(s, "a") && (!s.facts.StrongFactor || about(s, "safe")) },
			func(s *scene) bool { return user(s) && code(s, "a") && !s.facts.StrongFactor }},
		{"desk", "shop", `permit (principal, action, resource) when { context.request.hasTag("at") && context.request.getTag("at") == "desk" };`, false,
			func(s *scene) bool { return s.question.Context["at"] == "desk" }, nil},
	}
}

// holds says plainly whether the role counts for the subject where the question is asked.
func (s *scene) holds(role string) bool {
	asked := s.question
	defer func(r []rbac.Grant) { s.question, s.roles[role].Grants = asked, r }(s.grants(role))
	mark := rbac.Grant{ApplicationID: asked.ApplicationID, Code: "mark of " + role}
	if s.roles[role] == nil {
		return false
	}
	s.roles[role].Grants, s.question.Grant = []rbac.Grant{mark}, mark
	return s.naive()
}

func (s *scene) grants(role string) []rbac.Grant {
	if s.roles[role] == nil {
		s.roles[role] = &rbac.Role{ID: role, Slug: role} // that nobody has
	}
	return s.roles[role].Grants
}

// library compiles what is in force in a world, once for each choice.
type library map[string]rbac.InForce

func (l library) of(t testing.TB, chosen []rule) rbac.InForce {
	var key []string
	var all []*policy.Policy
	for _, r := range chosen {
		key = append(key, r.id)
		all = append(all, &policy.Policy{ID: r.id, ApplicationID: r.application, Source: r.text})
	}
	known := strings.Join(key, " ")
	if l[known] == nil {
		made, err := policy.Try(all...)
		if err != nil {
			t.Fatal(err)
		}
		l[known] = made
	}
	return l[known]
}

// ask adds to the scene what policies look at, and returns up to three of the rules.
func (s *scene) ask(r *rand.Rand, all []rule) []rule {
	s.question.Resource = rbac.Resource{Type: pick(r, "safe", "shelf"), ID: pick(r, "1", "2"), Attributes: map[string]any{}}
	for _, name := range []string{"open", "sealed"} {
		if v := pick(r, "", "yes", "no"); v != "" {
			s.question.Resource.Attributes[name] = v
		}
	}
	s.question.Context = map[string]any{"at": pick(r, "desk", "door")}
	s.facts.ID = "x"
	if r.IntN(3) == 0 {
		s.facts.Groups = []string{"g"}
	}
	var chosen []rule
	for _, one := range all {
		if r.IntN(len(all)) < 2 && len(chosen) < 3 {
			chosen = append(chosen, one)
		}
	}
	return chosen
}

// expected is the model said plainly: what forbids wins, what permits adds to an
// application's own permissions, and else roles decide.
func (s *scene) expected(chosen []rule) (allowed bool, deciding []string, always bool) {
	var permits, forbids []string
	for _, r := range chosen {
		if r.application != "" && r.application != s.question.ApplicationID || !r.applies(s) {
			continue
		}
		if r.forbids {
			forbids = append(forbids, r.id)
			always = always || r.always != nil && r.always(s)
		} else {
			permits = append(permits, r.id)
		}
	}
	roles := s.naive()
	switch {
	case !s.facts.Active:
		return false, nil, always
	case len(forbids) > 0:
		return false, forbids, always
	case roles:
		return true, nil, always
	case len(permits) > 0 && s.question.ApplicationID != "":
		return true, permits, always
	}
	return false, nil, always
}

// What decides with policies agrees with the plain model, says which policy decided, and
// tokens leave out exactly what is forbidden always.
func TestDecisionsWithPoliciesAgreeOnRandomWorlds(t *testing.T) {
	t.Parallel()
	r, shelf, all := rand.New(rand.NewPCG(3, 4)), library{}, rules()
	var byPolicy, barredOnes int
	used := map[string]bool{}
	for i := range worldsTried() {
		s := newScene(r)
		chosen := s.ask(r, all)
		in := shelf.of(t, chosen)
		want, deciding, always := s.expected(chosen)
		w := s.world()
		d, err := rbac.Judge(t.Context(), in, w, s.facts, s.assignments, s.question)
		if err != nil {
			t.Fatal(err)
		}
		describe := func() string { return fmt.Sprintf("world %d, rules %v: %+v of %+v", i, ids(chosen), d, s) }
		if d.Allowed != want {
			t.Fatalf("%s: the plain model says %v", describe(), want)
		}
		if len(d.Reasons) == 0 || d.Allowed != (len(d.Path) > 0) {
			t.Fatalf("%s: no reason, or a path that leads nowhere", describe())
		}
		if len(deciding) > 0 {
			byPolicy++
		}
		for _, reason := range d.Reasons {
			if decided := reason.PolicyID != ""; decided != (len(deciding) > 0) || decided && !slices.Contains(deciding, reason.PolicyID) {
				t.Fatalf("%s: decided by %q, the plain model says %v", describe(), reason.PolicyID, deciding)
			}
			used[reason.PolicyID] = true
		}
		if !s.facts.Active {
			continue
		}
		held, _ := rbac.Held(w, s.facts, s.assignments, s.question.ApplicationID)
		barred, err := in.Barred(t.Context(), "r", s.facts, held, s.question.ApplicationID, []string{s.question.Code})
		if err != nil || (len(barred) == 1) != always {
			t.Fatalf("%s: tokens leave out %v, %v; forbidden always: %v", describe(), barred, err, always)
		}
		barredOnes += len(barred)
	}
	if byPolicy < worldsTried()/20 || barredOnes < worldsTried()/100 {
		t.Errorf("policies decided %d worlds and always forbade in %d", byPolicy, barredOnes)
	}
	for _, r := range all {
		if !used[r.id] {
			t.Errorf("rule %s never decided", r.id)
		}
	}
}

func ids(chosen []rule) (all []string) {
	for _, r := range chosen {
		all = append(all, r.id)
	}
	return all
}
