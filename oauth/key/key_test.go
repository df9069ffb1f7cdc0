package key_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"authserver/internal/database"
	"authserver/internal/database/dbtest"
	"authserver/internal/event"
	"authserver/internal/id"
	"authserver/internal/secret"
	"authserver/oauth/key"
)

const day = 24 * time.Hour

// world is a database with realms and the keys of one node on it.
type world struct {
	*key.Service
	t     *testing.T
	db    *database.DB
	ring  *secret.Ring
	clock *clock
	realm string
}

// clock is a clock that tests move.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time {
	return time.UnixMicro(1_700_000_000_000_000).UTC().Add(time.Duration(c.ahead.Load()))
}

func (c *clock) advance(d time.Duration) { c.ahead.Add(int64(d)) }

func ring(t testing.TB, keys ...string) *secret.Ring {
	t.Helper()
	r, err := secret.ParseRing(keys)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func open(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, db: dbtest.New(t), ring: ring(t, secret.NewKey()), clock: &clock{}}
	w.Service = w.node(w.db, w.ring)
	w.realm = w.newRealm()
	return w
}

// node returns the keys as another node has them, with its own memory.
func (w *world) node(db *database.DB, r *secret.Ring) *key.Service {
	return key.New(key.Deps{DB: db, Events: event.New(event.Deps{DB: db, Now: w.clock.now}), Ring: r, Now: w.clock.now, Generate: quick})
}

// quick makes keys without the wait: RSA ones of the smallest allowed size.
func quick(algorithm string) (crypto.Signer, error) {
	switch algorithm {
	case key.RS256, key.PS256:
		return rsa.GenerateKey(secret.Reader(), 2048)
	case key.EdDSA:
		_, private, err := ed25519.GenerateKey(secret.Reader())
		return private, err
	default:
		return ecdsa.GenerateKey(elliptic.P256(), secret.Reader())
	}
}

// operator is a context in which somebody acts.
func (w *world) operator() context.Context {
	return event.WithActor(w.t.Context(), event.Actor{Kind: "operator", ID: "test"})
}

func (w *world) exec(sql string, args ...any) {
	w.t.Helper()
	err := w.db.InTx(w.t.Context(), func(ctx context.Context) error { return w.db.With(ctx).Exec(sql, args...).Error })
	if err != nil {
		w.t.Fatal(err)
	}
}

// newRealm makes a realm without keys.
func (w *world) newRealm() string {
	w.t.Helper()
	realmID := id.New()
	w.exec("INSERT INTO realms (id, slug, name, active, branding, policy, created_at, updated_at) VALUES (?, ?, 'R', ?, '{}', '{}', 1, 1)", realmID, realmID, true)
	return realmID
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) ensure() {
	w.t.Helper()
	w.must(w.Ensure(w.operator(), w.realm))
}

// only returns the one key of an algorithm and state, or nil.
func (w *world) only(algorithm string, state key.State) *key.Key {
	w.t.Helper()
	keys, err := w.List(w.t.Context(), w.realm)
	w.must(err)
	var found *key.Key
	for _, k := range keys {
		if k.Algorithm != algorithm || k.State != state {
			continue
		}
		if found != nil {
			w.t.Fatalf("two %s keys are %s", algorithm, state)
		}
		found = k
	}
	return found
}

// published returns the kids in the JWKS.
func (w *world) published(s *key.Service) []string {
	w.t.Helper()
	body, _, err := s.JWKS(w.t.Context(), w.realm)
	w.must(err)
	var doc jose.JSONWebKeySet
	w.must(json.Unmarshal(body, &doc))
	var kids []string
	for _, k := range doc.Keys {
		kids = append(kids, k.KeyID)
	}
	return kids
}

func (w *world) signing(algorithm string) *key.Key {
	w.t.Helper()
	k, err := w.Signing(w.t.Context(), w.realm, algorithm)
	w.must(err)
	if k.Private == nil || k.State != key.StateActive || k.Algorithm != algorithm || k.RealmID != w.realm {
		w.t.Fatalf("not a signing key: %+v", k)
	}
	return k
}

func TestANewRealmSignsWithRS256AndES256(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.ensure()
	keys, err := w.List(t.Context(), w.realm)
	w.must(err)
	if len(keys) != 2 || keys[0].State != key.StateActive || keys[1].State != key.StateActive || keys[0].Private != nil {
		t.Fatalf("got %+v", keys)
	}
	first := w.signing(key.ES256)
	w.ensure()
	if again := w.signing(key.ES256); again.ID != first.ID || len(w.published(w.Service)) != 2 {
		t.Error("a second Ensure made other keys")
	}
}

func TestEveryAlgorithmVerifiesAgainstThePublishedSet(t *testing.T) {
	t.Parallel()
	w := open(t)
	real := key.New(key.Deps{DB: w.db, Events: event.New(event.Deps{DB: w.db, Now: w.clock.now}), Ring: w.ring, Now: w.clock.now, RSABits: 2048})
	for _, algorithm := range key.Algorithms() {
		k, err := real.Signing(w.operator(), w.realm, algorithm)
		w.must(err)
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(algorithm), Key: jose.JSONWebKey{Key: k.Private, KeyID: k.ID}}, nil)
		w.must(err)
		signed, err := signer.Sign([]byte("payload"))
		w.must(err)
		body, _, err := real.JWKS(t.Context(), w.realm)
		w.must(err)
		var doc jose.JSONWebKeySet
		w.must(json.Unmarshal(body, &doc))
		match := doc.Key(k.ID)
		if len(match) != 1 || match[0].Algorithm != algorithm || match[0].Use != "sig" || !match[0].IsPublic() {
			t.Fatalf("%s: published as %+v", algorithm, match)
		}
		if _, err := signed.Verify(match[0]); err != nil {
			t.Errorf("%s: %v", algorithm, err)
		}
		byID, err := real.ByID(t.Context(), w.realm, k.ID)
		w.must(err)
		if byID.Private != nil {
			t.Errorf("%s: ByID hands out the private half", algorithm)
		}
	}
}

func TestTheKeySetShowsPublicHalvesOnly(t *testing.T) {
	t.Parallel()
	w := open(t)
	for _, algorithm := range key.Algorithms() {
		w.signing(algorithm)
	}
	body, etag, err := w.JWKS(t.Context(), w.realm)
	w.must(err)
	var doc struct{ Keys []map[string]any }
	w.must(json.Unmarshal(body, &doc))
	seen := map[any]bool{}
	for _, k := range doc.Keys {
		for member := range k {
			if !slices.Contains([]string{"kty", "kid", "alg", "use", "n", "e", "crv", "x", "y"}, member) {
				t.Errorf("member %q in %v", member, k["kid"])
			}
		}
		if seen[k["kid"]] {
			t.Errorf("kid %v twice", k["kid"])
		}
		seen[k["kid"]] = true
	}
	if len(doc.Keys) != 4 || len(etag) < 10 || !strings.HasPrefix(etag, `"`) || !strings.HasSuffix(etag, `"`) {
		t.Errorf("%d keys, tag %s", len(doc.Keys), etag)
	}
}

func TestTheKidIsTheThumbprint(t *testing.T) {
	t.Parallel()
	w := open(t)
	k := w.signing(key.RS256)
	sum, err := (&jose.JSONWebKey{Key: k.Public}).Thumbprint(crypto.SHA256)
	w.must(err)
	if want := base64.RawURLEncoding.EncodeToString(sum); k.ID != want {
		t.Errorf("got %s, want %s", k.ID, want)
	}
}

// JWT-06: a token of realm A names a kid that realm B does not have.
func TestKeysStayInTheirRealm(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.ensure()
	mine, other := w.realm, w.newRealm()
	w.realm = other
	w.ensure()
	theirs := w.signing(key.ES256)
	w.realm = mine
	if slices.Contains(w.published(w.Service), theirs.ID) {
		t.Error("another realm's key is published")
	}
	for _, kid := range []string{theirs.ID, "", "unknown", strings.Repeat("x", 100_000), "' OR 1=1 --", "../../etc/passwd"} {
		if _, err := w.ByID(t.Context(), mine, kid); !errors.Is(err, key.ErrNotFound) {
			t.Errorf("%.20q: got %v", kid, err)
		}
	}
}

func TestOtherAlgorithmsAreRefused(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.ensure()
	for _, algorithm := range []string{"", "none", "HS256", "RS1", "rs256", "ES512"} {
		if _, err := w.Signing(w.operator(), w.realm, algorithm); !errors.Is(err, key.ErrAlgorithm) {
			t.Errorf("sign with %q: got %v", algorithm, err)
		}
		if err := w.Rotate(w.operator(), w.realm, true, algorithm); !errors.Is(err, key.ErrAlgorithm) {
			t.Errorf("rotate %q: got %v", algorithm, err)
		}
	}
}

func TestKeysOfARealmThatWasNotMadeAreGone(t *testing.T) {
	t.Parallel()
	w := open(t)
	undo := errors.New("undo")
	err := w.db.InTx(w.operator(), func(ctx context.Context) error {
		w.must(w.Ensure(ctx, w.realm))
		if _, err := w.Signing(ctx, w.realm, key.ES256); err != nil {
			t.Errorf("the transaction does not see its own keys: %v", err)
		}
		return undo
	})
	if !errors.Is(err, undo) {
		t.Fatal(err)
	}
	if kids := w.published(w.Service); len(kids) != 0 {
		t.Errorf("published %v", kids)
	}
}

func TestTheTagFollowsTheBody(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.ensure()
	body, etag, err := w.JWKS(t.Context(), w.realm)
	w.must(err)
	other := w.node(w.db, w.ring)
	body2, etag2, err := other.JWKS(t.Context(), w.realm)
	w.must(err)
	if string(body) != string(body2) || etag != etag2 {
		t.Error("two nodes tell the same set differently")
	}
	w.must(w.Rotate(w.operator(), w.realm, false, key.ES256))
	_, etag3, err := w.JWKS(t.Context(), w.realm)
	w.must(err)
	if etag3 == etag {
		t.Error("the tag did not change with the set")
	}
}

func TestAHitAsksNobodyAndAllocatesNothing(t *testing.T) {
	w := open(t)
	w.ensure()
	kid := w.signing(key.ES256).ID
	ctx, counts := database.Counting(t.Context())
	for name, hit := range map[string]func() error{
		"Signing": func() error { _, err := w.Signing(ctx, w.realm, key.ES256); return err },
		"ByID":    func() error { _, err := w.ByID(ctx, w.realm, kid); return err },
		"unknown": func() error { _, _ = w.ByID(ctx, w.realm, "unknown"); return nil },
		"JWKS":    func() error { _, _, err := w.JWKS(ctx, w.realm); return err },
	} {
		w.must(hit())
		before := counts.Statements
		if n := testing.AllocsPerRun(100, func() { w.must(hit()) }); n > 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
		if counts.Statements != before {
			t.Errorf("%s asks the database", name)
		}
	}
}

func TestKeySetsOutliveTheDatabase(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.ensure()
	kids := w.published(w.Service)
	w.must(w.db.Close())
	w.clock.advance(30 * time.Minute)
	if got := w.published(w.Service); !slices.Equal(got, kids) || len(got) != 2 {
		t.Errorf("got %v, want %v", got, kids)
	}
	w.signing(key.RS256)
}

func TestNewPanicsOnAMissingDependency(t *testing.T) {
	t.Parallel()
	w := open(t)
	events := event.New(event.Deps{DB: w.db, Now: w.clock.now})
	for name, d := range map[string]key.Deps{
		"db":     {Events: events, Ring: w.ring, Now: w.clock.now, RSABits: 2048},
		"events": {DB: w.db, Ring: w.ring, Now: w.clock.now, RSABits: 2048},
		"ring":   {DB: w.db, Events: events, Now: w.clock.now, RSABits: 2048},
		"clock":  {DB: w.db, Events: events, Ring: w.ring, RSABits: 2048},
		"bits":   {DB: w.db, Events: events, Ring: w.ring, Now: w.clock.now, RSABits: 1024},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: accepted", name)
				}
			}()
			key.New(d)
		}()
	}
}
