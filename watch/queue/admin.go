package queue

import (
	"context"
	"net/http"
	"time"

	"authserver/internal/fault"
	"authserver/internal/rest"
	"authserver/tenant/realm"
)

const tagQueues = "Queues"

// MountAdmin adds the operations of a realm, and the list of the installation for operators.
func (s *Service) MountAdmin(a *rest.API) {
	op := func(id, method, path, summary, permission string, faults ...*fault.Fault) rest.Operation {
		return rest.Operation{ID: id, Method: method, Path: "/parked" + path, Tag: tagQueues, Summary: summary, Permission: permission, Faults: faults}
	}
	one := func(id, path, summary string, faults ...*fault.Fault) rest.Operation {
		o := op(id, http.MethodPost, path, summary, "queues.write", append(faults, ErrNotFound)...)
		o.Missing = ErrNotFound
		return o
	}
	list := op("listParked", http.MethodGet, "", "List what workers gave up", "queues.read", ErrUnknown)
	list.Description = "With the last error. What is listed waits until it is tried again or dropped."
	rest.Handle(a, list, s.adminList)
	rest.Handle(a, op("retryAllParked", http.MethodPost, "/retry", "Try again all that was given up", "queues.write", ErrUnknown), s.adminRetryAll)
	rest.Handle(a, one("retryParked", "/{item}/retry", "Try one item again"), s.adminRetry)
	rest.Handle(a, one("dropParked", "/{item}/drop", "Give an item up for good", realm.ErrNameInvalid), s.adminDrop)
	all := op("listAllParked", http.MethodGet, "", "List what workers gave up, in all realms", "system.read", ErrUnknown)
	all.Root = true
	rest.Handle(a, all, s.adminListAll)
}

// itemView is an item as administrators see it.
type itemView struct {
	ID       string    `json:"id" format:"uuid"`
	RealmID  string    `json:"realm_id,omitempty" doc:"Absent for what belongs to no realm."`
	Queue    string    `json:"queue" example:"events"`
	Kind     string    `json:"kind" example:"user.created"`
	Subject  string    `json:"subject"`
	Reason   string    `json:"reason" doc:"The error of the last attempt."`
	Attempts int       `json:"attempts"`
	At       time.Time `json:"created_at"`
	ParkedAt time.Time `json:"parked_at"`
}

type listParked struct {
	rest.Page
	Queue string `query:"queue" maxLength:"50"`
}

func (s *Service) listed(ctx context.Context, realmID string, in *listParked) (*rest.List[itemView], error) {
	all, err := s.List(ctx, realmID, in.Queue, in.After(), in.Limit+1)
	if err != nil {
		return nil, err
	}
	next := ""
	if len(all) > in.Limit {
		all = all[:in.Limit]
		next = all[in.Limit-1].ID
	}
	views := make([]itemView, 0, len(all))
	for _, i := range all {
		views = append(views, itemView(i))
	}
	return rest.ListOf(views, next), nil
}

func (s *Service) adminList(ctx context.Context, in *listParked) (*rest.List[itemView], error) {
	return s.listed(ctx, realm.From(ctx).ID, in)
}

// adminListAll is for operators whose key reaches every realm.
func (s *Service) adminListAll(ctx context.Context, in *listParked) (*rest.List[itemView], error) {
	if rest.From(ctx).Realms != nil {
		return nil, rest.ErrDenied
	}
	return s.listed(ctx, "", in)
}

type retryAllParked struct {
	Body struct {
		Queue string `json:"queue,omitempty" maxLength:"50" doc:"Only that queue; all, if left out."`
	}
}

type retriedAnswer struct {
	Body struct {
		Items int64 `json:"items" doc:"How many are tried again."`
	}
}

func (s *Service) adminRetryAll(ctx context.Context, in *retryAllParked) (*retriedAnswer, error) {
	n, err := s.RetryAll(ctx, realm.From(ctx).ID, in.Body.Queue)
	if err != nil {
		return nil, err
	}
	out := &retriedAnswer{}
	out.Body.Items = n
	return out, nil
}

type parkedItem struct {
	ID string `path:"item" format:"uuid"`
}

func (s *Service) adminRetry(ctx context.Context, in *parkedItem) (*rest.None, error) {
	return &rest.None{}, s.Retry(ctx, realm.From(ctx).ID, in.ID)
}

type dropParked struct {
	ID   string `path:"item" format:"uuid"`
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"500"`
	}
}

func (s *Service) adminDrop(ctx context.Context, in *dropParked) (*rest.None, error) {
	reason, err := realm.Sentence("reason", in.Body.Reason)
	if err != nil {
		return nil, err
	}
	return &rest.None{}, s.Drop(ctx, realm.From(ctx).ID, in.ID, reason)
}
