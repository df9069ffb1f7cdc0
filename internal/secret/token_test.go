package secret_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"

	"authserver/internal/secret"
)

func TestTokenCarries256BitsBehindItsPrefix(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 1000 {
		s := secret.Token("ak_")
		body, ok := strings.CutPrefix(s, "ak_")
		raw, err := base64.RawURLEncoding.DecodeString(body)
		if !ok || err != nil || len(raw) != 32 || len(body) != 43 {
			t.Fatalf("malformed token %q", s)
		}
		if seen[s] {
			t.Fatal("a token came twice")
		}
		seen[s] = true
	}
}

func TestBytesHasTheAskedLength(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 32, 1000} {
		if got := len(secret.Bytes(n)); got != n {
			t.Errorf("got %d, want %d", got, n)
		}
	}
	if bytes.Equal(secret.Bytes(32), secret.Bytes(32)) {
		t.Error("the same bytes twice")
	}
}

func TestDigestIsSHA256(t *testing.T) {
	t.Parallel()
	want := "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" // FIPS 180-2 B.1
	if got := hex.EncodeToString(secret.Digest("abc")); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestEqual(t *testing.T) {
	t.Parallel()
	if !secret.Equal([]byte("a"), []byte("a")) || secret.Equal([]byte("a"), []byte("b")) || secret.Equal([]byte("a"), []byte("aa")) {
		t.Error("wrong comparison")
	}
}

func TestMACSeparatesItsParts(t *testing.T) {
	t.Parallel()
	key := secret.Bytes(32)
	macs := [][]byte{
		secret.MAC(key), secret.MAC(key, ""), secret.MAC(key, "", ""),
		secret.MAC(key, "ab", "c"), secret.MAC(key, "a", "bc"), secret.MAC(key, "abc"), secret.MAC(key, "c", "ab"),
		secret.MAC(secret.Bytes(32), "abc"),
	}
	for i := range macs {
		for j := range i {
			if secret.Equal(macs[i], macs[j]) {
				t.Errorf("inputs %d and %d have one MAC", i, j)
			}
		}
	}
	if !secret.Equal(secret.MAC(key, "a", "b"), secret.MAC(key, "a", "b")) {
		t.Error("not a function of its input")
	}
}
