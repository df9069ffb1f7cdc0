package server

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"

	"authserver/internal/event"
	"authserver/internal/web"
)

// RoundTrip implements http.RoundTripper.
func (l local) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx := r.Context()
	if a, ok := event.ActorFrom(ctx); ok {
		ctx = context.WithValue(ctx, atTerminal{}, a.ID)
	}
	in := r.Clone(ctx)
	in.RemoteAddr = "127.0.0.1:0"
	in.Header.Set("Authorization", "Bearer "+l.s.own)
	return l.s.hand(in), nil
}

// atTerminal is the key of the name of who runs a command.
type atTerminal struct{}

// within sends requests of an operation to the operations of this process, in its
// transaction if there is one. They are of its caller (rest.API), from where that is.
type within struct{ s *Server }

// RoundTrip implements http.RoundTripper.
func (w within) RoundTrip(r *http.Request) (*http.Response, error) {
	in := r.Clone(r.Context())
	in.RemoteAddr = net.JoinHostPort(web.ClientIP(r.Context()), "0")
	if a, ok := event.ActorFrom(r.Context()); ok {
		in.Header.Set("User-Agent", a.UserAgent)
	}
	return w.s.hand(in), nil
}

// hand has the handler answer a request of our own.
func (s *Server) hand(in *http.Request) *http.Response {
	in.RequestURI = in.URL.RequestURI()
	if in.Body == nil {
		in.Body = http.NoBody
	}
	w := &reply{header: http.Header{}, status: http.StatusOK}
	s.web.Handler().ServeHTTP(w, in)
	return &http.Response{
		StatusCode: w.status, Status: http.StatusText(w.status), Header: w.header, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Body: io.NopCloser(&w.body), ContentLength: int64(w.body.Len()), Request: in,
	}
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
