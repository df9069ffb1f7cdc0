package totp

import (
	"context"
	"time"
)

// Export is the section of a person's copy of their data about their authenticator
// application, without its secret.
func (s *Service) Export(ctx context.Context, realmID, userID string) (string, any, error) {
	since, err := s.Since(ctx, realmID, userID)
	if err != nil {
		return "", nil, err
	}
	return "authenticator", struct {
		Enrolled bool      `json:"enrolled"`
		Since    time.Time `json:"since,omitzero"`
	}{!since.IsZero(), since}, nil
}
