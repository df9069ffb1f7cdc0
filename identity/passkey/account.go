package passkey

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"authserver/identity/session"
	"authserver/internal/event"
	"authserver/internal/fault"
	"authserver/internal/web"
	"authserver/templates"
	"authserver/tenant/realm"
)

// path is where the pages stand below the account, and the rest below me.
const path = "/passkeys"

// recoveryCodes is where the account shows those that came with a first factor; the page
// is identity/mfa's.
const recoveryCodes = "/recovery-codes"

func (s *Service) mountAccount(m *web.Group) {
	m.GET(path, s.showList)
	m.GET(path+"/:id", s.showOne)
	m.POST(path+"/:id", s.renameOne)
	fresh := m.Fresh()
	fresh.GET(path+"/new", s.showNew)
	fresh.POST(path+"/new", s.addNew)
	fresh.POST(path+"/new"+options, s.askNew)
	fresh.GET(path+"/:id/remove", s.showRemove)
	fresh.POST(path+"/:id/remove", s.removeOne)
}

// mine is a request for the person's own things.
type mine struct {
	*gin.Context
	realm   *realm.Realm
	session *session.Session
}

func of(c *gin.Context) *mine {
	ctx := c.Request.Context()
	m := &mine{c, realm.From(ctx), session.From(ctx)}
	c.Request = c.Request.WithContext(event.Acting(ctx, event.User, m.session.UserID, ""))
	return m
}

func frame(faults ...*fault.Fault) templates.AccountFrame {
	return templates.AccountFrame{Section: "security", Sub: true, Frame: templates.Frame{Problems: problems(faults)}}
}

func item(p *Passkey) templates.PasskeyItem {
	return templates.PasskeyItem{
		Path: path + "/" + p.ID, Title: p.Title(), Synced: p.BackupEligible, Verifies: p.UserVerified,
		Suspected: !p.CloneWarning.IsZero(), AddedAt: p.CreatedAt, UsedAt: p.LastUsedAt,
	}
}

func (s *Service) showList(c *gin.Context) error {
	m := of(c)
	ctx := c.Request.Context()
	all, err := s.List(ctx, m.realm.ID, m.session.UserID)
	if err != nil {
		return err
	}
	page := &templates.AccountPasskeys{AccountFrame: frame(), Full: len(all) >= Max}
	for _, p := range all {
		page.Passkeys = append(page.Passkeys, item(p))
	}
	handle, err := s.Handle(ctx, m.realm.ID, m.session.UserID)
	if err != nil {
		return err
	}
	if handle != nil {
		ids, err := json.Marshal(credentialIDs(all))
		if err != nil {
			return err
		}
		page.RelyingParty, page.Handle, page.Credentials = s.host(), text(handle), string(ids)
	}
	return web.Page(c, http.StatusOK, page)
}

func text(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func credentialIDs(all []*Passkey) []string {
	ids := make([]string, 0, len(all))
	for _, p := range all {
		ids = append(ids, text(p.CredentialID))
	}
	return ids
}

func (s *Service) showNew(c *gin.Context) error { return s.newPage(c, http.StatusOK, "") }

func (s *Service) askNew(c *gin.Context) error {
	m := of(c)
	o, err := s.RegisterOptions(c.Request.Context(), m.realm, m.session.UserID, m.session.ID)
	return question(c, o, err)
}

func (s *Service) addNew(c *gin.Context) error {
	m := of(c)
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	ctx, name := c.Request.Context(), form.Get("label")
	cookie, codes, err := s.AddHere(ctx, m.realm, m.session, []byte(form.Get(credential)), name)
	if wrong, ok := isFault(err); ok {
		return s.newPage(c, http.StatusUnprocessableEntity, name, wrong)
	}
	if err != nil {
		return err
	}
	session.Keep(c, cookie)
	if codes {
		return web.Redirect(c, web.AccountURL(ctx, recoveryCodes, "passkey_added"))
	}
	return web.Redirect(c, web.AccountURL(ctx, path, "passkey_added"))
}

func (s *Service) newPage(c *gin.Context, status int, name string, faults ...*fault.Fault) error {
	page := &templates.AccountPasskeyNew{AccountFrame: frame(faults...), Label: name}
	page.PostTo("/account" + path + "/new")
	return web.Page(c, status, page)
}

// one is the passkey that the address names.
func (s *Service) one(c *gin.Context) (*mine, *Passkey, error) {
	m := of(c)
	p, err := s.Find(c.Request.Context(), m.realm.ID, m.session.UserID, c.Param("id"))
	return m, p, err
}

func (s *Service) showOne(c *gin.Context) error {
	_, p, err := s.one(c)
	if err != nil {
		return err
	}
	return s.onePage(c, p, http.StatusOK, p.Label)
}

func (s *Service) onePage(c *gin.Context, p *Passkey, status int, name string, faults ...*fault.Fault) error {
	return web.Page(c, status, &templates.AccountPasskey{AccountFrame: frame(faults...), Passkey: item(p), Label: name})
}

func (s *Service) renameOne(c *gin.Context) error {
	m, p, err := s.one(c)
	if err != nil {
		return err
	}
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	ctx, name := c.Request.Context(), form.Get("label")
	_, err = s.Rename(ctx, m.realm.ID, m.session.UserID, p.ID, name)
	if errors.Is(err, ErrLabel) {
		return s.onePage(c, p, http.StatusUnprocessableEntity, name, ErrLabel)
	}
	if err != nil {
		return err
	}
	return web.Redirect(c, web.AccountURL(ctx, path, "passkey_renamed"))
}

func (s *Service) showRemove(c *gin.Context) error {
	_, p, err := s.one(c)
	if err != nil {
		return err
	}
	return s.removePage(c, p, http.StatusOK)
}

func (s *Service) removePage(c *gin.Context, p *Passkey, status int, faults ...*fault.Fault) error {
	return web.Page(c, status, &templates.AccountPasskeyRemove{AccountFrame: frame(faults...), Passkey: item(p)})
}

func (s *Service) removeOne(c *gin.Context) error {
	m, p, err := s.one(c)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	err = s.Revoke(ctx, m.realm, m.session.UserID, p.ID, m.session.ID)
	for _, kept := range []*fault.Fault{ErrLastFactor, ErrLastWayIn} {
		if errors.Is(err, kept) {
			return s.removePage(c, p, http.StatusUnprocessableEntity, kept)
		}
	}
	if err != nil {
		return err
	}
	return web.Redirect(c, web.AccountURL(ctx, path, "passkey_removed"))
}
