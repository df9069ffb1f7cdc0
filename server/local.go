package server

import (
	"bytes"
	"io"
	"net/http"
)

// RoundTrip implements http.RoundTripper.
func (l local) RoundTrip(r *http.Request) (*http.Response, error) {
	in := r.Clone(r.Context())
	in.RemoteAddr, in.RequestURI = "127.0.0.1:0", r.URL.RequestURI()
	in.Header.Set("Authorization", "Bearer "+l.s.own)
	if in.Body == nil {
		in.Body = http.NoBody
	}
	w := &reply{header: http.Header{}, status: http.StatusOK}
	l.s.web.Handler().ServeHTTP(w, in)
	return &http.Response{
		StatusCode: w.status, Status: http.StatusText(w.status), Header: w.header, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Body: io.NopCloser(&w.body), ContentLength: int64(w.body.Len()), Request: r,
	}, nil
}

// reply keeps an answer in memory.
type reply struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (w *reply) Header() http.Header { return w.header }

// WriteHeader implements http.ResponseWriter.
func (w *reply) WriteHeader(status int) { w.status = status }

// Write implements http.ResponseWriter.
func (w *reply) Write(b []byte) (int, error) { return w.body.Write(b) }
