package rbac

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"authserver/internal/fault"
	"authserver/internal/rest"
	"authserver/internal/web"
	"authserver/tenant/realm"
)

// When several evaluations end early (AuthZEN Authorization API 1.0 §7.1.2); otherwise
// all are executed.
const (
	denyOnFirst   = "deny_on_first_deny"
	permitOnFirst = "permit_on_first_permit"
)

// mountAuthZEN adds the decisions in the form of OpenID's AuthZEN Authorization API 1.0,
// for policy enforcement points that speak it already.
func (s *Service) mountAuthZEN(a *rest.API) {
	op := func(id, path, summary string) rest.Operation {
		return rest.Operation{
			ID: id, Method: http.MethodPost, Path: path, Tag: tagDecisions, Summary: summary,
			Description: "AuthZEN Authorization API 1.0. The action's name is the permission; its application is action.properties.application_id, or the one that the caller is bound to.",
			Permission:  "decisions.read", Narrow: true, Status: http.StatusOK, Faults: []*fault.Fault{ErrApplicationUnknown, errNoQuestion},
		}
	}
	rest.Handle(a, op("evaluateAccess", "/access/v1/evaluation", "Decide one access request"), s.evaluateOne)
	rest.Handle(a, op("evaluateAccesses", "/access/v1/evaluations", "Decide several access requests"), s.evaluateMany)
	metadata := func(c *gin.Context) error {
		c.Header("Cache-Control", "public, max-age=300")
		return web.JSON(c, http.StatusOK, accessMetadata(strings.TrimSuffix(a.PublicURL, "/"), realm.From(c.Request.Context()).Slug))
	}
	a.Mux.Protocol.CORS(web.AnyOrigin).GET(wellKnownAuthZEN, metadata)
	a.Mux.Root.CORS(web.AnyOrigin).GET(wellKnownAuthZEN+"/realms/:realm", metadata) // §9.2.1: before the path of the decision point
}

const wellKnownAuthZEN = "/.well-known/authzen-configuration"

// DecisionPoint is where a realm's decisions are asked (AuthZEN Authorization API 1.0 §9.1).
type DecisionPoint struct {
	Point       string `json:"policy_decision_point"`
	Evaluation  string `json:"access_evaluation_endpoint"`
	Evaluations string `json:"access_evaluations_endpoint"`
}

func accessMetadata(publicURL, slug string) DecisionPoint {
	at := publicURL + "/api/v1/realms/" + slug + "/access/v1/"
	return DecisionPoint{publicURL + "/realms/" + slug, at + "evaluation", at + "evaluations"}
}

// Who wants to do what upon what.
type (
	// SubjectEntity is who wants to do something.
	SubjectEntity struct {
		Type       string         `json:"type" enum:"user,application"`
		ID         string         `json:"id" minLength:"1" maxLength:"36"`
		Properties map[string]any `json:"properties,omitempty" doc:"Not believed: what counts about people is what this server knows."`
	}
	// ActionEntity is what they want to do.
	ActionEntity struct {
		Name       string         `json:"name" minLength:"1" maxLength:"200" example:"invoice.read"`
		Properties map[string]any `json:"properties,omitempty"`
	}
	// ResourceEntity is upon what.
	ResourceEntity struct {
		Type       string         `json:"type" minLength:"1" maxLength:"200" example:"invoice"`
		ID         string         `json:"id" minLength:"1" maxLength:"500"`
		Properties map[string]any `json:"properties,omitempty"`
	}
)

func (e *ResourceEntity) resource() Resource { return Resource{e.Type, e.ID, e.Properties} }

// AccessRequest is one access evaluation request; in a batch, what is left out is the
// batch's own.
type AccessRequest struct {
	Subject  *SubjectEntity  `json:"subject,omitempty"`
	Action   *ActionEntity   `json:"action,omitempty"`
	Resource *ResourceEntity `json:"resource,omitempty"`
	Context  map[string]any  `json:"context,omitempty" doc:"ip: where the subject comes from; factor_at: when it last showed a second factor (RFC 3339)."`
}

// or fills in what is missing.
func (r AccessRequest) or(whole AccessRequest) AccessRequest {
	if r.Subject == nil {
		r.Subject = whole.Subject
	}
	if r.Action == nil {
		r.Action = whole.Action
	}
	if r.Resource == nil {
		r.Resource = whole.Resource
	}
	if r.Context == nil {
		r.Context = whole.Context
	}
	return r
}

// AccessContext is why.
type AccessContext struct {
	Reasons []Reason `json:"reasons"`
	Path    []string `json:"path"`
}

// AccessDecision is the answer to one request.
type AccessDecision struct {
	Decision bool          `json:"decision"`
	Context  AccessContext `json:"context"`
}

// RequestID is the caller's own name for a request, which the answer repeats (§10.1.4);
// a refusal has the name under which it is logged.
type RequestID struct {
	RequestName string `header:"X-Request-ID" maxLength:"200" doc:"The caller's own name for the request."`
}

type evaluateIn struct {
	RequestID
	Body AccessRequest
}

type evaluateOut struct {
	RequestID
	Body AccessDecision
}

func (s *Service) evaluateOne(ctx context.Context, in *evaluateIn) (*evaluateOut, error) {
	d, err := s.evaluate(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	return &evaluateOut{in.RequestID, *d}, nil
}

type evaluationsIn struct {
	RequestID
	Body struct {
		AccessRequest
		Evaluations []AccessRequest `json:"evaluations,omitempty" maxItems:"100"`
		Options     struct {
			Semantic string `json:"evaluations_semantic,omitempty" enum:"execute_all,deny_on_first_deny,permit_on_first_permit" doc:"execute_all, if left out."`
		} `json:"options,omitzero"`
	}
}

type evaluationsOut struct {
	RequestID
	Body struct {
		Evaluations []AccessDecision `json:"evaluations" doc:"In the order of the requests; fewer where the semantic ends early."`
	}
}

// evaluateMany decides in order. Without evaluations the request itself is the only one.
func (s *Service) evaluateMany(ctx context.Context, in *evaluationsIn) (*evaluationsOut, error) {
	requests := in.Body.Evaluations
	if len(requests) == 0 {
		requests = []AccessRequest{{}}
	}
	answer := &evaluationsOut{RequestID: in.RequestID}
	answer.Body.Evaluations = make([]AccessDecision, 0, len(requests))
	for _, r := range requests {
		d, err := s.evaluate(ctx, r.or(in.Body.AccessRequest))
		if err != nil {
			return nil, err
		}
		answer.Body.Evaluations = append(answer.Body.Evaluations, *d)
		if in.Body.Options.Semantic == denyOnFirst && !d.Decision || in.Body.Options.Semantic == permitOnFirst && d.Decision {
			break
		}
	}
	return answer, nil
}

func (s *Service) evaluate(ctx context.Context, r AccessRequest) (*AccessDecision, error) {
	switch {
	case r.Subject == nil:
		return nil, errNoQuestion.At("subject")
	case r.Action == nil:
		return nil, errNoQuestion.At("action")
	case r.Resource == nil:
		return nil, errNoQuestion.At("resource")
	}
	q, err := questionOf(ctx, r)
	if err != nil {
		return nil, err
	}
	how, err := howOf(r.Context)
	if err != nil {
		return nil, err
	}
	d, err := s.Decide(ctx, realm.From(ctx).ID, r.Subject.Type, r.Subject.ID, how, q)
	if err != nil {
		return nil, err
	}
	return &AccessDecision{d.Allowed, AccessContext{append([]Reason{}, d.Reasons...), append([]string{}, d.Path...)}}, nil
}

// questionOf asks about the permission that the action names. One of the administration
// is asked about for the application that is the resource.
func questionOf(ctx context.Context, r AccessRequest) (Question, error) {
	applicationID := ""
	if reach := rest.ReachOf(ctx); !reach.All && len(reach.Applications) == 1 {
		applicationID = reach.Applications[0]
	}
	if named, given := r.Action.Properties["application_id"]; given {
		id, ok := named.(string)
		if !ok {
			return Question{}, ErrApplicationUnknown
		}
		applicationID = id
	}
	if !visible(ctx, applicationID) {
		return Question{}, ErrApplicationUnknown
	}
	q := Question{
		Grant:    Grant{applicationID, r.Action.Name},
		Resource: r.Resource.resource(), Context: r.Context,
	}
	if applicationID == "" && r.Resource.Type == Application {
		q.Scope = r.Resource.ID
	}
	return q, nil
}

// howOf reads where the subject comes from and when it showed a second factor.
func howOf(given map[string]any) (How, error) {
	ip, _ := given["ip"].(string)
	var at time.Time
	if text, ok := given["factor_at"].(string); ok {
		var err error
		if at, err = time.Parse(time.RFC3339, text); err != nil {
			return How{}, errNoQuestion.At("context").Say("factor_at is a time such as 2026-11-29T09:30:00Z.")
		}
	}
	return Shown(ip, at), nil
}
