package web

import (
	"net/http"
	"strconv"
	"strings"

	"authserver/internal/fault"

	"github.com/gin-gonic/gin"
)

// ErrPrecondition says that If-Match names another version than the present one
// (RFC 9110 §15.5.13).
var ErrPrecondition = status(http.StatusPreconditionFailed,
	fault.New(fault.Conflict, "version_mismatch", "It has changed in the meantime. Read it again, then change it."))

// ETag tells the version of what is answered.
func ETag(c *gin.Context, version int64) {
	c.Header("ETag", `"`+strconv.FormatInt(version, 10)+`"`)
}

// IfMatch returns the version that the request wants to change, 0 for whichever it is.
// A tag that is none of ours matches nothing: ErrPrecondition.
func IfMatch(c *gin.Context) (int64, error) {
	header := strings.TrimSpace(c.GetHeader("If-Match"))
	if header == "" || header == "*" {
		return 0, nil
	}
	tag, ok := strings.CutPrefix(header, `"`)
	if ok {
		tag, ok = strings.CutSuffix(tag, `"`)
	}
	version, err := strconv.ParseInt(tag, 10, 64)
	if !ok || err != nil || version < 1 {
		return 0, ErrPrecondition
	}
	return version, nil
}
