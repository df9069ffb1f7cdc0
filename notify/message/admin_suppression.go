package message

import (
	"context"
	"net/http"
	"time"

	"authserver/internal/fault"
	"authserver/internal/rest"
	"authserver/tenant/realm"
)

// suppressionView is an address that does not get everything.
type suppressionView struct {
	ID        string     `json:"id" format:"uuid"`
	Address   string     `json:"address" doc:"Masked unless the caller holds users.read."`
	Reason    string     `json:"reason" enum:"bounced,complained,unsubscribed"`
	CreatedAt time.Time  `json:"created_at"`
	ExpiresAt *time.Time `json:"expires_at,omitempty" doc:"Absent when it stays."`
}

func (s *Service) mountSuppressions(a *rest.API) {
	const tag = "Messages"
	rest.Handle(a, rest.Operation{
		ID: "listSuppressions", Method: http.MethodGet, Path: "/suppressions", Tag: tag, Permission: "messages.read",
		Summary: "List addresses that get essential mail only", Description: "Because mail to them came back, or was called spam, or was unsubscribed from.",
		Faults: []*fault.Fault{rest.ErrDenied},
	}, s.adminListSuppressions)
	rest.Handle(a, rest.Operation{
		ID: "deleteSuppression", Method: http.MethodDelete, Path: "/suppressions/{suppression}", Tag: tag, Permission: "messages.write",
		Summary: "Write to an address again", Missing: ErrSuppressionNotFound, Faults: []*fault.Fault{ErrSuppressionNotFound},
	}, s.adminRelease)
}

type listSuppressions struct {
	rest.Page
	Reason  string `query:"reason" enum:"bounced,complained,unsubscribed"`
	Address string `query:"address" maxLength:"254" doc:"Only for callers who hold users.read."`
}

func (s *Service) adminListSuppressions(ctx context.Context, in *listSuppressions) (*rest.List[suppressionView], error) {
	whole, err := rest.Holds(ctx, "users.read", "")
	if err != nil {
		return nil, err
	}
	if in.Address != "" && !whole {
		return nil, rest.ErrDenied.Say("Only callers who hold users.read may ask for an address.")
	}
	at, afterID := behind(in.After())
	found, err := s.Suppressions(ctx, realm.From(ctx).ID, in.Address, Reason(in.Reason), at, afterID, in.Limit+1)
	if err != nil {
		return nil, err
	}
	next := ""
	if len(found) > in.Limit {
		found = found[:in.Limit]
		next = mark(found[in.Limit-1].CreatedAt, found[in.Limit-1].ID)
	}
	views := make([]suppressionView, 0, len(found))
	for _, one := range found {
		v := suppressionView{ID: one.ID, Address: one.Address, Reason: string(one.Reason), CreatedAt: one.CreatedAt}
		if !one.ExpiresAt.IsZero() {
			v.ExpiresAt = &one.ExpiresAt
		}
		if !whole {
			v.Address = veiled(v.Address)
		}
		views = append(views, v)
	}
	return rest.ListOf(views, next), nil
}

type suppressionID struct {
	ID string `path:"suppression" format:"uuid"`
}

func (s *Service) adminRelease(ctx context.Context, in *suppressionID) (*rest.None, error) {
	return &rest.None{}, s.ReleaseByID(ctx, realm.From(ctx).ID, in.ID)
}
