package tracing_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"authserver/internal/tracing"
	"authserver/internal/tracing/tracingtest"
)

func open(t testing.TB, c *tracingtest.Collector, edit func(*tracing.Options)) *tracing.Tracer {
	t.Helper()
	o := tracing.Options{Endpoint: c.URL, Sample: 1, Version: "v1", Logger: slog.New(slog.DiscardHandler)}
	if edit != nil {
		edit(&o)
	}
	tracer := tracing.Open(o)
	t.Cleanup(func() {
		if err := tracer.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return tracer
}

func arrived(t *testing.T, tracer *tracing.Tracer, c *tracingtest.Collector) map[string]tracingtest.Span {
	t.Helper()
	if err := tracer.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	all := map[string]tracingtest.Span{}
	for _, s := range c.Spans() {
		all[s.Name] = s
	}
	return all
}

func request(t *testing.T, traceparent string) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/realms/acme/login?email=ann@example.com", nil)
	if traceparent != "" {
		r.Header.Set("traceparent", traceparent)
	}
	r.Header.Set("tracestate", "vendor=zelda")
	return r
}

func TestSpansArriveAsATree(t *testing.T) {
	t.Parallel()
	c := tracingtest.New(t)
	tracer := open(t, c, func(o *tracing.Options) { o.Headers = map[string]string{"Authorization": "Bearer s3cret"} })
	ctx, root := tracer.Request(request(t, ""))
	root.Name("GET /realms/:realm/login")
	root.Int("http.response.status_code", 200)
	inner, child := tracing.Child(ctx, tracing.Client, "SELECT users")
	child.Fail("database")
	if id := tracing.ID(inner); len(id) != 32 || id != tracing.ID(ctx) {
		t.Errorf("trace id %q", id)
	}
	child.End()
	root.End()
	all := arrived(t, tracer, c)
	r, s := all["GET /realms/:realm/login"], all["SELECT users"]
	if r.Kind != "SPAN_KIND_SERVER" || r.ParentID != "" || r.Attributes["http.response.status_code"] != "200" || r.Failed || r.Nanos == 0 {
		t.Errorf("%+v", r)
	}
	if s.Kind != "SPAN_KIND_CLIENT" || s.ParentID != r.SpanID || s.TraceID != r.TraceID || !s.Failed || s.Attributes["error.type"] != "database" {
		t.Errorf("%+v", s)
	}
	if r.Resource["service.name"] != "authserver" || r.Resource["service.version"] != "v1" {
		t.Errorf("resource %v", r.Resource)
	}
	got := c.Requests()[0]
	if got.URL.Path != "/v1/traces" || got.Header.Get("Content-Type") != "application/x-protobuf" || got.Header.Get("Authorization") != "Bearer s3cret" {
		t.Errorf("%s %v", got.URL, got.Header)
	}
	if delivered, lost := tracer.Counts(); delivered != 2 || lost != 0 {
		t.Errorf("%d delivered, %d lost", delivered, lost)
	}
}

const (
	theirs    = "0af7651916cd43dd8448eb211c80319c"
	sampled   = "00-" + theirs + "-b7ad6b7169203331-01"
	unsampled = "00-" + theirs + "-b7ad6b7169203331-00"
)

func TestTheCallersTraceGoesOn(t *testing.T) {
	t.Parallel()
	c := tracingtest.New(t)
	tracer := open(t, c, nil)
	for name, parent := range map[string]string{"on": sampled, "off": unsampled, "broken": "00-zz-1-1", "none": ""} {
		_, span := tracer.Request(request(t, parent))
		span.Name(name)
		if span.On() == (name == "off") {
			t.Errorf("%s: recorded = %t", name, span.On())
		}
		span.End()
	}
	all := arrived(t, tracer, c)
	if s := all["on"]; s.TraceID != theirs || s.ParentID != "b7ad6b7169203331" {
		t.Errorf("on: %+v", s)
	}
	for _, name := range []string{"broken", "none"} {
		if s := all[name]; s.SpanID == "" || s.TraceID == theirs || s.ParentID != "" {
			t.Errorf("%s: %+v", name, s)
		}
	}
	if _, there := all["off"]; there || len(all) != 3 {
		t.Errorf("arrived: %v", all)
	}
	if strings.Contains(c.Text(), "zelda") {
		t.Error("tracestate was kept")
	}
}

func TestAStrangerDoesNotDecideWhatIsRecorded(t *testing.T) {
	t.Parallel()
	tracer := open(t, tracingtest.New(t), func(o *tracing.Options) { o.Sample = 0 })
	ctx, span := tracer.Request(request(t, sampled))
	if span.On() || tracing.ID(ctx) != "" {
		t.Error("recorded against our own share")
	}
	if _, child := tracing.Start(tracer.Context(ctx), tracing.Internal, "child"); child.On() {
		t.Error("a child of what is not recorded is")
	}
}

func TestCallsCarryTheTraceAndNothingElse(t *testing.T) {
	t.Parallel()
	c := tracingtest.New(t)
	tracer := open(t, c, nil)
	var got http.Header
	status := http.StatusOK
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Clone()
		w.WriteHeader(status)
	}))
	defer other.Close()
	client := &http.Client{Transport: tracing.Transport{}}
	call := func(ctx context.Context, address string) *http.Request {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, address+"/zelda/path?token=zelda", nil)
		if err != nil {
			t.Fatal(err)
		}
		if res, err := client.Do(r); err == nil {
			_ = res.Body.Close()
		}
		return r
	}
	call(t.Context(), other.URL)
	if got.Get("traceparent") != "" {
		t.Error("a call without a trace carries one")
	}
	ctx, root := tracer.Request(request(t, sampled))
	status = http.StatusTeapot
	if r := call(ctx, other.URL); r.Header.Get("traceparent") != "" {
		t.Error("the caller's request was changed")
	}
	if !regexp.MustCompile("^00-"+theirs+"-[0-9a-f]{16}-01$").MatchString(got.Get("traceparent")) || got.Get("tracestate") != "" {
		t.Errorf("headers %v", got)
	}
	other.Close()
	call(ctx, other.URL)
	root.End()
	if err := tracer.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, s := range c.Spans() {
		if s.Name == "HTTP POST" {
			kinds = append(kinds, s.Attributes["error.type"])
			if !s.Failed || s.Attributes["server.address"] != "127.0.0.1" {
				t.Errorf("%+v", s)
			}
		}
	}
	if len(kinds) != 2 || kinds[0] != "I'm a teapot" || kinds[1] != "transport" {
		t.Errorf("calls failed by %q", kinds)
	}
	if strings.Contains(c.Text(), "zelda") || strings.Contains(c.Text(), "example.com") {
		t.Errorf("an address is in a span: %s", c.Text())
	}
}

func TestWorkersBeginTraces(t *testing.T) {
	t.Parallel()
	c := tracingtest.New(t)
	tracer := open(t, c, nil)
	if _, span := tracing.Start(t.Context(), tracing.Internal, "nobody asked"); span.On() {
		t.Error("a span without a tracer")
	}
	ctx := tracer.Context(t.Context())
	if _, span := tracing.Child(ctx, tracing.Client, "too small"); span.On() {
		t.Error("a child without a parent")
	}
	ctx, root := tracing.Start(ctx, tracing.Producer, "letter deliver")
	_, child := tracing.Start(ctx, tracing.Client, "SMTP send")
	child.End()
	root.End()
	all := arrived(t, tracer, c)
	if all["SMTP send"].ParentID != all["letter deliver"].SpanID || all["letter deliver"].Kind != "SPAN_KIND_PRODUCER" || len(all) != 2 {
		t.Errorf("%v", all)
	}
}

func TestACollectorThatComesBackGetsTheSpans(t *testing.T) {
	t.Parallel()
	c := tracingtest.New(t)
	tracer := open(t, c, nil)
	c.Answer(http.StatusServiceUnavailable, http.StatusTooManyRequests)
	_, span := tracer.Request(request(t, ""))
	span.End()
	if all := arrived(t, tracer, c); len(all) != 1 || len(c.Requests()) != 3 {
		t.Errorf("%d spans in %d deliveries", len(all), len(c.Requests()))
	}
}

func TestWhatIsRefusedIsLostAndToldOnce(t *testing.T) {
	t.Parallel()
	c := tracingtest.New(t)
	var log bytes.Buffer
	tracer := open(t, c, func(o *tracing.Options) { o.Logger = slog.New(slog.NewJSONHandler(&log, nil)) })
	c.Answer(http.StatusBadRequest, http.StatusUnauthorized)
	for range 3 {
		_, span := tracer.Request(request(t, ""))
		span.End()
		if err := tracer.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if delivered, lost := tracer.Counts(); delivered != 1 || lost != 2 {
		t.Errorf("%d delivered, %d lost", delivered, lost)
	}
	if n := strings.Count(log.String(), "cannot be delivered"); n != 1 || !strings.Contains(log.String(), "delivered again") {
		t.Errorf("log: %s", &log)
	}
}

func TestLogLinesNameTheirTrace(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	logger := slog.New(tracing.Log(slog.NewJSONHandler(&out, nil))).With("a", "b")
	tracer := open(t, tracingtest.New(t), nil)
	ctx, span := tracer.Request(request(t, sampled))
	defer span.End()
	logger.InfoContext(ctx, "in")
	logger.InfoContext(t.Context(), "out")
	var in, outside map[string]any
	d := json.NewDecoder(&out)
	if err := errors.Join(d.Decode(&in), d.Decode(&outside)); err != nil {
		t.Fatal(err)
	}
	if in["trace_id"] != theirs || in["a"] != "b" || len(in["span_id"].(string)) != 16 {
		t.Errorf("%v", in)
	}
	if _, there := outside["trace_id"]; there {
		t.Errorf("%v", outside)
	}
}

func TestOffCostsNothing(t *testing.T) { // not parallel: it counts allocations
	var tracer *tracing.Tracer
	r := request(t, sampled)
	ctx := tracer.Context(t.Context())
	if n := testing.AllocsPerRun(100, func() {
		ctx, span := tracer.Request(r)
		_, child := tracing.Child(ctx, tracing.Client, "sql")
		_, work := tracing.Start(ctx, tracing.Producer, "work")
		child.String("a", "b")
		work.Int("a", 1)
		work.Fail("x")
		work.End()
		child.End()
		span.End()
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if tracing.ID(ctx) != "" || tracer.Flush(ctx) != nil || tracer.Close(ctx) != nil {
		t.Error("a tracer that is not there does something")
	}
	if delivered, lost := tracer.Counts(); delivered+lost != 0 {
		t.Error("a tracer that is not there has counted")
	}
}

func TestHeadersAreRead(t *testing.T) {
	t.Parallel()
	got, ok := tracing.Headers("Authorization=Bearer a=b, X-Scope=acme")
	if !ok || len(got) != 2 || got["Authorization"] != "Bearer a=b" || got["X-Scope"] != "acme" {
		t.Errorf("%v", got)
	}
	for _, wrong := range []string{"", "Authorization", "=x", "A=", "A b=c", "A=b\nC=d", "A:=b"} {
		if got, ok := tracing.Headers(wrong); ok {
			t.Errorf("%q is %v", wrong, got)
		}
	}
}

func BenchmarkOff(b *testing.B) {
	ctx := b.Context()
	for b.Loop() {
		_, span := tracing.Child(ctx, tracing.Client, "sql")
		span.End()
	}
}

func BenchmarkOn(b *testing.B) {
	tracer := open(b, tracingtest.New(b), nil)
	r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, "/", nil)
	ctx, root := tracer.Request(r)
	b.ReportAllocs()
	for b.Loop() {
		_, span := tracing.Child(ctx, tracing.Client, "sql")
		span.String("db.operation.name", "SELECT")
		span.String("db.query.text", "SELECT * FROM users WHERE id = ?")
		span.End()
	}
	root.End()
}
