package chromium

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write testdata/structure anew")

// compare holds the pages of a journey to what they were when somebody looked at them last. What stands round a page is listed where it changes.
func (s *screen) compare(journey string) {
	s.t.Helper()
	var b strings.Builder
	frame := ""
	for _, o := range s.outline {
		b.WriteString("== " + o.page + "\n" + o.main)
		if o.frame != frame {
			b.WriteString(o.frame)
			frame = o.frame
		}
		b.WriteString("\n")
	}
	file := filepath.Join("testdata", "structure", journey+".txt")
	if *update {
		store(s.t, file, b.String())
		return
	}
	kept, err := os.ReadFile(file)
	if err != nil {
		s.t.Fatalf("%v: `go test ./e2e/chromium -update` writes it", err)
	}
	if diff := cmp.Diff(string(kept), b.String()); diff != "" {
		s.t.Errorf("%s: look at the pictures; if all is well, `go test ./e2e/chromium -update`\n%s", journey, diff)
	}
}

func store(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
