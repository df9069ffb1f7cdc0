package tracing

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	sdk "go.opentelemetry.io/otel/sdk/trace"
	collector "go.opentelemetry.io/proto/slim/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"
)

const (
	attempts = 4
	// firstPause grows with each attempt.
	firstPause = 500 * time.Millisecond
	// answerMax is how much of a collector's answer is read.
	answerMax = 64 << 10
)

// exporter delivers spans by OTLP/HTTP, in protobuf.
type exporter struct {
	address string
	headers map[string]string
	client  *http.Client
	logger  *slog.Logger

	failing         atomic.Bool
	delivered, lost atomic.Uint64
}

func newExporter(o Options) *exporter {
	at := *o.Endpoint
	if strings.Trim(at.Path, "/") == "" {
		at.Path = "/v1/traces"
	}
	if o.Client == nil {
		o.Client = &http.Client{
			Timeout:       patience,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
	}
	return &exporter{address: at.String(), headers: o.Headers, client: o.Client, logger: o.Logger}
}

// ExportSpans implements sdk.SpanExporter. What cannot be delivered is lost, which is
// logged once until it works again; the error is ours to tell, not the library's.
func (e *exporter) ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	body, err := encode(spans)
	if err == nil {
		err = e.deliver(ctx, body)
	}
	if err != nil {
		e.lost.Add(uint64(len(spans)))
		if !e.failing.Swap(true) {
			e.logger.WarnContext(ctx, "traces cannot be delivered", "error", err)
		}
		return nil
	}
	e.delivered.Add(uint64(len(spans)))
	if e.failing.Swap(false) {
		e.logger.InfoContext(ctx, "traces are delivered again")
	}
	return nil
}

// Shutdown implements sdk.SpanExporter.
func (e *exporter) Shutdown(context.Context) error {
	e.client.CloseIdleConnections()
	return nil
}

func encode(spans []sdk.ReadOnlySpan) ([]byte, error) {
	raw, err := proto.Marshal(&collector.ExportTraceServiceRequest{ResourceSpans: messages(spans)})
	if err != nil {
		return nil, fmt.Errorf("write spans: %w", err)
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(raw); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil { // which writes the end
		return nil, err
	}
	return b.Bytes(), nil
}

// deliver tries until the collector has taken the spans, has refused them for good, or
// ctx ends.
func (e *exporter) deliver(ctx context.Context, body []byte) error {
	for attempt := 1; ; attempt++ {
		again, err := e.post(ctx, body)
		if err == nil || !again || attempt == attempts {
			return err
		}
		pause := time.NewTimer(firstPause<<(attempt-1) + rand.N(firstPause))
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return errors.Join(err, ctx.Err())
		}
	}
}

// post makes one attempt and tells whether another could help: the statuses are those
// of the OTLP specification ("Failures").
func (e *exporter) post(ctx context.Context, body []byte) (again bool, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, e.address, bytes.NewReader(body))
	if err != nil {
		return false, err
	}
	for name, value := range e.headers {
		r.Header.Set(name, value)
	}
	r.Header.Set("Content-Type", "application/x-protobuf")
	r.Header.Set("Content-Encoding", "gzip")
	r.Header.Set("User-Agent", scope)
	res, err := e.client.Do(r)
	if err != nil {
		return true, err
	}
	_, err = io.Copy(io.Discard, io.LimitReader(res.Body, answerMax))
	if err = errors.Join(err, res.Body.Close()); err != nil {
		return true, err
	}
	switch res.StatusCode {
	case http.StatusOK:
		return false, nil
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true, fmt.Errorf("the collector answers %d", res.StatusCode)
	default:
		return false, fmt.Errorf("the collector answers %d", res.StatusCode)
	}
}
