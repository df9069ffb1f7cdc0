package audit

import (
	"context"
	"fmt"
	"time"

	"authserver/internal/event"
)

// copyMost is how many of the newest entries a person's copy of their data holds.
const copyMost = 1000

// Export is the section of a person's copy of their data about what the audit holds of
// them, the newest 1,000 entries. Of others it says nothing.
func (s *Service) Export(ctx context.Context, realmID, userID string) (string, any, error) {
	type copied struct {
		ID            string         `json:"id"`
		At            time.Time      `json:"at"`
		Type          string         `json:"type"`
		By            string         `json:"by"` // you, an administrator, the system
		ApplicationID string         `json:"application_id,omitempty"`
		IP            string         `json:"ip,omitempty"`
		UserAgent     string         `json:"user_agent,omitempty"`
		Data          map[string]any `json:"data,omitempty"`
	}
	list, err := s.concerning(ctx, realmID, userID, copyMost)
	if err != nil {
		return "", nil, fmt.Errorf("export the audit of user %s: %w", userID, err)
	}
	lines, err := s.lines(ctx, realmID, list)
	if err != nil {
		return "", nil, err
	}
	all := make([]copied, 0, len(lines))
	for _, l := range lines {
		c := copied{ID: l.ID, At: l.At, Type: l.Type, By: by(l, userID), ApplicationID: l.ApplicationID}
		if c.By == "you" || l.Actor.Kind == event.Anonymous {
			c.IP, c.UserAgent = l.IP, l.UserAgent
		}
		if l.Subject == (Thing{"user", userID}) {
			c.Data = l.Data
		}
		all = append(all, c)
	}
	return "audit", all, nil
}

// by says who did it, in a person's own copy.
func by(l *Line, userID string) string {
	switch l.Actor.Kind {
	case event.User:
		if l.Actor.ID == userID {
			return "you"
		}
		return "administrator"
	case event.Operator, event.APIKey:
		return "administrator"
	}
	return l.Actor.Kind
}
