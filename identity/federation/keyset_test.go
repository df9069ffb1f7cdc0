package federation_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

func TestAProviderMayChangeItsKeys(t *testing.T) {
	t.Parallel()
	h, up, _ := withUpstream(t)
	b := h.browser(t)
	b.in(b.signIn("globex", ""))
	b.in(b.signIn("globex", ""))
	if n := up.calls("/keys"); n != 1 {
		t.Errorf("keys were asked for %d times, want once", n)
	}
	up.bend(up.rotate)
	b = h.browser(t)
	b.out(b.signIn("globex", ""), "federation_refused") // a moment after the last question
	if n := up.calls("/keys"); n != 1 {
		t.Errorf("an unknown key asked for the keys again at once (%d times)", n)
	}
	h.Clock.Add(15 * time.Second)
	b = h.browser(t)
	b.in(b.signIn("globex", ""))
	// Made-up keys do not make us ask more often.
	up.bend(func() { up.header = func(h map[string]any) { h["kid"] = "made up" } })
	before := up.calls("/keys")
	for range 5 {
		b = h.browser(t)
		b.out(b.signIn("globex", ""), "federation_refused")
	}
	if n := up.calls("/keys") - before; n > 1 {
		t.Errorf("made-up keys asked %d times", n)
	}
}

func TestKeysThatAreNoneAreLeftOut(t *testing.T) {
	t.Parallel()
	for name, keys := range map[string]func(u *upstream) any{
		"garbage": func(*upstream) any { return "not a key set" },
		"none":    func(*upstream) any { return map[string]any{"keys": []any{}} },
		"a secret one": func(u *upstream) any {
			return map[string]any{"keys": []any{jose.JSONWebKey{Key: []byte(u.secret), KeyID: u.kid}}}
		},
		"a private one": func(u *upstream) any { return map[string]any{"keys": []any{jose.JSONWebKey{Key: u.key, KeyID: u.kid}}} },
		"for encryption": func(u *upstream) any {
			return map[string]any{"keys": []any{jose.JSONWebKey{Key: &u.key.PublicKey, KeyID: u.kid, Use: "enc"}}}
		},
		"of another algorithm": func(u *upstream) any {
			return map[string]any{"keys": []any{jose.JSONWebKey{Key: &u.key.PublicKey, KeyID: u.kid, Algorithm: "ES384"}}}
		},
		"too many": func(u *upstream) any {
			many := make([]json.RawMessage, 200)
			for i := range many {
				many[i] = json.RawMessage(`{"kty":"oct","k":"AA"}`)
			}
			return map[string]any{"keys": many}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, up, _ := withUpstream(t)
			up.keys = func() any { return keys(up) }
			b := h.browser(t)
			got := b.signIn("globex", "")
			if at := got.Header.Get("Location"); got.StatusCode != http.StatusSeeOther || b.session() != nil {
				t.Errorf("callback = %d to %s", got.StatusCode, at)
			}
		})
	}
}

// FLT-19: a provider that is away is that provider's matter alone, costs one waiting
// person a moment and not all, and mends by itself.
func TestAProviderThatIsAway(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/.well-known/openid-configuration", "/keys", "/token", "/userinfo"} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			h, up, _ := withUpstream(t)
			up.profile = false
			up.broken[path] = http.StatusServiceUnavailable
			b := h.browser(t)
			b.begin("")
			if path == "/.well-known/openid-configuration" {
				for range 5 {
					b.out(b.press("globex"), "federation_unavailable")
				}
				if n := up.calls(path); n != 1 {
					t.Errorf("a dead provider was asked %d times", n)
				}
			} else {
				b.out(b.sendFrom("cross-site", http.MethodGet, b.visit(b.leave("globex")), nil), "federation_unavailable")
			}
			if f := lastFailure(t, h); f.Reason != "unavailable" {
				t.Errorf("recorded %+v", f)
			}
			up.bend(func() { delete(up.broken, path) })
			h.Clock.Add(10 * time.Second)
			b.in(b.signIn("globex", ""))
		})
	}
}
