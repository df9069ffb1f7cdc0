package activity

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"authserver/identity/session"
	"authserver/internal/device"
	"authserver/internal/fault"
	"authserver/internal/web"
	"authserver/templates"
)

// How many entries a page, and an answer, has.
const (
	pageSize  = 20
	limitMost = 100
)

var errLimit = fault.New(fault.Invalid, "limit_invalid", "Ask for 1 to 100 entries.").At("limit")

// Mount adds the page and the list.
func (s *Service) Mount(m *web.Mux) {
	m.Account.GET("/activity", s.page)
	m.Me.GET("/activity", s.me)
}

func (s *Service) page(c *gin.Context) error {
	ctx := c.Request.Context()
	current := session.From(ctx)
	query, err := web.Query(c)
	if err != nil {
		return err
	}
	u, err := s.users.ByID(ctx, current.RealmID, current.UserID)
	if err != nil {
		return err
	}
	web.PreferLanguage(c, u.Locale)
	cursor := query.Get("cursor")
	entries, next, err := s.List(ctx, current.RealmID, current.UserID, cursor, pageSize)
	if errors.Is(err, ErrCursor) { // an address from long ago, or cut short
		return web.Redirect(c, web.AccountURL(ctx, "/activity", ""))
	}
	if err != nil {
		return err
	}
	page := &templates.AccountActivity{AccountFrame: templates.AccountFrame{Section: "activity"}, Older: next, First: cursor == ""}
	if page.Entries, err = s.shown(ctx, entries, web.Language(c)); err != nil {
		return err
	}
	return web.Page(c, http.StatusOK, page)
}

// me lists the entries for a program: limit, cursor and next_cursor.
func (s *Service) me(c *gin.Context) error {
	type app struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}
	type entry struct {
		ID          string    `json:"id"`
		At          time.Time `json:"at"`
		Type        string    `json:"type"`
		Device      string    `json:"device"`
		Place       string    `json:"place"`
		IP          string    `json:"ip"`
		Application *app      `json:"application"`
		Provider    string    `json:"provider,omitempty"`
		Method      string    `json:"method,omitempty"`
		Reason      string    `json:"reason,omitempty"`
		Admin       bool      `json:"by_administrator"`
		Attention   bool      `json:"attention"`
	}
	ctx := c.Request.Context()
	current := session.From(ctx)
	query, err := web.Query(c)
	if err != nil {
		return err
	}
	limit, err := limitOf(query.Get("limit"))
	if err != nil {
		return err
	}
	entries, next, err := s.List(ctx, current.RealmID, current.UserID, query.Get("cursor"), limit)
	if err != nil {
		return err
	}
	answer := struct {
		Items []entry `json:"items"`
		Next  string  `json:"next_cursor,omitempty"`
	}{[]entry{}, next}
	names := map[string]string{}
	for _, n := range entries {
		name, err := s.name(ctx, names, n.RealmID, n.ApplicationID)
		if err != nil {
			return err
		}
		item := entry{
			ID: n.ID, At: n.At, Type: n.Type, Device: device.Name(n.UserAgent), Place: s.places.Of(n.IP, web.Language(c)), IP: n.IP,
			Provider: n.Provider, Method: n.Method, Reason: n.Reason, Admin: n.Admin, Attention: n.Attention(),
		}
		if n.ApplicationID != "" {
			item.Application = &app{n.ApplicationID, name}
		}
		answer.Items = append(answer.Items, item)
	}
	return web.JSON(c, http.StatusOK, answer)
}

func limitOf(text string) (int, error) {
	if text == "" {
		return pageSize, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > limitMost {
		return 0, errLimit
	}
	return n, nil
}
