package federation

import (
	"context"
	"time"
)

// exported is an identity upstream as a person's copy of their data tells it.
type exported struct {
	Issuer     string    `json:"issuer"`
	Subject    string    `json:"subject"`
	Label      string    `json:"label"`
	CreatedAt  time.Time `json:"created_at"`
	LastUsedAt time.Time `json:"last_used_at,omitzero"`
}

// Export is the section of a person's copy of their data about the other providers
// with which they sign in.
func (s *Service) Export(ctx context.Context, realmID, userID string) (string, any, error) {
	all, err := s.Identities(ctx, realmID, userID)
	if err != nil {
		return "", nil, err
	}
	list := make([]exported, len(all))
	for i, one := range all {
		list[i] = exported{
			Issuer: one.Issuer, Subject: one.Subject, Label: one.Label, CreatedAt: one.CreatedAt, LastUsedAt: one.LastUsedAt,
		}
	}
	return "linked_providers", list, nil
}
