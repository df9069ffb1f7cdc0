package preference

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"authserver/identity/session"
	"authserver/internal/fault"
	"authserver/internal/id"
	"authserver/internal/web"
	"authserver/templates"
	"authserver/tenant/realm"
)

var errGranted = fault.New(fault.Invalid, "granted_missing", "Say whether it is allowed: true or false.").At("granted")

// The page of the account.
const page = "/privacy/choices"

// Mount adds the page of the account, and the same for programs.
func (s *Service) Mount(m *web.Mux) {
	m.Account.GET(page, s.show)
	m.Account.POST(page, s.save)
	m.Account.GET(page+"/:id/receipt", s.receipt)
	m.Me.GET("/consents", s.meList)
	m.Me.Handle(http.MethodPut, "/consents/:purpose", s.meChoose)
	m.Me.GET("/consents/:purpose", s.meRead)
}

func (s *Service) show(c *gin.Context) error {
	ctx := c.Request.Context()
	current := session.From(ctx)
	choices, err := s.Of(ctx, realm.From(ctx), current.UserID)
	if err != nil {
		return err
	}
	past, err := s.History(ctx, current.RealmID, current.UserID)
	if err != nil {
		return err
	}
	p := &templates.AccountChoices{AccountFrame: templates.AccountFrame{Section: "privacy", Sub: true}}
	for _, one := range choices {
		p.Choices = append(p.Choices, templates.PurposeChoice{Purpose: one.Purpose, Granted: one.Granted})
	}
	for _, one := range past {
		p.History = append(p.History, templates.PastChoice{ID: one.ID, Purpose: one.Purpose, Granted: one.Granted, At: one.ChosenAt})
	}
	return web.Page(c, http.StatusOK, p)
}

// save takes the form: a box that is not ticked forbids what was allowed before.
func (s *Service) save(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	in := realm.From(ctx)
	granted := map[string]bool{}
	for _, purpose := range in.Policy.Purposes {
		granted[purpose] = form.Get("purpose_"+purpose) != ""
	}
	if err := s.Choose(ctx, in, session.From(ctx).UserID, ChannelAccount, granted); err != nil {
		return err
	}
	return web.Redirect(c, web.AccountURL(ctx, page, "choices_saved"))
}

func (s *Service) receipt(c *gin.Context) error {
	if !id.Valid(c.Param("id")) {
		return ErrNotFound
	}
	ctx := c.Request.Context()
	signed, err := s.Receipt(ctx, realm.From(ctx), session.From(ctx).UserID, c.Param("id"))
	if err != nil {
		return err
	}
	c.Header("Content-Disposition", `attachment; filename="consent-receipt.jwt"`)
	c.Data(http.StatusOK, "application/jwt", []byte(signed))
	return nil
}

// chosen is a purpose as programs read it.
type chosen struct {
	Purpose  string     `json:"purpose"`
	Granted  bool       `json:"granted"`
	ChosenAt *time.Time `json:"chosen_at,omitempty"`
	Receipt  string     `json:"receipt,omitempty"`
}

func (c Choice) shown() chosen {
	e := chosen{Purpose: c.Purpose, Granted: c.Granted}
	if c.ID != "" {
		e.ChosenAt = &c.ChosenAt
	}
	return e
}

func (s *Service) meList(c *gin.Context) error {
	ctx := c.Request.Context()
	choices, err := s.Of(ctx, realm.From(ctx), session.From(ctx).UserID)
	if err != nil {
		return err
	}
	answer := struct {
		Items []chosen `json:"items"`
	}{[]chosen{}}
	for _, one := range choices {
		answer.Items = append(answer.Items, one.shown())
	}
	return web.JSON(c, http.StatusOK, answer)
}

func (s *Service) meChoose(c *gin.Context) error {
	var body struct {
		Granted *bool `json:"granted"`
	}
	if err := web.Body(c, &body); err != nil {
		return err
	}
	if body.Granted == nil {
		return errGranted
	}
	ctx := c.Request.Context()
	if err := s.Choose(ctx, realm.From(ctx), session.From(ctx).UserID, ChannelAPI, map[string]bool{c.Param("purpose"): *body.Granted}); err != nil {
		return err
	}
	return s.meRead(c)
}

// meRead answers with one purpose and the receipt of the choice.
func (s *Service) meRead(c *gin.Context) error {
	ctx := c.Request.Context()
	in, userID := realm.From(ctx), session.From(ctx).UserID
	choices, err := s.Of(ctx, in, userID)
	if err != nil {
		return err
	}
	for _, one := range choices {
		if one.Purpose != c.Param("purpose") {
			continue
		}
		answer := one.shown()
		if one.ID != "" {
			if answer.Receipt, err = s.Receipt(ctx, in, userID, one.ID); err != nil {
				return err
			}
		}
		return web.JSON(c, http.StatusOK, answer)
	}
	return ErrPurposeUnknown
}
