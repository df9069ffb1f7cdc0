// Package tracing tells an OpenTelemetry collector how long what took: the request, its
// SQL statements, the calls it made, and the work of the background.
//
// It is off unless the operator names a collector. Off, a *Tracer is nil, no span is
// made and nothing is allocated: whoever begins a span need not ask.
//
// A span belongs to the context. [Start] makes the child of the context's span, or a
// root where [Tracer.Context] has put a tracer (workers); [Child] makes only children,
// for what is too small to begin a trace. So only internal/web and the workers need
// the tracer itself.
//
// No span holds a person's data or a secret: a route is a pattern and never a path, a
// statement has no values, a call names host and method and nothing of the address
// behind them. Who adds an attribute answers for that.
//
// Whatever comes from others is taken with care. A caller's traceparent (W3C Trace
// Context) continues its trace, and one that is not sampled stays so; one that is
// sampled is recorded as often as our own share says, so that no stranger decides what
// it costs. tracestate and baggage are not read and not passed on.
//
// Spans are gathered and sent by OTLP over HTTP with protobuf, by an exporter of our
// own on the messages of OpenTelemetry: the one of the library links gRPC and its
// gateway into the binary. A collector that is away costs spans and nothing else.
package tracing
