package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"authserver/internal/secret"
)

// ringFile is the name of dev's key ring in DataDir.
const ringFile = "secret_keys"

// keyRing fills SecretKeys from the file that dev keeps, when none were given.
// Dev makes the file; Command uses it if it is there.
func (r *reader) keyRing(c *Config) {
	if len(c.SecretKeys) > 0 || c.Mode == Serve {
		return
	}
	path := filepath.Join(c.DataDir, ringFile)
	keys, err := loadRing(path)
	if errors.Is(err, fs.ErrNotExist) {
		if c.Mode == Command {
			return
		}
		if err = makeRing(path); err == nil {
			keys, err = loadRing(path)
		}
	}
	if err != nil {
		r.refuse("secret_keys", "is not set, and the key ring of dev cannot be used: "+err.Error())
		return
	}
	c.SecretKeys = keys
}

// loadRing reads a key ring file that only its owner may read.
func loadRing(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%s can be read by others; run chmod 600 %s", path, path)
	}
	text, err := readSmall(path)
	if err != nil {
		return nil, err
	}
	keys := split(text)
	if _, err := secret.ParseRing(keys); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return keys, nil
}

// makeRing writes a new key ring. It is complete before it has its name, so
// that of two servers that start at once both use the one that came first.
func makeRing(path string) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ringFile+"-*") // 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.WriteString(secret.NewKey() + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}
