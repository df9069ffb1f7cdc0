package web

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"authserver/internal/fault"

	"github.com/gin-gonic/gin"
)

var (
	errMalformed  = fault.New(fault.Invalid, "invalid_request", "The request is malformed.")
	errTooMany    = fault.New(fault.Invalid, "invalid_request", "The request has too many parameters.")
	errTwice      = fault.New(fault.Invalid, "invalid_request", "A parameter is given more than once.")
	errText       = fault.New(fault.Invalid, "invalid_request", "A parameter contains characters that are not allowed.")
	errUnreadable = fault.New(fault.Invalid, "invalid_request", "The body could not be read.")
	errTooLarge   = status(http.StatusRequestEntityTooLarge, fault.New(fault.Invalid, "body_too_large", "The body is too large."))
	errNotForm    = status(http.StatusUnsupportedMediaType, fault.New(fault.Invalid, "unsupported_media_type", "Send the form as application/x-www-form-urlencoded."))
)

// repeatable are the parameters that a standard allows more than once (RFC 8707
// §2). Every other one given twice is refused (RFC 6749 §3.1): which of the two
// counts has been a hole wherever two parsers disagreed.
func repeatable(name string) bool { return name == "resource" }

// Query is the request's query, checked: at most 100 parameters, each at most
// once, valid text. Every route is checked before its handler runs, so the error
// is nil; it stands for symmetry with Form. Do not change the values.
func Query(c *gin.Context) (url.Values, error) {
	return of(c.Request.Context()).query, nil
}

// Form is the request's form, and nothing from its query: a secret in a URL is
// in every log on the way. It takes only application/x-www-form-urlencoded of at
// most 32 KiB, checked as Query is; a parameter that is in the query too is
// refused. Request.Form and PostForm are set, so that libraries that parse again
// see the same.
func Form(c *gin.Context) (url.Values, error) {
	r := of(c.Request.Context())
	if r.form != nil {
		return r.form, nil
	}
	raw, err := body(c, maxForm, "application/x-www-form-urlencoded", errNotForm)
	if err != nil {
		return nil, err
	}
	form, err := parameters(string(raw))
	if err != nil {
		return nil, err
	}
	both := form
	if len(r.query) > 0 {
		both = make(url.Values, len(form)+len(r.query))
		for name, values := range form {
			both[name] = values
		}
		for name, values := range r.query {
			if _, twice := form[name]; twice {
				return nil, errTwice.At(fieldName(name))
			}
			both[name] = values
		}
	}
	r.form = form
	c.Request.PostForm, c.Request.Form = form, both
	return form, nil
}

// body reads at most limit bytes of the wanted media type. A request without a
// body is an empty one, whatever its type.
func body(c *gin.Context, limit int64, want string, other error) ([]byte, error) {
	req := c.Request
	if req.Body == nil || req.Body == http.NoBody || req.ContentLength == 0 {
		return nil, nil
	}
	if req.ContentLength > limit {
		return nil, errTooLarge
	}
	kind, _, _ := strings.Cut(req.Header.Get("Content-Type"), ";")
	if !strings.EqualFold(strings.TrimSpace(kind), want) {
		return nil, other
	}
	limited := http.MaxBytesReader(c.Writer, req.Body, limit)
	var raw []byte
	var err error
	if req.ContentLength > 0 {
		raw = make([]byte, req.ContentLength)
		_, err = io.ReadFull(limited, raw)
	} else {
		raw, err = io.ReadAll(limited)
	}
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return nil, errTooLarge
	}
	if err != nil {
		return nil, errUnreadable
	}
	return raw, nil
}

// parameters parses strictly. It refuses ";" as a divider, which Go and others
// read differently.
func parameters(raw string) (url.Values, error) {
	if raw == "" {
		return url.Values{}, nil
	}
	if strings.Count(raw, "&") >= maxParams {
		return nil, errTooMany
	}
	values, err := url.ParseQuery(raw)
	if err != nil {
		return nil, errMalformed
	}
	for name, list := range values {
		if len(list) > 1 && !repeatable(name) {
			return nil, errTwice.At(fieldName(name))
		}
		if !textual(name) {
			return nil, errText
		}
		for _, value := range list {
			if !textual(value) {
				return nil, errText.At(fieldName(name))
			}
		}
	}
	return values, nil
}

// fieldName keeps a name that the client made up out of the answer unless it
// looks like one of ours.
func fieldName(name string) string {
	if len(name) > 64 {
		return ""
	}
	for i := range len(name) {
		c := name[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' && c != '-' {
			return ""
		}
	}
	return name
}
