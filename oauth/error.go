package oauth

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"
	"github.com/ory/fosite"

	"authserver/internal/fault"
	"authserver/internal/web"
)

// Error is an answer of the protocol: a code of the OAuth registries with a text
// for the developer of the client (RFC 6749 §5.2). It never holds stored data.
type Error struct {
	Code        string
	Description string
	Status      int
	cause       error
}

func (e *Error) Error() string {
	if e.cause != nil {
		return e.Code + ": " + e.cause.Error()
	}
	return e.Code + ": " + e.Description
}

// Unwrap returns what went wrong, for the log.
func (e *Error) Unwrap() error { return e.cause }

func invalidRequest(description string) *Error {
	return &Error{Code: "invalid_request", Description: description, Status: http.StatusBadRequest}
}

func invalidClient() *Error {
	return &Error{Code: "invalid_client", Description: "Client authentication failed.", Status: http.StatusUnauthorized}
}

func invalidGrant(description string) *Error {
	return &Error{Code: "invalid_grant", Description: description, Status: http.StatusBadRequest}
}

func invalidScope(description string) *Error {
	return &Error{Code: "invalid_scope", Description: description, Status: http.StatusBadRequest}
}

func serverError(cause error) *Error {
	return &Error{Code: "server_error", Description: "The server could not complete the request.", Status: http.StatusInternalServerError, cause: cause}
}

// asError is the border: whatever fosite, a room or the database says becomes a
// registered code with a text of our own. Fosite's hints and debug texts may name
// stored data and stay behind (FOS-15).
func asError(err error) *Error {
	var own *Error
	if errors.As(err, &own) {
		return own
	}
	if f, ok := fault.Of(err); ok {
		return fromFault(f)
	}
	var rfc *fosite.RFC6749Error
	if !errors.As(err, &rfc) {
		return serverError(err)
	}
	switch {
	case errors.Is(err, fosite.ErrInvalidClient):
		return invalidClient()
	case errors.Is(err, fosite.ErrInvalidGrant):
		return invalidGrant("The code is not valid: it is unknown, expired, already used, or was issued for another client, redirect URI or PKCE verifier.")
	case errors.Is(err, fosite.ErrInvalidScope):
		return invalidScope("A requested scope is unknown, malformed or not allowed for this client.")
	case errors.Is(err, fosite.ErrUnauthorizedClient):
		return &Error{Code: "unauthorized_client", Description: "This client may not use this grant or response type.", Status: http.StatusBadRequest}
	case errors.Is(err, fosite.ErrUnsupportedResponseType):
		return &Error{Code: "unsupported_response_type", Description: "Only response_type=code is supported.", Status: http.StatusBadRequest}
	case errors.Is(err, fosite.ErrInvalidRequest), errors.Is(err, fosite.ErrUnsupportedResponseMode), errors.Is(err, fosite.ErrInvalidState):
		return invalidRequest("A parameter is missing, malformed or not supported.")
	case rfc.StatusCode() < http.StatusInternalServerError:
		return invalidRequest("The request is not acceptable.")
	}
	return serverError(err)
}

func fromFault(f *fault.Fault) *Error {
	switch f.Kind {
	case fault.Invalid:
		return &Error{Code: "invalid_request", Description: f.Message, Status: http.StatusBadRequest, cause: f}
	case fault.Limited, fault.Unavailable:
		return &Error{Code: "temporarily_unavailable", Description: "The server is busy. Try again in a moment.", Status: http.StatusServiceUnavailable, cause: f}
	}
	return serverError(f)
}

// writeError answers with JSON (RFC 6749 §5.2). A failed client authentication is
// 401 with a challenge; the cause of
// a server error is returned, for the request's log line.
func writeError(c *gin.Context, err error) error {
	if gone(c, err) {
		return err
	}
	e := asError(err)
	noStore(c)
	if e.Status == http.StatusUnauthorized {
		c.Header("WWW-Authenticate", `Basic realm="token endpoint", charset="UTF-8"`)
	}
	if e.Status == http.StatusServiceUnavailable {
		c.Header("Retry-After", strconv.Itoa(retryAfter(e)))
	}
	if err := web.JSON(c, e.Status, errorBody{Error: e.Code, Description: e.Description}); err != nil {
		return err
	}
	if e.Status >= http.StatusInternalServerError {
		return e
	}
	return nil
}

// gone reports whether err only says that the client hung up: there is nobody to
// answer, and nothing for an operator to look at.
func gone(c *gin.Context, err error) bool {
	return errors.Is(err, context.Canceled) && c.Request.Context().Err() != nil
}

type errorBody struct {
	Error       string `json:"error"`
	Description string `json:"error_description,omitempty"`
}

func retryAfter(e *Error) int {
	if f, ok := fault.Of(e.cause); ok && f.RetryAfter > 0 {
		return int(f.RetryAfter.Seconds()) + 1
	}
	return 1
}

// noStore keeps every answer that holds or is about a credential out of caches
// (RFC 6749 §5.1, TOK-05).
func noStore(c *gin.Context) {
	c.Header("Cache-Control", "no-store")
	c.Header("Pragma", "no-cache")
}
