package oauth

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"authserver/internal/database"
)

// A []byte never stands first in a list of values: gorm would take it for a list.

// Lists (scopes, audiences) are stored joined by a space, which neither a scope
// nor a URI may contain; an empty list is the empty string.
func encodeList(list []string) string { return strings.Join(list, " ") }

func decodeList(stored string) []string {
	if stored == "" {
		return nil
	}
	return strings.Split(stored, " ")
}

// storedContext is the JSON form of what an authorization keeps besides its
// columns. Fields are only ever added: rows outlive releases.
type storedContext struct {
	AuthTime int64         `json:"t,omitempty"` // unix seconds
	ACR      string        `json:"c,omitempty"`
	AMR      []string      `json:"m,omitempty"`
	Claims   claimsRequest `json:"q,omitzero"`
}

func encodeContext(a *authorization) string {
	if a.UserID == "" {
		return "{}"
	}
	stored, err := json.Marshal(storedContext{AuthTime: a.AuthTime.Unix(), ACR: a.ACR, AMR: a.AMR, Claims: a.Claims})
	if err != nil {
		panic(fmt.Sprintf("oauth: encode grant context: %v", err)) // strings and numbers only
	}
	return string(stored)
}

func decodeContext(stored string, grantID, userID, sessionID string) authorization {
	a := authorization{GrantID: grantID, UserID: userID, SessionID: sessionID}
	var c storedContext
	if json.Unmarshal([]byte(stored), &c) == nil && c.AuthTime != 0 {
		a.AuthTime = time.Unix(c.AuthTime, 0).UTC()
		a.ACR, a.AMR, a.Claims = c.ACR, c.AMR, c.Claims
	}
	return a
}

// codeMemory is how long after its end a code is remembered: while an access token
// from its first exchange may live, a replay must find what to revoke.
const codeMemory = maxAccessLifetime

// Sweep removes rows that no answer depends on any more, at most limit of each
// table, and returns how many went. Codes and rotated refresh tokens stay as long
// as a replay must be recognised: until their grant could not be alive.
func (s *Service) Sweep(ctx context.Context, limit int) (int, error) {
	now := s.now()
	total := int64(0)
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		total = 0
		for _, sweep := range []struct {
			table, key string
			before     time.Time
		}{
			{"oauth_codes", "digest", now.Add(-codeMemory)},
			{"oauth_access_tokens", "digest", now},
			{"oauth_refresh_tokens", "digest", now},
			{"oauth_revocations", "realm_id || kind || subject", now},
			{"oauth_assertions", "digest", now},
			{"oauth_grants", "id", now},
		} {
			res := s.db.With(ctx).Exec(fmt.Sprintf(
				`DELETE FROM %[1]s WHERE expires_at < ? AND %[2]s IN (SELECT %[2]s FROM %[1]s WHERE expires_at < ? LIMIT ?)`,
				sweep.table, sweep.key), database.At(sweep.before), database.At(sweep.before), limit)
			if res.Error != nil {
				return fmt.Errorf("sweep %s: %w", sweep.table, res.Error)
			}
			total += res.RowsAffected
		}
		return nil
	})
	return int(total), err
}
