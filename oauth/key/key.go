package key

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"time"

	"authserver/internal/cache"
	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/fault"
	"authserver/internal/secret"
)

// Faults of this room.
var (
	ErrNotFound  = fault.New(fault.NotFound, "key_not_found", "There is no such signing key.")
	ErrAlgorithm = fault.New(fault.Invalid, "algorithm_unknown", "The algorithm must be RS256, PS256, ES256 or EdDSA.")
	ErrActive    = fault.New(fault.Conflict, "key_active", "This key signs at present. Rotate first, then withdraw it.")
)

// State says what a key does at present.
type State string

// The states, in the order in which a key passes them.
const (
	StateNext    State = "next"    // published, does not sign yet
	StateActive  State = "active"  // signs
	StateRetired State = "retired" // only verifies
)

// Topic announces, with a realm's id as key, that its keys have changed.
const Topic = "oauth.keys"

const (
	// publishAhead is the time between publication and first use. It exceeds
	// every cache of a key set that we have heard of; our own answers allow
	// five minutes.
	publishAhead = 24 * time.Hour
	// activeFor is the age at which a key is replaced.
	activeFor = 90 * 24 * time.Hour
	// publishedAfter is how long a retired key stays in the JWKS: tokens live
	// 24 hours at most, the rest is for skewed clocks and stalled clients.
	publishedAfter = 48 * time.Hour
	// keptAfter is how long a retired key verifies what names it by kid.
	keptAfter = 90 * 24 * time.Hour

	cacheSize  = 10_000
	cacheTTL   = time.Minute // the net below a missed announcement
	cacheStale = time.Hour   // how long key sets outlive the database
)

// Key is a signing key of a realm. Keys are shared between callers and must not
// be changed.
type Key struct {
	ID        string // kid
	RealmID   string
	Algorithm string // the one JWS algorithm it is for
	State     State
	Private   crypto.Signer // nil unless the key comes from Signing
	Public    crypto.PublicKey

	CreatedAt   time.Time // also the beginning of its publication
	ActivatedAt time.Time // zero while next
	RetiredAt   time.Time // zero until then
}

// published reports whether the key belongs into the JWKS.
func (k *Key) published(now time.Time) bool {
	return k.State != StateRetired || now.Before(k.RetiredAt.Add(publishedAfter))
}

// ref names the key in events.
func (k *Key) ref() event.Ref {
	return event.Ref{RealmID: k.RealmID, Kind: "key", ID: k.ID}
}

// Deps is what the room needs. Generate may be nil.
type Deps struct {
	DB      *database.DB
	Events  *event.Log
	Ring    *secret.Ring
	Now     func() time.Time
	RSABits int
	// Generate makes the key pair of an algorithm; nil is the real thing. Tests
	// save themselves the search for primes.
	Generate func(algorithm string) (crypto.Signer, error)
}

// Service is what the room can do. It is safe for concurrent use.
type Service struct {
	db       *database.DB
	events   *event.Log
	ring     *secret.Ring
	now      func() time.Time
	generate func(string) (crypto.Signer, error)
	sets     *cache.Cache[string, *set]
}

// New returns the room. It panics when a dependency is missing.
func New(d Deps) *Service {
	if d.DB == nil || d.Events == nil || d.Ring == nil || d.Now == nil {
		panic("key: DB, Events, Ring and Now are required")
	}
	if d.Generate == nil {
		if d.RSABits < 2048 {
			panic("key: RSABits must be 2048 or more")
		}
		d.Generate = func(algorithm string) (crypto.Signer, error) { return generate(algorithm, d.RSABits) }
	}
	s := &Service{
		db: d.DB, events: d.Events, ring: d.Ring, now: d.Now, generate: d.Generate,
		sets: cache.New[string, *set](cache.Options{Size: cacheSize, TTL: cacheTTL, Stale: cacheStale, Now: d.Now}),
	}
	d.DB.OnChange(Topic, s.sets.Drop)
	return s
}

// stamp is the time as rows keep it.
func (s *Service) stamp() time.Time { return database.At(s.now()).Time() }

// Signing returns the active key of the realm for algorithm, with its private
// half. Where the realm has none yet, it makes one: an administrator may choose
// another algorithm for an application at any time, and the next token is to
// have it. ErrAlgorithm refuses algorithms that we do not sign with.
func (s *Service) Signing(ctx context.Context, realmID, algorithm string) (*Key, error) {
	held, err := s.set(ctx, realmID)
	if err != nil {
		return nil, fmt.Errorf("signing key of realm %s: %w", realmID, err)
	}
	if k := held.signing[algorithm]; k != nil {
		return k, nil
	}
	if err := held.sealed[algorithm]; err != nil {
		return nil, err
	}
	if _, err := s.create(acting(ctx), realmID, algorithm, StateActive); err != nil {
		return nil, fmt.Errorf("signing key of realm %s: %w", realmID, err)
	}
	if held, err = s.fresh(ctx, realmID); err != nil {
		return nil, fmt.Errorf("signing key of realm %s: %w", realmID, err)
	}
	if k := held.signing[algorithm]; k != nil {
		return k, nil
	}
	return nil, errors.Join(fmt.Errorf("realm %s has no active %s key", realmID, algorithm), held.sealed[algorithm])
}

// ByID returns the realm's key of that kid to verify with: active, next, or
// retired and not yet forgotten. Others, and those of other realms, are
// ErrNotFound, told from memory: unknown kids cost the database nothing.
func (s *Service) ByID(ctx context.Context, realmID, kid string) (*Key, error) {
	held, err := s.set(ctx, realmID)
	if err != nil {
		return nil, fmt.Errorf("key of realm %s: %w", realmID, err)
	}
	k := held.byID[kid]
	if k == nil {
		return nil, ErrNotFound
	}
	return k, nil
}

// JWKS returns the realm's public keys as a JWK set (RFC 7517 §5) and its strong
// entity tag. The body is shared and must not be changed.
func (s *Service) JWKS(ctx context.Context, realmID string) (body []byte, etag string, err error) {
	held, err := s.set(ctx, realmID)
	if err != nil {
		return nil, "", fmt.Errorf("key set of realm %s: %w", realmID, err)
	}
	return held.body, held.etag, nil
}

// List returns all keys of the realm, without their private halves: active
// first, then next, then retired, each from the newest on.
func (s *Service) List(ctx context.Context, realmID string) ([]*Key, error) {
	rows, err := s.rows(ctx, realmID)
	if err != nil {
		return nil, fmt.Errorf("list keys of realm %s: %w", realmID, err)
	}
	keys := make([]*Key, len(rows))
	for i, r := range rows {
		if keys[i], err = r.key(); err != nil {
			return nil, err
		}
	}
	arrange(keys)
	return keys, nil
}

// Caches tells how the room's cache has served.
func (s *Service) Caches() map[string]cache.Counts {
	return map[string]cache.Counts{"signing_keys": s.sets.Counts()}
}
