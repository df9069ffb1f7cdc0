package signal

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"authserver/internal/rest"
	"authserver/tenant/realm"
)

// MountAdmin adds what administrators see of streams. Receivers manage them by the
// framework's own endpoints.
func (s *Service) MountAdmin(a *rest.API) {
	const tag = "Signals"
	rest.Handle(a, rest.Operation{
		ID: "listSignalStreams", Method: http.MethodGet, Path: "/signal-streams", Tag: tag, Permission: readPermission, Summary: "List who receives security events",
		Description: "Streams of the Shared Signals Framework. Receivers make them with an access token of the scope ssf.manage; their application needs the permission " + writePermission + ".",
	}, s.adminList)
	rest.Handle(a, rest.Operation{
		ID: "deleteSignalStream", Method: http.MethodDelete, Path: "/signal-streams/{stream}", Tag: tag, Permission: writePermission,
		Summary: "End a stream of security events", Missing: ErrNotFound,
	}, s.adminDelete)
}

// streamView is a stream as administrators see it.
type streamView struct {
	ID            string    `json:"id" format:"uuid"`
	ApplicationID string    `json:"application_id" format:"uuid"`
	Description   string    `json:"description"`
	Method        string    `json:"method" enum:"push,poll"`
	Endpoint      string    `json:"endpoint,omitempty"`
	Events        []string  `json:"events" doc:"URIs of the types that are delivered."`
	Status        string    `json:"status" enum:"enabled,paused,disabled"`
	Reason        string    `json:"reason,omitempty"`
	Failures      int       `json:"failures"`
	FailingSince  time.Time `json:"failing_since,omitzero"`
	CreatedAt     time.Time `json:"created_at"`
	UpdatedAt     time.Time `json:"updated_at"`
}

func (s *Service) adminList(ctx context.Context, in *struct{ rest.Page }) (*rest.List[streamView], error) {
	all, err := s.list(ctx, realm.From(ctx).ID, in.After(), in.Limit+1)
	if err != nil {
		return nil, fmt.Errorf("list streams: %w", err)
	}
	next := ""
	if len(all) > in.Limit {
		all = all[:in.Limit]
		next = all[in.Limit-1].ID
	}
	views := make([]streamView, 0, len(all))
	for _, t := range all {
		views = append(views, streamView{
			t.ID, t.ApplicationID, t.Description, word(t.Method), t.Endpoint, t.Delivered(), string(t.Status), t.Reason, t.Failures, t.FailingSince, t.CreatedAt, t.UpdatedAt,
		})
	}
	return rest.ListOf(views, next), nil
}

func (s *Service) adminDelete(ctx context.Context, in *struct {
	ID string `path:"stream" format:"uuid"`
}) (*rest.None, error) {
	realmID := realm.From(ctx).ID
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		stream, err := s.streamOf(ctx, realmID, in.ID)
		if err != nil {
			return err
		}
		return s.drop(ctx, stream)
	})
	return &rest.None{}, err
}
