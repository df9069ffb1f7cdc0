package consent

import (
	"context"
	"errors"
	"fmt"
	"time"

	"authserver/tenant/application"
)

// exported is a grant as a person's copy of their data tells it.
type exported struct {
	ApplicationID string    `json:"application_id"`
	Application   string    `json:"application"`
	Scopes        []string  `json:"scopes"`
	GrantedAt     time.Time `json:"granted_at"`
	UpdatedAt     time.Time `json:"updated_at"`
}

// Export is the section of a person's copy of their data about what they allowed
// applications.
func (s *Service) Export(ctx context.Context, realmID, userID string) (string, any, error) {
	grants, err := s.list(ctx, realmID, userID)
	if err != nil {
		return "", nil, fmt.Errorf("export consents of user %s: %w", userID, err)
	}
	list := make([]exported, len(grants))
	for i, g := range grants {
		list[i] = exported{ApplicationID: g.ApplicationID, Scopes: g.Scopes, GrantedAt: g.GrantedAt, UpdatedAt: g.UpdatedAt}
		app, err := s.apps.ByID(ctx, realmID, g.ApplicationID)
		if err != nil && !errors.Is(err, application.ErrNotFound) {
			return "", nil, err
		}
		if err == nil {
			list[i].Application = app.Name
		}
	}
	return "applications", list, nil
}

// Erase removes everything that a user allowed. What was granted because of it was
// ended before.
func (s *Service) Erase(ctx context.Context, realmID, userID string) error {
	if err := s.removeOf(ctx, realmID, userID); err != nil {
		return fmt.Errorf("erase consents of user %s: %w", userID, err)
	}
	return nil
}
