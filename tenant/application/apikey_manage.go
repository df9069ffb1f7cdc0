package application

import (
	"context"
	"errors"
	"fmt"
	"time"

	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/fault"
	"authserver/internal/secret"
	"authserver/tenant/realm"
)

// keyOverlapMax bounds how long a rotated key may outlive its successor.
const keyOverlapMax = 7 * 24 * time.Hour

// ErrKeyOverlap refuses an overlap outside its bounds.
var ErrKeyOverlap = fault.New(fault.Invalid, "api_key_overlap_invalid", "The old key may live on for at most 7 days.").At("overlap")

// Key returns an API key of the realm, live or not, or ErrKeyNotFound.
func (s *Service) Key(ctx context.Context, realmID, keyID string) (*APIKey, error) {
	return s.findKey(ctx, realmID, keyID)
}

// UpdateKey lets change edit name, scopes, networks and expiry of a key that is not
// revoked.
func (s *Service) UpdateKey(ctx context.Context, realmID, keyID string, change func(*APIKey) error) (*APIKey, error) {
	var k *APIKey
	err := s.db.InTx(ctx, func(ctx context.Context) (err error) {
		if k, err = s.findKey(ctx, realmID, keyID); err != nil {
			return err
		}
		old := keyViewOf(k)
		if err := change(k); err != nil {
			return err
		}
		if k.Name, err = realm.DisplayName("name", k.Name); err != nil {
			return err
		}
		for _, scope := range k.Scopes {
			if !scopeToken(scope) {
				return ErrScopeInvalid.At("scopes")
			}
		}
		k.Scopes = unique(k.Scopes)
		if !k.ExpiresAt.IsZero() && !k.ExpiresAt.After(s.stamp()) {
			return errKeyDraft
		}
		k.ExpiresAt = database.At(k.ExpiresAt).Time()
		if err := s.updateKey(ctx, k); err != nil {
			return err
		}
		if err := s.db.Changed(ctx, KeyTopic, realmID+"/"+keyID); err != nil {
			return err
		}
		return s.events.Record(ctx, k.Ref(), KeyUpdated{k.Scopes, event.Changes(old, keyViewOf(k))})
	})
	if err != nil {
		return nil, fmt.Errorf("update API key %s: %w", keyID, err)
	}
	return k, nil
}

// RotateKey makes a successor with the same name, scopes and networks, and lets the key
// live on for overlap at most. The second result is the successor's plain text.
func (s *Service) RotateKey(ctx context.Context, realmID, keyID string, overlap time.Duration) (*APIKey, string, error) {
	if overlap < 0 || overlap > keyOverlapMax {
		return nil, "", ErrKeyOverlap
	}
	now := s.stamp()
	nextID, prefix, plain := newKey()
	var next *APIKey
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		old, err := s.findKey(ctx, realmID, keyID)
		if err != nil {
			return err
		}
		if !old.live(now) {
			return ErrKeyNotFound
		}
		next = &APIKey{
			ID: nextID, RealmID: realmID, ApplicationID: old.ApplicationID, Name: old.Name, Prefix: prefix, Scopes: old.Scopes, Networks: old.Networks,
			ExpiresAt: old.ExpiresAt, CreatedAt: now, digest: secret.Digest(plain),
		}
		if err := s.insertKey(ctx, next); err != nil {
			return err
		}
		if end := now.Add(overlap); overlap == 0 {
			err = s.revokeKey(ctx, realmID, keyID, now)
		} else if old.ExpiresAt.IsZero() || old.ExpiresAt.After(end) {
			old.ExpiresAt = end
			err = s.updateKey(ctx, old)
		}
		if err != nil {
			return err
		}
		if err := s.db.Changed(ctx, KeyTopic, realmID+"/"+keyID); err != nil {
			return err
		}
		return s.events.Record(ctx, old.Ref(), KeyRotated{SuccessorID: nextID})
	})
	if err != nil {
		return nil, "", fmt.Errorf("rotate API key %s: %w", keyID, err)
	}
	return next, plain, nil
}

// OperatorDraft is what an operator's key is made from.
type OperatorDraft struct {
	KeyDraft
	// Realms are the ids of those that it is limited to; nil is all.
	Realms []string
}

func operatorRef(keyID string) event.Ref { return event.Ref{Kind: "operator_key", ID: keyID} }

// CreateOperatorKey makes a key above realms. The second result is its plain text.
func (s *Service) CreateOperatorKey(ctx context.Context, d OperatorDraft) (*APIKey, string, error) {
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
		ID: keyID, Name: name, Prefix: prefix, Scopes: unique(d.Scopes), Networks: d.Networks, Realms: d.Realms,
		ExpiresAt: database.At(d.ExpiresAt).Time(), CreatedAt: now, digest: secret.Digest(plain),
	}
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.insertOperatorKey(ctx, k); err != nil {
			return fmt.Errorf("create operator's key: %w", err)
		}
		return s.events.Record(ctx, operatorRef(keyID), KeyCreated{Name: k.Name, Scopes: k.Scopes})
	})
	if err != nil {
		return nil, "", err
	}
	return k, plain, nil
}

// OperatorKeys lists operators' keys in order of creation.
func (s *Service) OperatorKeys(ctx context.Context, after string, limit int) ([]*APIKey, error) {
	return s.listOperatorKeys(ctx, after, limit)
}

// OperatorKey returns an operator's key, live or not, or ErrKeyNotFound.
func (s *Service) OperatorKey(ctx context.Context, keyID string) (*APIKey, error) {
	return s.findAnyKey(ctx, "", keyID)
}

// RevokeOperatorKey ends an operator's key.
func (s *Service) RevokeOperatorKey(ctx context.Context, keyID string) error {
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.revokeOperatorKey(ctx, keyID, s.stamp()); err != nil {
			return err
		}
		if err := s.db.Changed(ctx, KeyTopic, "/"+keyID); err != nil {
			return err
		}
		return s.events.Record(ctx, operatorRef(keyID), KeyRevoked{})
	})
	if err != nil && !errors.Is(err, ErrKeyNotFound) {
		return fmt.Errorf("revoke operator's key: %w", err)
	}
	return err
}
