package web

import (
	"math"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
)

// RetryAfter says with an answer that is a page when to come back, in whole seconds
// (RFC 9110 §10.2.3).
func RetryAfter(c *gin.Context, d time.Duration) {
	c.Header("Retry-After", strconv.Itoa(int(math.Ceil(max(d, time.Second).Seconds()))))
}
