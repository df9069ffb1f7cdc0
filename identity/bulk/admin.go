package bulk

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"authserver/internal/fault"
	"authserver/internal/rest"
	"authserver/tenant/realm"
)

// bodyMost bounds a request: ten thousand people with what is known of them.
const bodyMost = 16 << 20

// MountAdmin adds imports, and the jobs that they become.
func (s *Service) MountAdmin(a *rest.API) {
	const tag = "Jobs"
	rest.Handle(a, rest.Operation{
		ID: "importUsers", Method: http.MethodPost, Path: "/user-imports", Tag: tag, Summary: "Import people",
		Description: "Answers with a job that is done in the background; nobody is told. An address that the realm has already, or that stands twice, fails by itself and the others go on, so importing twice changes nothing.",
		Permission:  "users.write", Status: http.StatusAccepted, MaxBody: bodyMost, Faults: []*fault.Fault{ErrBusy},
	}, s.adminImport)
	op := func(id, method, path, summary string, faults ...*fault.Fault) rest.Operation {
		o := rest.Operation{ID: id, Method: method, Path: "/jobs" + path, Tag: tag, Summary: summary, Permission: "jobs.read", Faults: faults}
		if path != "" {
			o.Missing = ErrNotFound
		}
		return o
	}
	rest.Handle(a, op("listJobs", http.MethodGet, "", "List bulk jobs, the newest first"), s.adminList)
	rest.Handle(a, op("getJob", http.MethodGet, "/{job}", "Read a job and its progress"), s.adminGet)
	rest.Handle(a, op("listJobFailures", http.MethodGet, "/{job}/failures", "List the rows of a job that could not be done"), s.adminFailures)
	cancel := op("cancelJob", http.MethodDelete, "/{job}", "End a job early", ErrOver)
	cancel.Description = "What is done stays done."
	rest.Handle(a, cancel, s.adminCancel)
}

// JobView is a job as administrators see it.
type JobView struct {
	ID        string    `json:"id" format:"uuid"`
	Kind      Kind      `json:"kind" enum:"import_users"`
	State     State     `json:"state" enum:"waiting,running,finished,cancelled"`
	Total     int       `json:"total" doc:"How many rows it has."`
	Done      int       `json:"done" doc:"How many of them are done."`
	Failed    int       `json:"failed" doc:"How many could not be done."`
	CreatedAt time.Time `json:"created_at"`
	StartedAt time.Time `json:"started_at,omitzero"`
	EndedAt   time.Time `json:"ended_at,omitzero"`
}

func viewOf(j *Job) JobView {
	return JobView{j.ID, j.Kind, j.State, j.Total, j.Done, j.Failed, j.CreatedAt, j.StartedAt, j.EndedAt}
}

type importUsers struct {
	Body struct {
		Users []Person `json:"users" minItems:"1" maxItems:"10000"`
	}
}

type accepted struct {
	Location string `header:"Location"`
	Body     JobView
}

func (s *Service) adminImport(ctx context.Context, in *importUsers) (*accepted, error) {
	r := realm.From(ctx)
	j, err := s.Import(ctx, r.ID, in.Body.Users)
	if err != nil {
		return nil, err
	}
	return &accepted{"/api/v1/realms/" + r.Slug + "/jobs/" + j.ID, viewOf(j)}, nil
}

func (s *Service) adminList(ctx context.Context, in *struct{ rest.Page }) (*rest.List[JobView], error) {
	all, err := s.List(ctx, realm.From(ctx).ID, in.After(), in.Limit+1)
	if err != nil {
		return nil, err
	}
	next := ""
	if len(all) > in.Limit {
		all = all[:in.Limit]
		next = all[in.Limit-1].ID
	}
	views := make([]JobView, 0, len(all))
	for _, j := range all {
		views = append(views, viewOf(j))
	}
	return rest.ListOf(views, next), nil
}

type jobID struct {
	ID string `path:"job" format:"uuid"`
}

func (s *Service) adminGet(ctx context.Context, in *jobID) (*struct{ Body JobView }, error) {
	j, err := s.ByID(ctx, realm.From(ctx).ID, in.ID)
	if err != nil {
		return nil, err
	}
	return &struct{ Body JobView }{viewOf(j)}, nil
}

func (s *Service) adminCancel(ctx context.Context, in *jobID) (*rest.None, error) {
	return &rest.None{}, s.Cancel(ctx, realm.From(ctx).ID, in.ID)
}

// FailureView is a row that could not be done.
type FailureView struct {
	Position int    `json:"position" doc:"Its place in the request, from 1."`
	Code     string `json:"code" doc:"That of the error which the row alone would have had."`
	Field    string `json:"field,omitempty"`
	Message  string `json:"message"`
}

type listFailures struct {
	rest.Page
	ID string `path:"job" format:"uuid"`
}

func (s *Service) adminFailures(ctx context.Context, in *listFailures) (*rest.List[FailureView], error) {
	after := 0
	if at := in.After(); at != "" {
		var err error
		if after, err = strconv.Atoi(at); err != nil {
			return nil, rest.ErrCursor
		}
	}
	all, err := s.Failures(ctx, realm.From(ctx).ID, in.ID, after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	next := ""
	if len(all) > in.Limit {
		all = all[:in.Limit]
		next = strconv.Itoa(all[in.Limit-1].Position)
	}
	views := make([]FailureView, 0, len(all))
	for _, f := range all {
		views = append(views, FailureView(f))
	}
	return rest.ListOf(views, next), nil
}
