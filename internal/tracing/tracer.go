package tracing

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// scope names us as the one who measures.
const scope = "authserver"

const (
	// queue is how many spans wait at most; what comes then is lost.
	queue = 4096
	// gather is how long the first span of a batch waits for others.
	gather = 2 * time.Second
	// patience bounds the delivery of one batch with all its attempts.
	patience = 15 * time.Second
	// longest bounds what an attribute may hold.
	longest = 512
)

// Options are the settings of Open.
type Options struct {
	// Endpoint is the collector: http or https. Without a path, /v1/traces is meant
	// (OTLP specification 1.x, OTLP/HTTP request).
	Endpoint *url.URL
	// Headers go with every delivery; they may hold the collector's credential.
	Headers map[string]string
	// Sample is the share of traces that are recorded, 0 to 1.
	Sample float64
	// Version is the program's version.
	Version string
	Logger  *slog.Logger
	// Client makes the calls; nil is one that follows no redirects.
	Client *http.Client
}

// Tracer makes spans. A nil Tracer makes none.
type Tracer struct {
	provider *sdk.TracerProvider
	tracer   trace.Tracer
	exporter *exporter
}

// Open returns a Tracer that delivers to the collector. It does not call it: a
// collector that is away must not keep the server from starting.
func Open(o Options) *Tracer {
	if o.Endpoint == nil || o.Logger == nil {
		panic("tracing: Endpoint and Logger are required")
	}
	e := newExporter(o)
	share := sampler{o.Sample}
	limits := sdk.NewSpanLimits()
	limits.AttributeValueLengthLimit = longest
	provider := sdk.NewTracerProvider(
		sdk.WithBatcher(e, sdk.WithMaxQueueSize(queue), sdk.WithBatchTimeout(gather), sdk.WithExportTimeout(patience)),
		sdk.WithSampler(sdk.ParentBased(share, sdk.WithRemoteParentSampled(share))),
		sdk.WithRawSpanLimits(limits),
		sdk.WithResource(resource.NewSchemaless(
			attribute.String("service.name", scope), attribute.String("service.version", o.Version),
		)),
	)
	return &Tracer{provider: provider, tracer: provider.Tracer(scope), exporter: e}
}

// Context returns a context in which [Start] begins traces. A nil tracer returns ctx.
func (t *Tracer) Context(ctx context.Context) context.Context {
	if t == nil {
		return ctx
	}
	return context.WithValue(ctx, tracerKey{}, t)
}

// Flush delivers what is gathered.
func (t *Tracer) Flush(ctx context.Context) error {
	if t == nil {
		return nil
	}
	return t.provider.ForceFlush(ctx)
}

// Close delivers what is gathered and ends the tracer.
func (t *Tracer) Close(ctx context.Context) error {
	if t == nil {
		return nil
	}
	return t.provider.Shutdown(ctx)
}

// Counts returns how many spans the collector has taken, and how many were lost on
// the way to it, since the start.
func (t *Tracer) Counts() (delivered, lost uint64) {
	if t == nil {
		return 0, 0
	}
	return t.exporter.delivered.Load(), t.exporter.lost.Load()
}

// sampler records a share of the traces. It draws by itself and not from the trace id,
// which a stranger chooses.
type sampler struct{ share float64 }

// ShouldSample implements sdk.Sampler.
func (s sampler) ShouldSample(p sdk.SamplingParameters) sdk.SamplingResult {
	r := sdk.SamplingResult{Decision: sdk.Drop}
	if s.share >= 1 || s.share > 0 && rand.Float64() < s.share {
		r.Decision = sdk.RecordAndSample
	}
	return r
}

// Description implements sdk.Sampler.
func (s sampler) Description() string { return "share" }

// Log returns a handler that adds the trace to each line that belongs to one, so that
// line and trace are found by one another.
func Log(h slog.Handler) slog.Handler { return handler{h} }

type handler struct{ slog.Handler }

// Handle implements slog.Handler.
func (h handler) Handle(ctx context.Context, r slog.Record) error {
	if c := trace.SpanContextFromContext(ctx); c.IsSampled() {
		r = r.Clone()
		r.AddAttrs(slog.String("trace_id", c.TraceID().String()), slog.String("span_id", c.SpanID().String()))
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (h handler) WithAttrs(a []slog.Attr) slog.Handler { return handler{h.Handler.WithAttrs(a)} }

// WithGroup implements slog.Handler.
func (h handler) WithGroup(name string) slog.Handler { return handler{h.Handler.WithGroup(name)} }

// Headers reads "Name=value,Name=value", as OpenTelemetry's own settings have it.
func Headers(s string) (map[string]string, bool) {
	all := map[string]string{}
	for _, pair := range strings.Split(s, ",") {
		name, value, ok := strings.Cut(strings.TrimSpace(pair), "=")
		if !ok || name == "" || value == "" || strings.ContainsFunc(name+value, func(r rune) bool { return r < ' ' || r > '~' }) ||
			strings.ContainsAny(name, " :()<>@;\\\"/[]?{}") {
			return nil, false
		}
		all[name] = value
	}
	return all, true
}
