package federation

import (
	"context"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
)

const (
	// keysFor is how long keys are used without asking for them again.
	keysFor = 10 * time.Minute
	// keysRest is how long a provider is left alone between two questions that an
	// unknown key asks: anybody can make one up.
	keysRest = 10 * time.Second
	keysMost = 100
)

// keySet holds a provider's keys. It keeps what the library's own set leaves open: a
// bound in time, a pause between questions, and no question that dies with the first
// who asked it.
type keySet struct {
	fetch func(context.Context) ([]byte, error)
	now   func() time.Time

	mu    sync.Mutex
	keys  []jose.JSONWebKey
	read  time.Time // when keys were read
	tried time.Time // when they were last asked for
}

var _ oidc.KeySet = (*keySet)(nil)

// VerifySignature returns the payload that one of the keys has signed. It asks for new
// keys where none of the old ones fits.
func (k *keySet) VerifySignature(ctx context.Context, jws *jose.JSONWebSignature) ([]byte, error) {
	id, algorithm := oidc.GetKeyIDAndAlg(jws)
	for _, renew := range []bool{false, true} {
		keys, err := k.current(ctx, renew)
		if err != nil {
			return nil, away("keys", err)
		}
		key, err := oidc.FindMatchingKey(id, oidc.KeyUseSignature, algorithm, keys...)
		if err != nil || key.Algorithm != "" && key.Algorithm != algorithm {
			continue
		}
		if payload, err := jws.Verify(&key); err == nil {
			return payload, nil
		}
	}
	return nil, invalid("signature")
}

// current returns the keys; renew asks for them unless that was a moment ago.
func (k *keySet) current(ctx context.Context, renew bool) ([]jose.JSONWebKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.now()
	old := k.keys == nil || now.Sub(k.read) >= keysFor
	switch rest := now.Sub(k.tried); {
	case !old && !renew:
		return k.keys, nil
	case !old && rest < keysRest, old && !k.tried.IsZero() && rest < awayFor:
		if k.keys == nil {
			return nil, errors.New("asked a moment ago, in vain")
		}
		return k.keys, nil // the old ones, rather than none, for a moment
	}
	k.tried = now
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), askTime)
	defer cancel()
	raw, err := k.fetch(ctx)
	if err == nil {
		var keys []jose.JSONWebKey
		if keys, err = parseKeys(raw); err == nil {
			k.keys, k.read = keys, now
			return keys, nil
		}
	}
	if k.keys != nil && now.Sub(k.read) < 2*keysFor {
		return k.keys, nil
	}
	return nil, err
}

// parseKeys reads the keys of a set that can verify; what it does not know it leaves
// out, as RFC 7517 §5 asks.
func parseKeys(raw []byte) ([]jose.JSONWebKey, error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(raw, &set); err != nil {
		return nil, errors.New("the key set is not JSON")
	}
	if len(set.Keys) > keysMost {
		return nil, errors.New("the key set is too large")
	}
	keys := []jose.JSONWebKey{}
	for _, one := range set.Keys {
		var key jose.JSONWebKey
		if json.Unmarshal(one, &key) != nil || !key.Valid() || !key.IsPublic() || !strong(key) {
			continue
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// strong refuses RSA keys that are too short to trust or too long to compute with.
func strong(key jose.JSONWebKey) bool {
	if k, ok := key.Key.(*rsa.PublicKey); ok {
		return k.N.BitLen() >= 2048 && k.N.BitLen() <= 8192
	}
	return true
}
