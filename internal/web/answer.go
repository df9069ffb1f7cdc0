package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"
)

// JSON answers with v as application/json.
func JSON(c *gin.Context, code int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode answer: %w", err)
	}
	h := c.Writer.Header()
	if h["Content-Type"] == nil {
		h["Content-Type"] = jsonType
	}
	c.Status(code)
	_, _ = c.Writer.Write(body)
	return nil
}

// Redirect sends the browser to the address with 303, so that what was posted is
// not posted again (RFC 9700 §4.12). The address must be checked already.
func Redirect(c *gin.Context, address string) error {
	if address == "" || strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return fmt.Errorf("redirect to an address with blanks or control characters")
	}
	c.Writer.Header().Set("Location", address)
	c.Status(http.StatusSeeOther)
	c.Writer.WriteHeaderNow()
	return nil
}
