package key_test

import (
	"errors"
	"strings"
	"testing"

	"authserver/internal/secret"
	"authserver/oauth/key"
)

func TestPrivateHalvesAreSealedAtRest(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.ensure()
	kid := w.signing(key.ES256).ID
	sealed := w.private(kid)
	if !w.ring.Current(sealed) {
		t.Fatalf("stored as %.20q", sealed)
	}
	if _, err := w.ring.Open(sealed, "signing_keys", w.realm, kid); err != nil {
		t.Errorf("sealed under another context: %v", err)
	}
	var public string
	w.must(w.db.With(t.Context()).Raw("SELECT public FROM signing_keys WHERE id = ?", kid).Scan(&public).Error)
	if strings.Contains(public, `"d"`) {
		t.Error("the private half stands in the public column")
	}
}

// DAT-04: a sealed value copied into another row does not open there.
func TestASealedKeyOpensOnlyInItsRow(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.ensure()
	mine, realm := w.private(w.signing(key.ES256).ID), w.realm
	w.realm = w.newRealm()
	w.ensure()
	theirs := w.signing(key.ES256).ID
	w.exec("UPDATE signing_keys SET private = ? WHERE id = ?", mine, theirs)
	node := w.node(w.db, w.ring)
	if _, err := node.Signing(t.Context(), w.realm, key.ES256); !errors.Is(err, secret.ErrSealed) {
		t.Errorf("got %v", err)
	}
	if _, err := node.Signing(t.Context(), realm, key.ES256); err != nil {
		t.Errorf("the realm it was copied from: %v", err)
	}
}

func TestAPublicHalfInAnothersPlaceIsRefused(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.ensure()
	kid := w.signing(key.ES256).ID
	for name, public := range map[string]string{
		"another key": `{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}`,
		"symmetric":   `{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}`,
		"nothing":     `{}`,
	} {
		w.exec("UPDATE signing_keys SET public = ? WHERE id = ?", public, kid)
		if _, _, err := w.node(w.db, w.ring).JWKS(t.Context(), w.realm); err == nil {
			t.Errorf("%s: published", name)
		}
	}
}

func TestResealMovesAllKeysToTheNewestRingKey(t *testing.T) {
	t.Parallel()
	old, fresh := secret.NewKey(), secret.NewKey()
	w := open(t)
	w.ring = ring(t, old)
	w.Service = w.node(w.db, w.ring)
	w.ensure()
	first := w.realm
	w.realm = w.newRealm()
	w.ensure()
	w.must(w.Rotate(w.operator(), w.realm, true, key.ES256)) // a retired key has nothing to seal
	both := w.node(w.db, ring(t, fresh, old))
	if n, err := both.Reseal(w.operator()); n != 4 || err != nil {
		t.Errorf("got %d, %v", n, err)
	}
	if n, err := both.Reseal(w.operator()); n != 0 || err != nil {
		t.Errorf("the second time: got %d, %v", n, err)
	}
	after := w.node(w.db, ring(t, fresh))
	for _, realm := range []string{first, w.realm} {
		for _, algorithm := range []string{key.RS256, key.ES256} {
			if _, err := after.Signing(t.Context(), realm, algorithm); err != nil {
				t.Errorf("after the old key left the ring: %v", err)
			}
		}
	}
}

// A wrong ring costs the signatures, not the verification of what is out there,
// and is never answered by silently making other keys.
func TestARingWithoutTheKeyStillVerifies(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.ensure()
	kid := w.signing(key.ES256).ID
	lost := w.node(w.db, ring(t, secret.NewKey()))
	if _, err := lost.Signing(w.operator(), w.realm, key.ES256); !errors.Is(err, secret.ErrSealed) {
		t.Errorf("got %v", err)
	}
	if _, err := lost.ByID(t.Context(), w.realm, kid); err != nil {
		t.Error(err)
	}
	if kids := w.published(lost); len(kids) != 2 {
		t.Errorf("published %v", kids)
	}
	n, err := lost.Reseal(w.operator())
	if n != 0 || !errors.Is(err, secret.ErrSealed) {
		t.Errorf("reseal: got %d, %v", n, err)
	}
	w.must(lost.Rotate(w.operator(), w.realm, true, key.ES256))
	if _, err := lost.Signing(t.Context(), w.realm, key.ES256); err != nil {
		t.Errorf("the way out does not work: %v", err)
	}
}
