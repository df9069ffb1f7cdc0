// Package static holds the files that pages refer to: style sheets, scripts and
// pictures. They are embedded, and every file has an address that contains a
// digest of its content, so that browsers may keep it for a year and still see a
// new release at once.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"maps"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Prefix is where the files are served.
const Prefix = "/static/"

//go:embed css js img
var files embed.FS

type file struct {
	address string // path below Prefix, with the digest in it
	mime    string
	plain   []byte
	gzipped []byte // nil when compression does not pay
}

type catalogue struct {
	byName, byAddress map[string]*file
}

var load = sync.OnceValue(func() catalogue {
	c := catalogue{byName: make(map[string]*file), byAddress: make(map[string]*file)}
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		plain, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		digest := sha256.Sum256(plain)
		ext := path.Ext(name)
		f := &file{
			address: strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(digest[:6]) + ext,
			mime:    mime(ext),
			plain:   plain,
			gzipped: squeeze(plain),
		}
		c.byName[name] = f
		c.byAddress[f.address] = f
		return nil
	})
	if err != nil {
		panic("static: " + err.Error())
	}
	return c
})

// URL is the address of the named file, e.g. URL("css/page.css"). It panics when
// there is no such file, because only a template with a typing error asks.
func URL(name string) string {
	f, ok := load().byName[name]
	if !ok {
		panic("static: no file " + name)
	}
	return Prefix + f.address
}

// Handler serves the files below Prefix to GET and HEAD. An address without the
// right digest is not found: a stale one must not show new content for a year.
func Handler(w http.ResponseWriter, r *http.Request) bool {
	address, ok := strings.CutPrefix(r.URL.Path, Prefix)
	if !ok {
		return false
	}
	f, ok := load().byAddress[address]
	if !ok {
		return false
	}
	h := w.Header()
	h.Set("Content-Type", f.mime)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	// An SVG opened by itself is a document; it must not run anything.
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
	body := f.plain
	if f.gzipped != nil {
		h.Set("Vary", "Accept-Encoding")
		if acceptsGzip(r.Header.Get("Accept-Encoding")) {
			h.Set("Content-Encoding", "gzip")
			body = f.gzipped
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
	return true
}

func acceptsGzip(header string) bool {
	for part := range strings.SplitSeq(header, ",") {
		coding, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			q := strings.ReplaceAll(params, " ", "")
			return q != "q=0" && q != "q=0.0" && q != "q=0.00" && q != "q=0.000"
		}
	}
	return false
}

// mime does not ask the system's tables, which differ between machines.
func mime(ext string) string {
	switch ext {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".png":
		return "image/png"
	}
	panic("static: no media type for " + ext)
}

func squeeze(plain []byte) []byte {
	var buf bytes.Buffer
	z, err := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	if err != nil {
		return nil
	}
	if _, err := z.Write(plain); err != nil || z.Close() != nil {
		return nil
	}
	if buf.Len() > len(plain)*9/10 {
		return nil
	}
	return buf.Bytes()
}

// Names are the names of all files, sorted.
func Names() []string { return slices.Sorted(maps.Keys(load().byName)) }

// Content is the content of the named file, not to be changed.
func Content(name string) []byte { return load().byName[name].plain }
