package oauth

import (
	"context"
	"fmt"
	"time"

	"authserver/internal/database"
)

// grantRow is what a person allowed an application, for as long as tokens of it
// may be refreshed. Everything that ends access sets revoked_at.
type grantRow struct {
	ID            string
	RealmID       string
	ApplicationID string
	UserID        string
	SessionID     string
	Scopes        string
	Audience      string
	Context       string
	Offline       bool // has offline_access: outlives the browser session
	CreatedAt     database.Micros
	ExpiresAt     database.Micros // absolute end
	RevokedAt     database.Micros
}

func (g *grantRow) authorization() authorization {
	return decodeContext(g.Context, g.ID, g.UserID, g.SessionID)
}

// refreshRow is a refresh token; the live leaf of a grant is its one row with
// rotated_at = 0.
type refreshRow struct {
	Digest    []byte // SHA-256 of the token
	RealmID   string
	Grant     grantRow
	IssuedAt  database.Micros
	ExpiresAt database.Micros // idle end
	RotatedAt database.Micros
	Successor []byte // digest of the token that replaced this one
}

// accessRow is an opaque access token; JWT access tokens have no row.
type accessRow struct {
	Digest        []byte
	RealmID       string
	GrantID       string
	ApplicationID string
	UserID        string
	SessionID     string
	Scopes        string
	Audience      string
	Context       string
	IssuedAt      database.Micros
	ExpiresAt     database.Micros
}

func (s *Service) insertGrant(ctx context.Context, g *grantRow) error {
	err := s.db.With(ctx).Exec(`INSERT INTO oauth_grants
		(id, realm_id, application_id, user_id, session_id, scopes, audience, context, offline, created_at, expires_at, revoked_at)
		VALUES (?,?,?,?,?,?,?,?,?,?,?,0)`,
		g.ID, g.RealmID, g.ApplicationID, g.UserID, g.SessionID, g.Scopes, g.Audience, g.Context, g.Offline, g.CreatedAt, g.ExpiresAt).Error
	if err != nil {
		return fmt.Errorf("store grant: %w", err)
	}
	return nil
}

func (s *Service) insertRefresh(ctx context.Context, r *refreshRow) error {
	err := s.db.With(ctx).Exec(`INSERT INTO oauth_refresh_tokens (realm_id, digest, grant_id, issued_at, expires_at, rotated_at)
		VALUES (?,?,?,?,?,0)`, r.RealmID, r.Digest, r.Grant.ID, r.IssuedAt, r.ExpiresAt).Error
	if err != nil {
		return fmt.Errorf("store refresh token: %w", err)
	}
	return nil
}

// findRefresh returns the token with its grant in one read, whatever their state,
// or database.ErrNotFound.
func (s *Service) findRefresh(ctx context.Context, realmID string, digest []byte) (*refreshRow, error) {
	r := &refreshRow{Digest: digest, RealmID: realmID}
	g := &r.Grant
	g.RealmID = realmID
	err := s.db.With(ctx).Raw(`SELECT t.issued_at, t.expires_at, t.rotated_at, t.successor,
		g.id, g.application_id, g.user_id, g.session_id, g.scopes, g.audience, g.context, g.offline, g.created_at, g.expires_at, g.revoked_at
		FROM oauth_refresh_tokens t JOIN oauth_grants g ON g.id = t.grant_id AND g.realm_id = t.realm_id
		WHERE t.digest = ? AND t.realm_id = ?`, digest, realmID).Row().
		Scan(&r.IssuedAt, &r.ExpiresAt, &r.RotatedAt, &r.Successor,
			&g.ID, &g.ApplicationID, &g.UserID, &g.SessionID, &g.Scopes, &g.Audience, &g.Context, &g.Offline, &g.CreatedAt, &g.ExpiresAt, &g.RevokedAt)
	if err != nil {
		return nil, fmt.Errorf("find refresh token: %w", database.Translate(err))
	}
	return r, nil
}

// rotateRefresh replaces the live leaf by its successor, once: errRotated for
// everybody but the first, and when the grant has been revoked meanwhile.
func (s *Service) rotateRefresh(ctx context.Context, realmID string, digest, successor []byte, now time.Time) error {
	res := s.db.With(ctx).Exec(`UPDATE oauth_refresh_tokens SET rotated_at = ?, successor = ?
		WHERE digest = ? AND realm_id = ? AND rotated_at = 0 AND expires_at > ?
		AND EXISTS (SELECT 1 FROM oauth_grants g WHERE g.id = grant_id AND g.realm_id = ? AND g.revoked_at = 0)`,
		database.At(now), successor, digest, realmID, database.At(now), realmID)
	switch {
	case res.Error != nil:
		return fmt.Errorf("rotate refresh token: %w", res.Error)
	case res.RowsAffected != 1:
		return errRotated
	}
	return nil
}

func (s *Service) insertAccess(ctx context.Context, a *accessRow) error {
	err := s.db.With(ctx).Exec(`INSERT INTO oauth_access_tokens
		(realm_id, digest, grant_id, application_id, user_id, session_id, scopes, audience, context, issued_at, expires_at)
		VALUES (?,?,?,?,?,?,?,?,?,?,?)`,
		a.RealmID, a.Digest, a.GrantID, a.ApplicationID, a.UserID, a.SessionID, a.Scopes, a.Audience, a.Context, a.IssuedAt, a.ExpiresAt).Error
	if err != nil {
		return fmt.Errorf("store access token: %w", err)
	}
	return nil
}

// findAccess returns the opaque token, expired or not, or database.ErrNotFound.
func (s *Service) findAccess(ctx context.Context, realmID string, digest []byte) (*accessRow, error) {
	a := &accessRow{Digest: digest, RealmID: realmID}
	err := s.db.With(ctx).Raw(`SELECT grant_id, application_id, user_id, session_id, scopes, audience, context, issued_at, expires_at
		FROM oauth_access_tokens WHERE digest = ? AND realm_id = ?`, digest, realmID).Row().
		Scan(&a.GrantID, &a.ApplicationID, &a.UserID, &a.SessionID, &a.Scopes, &a.Audience, &a.Context, &a.IssuedAt, &a.ExpiresAt)
	if err != nil {
		return nil, fmt.Errorf("find access token: %w", database.Translate(err))
	}
	return a, nil
}

// deleteAccess removes an opaque token; nothing happens when it is gone.
func (s *Service) deleteAccess(ctx context.Context, realmID string, digest []byte) error {
	if err := s.db.With(ctx).Exec(`DELETE FROM oauth_access_tokens WHERE digest = ? AND realm_id = ?`, digest, realmID).Error; err != nil {
		return fmt.Errorf("delete access token: %w", err)
	}
	return nil
}
