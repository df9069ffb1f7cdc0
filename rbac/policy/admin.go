package policy

import (
	"context"
	"net/http"
	"time"

	"authserver/internal/fault"
	"authserver/internal/rest"
	"authserver/tenant/realm"
)

const tagPolicies = "Policies"

// MountAdmin adds the administration of policies.
func (s *Service) MountAdmin(a *rest.API) {
	op := func(id, method, path, summary string, faults ...*fault.Fault) rest.Operation {
		o := rest.Operation{ID: id, Method: method, Path: "/policies" + path, Tag: tagPolicies, Summary: summary, Permission: "policies.write", Narrow: true, Faults: faults}
		if method == http.MethodGet {
			o.Permission = "policies.read"
		}
		if path != "" {
			o.Missing = ErrNotFound
		}
		return o
	}
	written := []*fault.Fault{ErrInvalid, ErrTaken, ErrNoSubject, realm.ErrNameInvalid}
	rest.Handle(a, op("listPolicies", http.MethodGet, "", "List policies"), s.adminList)
	create := op("createPolicy", http.MethodPost, "", "Write a policy, as a draft", written...)
	create.Refs = []string{"body.application_id:application"}
	rest.Handle(a, create, s.adminCreate)
	rest.Handle(a, op("getPolicy", http.MethodGet, "/{policy}", "Read a policy"), s.adminGet)
	rest.Handle(a, op("updatePolicy", http.MethodPatch, "/{policy}", "Change a policy's name or draft", written...), s.adminUpdate)
	remove := op("deletePolicy", http.MethodDelete, "/{policy}", "Delete a policy", ErrNotHeld)
	remove.Description = "What it forbade is forbidden no more."
	rest.Handle(a, remove, s.adminDelete)
	rest.Handle(a, op("activatePolicy", http.MethodPost, "/{policy}/activation", "Put a policy's draft in force", ErrInvalid, ErrNoDraft, ErrNotHeld), s.adminActivate)
	rest.Handle(a, op("deactivatePolicy", http.MethodDelete, "/{policy}/activation", "Take a policy out of force", ErrInactive, ErrNotHeld), s.adminDeactivate)
	s.mountTrial(a)
}

// PolicyView is a policy as administrators see it.
type PolicyView struct {
	ID            string    `json:"id" format:"uuid"`
	ApplicationID string    `json:"application_id,omitempty" doc:"Absent for the whole realm."`
	Name          string    `json:"name"`
	Description   string    `json:"description"`
	Active        bool      `json:"active"`
	Source        string    `json:"source,omitempty" doc:"What counts while it is active."`
	Draft         string    `json:"draft,omitempty" doc:"What counts after the next activation."`
	Version       int64     `json:"version"`
	CreatedAt     time.Time `json:"created_at"`
	UpdatedAt     time.Time `json:"updated_at"`
	ActivatedAt   time.Time `json:"activated_at,omitzero"`
}

func viewOf(p *Policy) PolicyView {
	return PolicyView{p.ID, p.ApplicationID, p.Name, p.Description, p.Active(), p.Source, p.Draft, p.Version, p.CreatedAt, p.UpdatedAt, p.ActivatedAt}
}

type policyAnswer struct {
	ETag string `header:"ETag"`
	Body PolicyView
}

type policyCreated struct {
	ETag     string `header:"ETag"`
	Location string `header:"Location"`
	Body     PolicyView
}

func answerOf(p *Policy, err error) (*policyAnswer, error) {
	if err != nil {
		return nil, err
	}
	return &policyAnswer{rest.ETag(p.Version), viewOf(p)}, nil
}

func (s *Service) adminList(ctx context.Context, in *struct{ rest.Page }) (*rest.List[PolicyView], error) {
	var applications []string
	if reach := rest.ReachOf(ctx); !reach.All {
		applications = reach.Applications
	}
	all, err := s.List(ctx, realm.From(ctx).ID, applications, in.After(), in.Limit+1)
	if err != nil {
		return nil, err
	}
	next := ""
	if len(all) > in.Limit {
		all = all[:in.Limit]
		next = all[in.Limit-1].ID
	}
	views := make([]PolicyView, 0, len(all))
	for _, p := range all {
		views = append(views, viewOf(p))
	}
	return rest.ListOf(views, next), nil
}

type createPolicy struct {
	Body struct {
		ApplicationID string `json:"application_id,omitempty" maxLength:"36" doc:"Whose permissions it is about; the whole realm, if left out."`
		Name          string `json:"name" minLength:"1" maxLength:"100"`
		Description   string `json:"description,omitempty" maxLength:"500"`
		Draft         string `json:"draft" minLength:"1" maxLength:"20000" doc:"Statements in Cedar." example:"forbid (principal, action, resource) when { !(context has ip) };"`
	}
}

func (s *Service) adminCreate(ctx context.Context, in *createPolicy) (*policyCreated, error) {
	r, b := realm.From(ctx), in.Body
	if !rest.ReachOf(ctx).Covers(b.ApplicationID) {
		return nil, ErrNoSubject
	}
	p, err := s.Create(ctx, Policy{RealmID: r.ID, ApplicationID: b.ApplicationID, Name: b.Name, Description: b.Description, Draft: b.Draft})
	if err != nil {
		return nil, err
	}
	return &policyCreated{rest.ETag(p.Version), "/api/v1/realms/" + r.Slug + "/policies/" + p.ID, viewOf(p)}, nil
}

type policyID struct {
	ID string `path:"policy" format:"uuid"`
}

// seen is the policy, if the caller reaches it; else it does not exist.
func (s *Service) seen(ctx context.Context, policyID string) (*Policy, error) {
	p, err := s.ByID(ctx, realm.From(ctx).ID, policyID)
	if err == nil && !rest.ReachOf(ctx).Covers(p.ApplicationID) {
		return nil, ErrNotFound
	}
	return p, err
}

func (s *Service) adminGet(ctx context.Context, in *policyID) (*policyAnswer, error) {
	return answerOf(s.seen(ctx, in.ID))
}

type updatePolicy struct {
	ID string `path:"policy" format:"uuid"`
	rest.Match
	Body struct {
		Name        rest.Opt[string] `json:"name,omitzero" minLength:"1" maxLength:"100"`
		Description rest.Opt[string] `json:"description,omitzero" maxLength:"500"`
		Draft       rest.Opt[string] `json:"draft,omitzero" maxLength:"20000" doc:"Null drops the draft of an active policy."`
	}
}

func (s *Service) adminUpdate(ctx context.Context, in *updatePolicy) (*policyAnswer, error) {
	if _, err := s.seen(ctx, in.ID); err != nil {
		return nil, err
	}
	return answerOf(s.Update(ctx, realm.From(ctx).ID, in.ID, func(p *Policy) error {
		if err := in.Matches(p.Version); err != nil {
			return err
		}
		in.Body.Name.To(&p.Name)
		in.Body.Description.To(&p.Description)
		in.Body.Draft.To(&p.Draft)
		if p.Next() == "" {
			return ErrInvalid.At("draft").Say("A policy needs a text.")
		}
		return nil
	}))
}

type changePolicy struct {
	ID string `path:"policy" format:"uuid"`
	rest.Match
}

func (in *changePolicy) matches(p *Policy) error { return in.Matches(p.Version) }

func (s *Service) adminDelete(ctx context.Context, in *changePolicy) (*rest.None, error) {
	if _, err := s.seen(ctx, in.ID); err != nil {
		return nil, err
	}
	return &rest.None{}, s.Delete(ctx, realm.From(ctx).ID, in.ID, in.matches)
}

func (s *Service) adminActivate(ctx context.Context, in *changePolicy) (*policyAnswer, error) {
	if _, err := s.seen(ctx, in.ID); err != nil {
		return nil, err
	}
	return answerOf(s.Activate(ctx, realm.From(ctx).ID, in.ID, in.matches))
}

func (s *Service) adminDeactivate(ctx context.Context, in *changePolicy) (*policyAnswer, error) {
	if _, err := s.seen(ctx, in.ID); err != nil {
		return nil, err
	}
	return answerOf(s.Deactivate(ctx, realm.From(ctx).ID, in.ID, in.matches))
}
