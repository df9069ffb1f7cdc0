package inapp

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"authserver/identity/session"
	"authserver/internal/device"
	"authserver/internal/id"
	"authserver/internal/web"
	"authserver/templates"
	"authserver/tenant/realm"
)

// pageSize is how many notifications a page has.
const pageSize = 20

// Mount adds the pages of the account, and the same for programs.
func (s *Service) Mount(m *web.Mux) {
	m.Account.GET("/notifications", s.page)
	m.Account.POST("/notifications/seen", s.seen)
	m.Account.POST("/notifications/dismiss", s.dismiss)
	m.Account.GET("/notifications/preferences", s.preferences)
	m.Account.POST("/notifications/preferences", s.choose)
	s.mountMe(m)
}

func (s *Service) page(c *gin.Context) error {
	query, err := web.Query(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, query.Get("cursor"))
}

// show answers with the list, and with what was wrong before.
func (s *Service) show(c *gin.Context, status int, cursor string, problems ...templates.Problem) error {
	ctx := c.Request.Context()
	current := session.From(ctx)
	u, err := s.users.ByID(ctx, current.RealmID, current.UserID)
	if err != nil {
		return err
	}
	web.PreferLanguage(c, u.Locale)
	all, next, err := s.List(ctx, current.RealmID, current.UserID, false, cursor, pageSize)
	if errors.Is(err, ErrCursor) { // an address from long ago, or cut short
		return web.Redirect(c, web.AccountURL(ctx, "/notifications", ""))
	}
	if err != nil {
		return err
	}
	p := &templates.AccountNotices{AccountFrame: templates.AccountFrame{Section: "notifications"}, Older: next, First: cursor == "", Cursor: cursor}
	p.Problems = problems
	for _, n := range all {
		p.Notices = append(p.Notices, s.shown(n, realm.From(ctx).Slug, web.Language(c)))
	}
	return web.Page(c, status, p)
}

// shown is a notification as a page shows it.
func (s *Service) shown(n Notification, slug, language string) templates.AccountNotice {
	title, body := s.words(n, language)
	v := templates.AccountNotice{
		ID: n.ID, Icon: n.Icon, Title: title, Body: body, At: n.CreatedAt, Device: device.Name(n.Data.Agent), Place: s.places.Of(n.Data.IP, language),
		Admin: n.Data.Admin, URL: n.Link, New: n.SeenAt.IsZero(), Urgent: n.Priority == High,
	}
	if strings.HasPrefix(n.Link, "/") {
		v.URL = "/realms/" + slug + n.Link
	}
	if n.Title == "" && !strings.Contains(title, n.Data.Detail) {
		v.Detail = n.Data.Detail
	}
	return v
}

// seen marks one notification, or all of them without an id.
func (s *Service) seen(c *gin.Context) error {
	return s.change(c, "notices_seen", func(current *session.Session, notificationID string) error {
		var ids []string
		if notificationID != "" {
			ids = append(ids, notificationID)
		}
		_, err := s.MarkSeen(c.Request.Context(), current.RealmID, current.UserID, ids...)
		return err
	})
}

func (s *Service) dismiss(c *gin.Context) error {
	return s.change(c, "notice_dismissed", func(current *session.Session, notificationID string) error {
		return s.Dismiss(c.Request.Context(), current.RealmID, current.UserID, notificationID)
	})
}

// change does something to what the form names and leads back to its page of the list.
// What is gone in the meantime is said on the list.
func (s *Service) change(c *gin.Context, done string, do func(current *session.Session, notificationID string) error) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	notificationID, cursor := form.Get("id"), form.Get("cursor")
	err = ErrNotFound
	if notificationID == "" || id.Valid(notificationID) {
		err = do(session.From(ctx), notificationID)
	}
	if errors.Is(err, ErrNotFound) {
		return s.show(c, http.StatusNotFound, cursor, templates.Problem{Code: ErrNotFound.Code, Message: ErrNotFound.Message})
	}
	if err != nil {
		return err
	}
	to := web.AccountURL(ctx, "/notifications", done)
	if cursor != "" {
		to += "&cursor=" + url.QueryEscape(cursor)
	}
	return web.Redirect(c, to)
}

func (s *Service) preferences(c *gin.Context) error {
	ctx := c.Request.Context()
	current := session.From(ctx)
	u, err := s.users.ByID(ctx, current.RealmID, current.UserID)
	if err != nil {
		return err
	}
	web.PreferLanguage(c, u.Locale)
	wishes, err := s.Wishes(ctx, current.RealmID, current.UserID)
	if err != nil {
		return err
	}
	p := &templates.AccountNoticePreferences{AccountFrame: templates.AccountFrame{Section: "notifications", Sub: true}}
	if u.Email != "" {
		subscribed, err := s.letters.Subscribed(ctx, current.RealmID, u.Email)
		if err != nil {
			return err
		}
		p.Unsubscribed = !subscribed
	}
	for _, t := range Topics() {
		topic := templates.NoticeTopic{Slug: t.Slug}
		for _, channel := range channels() {
			if t.Offers(channel) && (channel != SMS || u.PhoneVerified) {
				topic.Channels = append(topic.Channels, templates.NoticeChannel{Name: string(channel), On: wishes.On(t, channel), Fixed: t.Fixed(channel)})
			}
		}
		p.Topics = append(p.Topics, topic)
	}
	return web.Page(c, http.StatusOK, p)
}

// choose takes the form: a box that is not ticked switches off. Boxes that the person
// could not tick are left as they are.
func (s *Service) choose(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	current := session.From(ctx)
	u, err := s.users.ByID(ctx, current.RealmID, current.UserID)
	if err != nil {
		return err
	}
	const here = "/notifications/preferences"
	if form.Get("action") == "resubscribe" {
		if err := s.letters.Resubscribe(ctx, current.RealmID, u.Email); err != nil {
			return err
		}
		return web.Redirect(c, web.AccountURL(ctx, here, "resubscribed"))
	}
	wishes := Wishes{}
	for _, t := range Topics() {
		for _, channel := range channels() {
			if t.Offers(channel) && !t.Fixed(channel) && (channel != SMS || u.PhoneVerified) {
				wishes[Wish{t.Slug, channel}] = form.Get(t.Slug+"."+string(channel)) != ""
			}
		}
	}
	if err := s.Choose(ctx, current.RealmID, current.UserID, wishes); err != nil {
		return err
	}
	return web.Redirect(c, web.AccountURL(ctx, here, "notice_preferences_saved"))
}
