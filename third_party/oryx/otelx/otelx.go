// Package otelx is this house's own replacement for the part of
// github.com/ory/x/otelx that fosite calls.
//
// Error texts stay off the spans: fosite's debug texts may name stored data.
package otelx

import (
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// End finishes span and marks it failed when *err is set.
func End(span trace.Span, err *error) {
	if err != nil && *err != nil {
		span.SetStatus(codes.Error, "")
	}
	span.End()
}
