package oauth

import (
	"context"
	"fmt"
	"time"

	"authserver/internal/database"
)

// codeRow is an authorization code with its PKCE challenge and OpenID parameters.
type codeRow struct {
	Digest        []byte // SHA-256 of the code
	RealmID       string
	GrantID       string // the grant that the first exchange creates
	ApplicationID string
	UserID        string
	SessionID     string
	RedirectURI   string // as sent; empty when the request had none
	Challenge     string // S256
	Nonce         string
	Scopes        string
	Audience      string
	Context       string
	CreatedAt     database.Micros
	ExpiresAt     database.Micros
	UsedAt        database.Micros
}

func (c *codeRow) scopes() []string   { return decodeList(c.Scopes) }
func (c *codeRow) audience() []string { return decodeList(c.Audience) }

func (c *codeRow) session() *signIn {
	return &signIn{authorization: decodeContext(c.Context, c.GrantID, c.UserID, c.SessionID), Nonce: c.Nonce}
}

func (s *Service) insertCode(ctx context.Context, c *codeRow) error {
	err := s.db.With(ctx).Exec(`INSERT INTO oauth_codes
		(realm_id, digest, grant_id, application_id, user_id, session_id, redirect_uri, challenge, nonce, scopes, audience, context, created_at, expires_at, used_at)
		VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,0)`,
		c.RealmID, c.Digest, c.GrantID, c.ApplicationID, c.UserID, c.SessionID, c.RedirectURI, c.Challenge, c.Nonce,
		c.Scopes, c.Audience, c.Context, c.CreatedAt, c.ExpiresAt).Error
	if err != nil {
		return fmt.Errorf("store authorization code: %w", err)
	}
	return nil
}

// findCode returns the code, spent or not, or database.ErrNotFound.
func (s *Service) findCode(ctx context.Context, realmID string, digest []byte) (*codeRow, error) {
	c := &codeRow{Digest: digest, RealmID: realmID}
	err := s.db.With(ctx).Raw(`SELECT grant_id, application_id, user_id, session_id, redirect_uri, challenge, nonce, scopes, audience, context, created_at, expires_at, used_at
		FROM oauth_codes WHERE digest = ? AND realm_id = ?`, digest, realmID).Row().
		Scan(&c.GrantID, &c.ApplicationID, &c.UserID, &c.SessionID, &c.RedirectURI, &c.Challenge, &c.Nonce,
			&c.Scopes, &c.Audience, &c.Context, &c.CreatedAt, &c.ExpiresAt, &c.UsedAt)
	if err != nil {
		return nil, fmt.Errorf("find authorization code: %w", database.Translate(err))
	}
	return c, nil
}

// spendCode marks the code used, once: errCodeSpent for everybody but the first
// (RFC 6749 §4.1.2).
func (s *Service) spendCode(ctx context.Context, realmID string, digest []byte, now time.Time) error {
	res := s.db.With(ctx).Exec(`UPDATE oauth_codes SET used_at = ? WHERE digest = ? AND realm_id = ? AND used_at = 0 AND expires_at > ?`,
		database.At(now), digest, realmID, database.At(now))
	switch {
	case res.Error != nil:
		return fmt.Errorf("spend authorization code: %w", res.Error)
	case res.RowsAffected != 1:
		return errCodeSpent
	}
	return nil
}
