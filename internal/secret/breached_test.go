package secret_test

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"authserver/internal/secret"
)

func listFile(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "breached.txt")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func sum(password string) string {
	d := sha1.Sum([]byte(password))
	return hex.EncodeToString(d[:])
}

func TestBreachedFindsEveryLineAndNoOther(t *testing.T) {
	t.Parallel()
	for name, form := range map[string]struct {
		upper      bool
		count, end string
		open       bool // the last line has no end
	}{
		"plain": {end: "\n"}, "Have I Been Pwned": {true, ":%d", "\r\n", false}, "counts of all lengths": {false, ":%d", "\n", true},
	} {
		for _, n := range []int{1, 2, 3, 10, 257} {
			var lines []string
			for i := range n {
				digest := sum(fmt.Sprintf("leaked %d", i))
				if form.upper {
					digest = strings.ToUpper(digest)
				}
				if form.count != "" {
					digest += fmt.Sprintf(form.count, 1<<(i%20))
				}
				lines = append(lines, digest)
			}
			slices.Sort(lines)
			text := strings.Join(lines, form.end)
			if !form.open {
				text += form.end
			}
			b, err := secret.OpenBreached(listFile(t, text))
			if err != nil {
				t.Fatalf("%s, %d lines: %v", name, n, err)
			}
			for i := range n + 50 {
				got, err := b.Contains(fmt.Sprintf("leaked %d", i))
				if got != (i < n) || err != nil {
					t.Errorf("%s, %d lines: line %d: %v, %v", name, n, i, got, err)
				}
			}
			if err := b.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestBreachedRefusesWhatIsNoList(t *testing.T) {
	t.Parallel()
	a, z := strings.Repeat("0", 40), strings.Repeat("f", 40)
	for name, content := range map[string]string{
		"empty": "", "words": "password\n123456\n", "not sorted": z + "\n" + a + "\n", "short digests": "abcdef\n",
		"endless line": strings.Repeat("a", 1000), "no hex": strings.Repeat("g", 40) + "\n",
	} {
		if b, err := secret.OpenBreached(listFile(t, content)); err == nil {
			t.Errorf("%s: opened", name)
			_ = b.Close()
		}
	}
	if _, err := secret.OpenBreached(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a file that is not there: opened")
	}
}
