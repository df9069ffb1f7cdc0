package inapp

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"authserver/identity/session"
	"authserver/internal/fault"
	"authserver/internal/id"
	"authserver/internal/web"
	"authserver/tenant/realm"
)

// How many notifications an answer has, and at most.
const (
	limitUsual = 50
	limitMost  = 100
)

var (
	errLimit  = fault.New(fault.Invalid, "limit_invalid", "Ask for 1 to 100 notifications.").At("limit")
	errUnseen = fault.New(fault.Invalid, "unseen_invalid", "Say true or false.").At("unseen")
	errIDs    = fault.New(fault.Invalid, "ids_invalid", "Name 1 to 100 notifications, or say all.").At("ids")
)

func (s *Service) mountMe(m *web.Mux) {
	m.Me.GET("/notifications", s.meList)
	m.Me.GET("/notifications/count", s.meCount)
	m.Me.POST("/notifications/seen", s.meSeen)
	m.Me.DELETE("/notifications/:id", s.meDismiss)
	m.Me.GET("/notification-preferences", s.mePreferences)
	m.Me.PUT("/notification-preferences/:topic", s.meChoose)
}

// told is a notification as a program reads it.
type told struct {
	ID        string     `json:"id"`
	Kind      string     `json:"kind"`
	Topic     string     `json:"topic"`
	Title     string     `json:"title"`
	Body      string     `json:"body"`
	Icon      string     `json:"icon"`
	URL       string     `json:"url,omitempty"`
	Priority  Priority   `json:"priority"`
	Detail    string     `json:"detail,omitempty"`
	Device    string     `json:"device,omitempty"`
	Place     string     `json:"place,omitempty"`
	Admin     bool       `json:"by_administrator"`
	CreatedAt time.Time  `json:"created_at"`
	SeenAt    *time.Time `json:"seen_at"`
	ExpiresAt time.Time  `json:"expires_at"`
}

func (s *Service) told(n Notification, in *realm.Realm, language string) told {
	v := s.shown(n, in.Slug, language)
	t := told{
		ID: n.ID, Kind: n.Kind, Topic: kindOf(n.Kind).Topic, Title: v.Title, Body: v.Body, Icon: n.Icon, URL: n.Link, Priority: n.Priority, Detail: v.Detail,
		Device: v.Device, Place: v.Place, Admin: v.Admin, CreatedAt: n.CreatedAt, ExpiresAt: n.ExpiresAt,
	}
	if strings.HasPrefix(n.Link, "/") {
		t.URL = s.issuer(in.Slug) + n.Link
	}
	if !n.SeenAt.IsZero() {
		t.SeenAt = &n.SeenAt
	}
	return t
}

// meList lists notifications: limit, cursor, unseen, and next_cursor in the answer.
func (s *Service) meList(c *gin.Context) error {
	query, err := web.Query(c)
	if err != nil {
		return err
	}
	limit, unseen := limitUsual, false
	if text := query.Get("limit"); text != "" {
		if limit, err = strconv.Atoi(text); err != nil || limit < 1 || limit > limitMost {
			return errLimit
		}
	}
	if text := query.Get("unseen"); text != "" {
		if text != "true" && text != "false" {
			return errUnseen
		}
		unseen = text == "true"
	}
	ctx := c.Request.Context()
	current := session.From(ctx)
	all, next, err := s.List(ctx, current.RealmID, current.UserID, unseen, query.Get("cursor"), limit)
	if err != nil {
		return err
	}
	answer := struct {
		Items []told `json:"items"`
		Next  string `json:"next_cursor,omitempty"`
	}{[]told{}, next}
	for _, n := range all {
		answer.Items = append(answer.Items, s.told(n, realm.From(ctx), web.Language(c)))
	}
	return web.JSON(c, http.StatusOK, answer)
}

// meCount answers how many are unseen: exactly up to 99, and 100 for more.
func (s *Service) meCount(c *gin.Context) error {
	ctx := c.Request.Context()
	current := session.From(ctx)
	n, err := s.Unseen(ctx, current.RealmID, current.UserID)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, struct {
		Unseen int `json:"unseen"`
	}{n})
}

// meSeen marks the named notifications, or all.
func (s *Service) meSeen(c *gin.Context) error {
	var body struct {
		IDs []string `json:"ids"`
		All bool     `json:"all"`
	}
	if err := web.Body(c, &body); err != nil {
		return err
	}
	if body.All == (len(body.IDs) > 0) || len(body.IDs) > limitMost {
		return errIDs
	}
	seen := map[string]bool{}
	for _, one := range body.IDs {
		if !id.Valid(one) || seen[one] {
			return errIDs
		}
		seen[one] = true
	}
	ctx := c.Request.Context()
	current := session.From(ctx)
	n, err := s.MarkSeen(ctx, current.RealmID, current.UserID, body.IDs...)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, struct {
		Marked int `json:"marked"`
	}{n})
}

func (s *Service) meDismiss(c *gin.Context) error {
	if !id.Valid(c.Param("id")) {
		return ErrNotFound
	}
	ctx := c.Request.Context()
	current := session.From(ctx)
	if err := s.Dismiss(ctx, current.RealmID, current.UserID, c.Param("id")); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}

// preference is a topic as a program reads it.
type preference struct {
	Topic    string              `json:"topic"`
	Channels map[Channel]setting `json:"channels"`
}

// setting says whether a channel is used, and whether the person has a say.
type setting struct {
	Enabled bool `json:"enabled"`
	Fixed   bool `json:"fixed"`
}

func preferenceOf(t Topic, w Wishes) preference {
	p := preference{t.Slug, map[Channel]setting{}}
	for _, c := range channels() {
		if t.Offers(c) {
			p.Channels[c] = setting{w.On(t, c), t.Fixed(c)}
		}
	}
	return p
}

func (s *Service) mePreferences(c *gin.Context) error {
	ctx := c.Request.Context()
	current := session.From(ctx)
	wishes, err := s.Wishes(ctx, current.RealmID, current.UserID)
	if err != nil {
		return err
	}
	answer := struct {
		Items []preference `json:"items"`
	}{}
	for _, t := range Topics() {
		answer.Items = append(answer.Items, preferenceOf(t, wishes))
	}
	return web.JSON(c, http.StatusOK, answer)
}

// meChoose switches channels of one topic; those that are not named stay.
func (s *Service) meChoose(c *gin.Context) error {
	topic, ok := FindTopic(c.Param("topic"))
	if !ok {
		return ErrTopicUnknown
	}
	var body struct {
		Account *bool `json:"account"`
		Email   *bool `json:"email"`
		SMS     *bool `json:"sms"`
	}
	if err := web.Body(c, &body); err != nil {
		return err
	}
	wishes := Wishes{}
	for channel, on := range map[Channel]*bool{Account: body.Account, Mail: body.Email, SMS: body.SMS} {
		if on != nil {
			wishes[Wish{topic.Slug, channel}] = *on
		}
	}
	ctx := c.Request.Context()
	current := session.From(ctx)
	if err := s.Choose(ctx, current.RealmID, current.UserID, wishes); err != nil {
		return err
	}
	now, err := s.Wishes(ctx, current.RealmID, current.UserID)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, preferenceOf(topic, now))
}
