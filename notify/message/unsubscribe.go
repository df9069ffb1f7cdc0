package message

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"

	"authserver/internal/database"
	"authserver/internal/fault"
	"authserver/internal/id"
	"authserver/internal/letter"
	"authserver/internal/secret"
)

// ErrLinkDead says that a link to unsubscribe is not one of ours, or too old.
var ErrLinkDead = fault.New(fault.NotFound, "unsubscribe_link_dead", "This link is no longer valid. Use the one in a newer letter.")

// A link to unsubscribe names a letter of the log, so that it holds no address, and a
// MAC over it. It opens nothing else and nobody's account (security rule MAIL-09); it
// lives as long as the log remembers the letter.

func (s *Service) unsubscribeURL(slug, realmID, letterID string) string {
	mac := secret.MAC(s.clickKeys[0], realmID, letterID)
	return s.issuer(slug) + "/email/unsubscribe/" + letterID + "." + base64.RawURLEncoding.EncodeToString(mac[:16])
}

// clicked returns the letter that a link names, or ErrLinkDead.
func (s *Service) clicked(ctx context.Context, realmID, token string) (logRow, error) {
	letterID, proof, _ := strings.Cut(token, ".")
	given, err := base64.RawURLEncoding.Strict().DecodeString(proof)
	if err != nil || !id.Valid(letterID) {
		return logRow{}, ErrLinkDead
	}
	genuine := false
	for _, key := range s.clickKeys {
		genuine = secret.Equal(given, secret.MAC(key, realmID, letterID)[:16]) || genuine
	}
	if !genuine {
		return logRow{}, ErrLinkDead
	}
	e, err := s.logged(ctx, letter.Email, realmID, letterID)
	if errors.Is(err, database.ErrNotFound) || err == nil && e.ToKey == "" {
		return logRow{}, ErrLinkDead
	}
	return e, err
}
