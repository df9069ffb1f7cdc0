package tracing

import (
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	common "go.opentelemetry.io/proto/slim/otlp/common/v1"
	resources "go.opentelemetry.io/proto/slim/otlp/resource/v1"
	wire "go.opentelemetry.io/proto/slim/otlp/trace/v1"
)

// messages turns spans into OTLP's. All have one resource and one scope, ours.
func messages(spans []sdk.ReadOnlySpan) []*wire.ResourceSpans {
	if len(spans) == 0 {
		return nil
	}
	list := make([]*wire.Span, 0, len(spans))
	for _, s := range spans {
		list = append(list, message(s))
	}
	return []*wire.ResourceSpans{{
		Resource:   &resources.Resource{Attributes: attributes(spans[0].Resource().Attributes())},
		ScopeSpans: []*wire.ScopeSpans{{Scope: &common.InstrumentationScope{Name: scope}, Spans: list}},
	}}
}

func message(s sdk.ReadOnlySpan) *wire.Span {
	c, parent := s.SpanContext(), s.Parent()
	traceID, spanID := c.TraceID(), c.SpanID()
	m := &wire.Span{
		TraceId: traceID[:], SpanId: spanID[:], Flags: uint32(c.TraceFlags()),
		Name: s.Name(), Kind: wire.Span_SpanKind(s.SpanKind()), // the numbers are the same
		StartTimeUnixNano: uint64(s.StartTime().UnixNano()), EndTimeUnixNano: uint64(s.EndTime().UnixNano()),
		Attributes: attributes(s.Attributes()), DroppedAttributesCount: uint32(s.DroppedAttributes()),
		Status: &wire.Status{},
	}
	if parent.SpanID().IsValid() {
		id := parent.SpanID()
		m.ParentSpanId = id[:]
	}
	if st := s.Status(); st.Code == codes.Error {
		m.Status = &wire.Status{Code: wire.Status_STATUS_CODE_ERROR, Message: st.Description}
	}
	return m
}

func attributes(list []attribute.KeyValue) []*common.KeyValue {
	out := make([]*common.KeyValue, 0, len(list))
	for _, a := range list {
		v := &common.AnyValue{}
		if a.Value.Type() == attribute.INT64 {
			v.Value = &common.AnyValue_IntValue{IntValue: a.Value.AsInt64()}
		} else {
			v.Value = &common.AnyValue_StringValue{StringValue: a.Value.String()}
		}
		out = append(out, &common.KeyValue{Key: string(a.Key), Value: v})
	}
	return out
}
