package activity

import (
	"context"
	"net/http"
	"time"

	"authserver/identity/user"
	"authserver/internal/device"
	"authserver/internal/rest"
	"authserver/tenant/realm"
)

// MountAdmin adds what administrators see of what happened in an account: the same as
// its owner sees.
func (s *Service) MountAdmin(a *rest.API) {
	rest.Handle(a, rest.Operation{
		ID: "listUserActivity", Method: http.MethodGet, Path: "/users/{user}/activity", Tag: "Users", Summary: "List what happened in an account, the newest first",
		Permission: "users.read", Missing: user.ErrNotFound,
	}, s.adminList)
}

// ActivityView is an entry as administrators see it.
type ActivityView struct {
	ID            string    `json:"id" format:"uuid"`
	At            time.Time `json:"at"`
	Type          string    `json:"type" doc:"The type of the event."`
	Device        string    `json:"device"`
	Place         string    `json:"place"`
	IP            string    `json:"ip,omitempty"`
	ApplicationID string    `json:"application_id,omitempty"`
	Provider      string    `json:"provider,omitempty"`
	Method        string    `json:"method,omitempty"`
	Reason        string    `json:"reason,omitempty"`
	Admin         bool      `json:"by_administrator"`
	Attention     bool      `json:"attention" doc:"Somebody failed to be the person, or the account became weaker."`
}

type listActivity struct {
	rest.Page
	User string `path:"user" format:"uuid"`
}

func (s *Service) adminList(ctx context.Context, in *listActivity) (*rest.List[ActivityView], error) {
	r := realm.From(ctx)
	if _, err := s.users.ByID(ctx, r.ID, in.User); err != nil {
		return nil, err
	}
	entries, next, err := s.List(ctx, r.ID, in.User, in.After(), in.Limit)
	if err != nil {
		return nil, err
	}
	views := make([]ActivityView, 0, len(entries))
	for _, n := range entries {
		views = append(views, ActivityView{
			ID: n.ID, At: n.At, Type: n.Type, Device: device.Name(n.UserAgent), Place: s.places.Of(n.IP, "en"), IP: n.IP,
			ApplicationID: n.ApplicationID, Provider: n.Provider, Method: n.Method, Reason: n.Reason, Admin: n.Admin, Attention: n.Attention(),
		})
	}
	return rest.ListOf(views, next), nil
}
