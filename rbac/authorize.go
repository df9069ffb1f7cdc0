package rbac

import (
	"context"
	"slices"

	"authserver/internal/database"
	"authserver/internal/rest"
)

// Authorize implements rest.Authorizer: how far the permission of the administration
// reaches for the caller.
func (s *Service) Authorize(ctx context.Context, p *rest.Principal, permission string) (rest.Reach, error) {
	switch p.Kind {
	case rest.System:
		return rest.Reach{All: true}, nil
	case rest.Operator:
		return operatorReach(ctx, p, permission), nil
	case rest.APIKey:
		if !slices.Contains(p.Scopes, rest.All) && !slices.Contains(p.Scopes, permission) {
			return rest.Reach{}, nil
		}
		if p.ApplicationID != "" {
			return rest.Reach{Applications: []string{p.ApplicationID}}, nil
		}
		return rest.Reach{All: true}, nil
	case rest.User, rest.Application:
		return s.reachOf(ctx, p, permission)
	}
	return rest.Reach{}, nil
}

// operatorReach is that of an operator's key: its scopes, in the realms that it names,
// and never people's data.
func operatorReach(ctx context.Context, p *rest.Principal, permission string) rest.Reach {
	if aboutPeople(permission) || !slices.Contains(p.Scopes, rest.All) && !slices.Contains(p.Scopes, permission) {
		return rest.Reach{}
	}
	if in := realmOf(ctx); in != "" && p.Realms != nil && !slices.Contains(p.Realms, in) {
		return rest.Reach{}
	}
	return rest.Reach{All: true}
}

// reachOf asks the evaluator, for the realm and for each application that an assignment
// of the caller names.
func (s *Service) reachOf(ctx context.Context, p *rest.Principal, permission string) (rest.Reach, error) {
	w, err := s.World(ctx, p.RealmID)
	if err != nil {
		return rest.Reach{}, err
	}
	st, err := s.standingOf(ctx, w, p.Kind, p.ID)
	if err != nil || len(st.assignments) == 0 {
		return rest.Reach{}, err
	}
	f, err := s.Facts(ctx, p.RealmID, p.Kind, p.ID, How{p.ACR, p.AuthenticatedAt, p.IP})
	if err != nil {
		return rest.Reach{}, err
	}
	f.Groups = st.groups
	q := Question{Grant: Grant{Code: permission}}
	all, err := s.judge(ctx, w, f, st, q)
	if err != nil || all.Allowed {
		return rest.Reach{All: all.Allowed}, err
	}
	var reach rest.Reach
	for _, a := range st.assignments {
		if a.ApplicationID == "" || slices.Contains(reach.Applications, a.ApplicationID) {
			continue
		}
		q.Scope = a.ApplicationID
		one, err := s.judge(ctx, w, f, st, q)
		if err != nil {
			return rest.Reach{}, err
		}
		if one.Allowed {
			reach.Applications = append(reach.Applications, a.ApplicationID)
		}
	}
	return reach, nil
}

// judge evaluates roles, then attribute rules.
func (s *Service) judge(ctx context.Context, w *World, f Facts, st *standing, q Question) (Decision, error) {
	return Judge(ctx, s.rules(), w, f, st.assignments, q)
}

// Judge decides by roles and by attribute rules, which may be nil. Every decision is its
// answer: enforced, explained or tried.
func Judge(ctx context.Context, rules Policies, w *World, f Facts, assignments []*Assignment, q Question) (Decision, error) {
	d := Evaluate(w, f, assignments, q)
	if rules == nil || !f.Active {
		return d, nil
	}
	roles, _ := Held(w, f, assignments, q.target())
	verdict, reasons, err := rules.Judge(ctx, w.RealmID, f, roles, q)
	if err != nil {
		return Decision{}, err
	}
	return combine(d, verdict, reasons, q), nil
}

// combine puts the rules' verdict on top of the roles' answer. A rule that forbids always
// wins; one that permits does so for an application's own permissions only.
func combine(d Decision, verdict Verdict, reasons []Reason, q Question) Decision {
	switch {
	case verdict == Forbid:
		return Decision{Reasons: reasons}
	case verdict == Permit && !d.Allowed && q.ApplicationID != "":
		path := []string{}
		if len(reasons) > 0 {
			path = append(path, "policy:"+reasons[0].PolicyID)
		}
		return Decision{Allowed: true, Reasons: reasons, Path: append(path, "permission:"+q.Code)}
	}
	return d
}

// Decide answers a question about a subject of the realm: with the same evaluator that
// lets callers in.
func (s *Service) Decide(ctx context.Context, realmID, kind, id string, how How, q Question) (Decision, error) {
	return s.DecideBy(ctx, s.rules(), realmID, kind, id, how, q)
}

// rules are those in force, or nil where roles alone decide.
func (s *Service) rules() Policies {
	if s.policies == nil {
		return nil
	}
	return s.policies
}

// DecideBy is Decide with other attribute rules than those in force: to try them.
func (s *Service) DecideBy(ctx context.Context, rules Policies, realmID, kind, id string, how How, q Question) (Decision, error) {
	w, err := s.World(ctx, realmID)
	if err != nil {
		return Decision{}, err
	}
	st, err := s.standingOf(ctx, w, kind, id)
	if err != nil {
		return Decision{}, err
	}
	f, err := s.Facts(ctx, realmID, kind, id, how)
	if err != nil {
		return Decision{}, err
	}
	f.Groups = st.groups
	return Judge(ctx, rules, w, f, st.assignments, q)
}

// HeldBy are the roles and permissions of the subject at the application that count now,
// for tokens. Whoever has no role costs no query but the first.
//
// A token knows neither what will be acted upon nor from where, so a permission that
// attribute rules forbid only sometimes is listed: whether it is allowed is asked of Decide.
// One that they always forbid the subject is not. What rules permit beyond the roles is
// not listed either: it is no permission that anybody holds.
func (s *Service) HeldBy(ctx context.Context, realmID, kind, id string, how How, applicationID string) (roles, permissions []string, err error) {
	w, err := s.remembered(ctx, realmID)
	if err != nil {
		return nil, nil, err
	}
	st, err := s.standingOf(ctx, w, kind, id)
	if err != nil || len(st.assignments) == 0 {
		return nil, nil, err
	}
	f, err := s.Facts(ctx, realmID, kind, id, how)
	if err != nil {
		return nil, nil, err
	}
	f.Groups = st.groups
	roles, permissions = Held(w, f, st.assignments, applicationID)
	if s.policies == nil || len(permissions) == 0 {
		return roles, permissions, nil
	}
	barred, err := s.policies.Barred(ctx, realmID, f, roles, applicationID, permissions)
	if err != nil {
		return nil, nil, err
	}
	return roles, slices.DeleteFunc(permissions, func(code string) bool { return slices.Contains(barred, code) }), nil
}

// RequiresFactor reports whether a role of the user demands a second factor: the sign-in
// then demands one as well.
func (s *Service) RequiresFactor(ctx context.Context, realmID, userID string) (bool, error) {
	w, err := s.remembered(ctx, realmID)
	if err != nil {
		return false, err
	}
	if !w.demanding && database.Within(ctx) { // most realms: nobody need be looked up
		return false, nil
	}
	// Outside a transaction what is read here stays in memory for the tokens that follow.
	st, err := s.standingOf(ctx, w, User, userID)
	if err != nil {
		return false, err
	}
	for _, a := range st.assignments {
		for _, r := range w.Closure(a.RoleID) {
			if r.demandsFactor() {
				return true, nil
			}
		}
	}
	return false, nil
}
