// Package tracingtest is an OpenTelemetry collector for tests: it takes what arrives by
// OTLP over HTTP, and reads it as any collector would.
package tracingtest

import (
	"compress/gzip"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"sync"
	"testing"

	collector "go.opentelemetry.io/proto/slim/otlp/collector/trace/v1"
	common "go.opentelemetry.io/proto/slim/otlp/common/v1"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"
)

// Span is a span as it arrived.
type Span struct {
	Name, Kind                string
	TraceID, SpanID, ParentID string
	Attributes                map[string]string
	Resource                  map[string]string
	Failed                    bool
	Nanos                     uint64 // how long it took
}

// Collector listens on this machine until the test ends.
type Collector struct {
	URL *url.URL

	mu       sync.Mutex
	spans    []Span
	raw      string // everything that arrived, as text
	requests []*http.Request
	answers  []int // given in turn; then 200
}

// New starts a collector.
func New(t testing.TB) *Collector {
	t.Helper()
	c := &Collector{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { c.take(t, w, r) }))
	t.Cleanup(s.Close)
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	c.URL = u
	return c
}

// Answer makes the collector give these statuses, one to each delivery, before it takes
// anything.
func (c *Collector) Answer(statuses ...int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answers = statuses
}

// Spans returns what has arrived.
func (c *Collector) Spans() []Span {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]Span(nil), c.spans...)
}

// Text is everything that has arrived, for a search for what must not.
func (c *Collector) Text() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.raw
}

// Requests returns the deliveries, refused ones too.
func (c *Collector) Requests() []*http.Request {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]*http.Request(nil), c.requests...)
}

func (c *Collector) take(t testing.TB, w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.requests = append(c.requests, r)
	if len(c.answers) > 0 {
		status := c.answers[0]
		c.answers = c.answers[1:]
		w.WriteHeader(status)
		return
	}
	z, err := gzip.NewReader(r.Body)
	if err != nil {
		t.Errorf("collector: %v", err)
		return
	}
	body, err := io.ReadAll(z)
	if err != nil {
		t.Errorf("collector: %v", err)
		return
	}
	var in collector.ExportTraceServiceRequest
	if err := proto.Unmarshal(body, &in); err != nil {
		t.Errorf("collector: %v", err)
		return
	}
	c.raw += prototext.Format(&in)
	for _, rs := range in.ResourceSpans {
		for _, ss := range rs.ScopeSpans {
			for _, s := range ss.Spans {
				c.spans = append(c.spans, Span{
					Name: s.Name, Kind: s.Kind.String(), TraceID: hex.EncodeToString(s.TraceId), SpanID: hex.EncodeToString(s.SpanId),
					ParentID: hex.EncodeToString(s.ParentSpanId), Attributes: text(s.Attributes), Resource: text(rs.Resource.GetAttributes()),
					Failed: s.Status.GetCode() != 0, Nanos: s.EndTimeUnixNano - s.StartTimeUnixNano,
				})
			}
		}
	}
	w.Header().Set("Content-Type", "application/x-protobuf")
}

func text(list []*common.KeyValue) map[string]string {
	all := map[string]string{}
	for _, kv := range list {
		switch v := kv.Value.GetValue().(type) {
		case *common.AnyValue_IntValue:
			all[kv.Key] = strconv.FormatInt(v.IntValue, 10)
		case *common.AnyValue_StringValue:
			all[kv.Key] = v.StringValue
		default:
			all[kv.Key] = "?"
		}
	}
	return all
}
