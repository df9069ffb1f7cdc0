package profile

import (
	"context"
)

// Export is the section of a person's copy of their data that says who they are: what
// they may see of it themselves.
func (s *Service) Export(ctx context.Context, realmID, userID string) (string, any, error) {
	u, err := s.users.ByID(ctx, realmID, userID)
	if err != nil {
		return "", nil, err
	}
	schema, err := s.Schema(ctx, realmID)
	if err != nil {
		return "", nil, err
	}
	return "profile", schema.show(u), nil
}
