package rest

import (
	"net/url"
	"reflect"

	"authserver/internal/web"

	"github.com/gin-gonic/gin"
)

// turn opens the cursor of the request and puts the position into its Page. It returns
// the name of the list, under which the next cursor is sealed.
func (a *API) turn(c *gin.Context, op *operation, in any) (string, error) {
	query, err := web.Query(c)
	if err != nil {
		return "", err
	}
	filters := url.Values{}
	for name, values := range query {
		if name != "cursor" && name != "limit" {
			filters[name] = values
		}
	}
	list := listName(c.Request.Context(), c.Request.URL.Path, filters.Encode())
	page := reflect.ValueOf(in).Elem().FieldByIndex(op.input.page).Addr().Interface().(*Page)
	if page.Cursor != "" {
		if page.after, err = a.cursors.open(page.Cursor, list); err != nil {
			return "", err
		}
	}
	return list, nil
}
