package session

import (
	"context"
	"fmt"
	"time"
)

// exported is a session as a person's copy of their data tells it.
type exported struct {
	ID              string    `json:"id"`
	CreatedAt       time.Time `json:"created_at"`
	AuthenticatedAt time.Time `json:"authenticated_at"`
	LastSeenAt      time.Time `json:"last_seen_at"`
	ExpiresAt       time.Time `json:"expires_at"`
	Methods         []string  `json:"methods"` // RFC 8176
	IP              string    `json:"ip"`
	UserAgent       string    `json:"user_agent"`
	ApplicationID   string    `json:"application_id,omitempty"`
}

// Export is the section of a person's copy of their data about where they are signed
// in.
func (s *Service) Export(ctx context.Context, realmID, userID string) (string, any, error) {
	live, err := s.List(ctx, realmID, userID)
	if err != nil {
		return "", nil, err
	}
	list := make([]exported, len(live))
	for i, c := range live {
		list[i] = exported{
			ID: c.ID, CreatedAt: c.CreatedAt, AuthenticatedAt: c.AuthenticatedAt, LastSeenAt: c.LastSeenAt, ExpiresAt: c.ExpiresAt,
			Methods: c.AMR, IP: c.IP, UserAgent: c.UserAgent, ApplicationID: c.ApplicationID,
		}
	}
	return "sessions", list, nil
}

// Erase removes every session of a user, live or over, with where it came from. What
// hangs on them was ended before.
func (s *Service) Erase(ctx context.Context, realmID, userID string) error {
	if err := s.removeOf(ctx, realmID, userID); err != nil {
		return fmt.Errorf("erase sessions of user %s: %w", userID, err)
	}
	return nil
}
