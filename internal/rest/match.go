package rest

import (
	"strconv"
	"strings"

	"authserver/internal/web"
)

// ErrChanged says that If-Match names another version (RFC 9110 §15.5.13).
var ErrChanged = web.ErrPrecondition

// Match is embedded where a change may name the version that it is meant for.
type Match struct {
	IfMatch string `header:"If-Match" maxLength:"100" doc:"The ETag of the version to change; without it, whichever it is."`
}

// Matches returns ErrChanged unless the request is meant for that version, or for any.
func (m Match) Matches(version int64) error {
	wanted := strings.TrimSpace(m.IfMatch)
	if wanted == "" || wanted == "*" || wanted == ETag(version) {
		return nil
	}
	return ErrChanged
}

// Version is the version that the request is meant for, or 0 for any. A tag that is
// none of ours matches nothing: ErrChanged.
func (m Match) Version() (int64, error) {
	wanted := strings.TrimSpace(m.IfMatch)
	if wanted == "" || wanted == "*" {
		return 0, nil
	}
	version, err := strconv.ParseInt(strings.Trim(wanted, `"`), 10, 64)
	if err != nil || version < 1 || wanted != ETag(version) {
		return 0, ErrChanged
	}
	return version, nil
}

// ETag is the strong entity tag of a version (RFC 9110 §8.8.3).
func ETag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }
