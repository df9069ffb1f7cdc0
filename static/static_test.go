package static_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"authserver/static"
)

func get(t *testing.T, path string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	for _, coding := range header {
		r.Header.Set("Accept-Encoding", coding)
	}
	w := httptest.NewRecorder()
	if !static.Handler(w, r) {
		w.WriteHeader(http.StatusNotFound)
	}
	return w
}

func TestFilesMayBeKeptBecauseTheirAddressIsTheirContent(t *testing.T) {
	t.Parallel()
	url := static.URL("css/page.css")
	if !regexp.MustCompile(`^/static/css/page\.[0-9a-f]{12}\.css$`).MatchString(url) {
		t.Fatalf("URL = %q", url)
	}
	w := get(t, url)
	if w.Code != http.StatusOK || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
		t.Errorf("GET %s = %d, Cache-Control %q", url, w.Code, w.Header().Get("Cache-Control"))
	}
	if got := w.Body.String(); got != string(static.Content("css/page.css")) {
		t.Error("the content differs from the file")
	}
	for _, stale := range []string{"/static/css/page.000000000000.css", "/static/css/page.css", "/static/", "/static/../static.go", "/other"} {
		if got := get(t, stale).Code; got != http.StatusNotFound {
			t.Errorf("GET %s = %d, want 404", stale, got)
		}
	}
}

func TestCompressionIsForThoseWhoAsk(t *testing.T) {
	t.Parallel()
	url := static.URL("css/page.css")
	w := get(t, url, "br, gzip;q=0.8")
	if w.Header().Get("Content-Encoding") != "gzip" || w.Header().Get("Vary") != "Accept-Encoding" {
		t.Fatalf("headers = %v", w.Header())
	}
	z, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(z)
	if err != nil || string(plain) != string(static.Content("css/page.css")) {
		t.Errorf("decompressed content differs (%v)", err)
	}
	for _, refused := range []string{"", "br", "gzip;q=0", "xgzip"} {
		if got := get(t, url, refused).Header().Get("Content-Encoding"); got != "" {
			t.Errorf("Accept-Encoding %q got %q", refused, got)
		}
	}
}
