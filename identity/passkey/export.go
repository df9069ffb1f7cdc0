package passkey

import (
	"context"
	"encoding/base64"
	"time"
)

// exported is a passkey as a person's copy of their data tells it. The credential's id
// names it on the person's own device; its public key is nobody's secret, and says
// nothing about them.
type exported struct {
	ID           string    `json:"id"`
	Label        string    `json:"label"`
	CredentialID string    `json:"credential_id"`
	Make         string    `json:"aaguid"`
	Synced       bool      `json:"synced"`
	CreatedAt    time.Time `json:"created_at"`
	LastUsedAt   time.Time `json:"last_used_at,omitzero"`
}

// Export is the section of a person's copy of their data about their passkeys.
func (s *Service) Export(ctx context.Context, realmID, userID string) (string, any, error) {
	keys, err := s.List(ctx, realmID, userID)
	if err != nil {
		return "", nil, err
	}
	list := make([]exported, len(keys))
	for i, k := range keys {
		list[i] = exported{
			ID: k.ID, Label: k.Label, CredentialID: base64.RawURLEncoding.EncodeToString(k.CredentialID), Make: k.AAGUID,
			Synced: k.BackupEligible, CreatedAt: k.CreatedAt, LastUsedAt: k.LastUsedAt,
		}
	}
	return "passkeys", list, nil
}
