package terms

import (
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"authserver/identity/session"
	"authserver/internal/fault"
	"authserver/internal/id"
	"authserver/internal/web"
	"authserver/templates"
	"authserver/tenant/realm"
)

// showLegal lists what is in force, for anybody.
func (s *Service) showLegal(c *gin.Context) error {
	ctx := c.Request.Context()
	all, err := s.Current(ctx, realm.From(ctx).ID)
	if err != nil {
		return err
	}
	p := &templates.Legal{}
	for _, d := range all {
		text, err := s.reading(ctx, d, web.Language(c))
		if err != nil {
			return err
		}
		p.Documents = append(p.Documents, text)
	}
	return web.Page(c, http.StatusOK, p)
}

// showDocument shows the version in force of a kind.
func (s *Service) showDocument(c *gin.Context) error {
	ctx := c.Request.Context()
	d, _, err := s.CurrentOf(ctx, realm.From(ctx).ID, c.Param("kind"))
	if err != nil {
		return err
	}
	text, err := s.reading(ctx, d, web.Language(c))
	if err != nil {
		return err
	}
	return web.Page(c, http.StatusOK, &templates.LegalDocument{Document: text})
}

// showVersion shows a version that is or was in force, which people accepted.
func (s *Service) showVersion(c *gin.Context) error {
	ctx := c.Request.Context()
	if !id.Valid(c.Param("version")) {
		return ErrNotFound
	}
	in := realm.From(ctx)
	d, err := s.findEither(ctx, in.ID, c.Param("version"))
	if err != nil {
		return err
	}
	if d == nil || d.Kind != c.Param("kind") {
		return ErrNotFound
	}
	all, err := s.activationsOf(ctx, d.RealmID, d.Kind)
	if err != nil {
		return err
	}
	if d.place(all, s.now()); d.Status == Draft || d.Status == Scheduled {
		return ErrNotFound // what is not in force yet is nobody's business
	}
	text := d.In(web.Language(c))
	html, err := s.HTML(ctx, d, text)
	if err != nil {
		return err
	}
	return web.Page(c, http.StatusOK, &templates.LegalDocument{Document: templates.LegalText{
		ID: d.ID, Kind: d.Kind, Title: text.Title, Version: d.Version, Since: d.Since, Language: text.Language, HTML: html,
	}})
}

// public is a document in force as programs read it.
type public struct {
	ID       string    `json:"id"`
	Kind     string    `json:"kind"`
	Version  string    `json:"version"`
	Required bool      `json:"required"`
	Since    time.Time `json:"active_since"`
	Language string    `json:"language"`
	// Languages are those that there are; ?language= chooses.
	Languages []string `json:"languages"`
	Title     string   `json:"title"`
	Markdown  string   `json:"markdown"`
	HTML      string   `json:"html"`
	URL       string   `json:"url"`
}

func (s *Service) publicOf(c *gin.Context, d *Document) (public, error) {
	wanted := c.Query("language")
	if wanted == "" {
		wanted = d.Language
	}
	ctx := c.Request.Context()
	text, err := s.reading(ctx, d, wanted)
	if err != nil {
		return public{}, err
	}
	p := public{
		ID: d.ID, Kind: d.Kind, Version: d.Version, Required: d.Required, Since: text.Since, Language: text.Language, Title: text.Title,
		Markdown: d.In(wanted).Markdown, HTML: string(text.HTML), URL: text.URL,
	}
	for _, t := range d.Texts {
		p.Languages = append(p.Languages, t.Language)
	}
	return p, nil
}

// publicOne answers with the version in force of a kind, for anybody, from memory.
func (s *Service) publicOne(c *gin.Context) error {
	ctx := c.Request.Context()
	d, until, err := s.CurrentOf(ctx, realm.From(ctx).ID, c.Param("kind"))
	if err != nil {
		return err
	}
	return s.cached(c, []*Document{d}, until, func() (any, error) { return s.publicOf(c, d) })
}

// publicAll answers with all of them.
func (s *Service) publicAll(c *gin.Context) error {
	ctx := c.Request.Context()
	all, err := s.Current(ctx, realm.From(ctx).ID)
	if err != nil {
		return err
	}
	_, until, err := s.CurrentOf(ctx, realm.From(ctx).ID, TermsOfUse)
	if f, ok := fault.Of(err); err != nil && (!ok || f.Kind != fault.NotFound) {
		return err
	}
	return s.cached(c, all, until, func() (any, error) {
		items := []public{}
		for _, d := range all {
			p, err := s.publicOf(c, d)
			if err != nil {
				return nil, err
			}
			items = append(items, p)
		}
		return struct {
			Items []public `json:"items"`
		}{items}, nil
	})
}

// cached answers with an entity tag of the versions, which others may keep for as long as
// the realm says, and never past the moment in which another comes into force.
func (s *Service) cached(c *gin.Context, of []*Document, until time.Time, body func() (any, error)) error {
	var names strings.Builder
	for _, d := range of {
		names.WriteString(d.ID + ".")
	}
	digest := Text{Title: names.String(), Markdown: c.Query("language")}.Digest()
	etag := `"` + hex.EncodeToString(digest[:12]) + `"`
	age := realm.From(c.Request.Context()).Policy.DocumentMaxAge
	if !until.IsZero() {
		age = max(0, min(age, until.Sub(s.now())))
	}
	h := c.Writer.Header()
	h.Set("Cache-Control", "public, max-age="+strconv.Itoa(int(age/time.Second)))
	h.Set("ETag", etag)
	if match := c.GetHeader("If-None-Match"); match == "*" || strings.Contains(match, etag) {
		c.Status(http.StatusNotModified)
		c.Writer.WriteHeaderNow()
		return nil
	}
	answer, err := body()
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, answer)
}

// showAccepted is the page of the account about what the person accepted.
func (s *Service) showAccepted(c *gin.Context) error {
	ctx := c.Request.Context()
	current := session.From(ctx)
	all, err := s.Acceptances(ctx, current.RealmID, Query{UserID: current.UserID})
	if err != nil {
		return err
	}
	p := &templates.AccountDocuments{AccountFrame: templates.AccountFrame{Section: "privacy", Sub: true}}
	for _, a := range all {
		one := templates.Agreement{
			Title: a.Kind, Version: a.Version, AcceptedAt: a.AcceptedAt,
			URL: "/realms/" + realm.From(ctx).Slug + "/legal/" + a.Kind + "/" + a.DocumentID,
		}
		d, err := s.findEither(ctx, current.RealmID, a.DocumentID)
		if err != nil {
			return err
		}
		if d != nil {
			one.Title = d.In(a.Language).Title
		}
		p.Agreements = append(p.Agreements, one)
	}
	return web.Page(c, http.StatusOK, p)
}

// meDocuments lists what is in force and what the person accepted of it.
func (s *Service) meDocuments(c *gin.Context) error {
	type entry struct {
		ID         string     `json:"id"`
		Kind       string     `json:"kind"`
		Version    string     `json:"version"`
		Title      string     `json:"title"`
		Required   bool       `json:"required"`
		Accepted   bool       `json:"accepted"`
		AcceptedAt *time.Time `json:"accepted_at,omitempty"`
	}
	ctx := c.Request.Context()
	current := session.From(ctx)
	all, err := s.Current(ctx, current.RealmID)
	if err != nil {
		return err
	}
	accepted, err := s.Acceptances(ctx, current.RealmID, Query{UserID: current.UserID})
	if err != nil {
		return err
	}
	answer := struct {
		Items []entry `json:"items"`
	}{[]entry{}}
	for _, d := range all {
		e := entry{ID: d.ID, Kind: d.Kind, Version: d.Version, Title: d.In(web.Language(c)).Title, Required: d.Required}
		for _, a := range accepted {
			if a.DocumentID == d.ID {
				e.Accepted, e.AcceptedAt = true, &a.AcceptedAt
			}
		}
		answer.Items = append(answer.Items, e)
	}
	return web.JSON(c, http.StatusOK, answer)
}

// meAccept accepts documents in force, by their ids.
func (s *Service) meAccept(c *gin.Context) error {
	var body struct {
		Documents []string `json:"document_ids"`
		Language  string   `json:"language,omitempty"`
	}
	if err := web.Body(c, &body); err != nil {
		return err
	}
	if len(body.Documents) == 0 {
		return ErrInvalid.At("document_ids").Say("Name the documents that are accepted.")
	}
	if body.Language == "" {
		body.Language = web.Language(c)
	}
	ctx := c.Request.Context()
	current := session.From(ctx)
	if err := s.Accept(ctx, current.RealmID, current.UserID, "", ChannelAPI, body.Language, body.Documents); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}
