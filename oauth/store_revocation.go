package oauth

import (
	"context"
	"fmt"
	"time"

	"authserver/internal/database"
)

// endedGrant is a grant that endGrants has just revoked.
type endedGrant struct{ ID, ApplicationID, UserID string }

// endGrants revokes the grants of the realm that where names and returns them; also
// those that have expired, whose last access tokens may not have. Codes are burnt before grants are ended (burnCodes): an exchange that
// holds its code's row makes the caller wait, and its grant is then seen here.
func (s *Service) endGrants(ctx context.Context, realmID, where string, now time.Time, args ...any) ([]endedGrant, error) {
	var ended []endedGrant
	err := s.db.With(ctx).Raw(`UPDATE oauth_grants SET revoked_at = ? WHERE realm_id = ? AND revoked_at = 0 AND `+where+
		` RETURNING id, application_id, user_id`, append([]any{database.At(now), realmID}, args...)...).Scan(&ended).Error
	if err != nil {
		return nil, fmt.Errorf("revoke grants: %w", err)
	}
	return ended, nil
}

// detachGrants takes the session out of grants that outlive it.
func (s *Service) detachGrants(ctx context.Context, realmID, sessionID string) error {
	err := s.db.With(ctx).Exec(`UPDATE oauth_grants SET session_id = '' WHERE realm_id = ? AND session_id = ? AND offline AND revoked_at = 0`,
		realmID, sessionID).Error
	if err != nil {
		return fmt.Errorf("detach grants: %w", err)
	}
	return nil
}

// burnCodes spends the codes of the realm that where names, so that none can be
// exchanged after this transaction.
func (s *Service) burnCodes(ctx context.Context, realmID string, now time.Time, where string, args ...any) error {
	err := s.db.With(ctx).Exec(`UPDATE oauth_codes SET used_at = ? WHERE realm_id = ? AND used_at = 0 AND `+where,
		append([]any{database.At(now), realmID}, args...)...).Error
	if err != nil {
		return fmt.Errorf("burn authorization codes: %w", err)
	}
	return nil
}

func (s *Service) insertRevocation(ctx context.Context, e revocation, now, until time.Time) error {
	err := s.db.With(ctx).Exec(`INSERT INTO oauth_revocations (realm_id, kind, subject, revoked_at, expires_at) VALUES (?,?,?,?,?)
		ON CONFLICT (realm_id, kind, subject) DO UPDATE SET expires_at = excluded.expires_at`,
		e.realmID, e.kind, e.subject, database.At(now), database.At(until)).Error
	if err != nil {
		return fmt.Errorf("store revocation: %w", err)
	}
	return nil
}

// eachRevocation calls fn with every revocation that has not expired, of every
// realm: it fills the node's memory.
func (s *Service) eachRevocation(ctx context.Context, now time.Time, fn func(revocation, time.Time)) error {
	rows, err := s.db.With(ctx).Raw(`SELECT realm_id, kind, subject, expires_at FROM oauth_revocations WHERE expires_at > ?`, database.At(now)).Rows()
	if err != nil {
		return fmt.Errorf("load revocations: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var e revocation
		var until database.Micros
		if err := rows.Scan(&e.realmID, &e.kind, &e.subject, &until); err != nil {
			return fmt.Errorf("load revocations: %w", err)
		}
		fn(e, until.Time())
	}
	return rows.Err()
}

// insertAssertion remembers a used client assertion; database.ErrDuplicate when it
// is known.
func (s *Service) insertAssertion(ctx context.Context, realmID, appID string, digest []byte, expires time.Time) error {
	return database.Translate(s.db.With(ctx).Exec(`INSERT INTO oauth_assertions (realm_id, application_id, digest, expires_at) VALUES (?,?,?,?)`,
		realmID, appID, digest, database.At(expires)).Error)
}
