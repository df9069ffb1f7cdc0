package secret_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"authserver/internal/secret"
)

func ring(t testing.TB, keys ...string) *secret.Ring {
	t.Helper()
	r, err := secret.ParseRing(keys)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func seal(t testing.TB, r *secret.Ring, plain string, context ...string) string {
	t.Helper()
	s, err := r.Seal([]byte(plain), context...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestOnlyTheSameContextOpens(t *testing.T) {
	t.Parallel()
	r := ring(t, secret.NewKey())
	s := seal(t, r, "plain", "signing_keys", "realm-a", "row-1")
	got, err := r.Open(s, "signing_keys", "realm-a", "row-1")
	if err != nil || string(got) != "plain" {
		t.Fatalf("got %q, %v", got, err)
	}
	for _, other := range [][]string{
		nil, {""}, {"signing_keys"}, {"signing_keys", "realm-b", "row-1"}, {"signing_keys", "realm-a", "row-2"},
		{"signing_keysrealm-a", "", "row-1"}, {"signing_keys", "realm-a", "row-1", ""}, {"realm-a", "signing_keys", "row-1"},
	} {
		if _, err := r.Open(s, other...); !errors.Is(err, secret.ErrSealed) {
			t.Errorf("context %q: got %v, want ErrSealed", other, err)
		}
	}
}

func TestSealNeedsAContext(t *testing.T) {
	t.Parallel()
	if _, err := ring(t, secret.NewKey()).Seal([]byte("x")); err == nil {
		t.Error("sealed without a context")
	}
}

// Every truncation and every changed byte is refused (CVE-2025-47275: a
// shortened GCM tag was accepted).
func TestEveryAlterationIsRefused(t *testing.T) {
	t.Parallel()
	r := ring(t, secret.NewKey())
	s := seal(t, r, "plain", "c")
	for i := range len(s) {
		if _, err := r.Open(s[:i], "c"); !errors.Is(err, secret.ErrSealed) {
			t.Errorf("first %d bytes: got %v", i, err)
		}
		if _, err := r.Open(s[i+1:], "c"); !errors.Is(err, secret.ErrSealed) {
			t.Errorf("without the first %d bytes: got %v", i+1, err)
		}
		for _, c := range []byte("A.B\n=-_z0") {
			if s[i] == c {
				continue
			}
			altered := s[:i] + string(c) + s[i+1:]
			if _, err := r.Open(altered, "c"); !errors.Is(err, secret.ErrSealed) {
				t.Errorf("byte %d as %q: got %v", i, c, err)
			}
			inserted := s[:i] + string(c) + s[i:]
			if _, err := r.Open(inserted, "c"); !errors.Is(err, secret.ErrSealed) {
				t.Errorf("byte %q before %d: got %v", c, i, err)
			}
		}
	}
	for _, tail := range []string{"\n", "\r\n", "=", "==", ".", "A", " "} {
		if _, err := r.Open(s+tail, "c"); !errors.Is(err, secret.ErrSealed) {
			t.Errorf("with %q behind: got %v", tail, err)
		}
	}
}

func TestTruncatedBytesAreRefused(t *testing.T) {
	t.Parallel()
	r := ring(t, secret.NewKey())
	s := seal(t, r, "plain", "c")
	i := strings.LastIndexByte(s, '.')
	raw, err := base64.RawURLEncoding.DecodeString(s[i+1:])
	if err != nil {
		t.Fatal(err)
	}
	for n := range raw {
		short := s[:i+1] + base64.RawURLEncoding.EncodeToString(raw[:n])
		if _, err := r.Open(short, "c"); !errors.Is(err, secret.ErrSealed) {
			t.Errorf("%d of %d bytes: got %v", n, len(raw), err)
		}
	}
}

// A nonce comes once, also when the ring is made anew as after a restart.
func TestNoncesNeverRepeat(t *testing.T) {
	t.Parallel()
	key := secret.NewKey()
	seen := map[string]bool{}
	for range 3 {
		r := ring(t, key)
		for range 2000 {
			s := seal(t, r, "plain", "c")
			raw, err := base64.RawURLEncoding.DecodeString(s[strings.LastIndexByte(s, '.')+1:])
			if err != nil {
				t.Fatal(err)
			}
			if nonce := string(raw[:12]); seen[nonce] {
				t.Fatal("a nonce came twice")
			} else {
				seen[nonce] = true
			}
		}
	}
}

func TestRotationOpensOldAndSealsNew(t *testing.T) {
	t.Parallel()
	old, fresh := secret.NewKey(), secret.NewKey()
	before, during, after := ring(t, old), ring(t, fresh, old), ring(t, fresh)
	s := seal(t, before, "plain", "c")
	if !before.Current(s) || during.Current(s) || after.Current(s) {
		t.Error("Current does not tell the newest key")
	}
	got, err := during.Open(s, "c")
	if err != nil || string(got) != "plain" {
		t.Fatalf("the old key does not open: %q, %v", got, err)
	}
	if _, err := after.Open(s, "c"); !errors.Is(err, secret.ErrSealed) {
		t.Errorf("a key that left the ring opens: %v", err)
	}
	again := seal(t, during, string(got), "c")
	if !during.Current(again) || !after.Current(again) {
		t.Error("the newest key did not seal")
	}
	if got, err := after.Open(again, "c"); err != nil || string(got) != "plain" {
		t.Errorf("got %q, %v", got, err)
	}
	for _, junk := range []string{"", ".", "v1", "v1.", "v1.x", "v1..", "v2." + again[3:]} {
		if during.Current(junk) {
			t.Errorf("%q is current", junk)
		}
	}
}

func TestDeriveSeparatesLabelsAndKeys(t *testing.T) {
	t.Parallel()
	old, fresh := secret.NewKey(), secret.NewKey()
	r := ring(t, fresh, old)
	flow, cookie := r.Derive("flow"), r.Derive("cookie")
	if len(flow) != 2 || len(flow[0]) != 32 {
		t.Fatalf("got %d keys of %d bytes", len(flow), len(flow[0]))
	}
	all := append(append([][]byte{}, flow...), cookie...)
	for i := range all {
		for j := range i {
			if bytes.Equal(all[i], all[j]) {
				t.Errorf("keys %d and %d are equal", i, j)
			}
		}
	}
	if !bytes.Equal(flow[1], ring(t, old).Derive("flow")[0]) {
		t.Error("the second key is not that of the older ring key")
	}
}

func TestParseRingRefusesWeakKeys(t *testing.T) {
	t.Parallel()
	good := secret.NewKey()
	b64 := base64.StdEncoding.EncodeToString
	cases := map[string][]string{
		"no keys":     nil,
		"empty":       {""},
		"not base64":  {"not base64!"},
		"line break":  {good[:10] + "\n" + good[10:]},
		"short":       {b64(secret.Bytes(31))},
		"long":        {b64(secret.Bytes(33))},
		"zero":        {b64(make([]byte, 32))},
		"text":        {b64([]byte("change-me-change-me-change-me-32"))},
		"twice":       {good, good},
		"second weak": {good, b64(make([]byte, 32))},
		"url form":    {base64.RawURLEncoding.EncodeToString(secret.Bytes(32))},
	}
	for name, keys := range cases {
		_, err := secret.ParseRing(keys)
		if err == nil {
			t.Errorf("%s: accepted", name)
			continue
		}
		for _, k := range keys {
			if len(k) > 4 && strings.Contains(err.Error(), k) {
				t.Errorf("%s: the error quotes the key", name)
			}
		}
	}
}

func TestNewKeysAreAccepted(t *testing.T) {
	t.Parallel()
	for range 1000 {
		ring(t, secret.NewKey())
	}
}

func FuzzOpenRefusesForgery(f *testing.F) {
	r := ring(f, secret.NewKey())
	s := seal(f, r, "plain", "c")
	f.Add(s)
	f.Add(s[:len(s)-1])
	f.Add("v1..")
	f.Add("")
	f.Fuzz(func(t *testing.T, forged string) {
		got, err := r.Open(forged, "c")
		if err == nil && forged != s {
			t.Fatalf("%q opened as %q", forged, got)
		}
	})
}

func FuzzSealOpenRoundTrip(f *testing.F) {
	r := ring(f, secret.NewKey(), secret.NewKey())
	f.Add([]byte("plain"), "a", "b")
	f.Add([]byte{}, "", "")
	f.Fuzz(func(t *testing.T, plain []byte, a, b string) {
		s, err := r.Seal(plain, a, b)
		if err != nil {
			t.Fatal(err)
		}
		got, err := r.Open(s, a, b)
		if err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("got %x, %v, want %x", got, err, plain)
		}
		if a != b {
			if _, err := r.Open(s, b, a); err == nil {
				t.Fatal("opened under a swapped context")
			}
		}
	})
}
