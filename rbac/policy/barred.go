package policy

import (
	"context"

	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/types"
	"github.com/cedar-policy/cedar-go/x/exp/ast"
	"github.com/cedar-policy/cedar-go/x/exp/eval"

	"authserver/rbac"
)

// Barred implements rbac.InForce.
func (s *Service) Barred(ctx context.Context, realmID string, f rbac.Facts, roles []string, applicationID string, codes []string) ([]string, error) {
	r, err := s.inForce(ctx, realmID)
	if err != nil {
		return nil, err
	}
	return r.barred(f, roles, applicationID, codes), nil
}

// barred are those of the codes that a statement forbids the subject with nothing left
// open.
func (r *rules) barred(f rbac.Facts, roles []string, applicationID string, codes []string) []string {
	set := r.asked(applicationID)
	if set == nil {
		return nil
	}
	var forbids []*ast.Policy
	for _, p := range set.All() {
		if p.Effect() == cedar.Forbid {
			forbids = append(forbids, (*ast.Policy)(p.AST()))
		}
	}
	if len(forbids) == 0 {
		return nil
	}
	var found []string
	for _, code := range codes {
		request, entities := situation(f, roles, rbac.Question{Grant: rbac.Grant{ApplicationID: applicationID, Code: code}})
		known := eval.Env{
			Entities: entities, Principal: request.Principal, Action: request.Action,
			Resource: eval.Variable("resource"), Context: eval.Variable("context"),
		}
		for _, p := range forbids {
			if always(known, p) {
				found = append(found, code)
				break
			}
		}
	}
	return found
}

// always reports whether the statement applies whatever the resource and the moment. One
// that cannot be evaluated applies, as it does in a decision.
func always(known eval.Env, p *ast.Policy) bool {
	rest, applies := eval.PartialPolicy(known, p)
	if !applies {
		return false
	}
	switch scope := rest.Resource.(type) {
	case ast.ScopeTypeAll:
	case ast.ScopeTypeIs:
		if scope.Type != types.EntityType(resourceType) { // every resource is one
			return false
		}
	default:
		return false
	}
	if len(rest.Conditions) == 0 {
		return true
	}
	_, failed := eval.ToPartialError(rest.Conditions[0].Body) // before anything that is open
	return failed
}
