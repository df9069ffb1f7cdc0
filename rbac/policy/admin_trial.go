package policy

import (
	"context"
	"net/http"
	"time"

	"authserver/internal/fault"
	"authserver/internal/rest"
	"authserver/rbac"
	"authserver/tenant/realm"
)

// errNoQuestion refuses a trial without a question.
var errNoQuestion = fault.New(fault.Invalid, "question_missing", "Say who wants to do what.")

// mountTrial adds trying a policy before it counts, and what policies can speak about.
func (s *Service) mountTrial(a *rest.API) {
	rest.Handle(a, rest.Operation{
		ID: "tryPolicy", Method: http.MethodPost, Path: "/policies/{policy}/what-if", Tag: tagPolicies, Summary: "Try a policy's draft against a question",
		Description: "Answers what is decided now and what would be decided if the draft counted. Nothing is changed.",
		Permission:  "policies.write", Narrow: true, Status: http.StatusOK, Missing: ErrNotFound, Faults: []*fault.Fault{errNoQuestion},
	}, s.adminTry)
	rest.Handle(a, rest.Operation{
		ID: "readPolicyVocabulary", Method: http.MethodGet, Path: "/policy-vocabulary", Tag: tagPolicies, Summary: "Read what policies can speak about",
		Description: "A Cedar schema: of the application's permissions, or of all.", Permission: "policies.read", Narrow: true, Faults: []*fault.Fault{ErrNoSubject},
	}, s.adminVocabulary)
}

type tryPolicy struct {
	ID   string `path:"policy" format:"uuid"`
	Body struct {
		SubjectKind   string               `json:"subject_kind,omitempty" enum:"user,application" doc:"user, if left out."`
		SubjectID     string               `json:"subject_id" minLength:"1" maxLength:"36"`
		Permission    string               `json:"permission" minLength:"1" maxLength:"200" example:"invoice.read"`
		ApplicationID string               `json:"application_id,omitempty" maxLength:"36" doc:"Whose permission it is; the policy's application, if left out."`
		Resource      *rbac.ResourceEntity `json:"resource,omitempty"`
		Context       map[string]any       `json:"context,omitempty"`
		IP            string               `json:"ip,omitempty" maxLength:"45"`
		FactorAt      time.Time            `json:"factor_at,omitzero"`
	}
}

// Outcome is what is decided, and why.
type Outcome struct {
	Allowed bool          `json:"allowed"`
	Reasons []rbac.Reason `json:"reasons"`
	Path    []string      `json:"path"`
}

type tryAnswer struct {
	Body struct {
		Now  Outcome `json:"now" doc:"With what is in force."`
		Then Outcome `json:"then" doc:"If the draft counted as well."`
	}
}

func (s *Service) adminTry(ctx context.Context, in *tryPolicy) (*tryAnswer, error) {
	p, err := s.seen(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	b := in.Body
	applicationID := b.ApplicationID
	if applicationID == "" {
		applicationID = p.ApplicationID
	}
	if p.ApplicationID != "" && applicationID != p.ApplicationID {
		return nil, errNoQuestion.At("application_id").Say("The policy is about another application.")
	}
	q := rbac.Question{Grant: rbac.Grant{ApplicationID: applicationID, Code: b.Permission}, Context: b.Context}
	if b.Resource != nil {
		q.Resource = rbac.Resource{Type: b.Resource.Type, ID: b.Resource.ID, Attributes: b.Resource.Properties}
	}
	kind := b.SubjectKind
	if kind == "" {
		kind = rbac.User
	}
	how := rbac.Shown(b.IP, b.FactorAt)
	then, err := s.with(ctx, p)
	if err != nil {
		return nil, err
	}
	answer := &tryAnswer{}
	for rules, outcome := range map[rbac.Policies]*Outcome{s: &answer.Body.Now, then: &answer.Body.Then} {
		d, err := s.roles.DecideBy(ctx, rules, p.RealmID, kind, b.SubjectID, how, q)
		if err != nil {
			return nil, err
		}
		*outcome = Outcome{d.Allowed, append([]rbac.Reason{}, d.Reasons...), append([]string{}, d.Path...)}
	}
	return answer, nil
}

// with are the rules in force, with the policy's next text in the place of its present
// one.
func (s *Service) with(ctx context.Context, p *Policy) (*tried, error) {
	all, err := s.active(ctx, p.RealmID)
	if err != nil {
		return nil, err
	}
	next := *p
	next.Source = p.Next()
	list := []*Policy{&next}
	for _, other := range all {
		if other.ID != p.ID {
			list = append(list, other)
		}
	}
	r, err := compile(list)
	return &tried{r}, err
}

type readVocabulary struct {
	ApplicationID string `query:"application_id" maxLength:"36"`
}

type vocabularyAnswer struct {
	Body struct {
		Schema string `json:"schema" doc:"In Cedar's own notation."`
	}
}

func (s *Service) adminVocabulary(ctx context.Context, in *readVocabulary) (*vocabularyAnswer, error) {
	if !rest.ReachOf(ctx).Covers(in.ApplicationID) {
		return nil, ErrNoSubject
	}
	codes, err := s.Codes(ctx, realm.From(ctx).ID, in.ApplicationID)
	if err != nil {
		return nil, err
	}
	answer := &vocabularyAnswer{}
	answer.Body.Schema = Vocabulary(codes)
	return answer, nil
}
