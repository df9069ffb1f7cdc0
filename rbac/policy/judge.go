package policy

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/types"

	"authserver/internal/database"
	"authserver/rbac"
)

// rules are the statements in force of one realm, by the application whose questions
// they are asked; those of the realm are in all of them.
type rules struct {
	whole *cedar.PolicySet
	of    map[string]*cedar.PolicySet
}

// compile puts the policies' texts together. A text that was stored is one that was
// checked, so an error is a defect.
func compile(all []*Policy) (*rules, error) {
	r := &rules{of: map[string]*cedar.PolicySet{}}
	for _, ofRealm := range []bool{true, false} {
		for _, p := range all {
			if (p.ApplicationID == "") != ofRealm {
				continue
			}
			list, err := read(p.Source)
			if err != nil {
				return nil, fmt.Errorf("policy %s: %w", p.ID, err)
			}
			set := r.open(p.ApplicationID)
			for i, statement := range list {
				set.Add(cedar.PolicyID(p.ID+"/"+strconv.Itoa(i+1)), statement)
			}
		}
	}
	return r, nil
}

// open is the set of the application to add to; it begins with what the realm has.
func (r *rules) open(applicationID string) *cedar.PolicySet {
	if applicationID == "" {
		if r.whole == nil {
			r.whole = cedar.NewPolicySet()
		}
		return r.whole
	}
	set, ok := r.of[applicationID]
	if !ok {
		set = cedar.NewPolicySet()
		if r.whole != nil {
			for id, p := range r.whole.All() {
				set.Add(id, p)
			}
		}
		r.of[applicationID] = set
	}
	return set
}

// asked is the set for a question about the application's permissions, or nil.
func (r *rules) asked(applicationID string) *cedar.PolicySet {
	if set, ok := r.of[applicationID]; ok && applicationID != "" {
		return set
	}
	return r.whole
}

// inForce are the realm's rules, from memory.
func (s *Service) inForce(ctx context.Context, realmID string) (*rules, error) {
	load := func(ctx context.Context) (*rules, error) {
		all, err := s.active(ctx, realmID)
		if err != nil {
			return nil, fmt.Errorf("policies of realm %s: %w", realmID, err)
		}
		return compile(all)
	}
	if known, ok := s.known.Peek(realmID); ok {
		return known, nil
	}
	if database.Within(ctx) { // what is read here may never be committed
		return load(ctx)
	}
	return s.known.Get(ctx, realmID, load)
}

// Judge implements rbac.Policies.
func (s *Service) Judge(ctx context.Context, realmID string, f rbac.Facts, roles []string, q rbac.Question) (rbac.Verdict, []rbac.Reason, error) {
	r, err := s.inForce(ctx, realmID)
	if err != nil {
		return rbac.Silent, nil, err
	}
	verdict, reasons := r.judge(f, roles, q)
	return verdict, reasons, nil
}

// tried are rules that are not in force, for a what-if.
type tried struct{ rules *rules }

// Try returns the rules that these policies' sources would be, were they in force in a
// realm without others.
func Try(all ...*Policy) (rbac.InForce, error) {
	r, err := compile(all)
	if err != nil {
		return nil, err
	}
	return &tried{r}, nil
}

// Barred implements rbac.InForce.
func (t *tried) Barred(_ context.Context, _ string, f rbac.Facts, roles []string, applicationID string, codes []string) ([]string, error) {
	return t.rules.barred(f, roles, applicationID, codes), nil
}

// Judge implements rbac.Policies.
func (t *tried) Judge(_ context.Context, _ string, f rbac.Facts, roles []string, q rbac.Question) (rbac.Verdict, []rbac.Reason, error) {
	verdict, reasons := t.rules.judge(f, roles, q)
	return verdict, reasons, nil
}

func (r *rules) judge(f rbac.Facts, roles []string, q rbac.Question) (rbac.Verdict, []rbac.Reason) {
	set := r.asked(q.ApplicationID)
	if set == nil {
		return rbac.Silent, nil
	}
	request, entities := situation(f, roles, q)
	decision, why := cedar.Authorize(set, entities, request)
	for _, e := range why.Errors { // a statement that forbids must not be silenced by what makes it fail
		if p := set.Get(e.PolicyID); p != nil && p.Effect() == cedar.Forbid {
			return rbac.Forbid, []rbac.Reason{reason(rbac.PolicyDeny, e.PolicyID)}
		}
	}
	code, verdict := rbac.PolicyAllow, rbac.Permit
	if decision == cedar.Deny {
		code, verdict = rbac.PolicyDeny, rbac.Forbid
	}
	reasons := make([]rbac.Reason, 0, len(why.Reasons))
	for _, d := range why.Reasons {
		reasons = append(reasons, reason(code, d.PolicyID))
	}
	if len(reasons) == 0 {
		return rbac.Silent, nil
	}
	return verdict, reasons
}

// reason names the policy and which of its statements it was.
func reason(code string, id cedar.PolicyID) rbac.Reason {
	policy, statement, _ := strings.Cut(string(id), "/")
	return rbac.Reason{Code: code, PolicyID: policy, Detail: "statement " + statement}
}

// resourceType is what everything is that is acted upon.
const resourceType = "Resource"

// situation is a question in Cedar's words.
func situation(f rbac.Facts, roles []string, q rbac.Question) (cedar.Request, types.EntityMap) {
	kind := types.EntityType("User")
	attributes := types.RecordMap{"id": types.String(f.ID)}
	if f.Kind == rbac.Application {
		kind = "Application"
	} else {
		attributes["email_verified"], attributes["phone_verified"] = types.Boolean(f.VerifiedEmail), types.Boolean(f.VerifiedPhone)
		attributes["totp"], attributes["strong_factor"] = types.Boolean(f.TOTP), types.Boolean(f.StrongFactor)
	}
	var parents []types.EntityUID
	for _, group := range f.Groups {
		parents = append(parents, types.NewEntityUID("Group", types.String(group)))
	}
	for _, role := range roles {
		parents = append(parents, types.NewEntityUID("Role", types.String(role)))
	}
	who := types.Entity{
		UID: types.NewEntityUID(kind, types.String(f.ID)), Parents: types.NewEntityUIDSet(parents...),
		Attributes: types.NewRecord(attributes), Tags: tags(f.Attributes),
	}
	what := types.Entity{
		UID: types.NewEntityUID(resourceType, types.String(q.Resource.Type+"/"+q.Resource.ID)),
		Attributes: types.NewRecord(types.RecordMap{
			"type": types.String(q.Resource.Type), "id": types.String(q.Resource.ID), "application": types.String(q.ApplicationID),
		}),
		Tags: tags(q.Resource.Attributes),
	}
	request := types.Entity{UID: types.NewEntityUID("Request", "this"), Tags: tags(q.Context)}
	moment := types.RecordMap{"now": types.NewDatetime(f.Now), "request": request.UID}
	if ip, err := types.ParseIPAddr(f.IP.String()); err == nil {
		moment["ip"] = ip
	}
	if !f.FactorAt.IsZero() {
		moment["factor_age"] = types.Long(f.Now.Sub(f.FactorAt).Seconds())
	}
	return cedar.Request{
		Principal: who.UID, Action: types.NewEntityUID("Action", types.String(q.Code)), Resource: what.UID, Context: types.NewRecord(moment),
	}, types.EntityMap{who.UID: who, what.UID: what, request.UID: request}
}

// tags are values as text; what is not text, a number or a truth stands as JSON.
func tags(values map[string]any) types.Record {
	m := make(types.RecordMap, len(values))
	for name, value := range values {
		if text, ok := value.(string); ok {
			m[types.String(name)] = types.String(text)
		} else if raw, err := json.Marshal(value); err == nil {
			m[types.String(name)] = types.String(raw)
		}
	}
	return types.NewRecord(m)
}
