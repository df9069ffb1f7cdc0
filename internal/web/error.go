package web

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"

	"authserver/internal/fault"
	"authserver/templates"

	"github.com/gin-gonic/gin"
)

var (
	errInternal    = fault.New(fault.Internal, "internal", "Something went wrong on our side. Please try again.")
	errCrossOrigin = fault.New(fault.Denied, "cross_origin", "The form was sent from another site. Go back and try again.")
)

// statusClientGone is nginx's number for a client that hung up; it keeps such
// requests apart from our own failures in log and metrics.
const statusClientGone = 499

// exact is a fault with a status that its kind alone does not give.
type exact struct {
	*fault.Fault
	status int
}

// Unwrap gives fault.Of the fault.
func (e exact) Unwrap() error { return e.Fault }

func status(code int, f *fault.Fault) error { return exact{f, code} }

// statusOf is the one place where a kind of failure becomes a status.
func statusOf(err error, f *fault.Fault) int {
	var e exact
	if errors.As(err, &e) {
		return e.status
	}
	switch f.Kind {
	case fault.Invalid:
		return http.StatusBadRequest
	case fault.Unauthenticated:
		return http.StatusUnauthorized
	case fault.Denied:
		return http.StatusForbidden
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Conflict:
		return http.StatusConflict
	case fault.Expired:
		return http.StatusGone
	case fault.Limited:
		return http.StatusTooManyRequests
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// Status is the status under which a fault is answered.
func Status(err error) int {
	f, ok := fault.Of(err)
	if !ok {
		return http.StatusInternalServerError
	}
	return statusOf(err, f)
}

// fail answers a failure in the manner of the request's surface. What is not a
// fault is ours: it is answered as "internal" and its text goes to the log only.
func (s *Server) fail(c *gin.Context, err error) {
	ctx := c.Request.Context()
	r := of(ctx)
	r.failure = err
	if c.Writer.Written() {
		return
	}
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		c.Status(statusClientGone)
		c.Writer.WriteHeaderNow()
		return
	}
	f, ok := fault.Of(err)
	if !ok || f.Kind == fault.Internal {
		f = errInternal
	}
	code := statusOf(err, f)
	h := c.Writer.Header()
	h["Cache-Control"] = noStore
	h.Del("Etag")
	if f.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(f.RetryAfter.Seconds()))))
	}
	var told challenge
	if errors.As(err, &told) {
		h.Set("WWW-Authenticate", told.value)
	} else if r.surface == surfaceAdmin && code == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="administration"`)
	} else if r.surface == surfaceMe && code == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="account"`)
	}
	switch {
	case r.surface == surfaceProtocol:
		answerJSON(c, code, jsonType, protocolError{protocolCode(f), ascii(f.Message), r.id})
	case r.surface == surfaceRoot, r.surface == surfaceMe, r.surface == surfaceAdmin, r.surface == surfaceUnmatched && !wantsPage(c.Request):
		answerJSON(c, code, problemType, problem{
			Type: "about:blank", Title: http.StatusText(code), Status: code,
			Detail: f.Message, Code: f.Code, Field: f.Field, RequestID: r.id,
		})
	default:
		s.failPage(c, code, f)
	}
}

func (s *Server) failPage(c *gin.Context, code int, f *fault.Fault) {
	r := of(c.Request.Context())
	err := Page(c, code, &templates.ErrorPage{
		Status: code, Code: f.Code, Message: f.Message, RequestID: r.id,
	})
	if err == nil {
		return
	}
	r.failure = errors.Join(r.failure, err)
	c.Data(http.StatusInternalServerError, "text/plain; charset=utf-8", []byte(errInternal.Message+"\n"+r.id+"\n"))
}

// problem is RFC 9457 with our extensions.
type problem struct {
	Type      string `json:"type"`
	Title     string `json:"title"`
	Status    int    `json:"status"`
	Detail    string `json:"detail,omitempty"`
	Code      string `json:"code"`
	Field     string `json:"field,omitempty"`
	RequestID string `json:"request_id"`
}

// protocolError is RFC 6749 §5.2.
type protocolError struct {
	Error       string `json:"error"`
	Description string `json:"error_description,omitempty"`
	RequestID   string `json:"request_id"`
}

// protocolCode is the error of RFC 6749 and RFC 6750 that clients know for a
// failure that did not come from the protocol itself.
func protocolCode(f *fault.Fault) string {
	switch f.Kind {
	case fault.Invalid, fault.Conflict, fault.Expired:
		return "invalid_request"
	case fault.Unauthenticated:
		return "invalid_token"
	case fault.Denied:
		return "access_denied"
	case fault.NotFound:
		return "not_found"
	case fault.Limited, fault.Unavailable:
		return "temporarily_unavailable"
	}
	return "server_error"
}

// ascii keeps a description to the characters of RFC 6749 §5.2.
func ascii(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || r == '"' || r == '\\' {
			return '\''
		}
		return r
	}, s)
}

func wantsPage(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept"), "text/html")
}

func answerJSON(c *gin.Context, code int, kind []string, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		panic("web: encode error: " + err.Error())
	}
	c.Writer.Header()["Content-Type"] = kind
	c.Status(code)
	_, _ = c.Writer.Write(body)
}

// Problem is a failure as a page shows it beside a field or on top; use it for
// faults that the person can mend on the same page.
func Problem(f *fault.Fault) templates.Problem {
	return templates.Problem{Code: f.Code, Message: f.Message, Field: f.Field}
}
