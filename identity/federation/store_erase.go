package federation

import (
	"context"

	"authserver/internal/database"
)

// dropIdentitiesOf removes the identities of a user; the notes of their sessions go
// with them.
func (s *Service) dropIdentitiesOf(ctx context.Context, realmID, userID string) error {
	return database.Translate(s.db.With(ctx).Where("realm_id = ? AND user_id = ?", realmID, userID).Delete(&identityRow{}).Error)
}

// dropStatesOf removes the ways to a provider on which a user is just now.
func (s *Service) dropStatesOf(ctx context.Context, realmID, userID string) error {
	return database.Translate(s.db.With(ctx).Where("realm_id = ? AND user_id = ?", realmID, userID).Delete(&stateRow{}).Error)
}
