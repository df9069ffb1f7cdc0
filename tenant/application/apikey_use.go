package application

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/secret"
	"authserver/tenant/realm"
)

// KeyDraft is what an API key is made from. Name is required.
type KeyDraft struct {
	ApplicationID string
	Name          string
	Scopes        []string
	Networks      []netip.Prefix // none: everywhere
	ExpiresAt     time.Time      // zero: never
}

// CreateKey makes an API key. The second result is its plain text, which can never
// be read again. It returns ErrNotFound for an unknown application, or the fault of
// the first field that breaks a rule.
func (s *Service) CreateKey(ctx context.Context, realmID string, d KeyDraft) (*APIKey, string, error) {
	now := s.stamp()
	name, err := realm.DisplayName("name", d.Name)
	if err != nil {
		return nil, "", err
	}
	for _, scope := range d.Scopes {
		if !scopeToken(scope) {
			return nil, "", ErrScopeInvalid.At("scopes")
		}
	}
	if !d.ExpiresAt.IsZero() && !d.ExpiresAt.After(now) {
		return nil, "", errKeyDraft
	}
	keyID, prefix, plain := newKey()
	k := &APIKey{
		ID: keyID, RealmID: realmID, ApplicationID: d.ApplicationID, Name: name, Prefix: prefix, Scopes: unique(d.Scopes), Networks: d.Networks,
		ExpiresAt: database.At(d.ExpiresAt).Time(), CreatedAt: now, digest: secret.Digest(plain),
	}
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		if k.ApplicationID != "" {
			if _, err := s.find(ctx, realmID, k.ApplicationID); err != nil {
				return fmt.Errorf("create API key: %w", err)
			}
		}
		if err := s.insertKey(ctx, k); err != nil {
			if errors.Is(err, database.ErrReference) {
				return realm.ErrNotFound
			}
			return fmt.Errorf("create API key: %w", err)
		}
		return s.events.Record(ctx, k.Ref(), KeyCreated{Name: k.Name, ApplicationID: k.ApplicationID, Scopes: k.Scopes})
	})
	if err != nil {
		return nil, "", err
	}
	return k, plain, nil
}

// RevokeKey ends an API key: within a second no node accepts it. It returns
// ErrKeyNotFound when the realm has no such key or it is revoked already.
func (s *Service) RevokeKey(ctx context.Context, realmID, keyID string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.revokeKey(ctx, realmID, keyID, s.stamp()); err != nil {
			return fmt.Errorf("revoke API key %s: %w", keyID, err)
		}
		if err := s.db.Changed(ctx, KeyTopic, realmID+"/"+keyID); err != nil {
			return fmt.Errorf("revoke API key %s: %w", keyID, err)
		}
		return s.events.Record(ctx, event.Ref{RealmID: realmID, Kind: "api_key", ID: keyID}, KeyRevoked{})
	})
}

// AuthenticateKey returns the live key of the realm whose plain text is given and that
// may be used from the address, or ErrKeyInvalid. It reads memory where possible and writes nothing: the use is
// noted for RecordUse.
func (s *Service) AuthenticateKey(ctx context.Context, realmID, plain, ip string) (*APIKey, error) {
	keyID, ok := keyIDOf(plain)
	if !ok {
		return nil, ErrKeyInvalid
	}
	at := ref{realmID, keyID}
	var err error
	k, ok := s.keys.Peek(at)
	if !ok {
		k, err = s.keys.Get(ctx, at, func(ctx context.Context) (*APIKey, error) { return s.findAnyKey(ctx, realmID, keyID) })
	}
	if errors.Is(err, ErrKeyNotFound) {
		return nil, ErrKeyInvalid
	}
	if err != nil {
		return nil, fmt.Errorf("authenticate API key: %w", err)
	}
	now := s.now()
	if !secret.Equal(secret.Digest(plain), k.digest) || !k.live(now) || !k.from(ip) {
		return nil, ErrKeyInvalid
	}
	if k.ApplicationID != "" {
		a, err := s.ByID(ctx, realmID, k.ApplicationID)
		if errors.Is(err, ErrNotFound) || err == nil && !a.Enabled {
			return nil, ErrKeyInvalid
		}
		if err != nil {
			return nil, fmt.Errorf("authenticate API key: %w", err)
		}
	}
	s.used.note(at, now)
	return k, nil
}

// ListKeys returns the API keys of the realm in the order of their creation, from
// the one after the given id on; at most 100.
func (s *Service) ListKeys(ctx context.Context, realmID, after string) ([]*APIKey, error) {
	return s.listKeys(ctx, realmID, after, 100)
}

// usage remembers when each key was last used. The row of a busy key would be the
// hottest of the database if every request wrote it.
type usage struct {
	mu   sync.Mutex
	last map[ref]time.Time
}

func (u *usage) note(at ref, now time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.last == nil {
		u.last = make(map[ref]time.Time)
	}
	if now.After(u.last[at]) {
		u.last[at] = now
	}
}

func (u *usage) take() map[ref]time.Time {
	u.mu.Lock()
	defer u.mu.Unlock()
	taken := u.last
	u.last = nil
	return taken
}

// RecordUse stores when keys were last used since it was called before: one write
// for each key used. A worker calls it once a minute and when the server stops.
func (s *Service) RecordUse(ctx context.Context) error {
	taken := s.used.take()
	if len(taken) == 0 {
		return nil
	}
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		for at, when := range taken {
			if err := s.touchKey(ctx, at, when); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		for at, when := range taken {
			s.used.note(at, when)
		}
		return fmt.Errorf("record use of API keys: %w", err)
	}
	return nil
}
