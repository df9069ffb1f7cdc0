package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"authserver/internal/fault"
	"authserver/internal/tracing"

	"github.com/gin-gonic/gin"
)

// serve surrounds every request, matched or not: it gives it an identity and
// leaves one log line.
func (s *Server) serve(c *gin.Context) {
	start := s.deps.Now()
	var span tracing.Span
	if s.deps.Tracer != nil {
		var ctx context.Context
		ctx, span = s.deps.Tracer.Request(c.Request)
		c.Request = c.Request.WithContext(ctx)
	}
	r := s.begin(c)
	c.Writer.Header()["X-Request-Id"] = []string{r.id}
	defer func() {
		if p := recover(); p != nil {
			s.rescue(c, p)
		}
		s.record(c, r, s.deps.Now().Sub(start))
		describe(span, c, r)
		// A broken answer must not look whole: end the connection.
		if errors.Is(r.failure, http.ErrAbortHandler) && c.Writer.Written() {
			panic(http.ErrAbortHandler)
		}
	}()
	c.Next()
}

func (s *Server) unmatched(err error) gin.HandlerFunc {
	return func(c *gin.Context) {
		s.dress(c.Writer.Header(), surfaceUnmatched)
		s.fail(c, err)
	}
}

// rescue answers for a handler that panicked. The stack is for the log; headers
// are not printed, because they hold cookies and credentials.
func (s *Server) rescue(c *gin.Context, p any) {
	err := fmt.Errorf("panic: %v\n%s", p, debug.Stack())
	if p == http.ErrAbortHandler || c.Writer.Written() {
		err = errors.Join(http.ErrAbortHandler, err)
	}
	c.Abort()
	s.fail(c, err)
}

// record writes the request's one log line. It has the route's pattern and never
// the address itself: queries and paths carry codes and tokens.
func (s *Server) record(c *gin.Context, r *request, took time.Duration) {
	route, method, code := c.FullPath(), knownMethod(c.Request.Method), c.Writer.Status()
	if route == "" {
		route = "unmatched"
	}
	s.deps.Observe(route, method, code, took)
	level := slog.LevelInfo
	if code >= http.StatusInternalServerError {
		level = slog.LevelError
	}
	ctx := context.WithoutCancel(c.Request.Context())
	if !s.deps.Logger.Enabled(ctx, level) {
		return
	}
	attrs := make([]slog.Attr, 0, 12)
	attrs = append(attrs,
		slog.String("method", method),
		slog.String("route", route),
		slog.Int("status", code),
		slog.Float64("duration_ms", float64(took.Microseconds())/1000),
		slog.Int("bytes", max(0, c.Writer.Size())),
		slog.String("request_id", r.id),
		slog.String("client_ip", r.ip),
	)
	if r.realm != "" {
		attrs = append(attrs, slog.String("realm", r.realm))
	}
	if r.failure != nil {
		if f, ok := fault.Of(r.failure); ok {
			attrs = append(attrs, slog.String("code", f.Code))
		}
		if code >= http.StatusInternalServerError || c.Writer.Written() && code < 400 {
			attrs = append(attrs, slog.String("error", r.failure.Error()))
		}
	}
	s.deps.Logger.LogAttrs(ctx, level, "request", attrs...)
}

// describe ends the request's span. Like the log line it has the route's pattern, and
// nothing that a client wrote or that tells who it is.
func describe(span tracing.Span, c *gin.Context, r *request) {
	if !span.On() {
		return
	}
	route, method, code := c.FullPath(), knownMethod(c.Request.Method), c.Writer.Status()
	if route == "" {
		route = "unmatched"
	}
	span.Name(method + " " + route)
	span.String("http.request.method", method)
	span.String("http.route", route)
	span.Int("http.response.status_code", code)
	span.String("authserver.request_id", r.id)
	if r.realm != "" {
		span.String("authserver.realm", r.realm)
	}
	if f, ok := fault.Of(r.failure); ok {
		span.String("authserver.code", f.Code)
	}
	if code >= http.StatusInternalServerError {
		span.Fail("internal")
	}
	span.End()
}

// knownMethod keeps made-up methods out of log and metrics.
func knownMethod(m string) string {
	switch m {
	case http.MethodGet, http.MethodPost, http.MethodHead, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	}
	return "other"
}
