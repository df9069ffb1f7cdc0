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

// sweepBatch keeps the row locks of a sweep short.
const sweepBatch = 1000

// expiries say which rows no answer depends on any more, in the order in which they
// are removed. A spent refresh token is remembered as long as its grant, whatever
// its own end: used once more, it gives a thief away (RFC 9700 §4.14.2). A grant
// stays until its last access token has expired, which somebody may want to end.
var expiries = []struct {
	table, key, expired string
	memory              time.Duration
}{
	{"oauth_codes", "digest", "SELECT digest FROM oauth_codes WHERE expires_at < ?", codeMemory},
	{"oauth_access_tokens", "digest", "SELECT digest FROM oauth_access_tokens WHERE expires_at < ?", 0},
	{"oauth_revocations", "(realm_id, kind, subject)", "SELECT realm_id, kind, subject FROM oauth_revocations WHERE expires_at < ?", 0},
	{"oauth_assertions", "(realm_id, application_id, digest)", "SELECT realm_id, application_id, digest FROM oauth_assertions WHERE expires_at < ?", 0},
	{"oauth_refresh_tokens", "digest", "SELECT t.digest FROM oauth_grants g JOIN oauth_refresh_tokens t ON t.grant_id = g.id WHERE g.expires_at < ?", maxAccessLifetime},
	{"oauth_grants", "id", "SELECT id FROM oauth_grants WHERE expires_at < ?", maxAccessLifetime},
}

// Sweep removes all rows, of all realms, that no answer depends on any more, in
// small batches, and returns how many.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	now := s.now()
	total := 0
	for _, e := range expiries {
		for {
			n := 0
			err := s.db.InTx(ctx, func(ctx context.Context) error {
				res := s.db.With(ctx).Exec(`DELETE FROM `+e.table+` WHERE `+e.key+` IN (`+e.expired+` LIMIT ?)`,
					database.At(now.Add(-e.memory)), sweepBatch)
				n = int(res.RowsAffected)
				return res.Error
			})
			if err != nil {
				return total, fmt.Errorf("sweep %s: %w", e.table, err)
			}
			if total += n; n < sweepBatch {
				break
			}
		}
	}
	return total, nil
}
