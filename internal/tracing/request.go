package tracing

import (
	"context"
	"net/http"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// Request begins the span of a request that has come in, below the caller's if it has
// told. A nil tracer begins nothing.
func (t *Tracer) Request(r *http.Request) (context.Context, Span) {
	ctx := r.Context()
	if t == nil {
		return ctx, Span{}
	}
	if told := r.Header.Get(header); told != "" {
		ctx = Continue(ctx, told)
	}
	return start(ctx, t.tracer, Server, "request")
}

// Continue returns a context in the trace of a traceparent; what is malformed changes
// nothing (W3C Trace Context §3.2.2).
func Continue(ctx context.Context, traceparent string) context.Context {
	return propagation.TraceContext{}.Extract(ctx, propagation.MapCarrier{"traceparent": traceparent})
}

// Transport is [Do] for a client of net/http.
type Transport struct{ Base http.RoundTripper }

func (t Transport) base() http.RoundTripper {
	if t.Base == nil {
		return http.DefaultTransport
	}
	return t.Base
}

// RoundTrip implements http.RoundTripper.
func (t Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	return Do(r, t.base().RoundTrip)
}

// CloseIdleConnections ends what http.Client.CloseIdleConnections asks for.
func (t Transport) CloseIdleConnections() {
	if c, ok := t.base().(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// Do makes a span of a call that has a parent, and tells the other side of the trace.
// Host and method are all that it notes: the rest of an address may name a person or
// hold a secret.
func Do(r *http.Request, send func(*http.Request) (*http.Response, error)) (*http.Response, error) {
	if !trace.SpanFromContext(r.Context()).SpanContext().IsValid() {
		return send(r)
	}
	ctx, span := Child(r.Context(), Client, "HTTP "+r.Method)
	defer span.End()
	r = r.Clone(ctx) // a RoundTripper must not change the request of its caller
	Inject(ctx, r.Header)
	span.String("http.request.method", r.Method)
	span.String("server.address", r.URL.Hostname())
	res, err := send(r)
	if err != nil {
		span.Fail("transport")
		return nil, err
	}
	span.Int("http.response.status_code", res.StatusCode)
	if res.StatusCode >= http.StatusBadRequest {
		span.Fail(http.StatusText(res.StatusCode))
	}
	return res, nil
}
