package tracing

import (
	"context"
	"net/http"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// Kind is the part that a span plays.
type Kind = trace.SpanKind

// The kinds of span.
const (
	Internal = trace.SpanKindInternal
	Server   = trace.SpanKindServer
	Client   = trace.SpanKindClient
	Producer = trace.SpanKindProducer
	Consumer = trace.SpanKindConsumer
)

// Span is something that takes time. The zero Span is nothing and may be used.
type Span struct{ of trace.Span }

// On reports whether somebody will see the span: only then are attributes worth making.
func (s Span) On() bool { return s.of != nil }

// Name gives the span another name, once a better one is known.
func (s Span) Name(name string) {
	if s.of != nil {
		s.of.SetName(name)
	}
}

// String sets an attribute.
func (s Span) String(key, value string) {
	if s.of != nil {
		s.of.SetAttributes(attribute.String(key, value))
	}
}

// Int sets an attribute.
func (s Span) Int(key string, value int) {
	if s.of != nil {
		s.of.SetAttributes(attribute.Int(key, value))
	}
}

// Fail says that what the span stands for failed. Kind is a word of ours; the error
// itself may quote what others wrote, so it stays in the log.
func (s Span) Fail(kind string) {
	if s.of != nil {
		s.of.SetStatus(codes.Error, kind)
		s.of.SetAttributes(attribute.String("error.type", kind))
	}
}

// End ends the span.
func (s Span) End() {
	if s.of != nil {
		s.of.End()
	}
}

type tracerKey struct{}

// Start begins a span below the one of ctx, or a trace where a tracer is in ctx.
func Start(ctx context.Context, kind Kind, name string) (context.Context, Span) {
	if trace.SpanFromContext(ctx).SpanContext().IsValid() {
		return Child(ctx, kind, name)
	}
	t, _ := ctx.Value(tracerKey{}).(*Tracer)
	if t == nil {
		return ctx, Span{}
	}
	return start(ctx, t.tracer, kind, name)
}

// Child begins a span below the one of ctx, if there is one that is recorded.
func Child(ctx context.Context, kind Kind, name string) (context.Context, Span) {
	parent := trace.SpanFromContext(ctx)
	if !parent.IsRecording() {
		return ctx, Span{}
	}
	return start(ctx, parent.TracerProvider().Tracer(scope), kind, name)
}

func start(ctx context.Context, t trace.Tracer, kind Kind, name string) (context.Context, Span) {
	ctx, of := t.Start(ctx, name, trace.WithSpanKind(kind))
	if !of.IsRecording() {
		return ctx, Span{} // the context carries the decision on
	}
	return ctx, Span{of}
}

// ID is the trace that ctx belongs to, in hexadecimal, if it is recorded; else "".
func ID(ctx context.Context) string {
	if c := trace.SpanContextFromContext(ctx); c.IsSampled() {
		return c.TraceID().String()
	}
	return ""
}

// header is where the trace travels (W3C Trace Context §3.2).
const header = "Traceparent"

// Inject writes the trace of ctx into headers of a call.
func Inject(ctx context.Context, h http.Header) {
	c := trace.SpanContextFromContext(ctx)
	if !c.IsValid() {
		return
	}
	h.Set(header, "00-"+c.TraceID().String()+"-"+c.SpanID().String()+"-"+c.TraceFlags().String())
}
