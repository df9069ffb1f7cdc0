package key

import (
	"cmp"
	"context"
	"crypto"
	"fmt"
	"slices"
	"strings"
	"time"

	"authserver/internal/database"
)

// set is a realm's keys as one node holds them. It never changes.
type set struct {
	byID    map[string]*Key
	signing map[string]*Key  // active keys with their private half, by algorithm
	sealed  map[string]error // algorithms whose private half does not open
	body    []byte           // the JWKS
	etag    string
}

// set returns the realm's keys from memory where possible.
func (s *Service) set(ctx context.Context, realmID string) (*set, error) {
	// Peek first: the load function of Get would be allocated on every hit.
	if held, ok := s.sets.Peek(realmID); ok {
		return held, nil
	}
	return s.fresh(ctx, realmID)
}

// fresh reads through the cache. Inside a transaction it reads past it: what is
// not committed yet must not be kept.
func (s *Service) fresh(ctx context.Context, realmID string) (*set, error) {
	if database.Within(ctx) {
		return s.load(ctx, realmID)
	}
	return s.sets.Get(ctx, realmID, func(ctx context.Context) (*set, error) { return s.load(ctx, realmID) })
}

func (s *Service) load(ctx context.Context, realmID string) (*set, error) {
	rows, err := s.rows(ctx, realmID)
	if err != nil {
		return nil, err
	}
	held := &set{byID: map[string]*Key{}, signing: map[string]*Key{}, sealed: map[string]error{}}
	now := s.now()
	keys := make([]*Key, 0, len(rows))
	for _, r := range rows {
		k, err := r.key()
		if err != nil {
			return nil, err
		}
		held.byID[k.ID] = k
		keys = append(keys, k)
		if k.State != StateActive {
			continue
		}
		// A ring without the key's key must not take verification down too.
		private, err := s.open(k, r.Private)
		if err != nil {
			held.sealed[k.Algorithm] = err
			continue
		}
		signing := *k
		signing.Private = private
		held.signing[k.Algorithm] = &signing
	}
	arrange(keys)
	if held.body, held.etag, err = document(keys, now); err != nil {
		return nil, fmt.Errorf("key set of realm %s: %w", realmID, err)
	}
	return held, nil
}

// open unseals and checks the private half of k.
func (s *Service) open(k *Key, sealed string) (crypto.Signer, error) {
	der, err := s.ring.Open(sealed, place(k)...)
	if err != nil {
		return nil, fmt.Errorf("private half of key %s: %w (is its key still in AUTHSERVER_SECRET_KEYS?)", k.ID, err)
	}
	private, err := parsePrivate(der)
	if err != nil {
		return nil, fmt.Errorf("private half of key %s: %w", k.ID, err)
	}
	if p, ok := k.Public.(interface{ Equal(crypto.PublicKey) bool }); !ok || !p.Equal(private.Public()) {
		return nil, fmt.Errorf("private half of key %s belongs to another key", k.ID)
	}
	return private, nil
}

// place says where the sealed private half of k belongs.
func place(k *Key) []string { return []string{"signing_keys", k.RealmID, k.ID} }

// arrange sorts keys as people and clients want them: what signs comes first.
func arrange(keys []*Key) {
	rank := func(k *Key) int { return strings.Index("active next retired", string(k.State)) }
	slices.SortFunc(keys, func(a, b *Key) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), b.CreatedAt.Compare(a.CreatedAt), cmp.Compare(a.Algorithm, b.Algorithm), cmp.Compare(a.ID, b.ID))
	})
}

// document returns the JWKS of those keys that are published, and its tag.
func document(keys []*Key, now time.Time) (body []byte, etag string, err error) {
	published := slices.DeleteFunc(slices.Clone(keys), func(k *Key) bool { return !k.published(now) })
	return jwks(published)
}
