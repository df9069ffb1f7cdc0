package config_test

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"authserver/internal/config"
	"authserver/internal/secret"
)

func TestDevMakesAKeyRingOnceAndKeepsItToItself(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	environ := []string{prefix + "DATA_DIR=" + dir}
	first := load(t, config.Dev, environ, "").SecretKeys
	if _, err := secret.ParseRing(first); err != nil {
		t.Fatal(err)
	}
	if again := load(t, config.Dev, environ, "").SecretKeys; again[0] != first[0] {
		t.Error("the second start has another key")
	}
	if command := load(t, config.Command, environ, "").SecretKeys; command[0] != first[0] {
		t.Error("a command has another key")
	}
	path := filepath.Join(dir, "secret_keys")
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got %v, %v", info.Mode(), err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if found := problems(t, config.Dev, environ, ""); found[prefix+"SECRET_KEYS"] == "" {
		t.Error("a key ring that others can read is used")
	}
}

func TestDevsThatStartTogetherShareOneKeyRing(t *testing.T) {
	t.Parallel()
	environ := []string{prefix + "DATA_DIR=" + t.TempDir()}
	var wg sync.WaitGroup
	keys := make([]string, 16)
	for i := range keys {
		wg.Go(func() {
			c, err := config.Load(config.Dev, environ, "")
			if err != nil {
				t.Error(err)
				return
			}
			keys[i] = c.SecretKeys[0]
		})
	}
	wg.Wait()
	for _, k := range keys {
		if k != keys[0] {
			t.Fatal("two key rings in one directory")
		}
	}
}

func TestOnlyDevMakesAKeyRing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := load(t, config.Command, []string{prefix + "DATA_DIR=" + dir, prefix + "LISTEN=0.0.0.0:80"}, "")
	if len(c.SecretKeys) != 0 || c.PublicURL == nil || c.DatabaseURL == "" {
		t.Errorf("got %v", c)
	}
	problems(t, config.Serve, []string{prefix + "DATA_DIR=" + dir}, "")
	given := secret.NewKey()
	if c := load(t, config.Dev, []string{prefix + "DATA_DIR=" + dir, prefix + "SECRET_KEYS=" + given}, ""); c.SecretKeys[0] != given {
		t.Error("the given key is not used")
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
		t.Errorf("made %v, %v", entries, err)
	}
}

func TestADamagedKeyRingIsNotReplaced(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "secret_keys")
	if err := os.WriteFile(path, []byte("junk\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if found := problems(t, config.Dev, []string{prefix + "DATA_DIR=" + dir}, ""); found[prefix+"SECRET_KEYS"] == "" {
		t.Error("accepted")
	}
	if b, err := os.ReadFile(path); err != nil || string(b) != "junk\n" {
		t.Errorf("got %q, %v", b, err)
	}
}
