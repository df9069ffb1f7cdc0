package rbac

import (
	"context"
	"net/http"
	"reflect"
	"time"

	"authserver/internal/fault"
	"authserver/internal/rest"
	"authserver/tenant/realm"
)

const tagDecisions = "Decisions"

// mountDecisions adds questions about what somebody may do.
func (s *Service) mountDecisions(a *rest.API) {
	rest.Handle(a, rest.Operation{
		ID: "decide", Method: http.MethodPost, Path: "/authorization/decisions", Tag: tagDecisions, Summary: "Ask whether somebody may do something, and why",
		Description: "Answered by the function that enforces. One question, or up to 100 in evaluations.",
		Permission:  "decisions.read", Narrow: true, Status: http.StatusOK, Faults: []*fault.Fault{ErrApplicationUnknown, errNoQuestion},
		Refs: []string{"body.application_id:application"},
	}, s.adminDecide)
}

// errNoQuestion refuses a request that asks nothing, or both ways.
var errNoQuestion = fault.New(fault.Invalid, "question_missing", "Ask one question, or several in evaluations.")

// QuestionView is a question as programs ask it.
type QuestionView struct {
	SubjectKind   string    `json:"subject_kind,omitempty" enum:"user,application" doc:"user, if left out."`
	SubjectID     string    `json:"subject_id,omitempty" maxLength:"36"`
	Permission    string    `json:"permission,omitempty" maxLength:"200" example:"invoice.read"`
	ApplicationID string    `json:"application_id,omitempty" maxLength:"36" doc:"Whose permission it is; leave out for one of the administration."`
	Scope         string    `json:"scope,omitempty" maxLength:"36" doc:"For one of the administration: the application that it is used upon."`
	IP            string    `json:"ip,omitempty" maxLength:"45" doc:"Where the subject comes from."`
	FactorAt      time.Time `json:"factor_at,omitzero" doc:"When the subject last showed a second factor."`
	// Resource and Context are what policies speak about.
	Resource *ResourceEntity `json:"resource,omitempty" doc:"What is acted upon, for policies."`
	Context  map[string]any  `json:"context,omitempty" doc:"What else policies may ask about, by name."`
}

func (q QuestionView) empty() bool { return reflect.ValueOf(q).IsZero() }

type decideIn struct {
	Body struct {
		QuestionView
		Evaluations []QuestionView `json:"evaluations,omitempty" maxItems:"100"`
	}
}

type decisionView struct {
	Allowed bool     `json:"allowed"`
	Reasons []Reason `json:"reasons" doc:"granted, or what bars each assignment that would give it."`
	Path    []string `json:"path" doc:"From the assignment over roles to the permission; empty when denied."`
}

type decideOut struct {
	Body struct {
		Evaluations []decisionView `json:"evaluations" doc:"One for each question, in order."`
	}
}

func (s *Service) adminDecide(ctx context.Context, in *decideIn) (*decideOut, error) {
	questions := in.Body.Evaluations
	if one := in.Body.QuestionView; !one.empty() {
		if len(questions) > 0 {
			return nil, errNoQuestion
		}
		questions = []QuestionView{one}
	}
	if len(questions) == 0 {
		return nil, errNoQuestion
	}
	answer := &decideOut{}
	answer.Body.Evaluations = make([]decisionView, 0, len(questions))
	for _, q := range questions {
		d, err := s.answer(ctx, q)
		if err != nil {
			return nil, err
		}
		answer.Body.Evaluations = append(answer.Body.Evaluations, *d)
	}
	return answer, nil
}

func (s *Service) answer(ctx context.Context, q QuestionView) (*decisionView, error) {
	switch {
	case q.SubjectID == "":
		return nil, errNoQuestion.At("subject_id")
	case q.Permission == "":
		return nil, errNoQuestion.At("permission")
	case !visible(ctx, q.ApplicationID):
		return nil, ErrApplicationUnknown
	}
	kind := q.SubjectKind
	if kind == "" {
		kind = User
	}
	asked := Question{Grant: Grant{q.ApplicationID, q.Permission}, Scope: q.Scope, Context: q.Context}
	if q.Resource != nil {
		asked.Resource = q.Resource.resource()
	}
	d, err := s.Decide(ctx, realm.From(ctx).ID, kind, q.SubjectID, Shown(q.IP, q.FactorAt), asked)
	if err != nil {
		return nil, err
	}
	return &decisionView{d.Allowed, append([]Reason{}, d.Reasons...), append([]string{}, d.Path...)}, nil
}
