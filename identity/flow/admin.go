package flow

import (
	"context"
	"net/http"
	"time"

	"authserver/internal/rest"
	"authserver/tenant/realm"
)

const permission = "flows.read"

// MountAdmin adds the sign-ins in progress.
func (s *Service) MountAdmin(a *rest.API) {
	op := func(id, method, path, summary string) rest.Operation {
		return rest.Operation{ID: id, Method: method, Path: "/flows" + path, Tag: "Flows", Summary: summary, Permission: permission, Missing: ErrNotFound}
	}
	list := op("listFlows", http.MethodGet, "", "List sign-ins in progress, the newest first")
	list.Missing = nil
	rest.Handle(a, list, s.adminList)
	rest.Handle(a, op("getFlow", http.MethodGet, "/{flow}", "Read a sign-in in progress"), s.adminGet)
	end := op("endFlow", http.MethodDelete, "/{flow}", "End a sign-in in progress")
	end.Description = "Its pages say that it is over, and the application gets no code. A session that it has begun lives on."
	rest.Handle(a, end, s.adminEnd)
}

// FlowView is a sign-in in progress. What the person has typed, and what the application
// sent beyond its scopes, is not shown.
type FlowView struct {
	ID            string    `json:"id" format:"uuid"`
	ApplicationID string    `json:"application_id,omitempty" doc:"Absent when somebody is on the way to their account."`
	SessionID     string    `json:"session_id,omitempty" doc:"The session that it is about, once there is one."`
	Scopes        []string  `json:"scopes"`
	ACRValues     []string  `json:"acr_values"`
	Taken         []Step    `json:"steps_taken" doc:"In their order."`
	RequestedAt   time.Time `json:"requested_at"`
	ExpiresAt     time.Time `json:"expires_at"`
}

func viewOf(f *Flow) FlowView {
	v := FlowView{
		ID: f.ID, ApplicationID: f.ApplicationID, SessionID: f.SessionID, Scopes: append([]string{}, f.Scopes...), ACRValues: append([]string{}, f.ACRValues...),
		Taken: []Step{}, RequestedAt: f.RequestedAt, ExpiresAt: f.ExpiresAt,
	}
	for _, p := range f.Proofs {
		v.Taken = append(v.Taken, p.Step)
	}
	return v
}

type listFlows struct {
	rest.Page
	ApplicationID string `query:"application_id" format:"uuid"`
}

func (s *Service) adminList(ctx context.Context, in *listFlows) (*rest.List[FlowView], error) {
	r := realm.From(ctx)
	all, err := s.InProgress(ctx, r.ID, r.Slug, in.ApplicationID, in.After(), in.Limit+1)
	if err != nil {
		return nil, err
	}
	next := ""
	if len(all) > in.Limit {
		all = all[:in.Limit]
		next = all[in.Limit-1].ID
	}
	views := make([]FlowView, 0, len(all))
	for _, f := range all {
		views = append(views, viewOf(f))
	}
	return rest.ListOf(views, next), nil
}

type flowID struct {
	ID string `path:"flow" format:"uuid"`
}

func (s *Service) adminGet(ctx context.Context, in *flowID) (*struct{ Body FlowView }, error) {
	r := realm.From(ctx)
	f, err := s.ByID(ctx, r.ID, r.Slug, in.ID)
	if err != nil {
		return nil, err
	}
	return &struct{ Body FlowView }{viewOf(f)}, nil
}

func (s *Service) adminEnd(ctx context.Context, in *flowID) (*rest.None, error) {
	r := realm.From(ctx)
	return &rest.None{}, s.End(ctx, r.ID, r.Slug, in.ID)
}
