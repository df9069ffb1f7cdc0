package activity

import (
	"context"
	"fmt"
	"time"
)

// exportMost bounds a person's copy of their data.
const exportMost = 10_000

// Export is the section of a person's copy of their data about what happened.
func (s *Service) Export(ctx context.Context, realmID, userID string) (string, any, error) {
	type exported struct {
		At        time.Time `json:"at"`
		Type      string    `json:"type"`
		IP        string    `json:"ip,omitempty"`
		UserAgent string    `json:"user_agent,omitempty"`
		Admin     bool      `json:"by_administrator"`
		Details
	}
	entries, err := s.list(ctx, realmID, userID, place{}, exportMost)
	if err != nil {
		return "", nil, fmt.Errorf("export activity of user %s: %w", userID, err)
	}
	list := make([]exported, len(entries))
	for i, n := range entries {
		list[i] = exported{n.At, n.Type, n.IP, n.UserAgent, n.Admin, n.Details}
	}
	return "activity", list, nil
}

// Erase removes everything that happened in the user's account.
func (s *Service) Erase(ctx context.Context, realmID, userID string) error {
	if err := s.remove(ctx, realmID, userID); err != nil {
		return fmt.Errorf("erase activity of user %s: %w", userID, err)
	}
	return nil
}
