package web

import (
	"net/http"
	"strings"
	"unicode/utf8"

	"authserver/internal/fault"
)

// Limits of a request. The header's total is the listener's (MaxHeaderBytes).
const (
	maxURL    = 8 << 10
	maxParams = 100
	maxForm   = 32 << 10
	maxJSON   = 64 << 10
)

var (
	errTooLongURL  = status(http.StatusRequestURITooLong, fault.New(fault.Invalid, "uri_too_long", "The address is too long."))
	errEncodedBody = status(http.StatusUnsupportedMediaType, fault.New(fault.Invalid, "unsupported_encoding", "Send the body without Content-Encoding."))
	errNoPage      = fault.New(fault.NotFound, "not_found", "There is nothing at this address.")
	errMethod      = status(http.StatusMethodNotAllowed, fault.New(fault.Invalid, "method_not_allowed", "This address does not take this method."))
)

// admit refuses what no route takes, before anything is parsed.
func admit(w http.ResponseWriter, r *http.Request, state *request, limit int64) error {
	if len(r.RequestURI) > maxURL || len(r.URL.Path)+len(r.URL.RawQuery) > maxURL {
		return errTooLongURL
	}
	// Each resource has one spelling. RawPath is set only when a path was
	// escaped where it need not be, or must not be (%2F): the router would see
	// another path than a proxy in front of it that decides on access.
	if r.URL.RawPath != "" || !textual(r.URL.Path) {
		return errNoPage
	}
	for _, coding := range r.Header["Content-Encoding"] {
		if !strings.EqualFold(coding, "identity") {
			return errEncodedBody
		}
	}
	if r.ContentLength != 0 && r.Body != nil {
		// The net below Form and Body, for handlers of libraries.
		r.Body = http.MaxBytesReader(w, r.Body, limit)
	}
	if r.URL.RawQuery != "" {
		query, err := parameters(r.URL.RawQuery)
		if err != nil {
			return err
		}
		state.query = query
	}
	return nil
}

// textual says whether s is text that every part of the house can hold: valid
// UTF-8 without NUL (PostgreSQL refuses both), byte order marks, line and
// paragraph separators, bidi overrides (which make one name look like another),
// noncharacters, and the replacement character, which stands where a parser
// before us found something broken (a lone surrogate in JSON).
func textual(s string) bool {
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			if c == 0 {
				return false
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError,
			r == 0xFEFF,
			r == 0x2028, r == 0x2029,
			r >= 0x202A && r <= 0x202E,
			r >= 0x2066 && r <= 0x2069,
			r >= 0xFDD0 && r <= 0xFDEF,
			r&0xFFFE == 0xFFFE:
			return false
		}
		i += size
	}
	return true
}

// printable keeps control characters and broken UTF-8 out of what is stored and
// logged.
func printable(s string) string {
	clean := true
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= 0x7f {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == utf8.RuneError {
			return '?'
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
}
