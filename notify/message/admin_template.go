package message

import (
	"context"
	"net/http"
	"slices"
	"time"

	"authserver/internal/fault"
	"authserver/internal/letter"
	"authserver/internal/rest"
	"authserver/templates"
	"authserver/tenant/realm"
)

// kindView is a kind of letter, and in which languages a realm has words of its own.
type kindView struct {
	Kind         string         `json:"kind"`
	Channel      string         `json:"channel" enum:"email,sms"`
	Essential    bool           `json:"essential" doc:"Sent also to those who unsubscribed."`
	Placeholders []string       `json:"placeholders" nullable:"false" doc:"The values that a letter of this kind brings."`
	Languages    []languageView `json:"languages" nullable:"false"`
}

type languageView struct {
	Language   string     `json:"language"`
	Overridden bool       `json:"overridden" doc:"The realm has words of its own."`
	UpdatedAt  *time.Time `json:"updated_at,omitempty"`
}

// templateView are a realm's own words.
type templateView struct {
	Kind        string    `json:"kind"`
	Language    string    `json:"language"`
	Subject     string    `json:"subject,omitempty"`
	HTML        string    `json:"html,omitempty" doc:"As it was made safe when it was stored."`
	Text        string    `json:"text"`
	Description string    `json:"description,omitempty"`
	Version     int64     `json:"version"`
	CreatedAt   time.Time `json:"created_at"`
	UpdatedAt   time.Time `json:"updated_at"`
}

func (t Template) view() templateView {
	return templateView{
		Kind: string(t.Kind), Language: t.Language, Subject: t.Subject, HTML: t.HTML, Text: t.Text, Description: t.Description,
		Version: t.Version, CreatedAt: t.CreatedAt, UpdatedAt: t.UpdatedAt,
	}
}

func (s *Service) mountTemplates(a *rest.API) {
	const tag = "Letter templates"
	const one = "/templates/{kind}/{language}"
	words := []*fault.Fault{ErrKindUnknown, ErrLanguageUnknown, ErrTemplateInvalid, ErrPlaceholder, realm.ErrNameInvalid}
	rest.Handle(a, rest.Operation{
		ID: "listTemplates", Method: http.MethodGet, Path: "/templates", Tag: tag, Permission: "templates.read",
		Summary: "List kinds of letters", Description: "With their placeholders, and in which languages the realm has words of its own.",
	}, s.adminListTemplates)
	rest.Handle(a, rest.Operation{
		ID: "getTemplate", Method: http.MethodGet, Path: one, Tag: tag, Permission: "templates.read",
		Summary:     "Show a realm's own words for a letter",
		Description: "Where there are none the house's are used: see them in a preview without a body.",
		Faults:      []*fault.Fault{ErrTemplateNotFound},
	}, s.adminGetTemplate)
	rest.Handle(a, rest.Operation{
		ID: "putTemplate", Method: http.MethodPut, Path: one, Tag: tag, Permission: "templates.write", MaxBody: 256 << 10,
		Summary: "Set a realm's own words for a letter",
		Description: "Plain text and HTML with placeholders such as {{.code}}; nothing else is evaluated. What may not stand in a mail falls out of the HTML. " +
			"Placeholders that are not known, are missing or stand where they may not are refused with their place.",
		Faults: words,
	}, s.adminPutTemplate)
	rest.Handle(a, rest.Operation{
		ID: "deleteTemplate", Method: http.MethodDelete, Path: one, Tag: tag, Permission: "templates.write",
		Summary: "Use the house's words again", Faults: []*fault.Fault{ErrTemplateNotFound},
	}, s.adminDeleteTemplate)
	rest.Handle(a, rest.Operation{
		ID: "previewTemplate", Method: http.MethodPost, Path: one + "/preview", Tag: tag, Permission: "templates.read", MaxBody: 256 << 10,
		Summary:     "Write a letter with sample values",
		Description: "From the words in the body, which are not stored; without any, as it would be sent now.",
		Faults:      words,
	}, s.adminPreview)
}

type listTemplates struct{ rest.Page }

func (s *Service) adminListTemplates(ctx context.Context, in *listTemplates) (*rest.List[kindView], error) {
	own, err := s.Templates(ctx, realm.From(ctx).ID)
	if err != nil {
		return nil, err
	}
	kinds := letter.Kinds()
	if after := in.After(); after != "" {
		kinds = kinds[slices.IndexFunc(kinds, func(k letter.Spec) bool { return string(k.Kind) == after })+1:]
	}
	next := ""
	if len(kinds) > in.Limit {
		kinds = kinds[:in.Limit]
		next = string(kinds[in.Limit-1].Kind)
	}
	views := make([]kindView, 0, len(kinds))
	for _, k := range kinds {
		v := kindView{Kind: string(k.Kind), Channel: string(k.Channel), Essential: k.Essential, Placeholders: append([]string{}, k.Data...)}
		for _, language := range templates.Languages() {
			l := languageView{Language: language}
			if i := slices.IndexFunc(own, func(t Template) bool { return t.Kind == k.Kind && t.Language == language }); i >= 0 {
				l.Overridden, l.UpdatedAt = true, &own[i].UpdatedAt
			}
			v.Languages = append(v.Languages, l)
		}
		views = append(views, v)
	}
	return rest.ListOf(views, next), nil
}

type templateID struct {
	Kind     string `path:"kind" maxLength:"50" doc:"The kind of letter."`
	Language string `path:"language" maxLength:"20" doc:"BCP 47 tag."`
}

type oneTemplate struct {
	ETag string `header:"ETag"`
	Body templateView
}

func (s *Service) adminGetTemplate(ctx context.Context, in *templateID) (*oneTemplate, error) {
	t, err := s.FindTemplate(ctx, realm.From(ctx).ID, letter.Kind(in.Kind), in.Language)
	if err != nil {
		return nil, err
	}
	return &oneTemplate{rest.ETag(t.Version), t.view()}, nil
}

// words are what an administrator writes.
type words struct {
	Subject string `json:"subject,omitempty" maxLength:"200" doc:"Of a mail."`
	HTML    string `json:"html,omitempty" maxLength:"65536" doc:"Of a mail."`
	Text    string `json:"text,omitempty" maxLength:"16384" doc:"Of a mail, where it is made of the HTML when left out; or the SMS."`
}

// described are words with a note about them.
type described struct {
	Subject     string `json:"subject,omitempty" maxLength:"200" doc:"Of a mail."`
	HTML        string `json:"html,omitempty" maxLength:"65536" doc:"Of a mail."`
	Text        string `json:"text,omitempty" maxLength:"16384" doc:"Of a mail, where it is made of the HTML when left out; or the SMS."`
	Description string `json:"description,omitempty" maxLength:"500" doc:"For those who administer."`
}

type putTemplate struct {
	templateID
	rest.Match
	Body described
}

func (s *Service) adminPutTemplate(ctx context.Context, in *putTemplate) (*oneTemplate, error) {
	t := words{in.Body.Subject, in.Body.HTML, in.Body.Text}.template(in.templateID)
	t.Description = in.Body.Description
	stored, err := s.ReplaceTemplate(ctx, realm.From(ctx).ID, t, in.Matches)
	if err != nil {
		return nil, err
	}
	return &oneTemplate{rest.ETag(stored.Version), stored.view()}, nil
}

func (w words) template(of templateID) Template {
	return Template{Kind: letter.Kind(of.Kind), Language: of.Language, Subject: w.Subject, HTML: w.HTML, Text: w.Text}
}

func (s *Service) adminDeleteTemplate(ctx context.Context, in *templateID) (*rest.None, error) {
	return &rest.None{}, s.DeleteTemplate(ctx, realm.From(ctx).ID, letter.Kind(in.Kind), in.Language)
}

type previewTemplate struct {
	templateID
	Body words
}

// written is a letter as its recipient would read it.
type written struct {
	Subject string `json:"subject,omitempty"`
	Text    string `json:"text"`
	HTML    string `json:"html,omitempty"`
}

type previewed struct{ Body written }

func (s *Service) adminPreview(ctx context.Context, in *previewTemplate) (*previewed, error) {
	var draft *Template
	if in.Body != (words{}) {
		t := in.Body.template(in.templateID)
		draft = &t
	}
	w, err := s.Preview(ctx, realm.From(ctx), letter.Kind(in.Kind), in.Language, draft)
	return &previewed{written{w.Subject, w.Text, w.HTML}}, err
}
