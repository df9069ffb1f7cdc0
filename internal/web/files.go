package web

import (
	"authserver/static"

	"github.com/gin-gonic/gin"
)

// mountFiles serves the files that pages refer to.
func (s *Server) mountFiles() {
	s.mux.Root.GET(static.Prefix+"*file", func(c *gin.Context) error {
		if !static.Handler(c.Writer, c.Request) {
			return errNoPage
		}
		return nil
	})
}
