package security

import (
	"context"
	"fmt"
	"time"
)

// exportMost bounds a person's copy of their data.
const exportMost = 10_000

// Export is the section of a person's copy of their data about devices and what was
// noticed about their sign-ins.
func (s *Service) Export(ctx context.Context, realmID, userID string) (string, any, error) {
	type exportedDevice struct {
		ID        string    `json:"id"`
		Name      string    `json:"name,omitempty"`
		UserAgent string    `json:"user_agent"`
		Network   string    `json:"network"`
		Status    Status    `json:"status"`
		SignIns   int64     `json:"sign_ins"`
		FirstSeen time.Time `json:"first_seen_at"`
		LastSeen  time.Time `json:"last_seen_at"`
	}
	type exportedEvent struct {
		At        time.Time `json:"at"`
		Type      string    `json:"type"`
		IP        string    `json:"ip,omitempty"`
		UserAgent string    `json:"user_agent,omitempty"`
		Details
	}
	devices, err := s.list(ctx, realmID, userID, StatusNew, StatusConfirmed, StatusHeld, StatusSuspicious, StatusRevoked)
	if err != nil {
		return "", nil, err
	}
	events, err := s.Events(ctx, realmID, Filter{UserID: userID, Limit: exportMost})
	if err != nil {
		return "", nil, err
	}
	section := struct {
		Devices []exportedDevice `json:"devices"`
		Events  []exportedEvent  `json:"events"`
	}{make([]exportedDevice, len(devices)), make([]exportedEvent, len(events))}
	for i, d := range devices {
		section.Devices[i] = exportedDevice{d.ID, d.Name, d.UserAgent, d.Network, d.Status, d.SignIns, d.FirstSeen, d.LastSeen}
	}
	for i, n := range events {
		section.Events[i] = exportedEvent{n.At, n.Type, n.IP, n.UserAgent, n.Details}
	}
	return "security", section, nil
}

// Erase removes everything that the room knows of a person, in the transaction of the
// context.
func (s *Service) Erase(ctx context.Context, realmID, userID string) error {
	if err := s.erase(ctx, realmID, userID); err != nil {
		return fmt.Errorf("erase devices of user %s: %w", userID, err)
	}
	return nil
}
