package federation

import (
	"context"
	"net/http"
	"time"

	"authserver/identity/user"
	"authserver/internal/fault"
	"authserver/internal/rest"
	"authserver/tenant/realm"
)

// mountLinks adds who is linked with which provider.
func (s *Service) mountLinks(a *rest.API) {
	rest.Handle(a, rest.Operation{
		ID: "listUserIdentities", Method: http.MethodGet, Path: "/users/{user}/identities", Tag: tagProviders, Summary: "List what a person is linked with upstream",
		Permission: "users.read", Missing: user.ErrNotFound,
	}, s.adminLinks)
	rest.Handle(a, rest.Operation{
		ID: "unlinkUserIdentity", Method: http.MethodDelete, Path: "/users/{user}/identities/{identity}", Tag: tagProviders, Summary: "Unlink a person from a provider",
		Description: "The sessions that the link began end, and the person is told by mail. Their only way in is not taken.",
		Permission:  credentials, Subject: "user", Missing: ErrIdentityNotFound, Faults: []*fault.Fault{user.ErrNotFound, ErrLastWay},
	}, s.adminUnlink)
}

// IdentityView is a link as administrators see it.
type IdentityView struct {
	ID         string    `json:"id" format:"uuid"`
	ProviderID string    `json:"provider_id" format:"uuid"`
	Issuer     string    `json:"issuer"`
	Subject    string    `json:"subject" doc:"Who they are at the issuer."`
	Label      string    `json:"label"`
	CreatedAt  time.Time `json:"created_at"`
	LastUsedAt time.Time `json:"last_used_at,omitzero"`
}

type listIdentities struct {
	User string `path:"user" format:"uuid"`
}

type identities struct {
	Body struct {
		Items []IdentityView `json:"items"`
	}
}

func (s *Service) adminLinks(ctx context.Context, in *listIdentities) (*identities, error) {
	realmID := realm.From(ctx).ID
	if _, err := s.users.ByID(ctx, realmID, in.User); err != nil {
		return nil, err
	}
	all, err := s.Identities(ctx, realmID, in.User)
	if err != nil {
		return nil, err
	}
	answer := &identities{}
	answer.Body.Items = make([]IdentityView, 0, len(all))
	for _, i := range all {
		answer.Body.Items = append(answer.Body.Items, IdentityView{i.ID, i.ProviderID, i.Issuer, i.Subject, i.Label, i.CreatedAt, i.LastUsedAt})
	}
	return answer, nil
}

type unlinkIdentity struct {
	User string `path:"user" format:"uuid"`
	ID   string `path:"identity" format:"uuid"`
}

func (s *Service) adminUnlink(ctx context.Context, in *unlinkIdentity) (*rest.None, error) {
	return &rest.None{}, s.Unlink(ctx, realm.From(ctx), in.User, in.ID)
}
