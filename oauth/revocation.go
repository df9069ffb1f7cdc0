package oauth

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"time"

	"authserver/identity/session"
	"authserver/internal/event"
)

// What can be revoked before it expires: a whole grant, one JWT access token, or the
// access tokens that carry a session which has ended.
const (
	revokedGrant   = "grant"
	revokedToken   = "token"
	revokedSession = "session"
)

// Reasons of GrantRevoked.
const (
	reasonClient        = "revoked_by_client"
	reasonReplayed      = "code_replayed"
	reasonReused        = "refresh_reused"
	reasonSession       = "session_ended"
	reasonUser          = "user"
	reasonConsent       = "consent_withdrawn"
	reasonAdministrator = "administrator"
)

const topicRevocation = "oauth.revocation"

// maxAccessLifetime is the longest life that a realm or application may give an
// access token (tenant/realm); a revocation is remembered for so long.
const maxAccessLifetime = 24 * time.Hour

// revocations is the set of what has been revoked and has not expired, held in
// memory by every node, so that a JWT is checked without asking the database
// (performance.md "How" 3). The table oauth_revocations is its truth; the
// database's change feed brings other nodes' entries within a quarter second.
type revocations struct {
	now func() time.Time

	mu      sync.RWMutex
	until   map[revocation]time.Time
	pruneAt time.Time
}

type revocation struct{ realmID, kind, subject string }

func newRevocations(now func() time.Time) *revocations {
	return &revocations{now: now, until: map[revocation]time.Time{}}
}

// has reports whether the subject is revoked; an empty subject never is.
func (r *revocations) has(realmID, kind, subject string) bool {
	if subject == "" {
		return false
	}
	r.mu.RLock()
	_, found := r.until[revocation{realmID, kind, subject}]
	r.mu.RUnlock()
	return found
}

// add remembers the entry, and forgets expired ones once a minute.
func (r *revocations) add(entry revocation, until time.Time) {
	now := r.now()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.until[entry] = until
	if now.Before(r.pruneAt) {
		return
	}
	r.pruneAt = now.Add(time.Minute)
	for entry, until := range r.until {
		if until.Before(now) {
			delete(r.until, entry)
		}
	}
}

// key is the entry as the change feed carries it.
func (e revocation) key(until time.Time) string {
	return strings.Join([]string{e.realmID, e.kind, strconv.FormatInt(until.Unix(), 10), e.subject}, " ")
}

// changed reads an entry from the change feed.
func (r *revocations) changed(key string) {
	parts := strings.SplitN(key, " ", 4)
	if len(parts) != 4 {
		return
	}
	until, err := strconv.ParseInt(parts[2], 10, 64)
	if err != nil {
		return
	}
	r.add(revocation{parts[0], parts[1], parts[3]}, time.Unix(until, 0))
}

// remember stores a revocation in the caller's transaction and tells every node. It
// is forgotten when what it ends would have expired: memory is shared by all realms.
func (s *Service) remember(ctx context.Context, entry revocation, until time.Time) error {
	if err := s.insertRevocation(ctx, entry, s.now(), until); err != nil {
		return err
	}
	return s.db.Changed(ctx, topicRevocation, entry.key(until))
}

// Load fills the memory from the table: before the server accepts requests, and
// when the node may have missed changes.
func (s *Service) Load(ctx context.Context) error {
	return s.eachRevocation(ctx, s.now(), s.revoked.add)
}

// revokeGrants ends the grants that are still alive: no refresh any more, and
// their access tokens are refused wherever this server is asked.
func (s *Service) revokeGrants(ctx context.Context, realmID, reason string, ids []string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		ended, err := s.endGrants(ctx, realmID, `id IN ?`, s.now(), ids)
		if err != nil {
			return err
		}
		return s.announce(ctx, realmID, reason, ended)
	})
}

func (s *Service) announce(ctx context.Context, realmID, reason string, ended []endedGrant) error {
	for _, g := range ended {
		if err := s.remember(ctx, revocation{realmID, revokedGrant, g.ID}, s.now().Add(maxAccessLifetime)); err != nil {
			return err
		}
		err := s.events.Record(ctx, event.Ref{RealmID: realmID, Kind: "user", ID: g.UserID},
			GrantRevoked{GrantID: g.ID, ApplicationID: g.ApplicationID, Reason: reason})
		if err != nil {
			return err
		}
	}
	return nil
}

// RevokeSession ends what a browser session gave: codes not yet exchanged, grants,
// and every access token that names the session. It runs in the transaction that
// ends the session. When the person signed out or another one signed in, grants with
// offline_access lose the session and live on: they were given for the time when the
// person is away (OpenID Connect Core §11). Whoever ends a session for another reason
// means everything.
func (s *Service) RevokeSession(ctx context.Context, realmID, sessionID, reason string) error {
	if err := s.burnCodes(ctx, realmID, s.now(), `session_id = ?`, sessionID); err != nil {
		return err
	}
	if reason == session.SignedOut || reason == session.AnotherUser {
		if err := s.detachGrants(ctx, realmID, sessionID); err != nil {
			return err
		}
	}
	ended, err := s.endGrants(ctx, realmID, `session_id = ?`, s.now(), sessionID)
	if err != nil {
		return err
	}
	if err := s.remember(ctx, revocation{realmID, revokedSession, sessionID}, s.now().Add(maxAccessLifetime)); err != nil {
		return err
	}
	return s.announce(ctx, realmID, reasonSession, ended)
}

// RevokeUser ends everything a person gave to any application, in the caller's
// transaction: suspension, password change, erasure.
func (s *Service) RevokeUser(ctx context.Context, realmID, userID string) error {
	if err := s.burnCodes(ctx, realmID, s.now(), `user_id = ?`, userID); err != nil {
		return err
	}
	ended, err := s.endGrants(ctx, realmID, `user_id = ?`, s.now(), userID)
	if err != nil {
		return err
	}
	return s.announce(ctx, realmID, reasonUser, ended)
}

// RevokeApplication ends what a person gave to one application, in the caller's
// transaction: their consent was withdrawn.
func (s *Service) RevokeApplication(ctx context.Context, realmID, userID, applicationID string) error {
	if err := s.burnCodes(ctx, realmID, s.now(), `user_id = ? AND application_id = ?`, userID, applicationID); err != nil {
		return err
	}
	ended, err := s.endGrants(ctx, realmID, `user_id = ? AND application_id = ?`, s.now(), userID, applicationID)
	if err != nil {
		return err
	}
	return s.announce(ctx, realmID, reasonConsent, ended)
}
