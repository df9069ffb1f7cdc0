package inapp

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"authserver/internal/database"
	"authserver/internal/fault"
	"authserver/internal/rest"
	"authserver/templates"
	"authserver/tenant/realm"
)

func (s *Service) mountTemplates(a *rest.API) {
	const one = "/notification-templates/{slug}/{language}"
	words := []*fault.Fault{ErrInvalid, ErrLanguageUnknown, ErrPlaceholder, ErrLink}
	rest.Handle(a, rest.Operation{
		ID: "listNotificationKinds", Method: http.MethodGet, Path: "/notification-kinds", Tag: tag, Permission: "notifications.read",
		Summary: "List what the house tells people", Description: "With the topic by which people choose, and the placeholders that a realm's own words may use.",
	}, s.adminKinds)
	rest.Handle(a, rest.Operation{
		ID: "listNotificationTemplates", Method: http.MethodGet, Path: "/notification-templates", Tag: tag, Permission: "notifications.read",
		Summary: "List the realm's own words",
	}, s.adminTemplates)
	rest.Handle(a, rest.Operation{
		ID: "getNotificationTemplate", Method: http.MethodGet, Path: one, Tag: tag, Permission: "notifications.read",
		Summary: "Show the realm's own words", Faults: []*fault.Fault{ErrTemplateNotFound},
	}, s.adminTemplate)
	rest.Handle(a, rest.Operation{
		ID: "putNotificationTemplate", Method: http.MethodPut, Path: one, Tag: tag, Permission: "notifications.write",
		Summary: "Set the realm's own words",
		Description: "For a kind of the house, instead of the house's words in that language; under any other slug, for what administrators send. " +
			"Plain text with placeholders such as {{.name}}; nothing else is evaluated.",
		Faults: words,
	}, s.adminPutTemplate)
	rest.Handle(a, rest.Operation{
		ID: "deleteNotificationTemplate", Method: http.MethodDelete, Path: one, Tag: tag, Permission: "notifications.write",
		Summary: "Forget the realm's own words", Description: "What was said with them stays as it was said.", Faults: []*fault.Fault{ErrTemplateNotFound},
	}, s.adminDeleteTemplate)
	rest.Handle(a, rest.Operation{
		ID: "previewNotificationTemplate", Method: http.MethodPost, Path: one + "/preview", Tag: tag, Permission: "notifications.read",
		Summary:     "Fill words with values",
		Description: "Those of the body, which are not stored; without a title, those that the realm has, or the house's.",
		Faults:      append(words, ErrTemplateNotFound),
	}, s.adminPreview)
}

// noticeKindView is a kind of the house.
type noticeKindView struct {
	Kind         string   `json:"kind"`
	Topic        string   `json:"topic"`
	Icon         string   `json:"icon"`
	Link         string   `json:"link,omitempty"`
	Priority     string   `json:"priority" enum:"normal,high"`
	Security     bool     `json:"security" doc:"People cannot switch it off."`
	Placeholders []string `json:"placeholders" nullable:"false"`
}

type listKinds struct{ rest.Page }

func (s *Service) adminKinds(_ context.Context, in *listKinds) (*rest.List[noticeKindView], error) {
	all, next := Kinds(), ""
	for i, k := range all {
		if k.Slug == in.After() {
			all = all[i+1:]
			break
		}
	}
	if len(all) > in.Limit {
		all = all[:in.Limit]
		next = all[in.Limit-1].Slug
	}
	views := make([]noticeKindView, 0, len(all))
	for _, k := range all {
		t, _ := FindTopic(k.Topic)
		v := noticeKindView{Kind: k.Slug, Topic: k.Topic, Icon: k.Icon, Link: k.Link, Priority: string(Normal), Security: t.Security, Placeholders: append(everyKind(), placeholdersOf()...)}
		if k.Urgent {
			v.Priority = string(High)
		}
		views = append(views, v)
	}
	return rest.ListOf(views, next), nil
}

// noticeTemplateView are a realm's own words.
type noticeTemplateView struct {
	Slug         string    `json:"slug"`
	Language     string    `json:"language"`
	Title        string    `json:"title"`
	Body         string    `json:"body,omitempty"`
	Icon         string    `json:"icon,omitempty"`
	Link         string    `json:"link,omitempty"`
	Placeholders []string  `json:"placeholders" nullable:"false" doc:"The values that the words use."`
	Version      int64     `json:"version"`
	CreatedAt    time.Time `json:"created_at"`
	UpdatedAt    time.Time `json:"updated_at"`
}

func (t Template) view() noticeTemplateView {
	return noticeTemplateView{
		Slug: t.Slug, Language: t.Language, Title: t.Title, Body: t.Body, Icon: t.Icon, Link: t.Link, Placeholders: append([]string{}, t.placeholders()...),
		Version: t.Version, CreatedAt: t.CreatedAt, UpdatedAt: t.UpdatedAt,
	}
}

type listNoticeTemplates struct{ rest.Page }

func (s *Service) adminTemplates(ctx context.Context, in *listNoticeTemplates) (*rest.List[noticeTemplateView], error) {
	all, err := s.templatesOf(ctx, realm.From(ctx).ID, "")
	if err != nil {
		return nil, err
	}
	views, next := []noticeTemplateView{}, ""
	for _, t := range all {
		position := t.Slug + " " + t.Language
		if strings.Compare(position, in.After()) <= 0 {
			continue
		}
		if len(views) == in.Limit {
			next = views[in.Limit-1].Slug + " " + views[in.Limit-1].Language
			break
		}
		views = append(views, t.view())
	}
	return rest.ListOf(views, next), nil
}

type noticeTemplateID struct {
	Slug     string `path:"slug" maxLength:"63" doc:"A kind of the house, or a name of the realm's own."`
	Language string `path:"language" maxLength:"20" doc:"BCP 47 tag."`
}

type oneNoticeTemplate struct {
	ETag string `header:"ETag"`
	Body noticeTemplateView
}

func (s *Service) adminTemplate(ctx context.Context, in *noticeTemplateID) (*oneNoticeTemplate, error) {
	t, err := s.findTemplate(ctx, realm.From(ctx).ID, in.Slug, in.Language)
	if errors.Is(err, database.ErrNotFound) {
		return nil, ErrTemplateNotFound
	}
	if err != nil {
		return nil, err
	}
	return &oneNoticeTemplate{rest.ETag(t.Version), t.view()}, nil
}

// noticeWords are what an administrator writes.
type noticeWords struct {
	Title string `json:"title" minLength:"1" maxLength:"120"`
	Body  string `json:"body,omitempty" maxLength:"4000"`
	Icon  string `json:"icon,omitempty" maxLength:"63" doc:"Without it, the kind's."`
	Link  string `json:"link,omitempty" maxLength:"1024" doc:"Without it, the kind's. Values are escaped in it."`
}

type putNoticeTemplate struct {
	noticeTemplateID
	rest.Match
	Body noticeWords
}

func (s *Service) adminPutTemplate(ctx context.Context, in *putNoticeTemplate) (*oneNoticeTemplate, error) {
	b := in.Body
	t, err := s.SetTemplate(ctx, realm.From(ctx), Template{Slug: in.Slug, Language: in.Language, Title: b.Title, Body: b.Body, Icon: b.Icon, Link: b.Link}, in.Matches)
	if err != nil {
		return nil, err
	}
	return &oneNoticeTemplate{rest.ETag(t.Version), t.view()}, nil
}

func (s *Service) adminDeleteTemplate(ctx context.Context, in *noticeTemplateID) (*rest.None, error) {
	return &rest.None{}, s.DeleteTemplate(ctx, realm.From(ctx).ID, in.Slug, in.Language)
}

type previewNotice struct {
	noticeTemplateID
	Body struct {
		Title  string            `json:"title,omitempty" maxLength:"120"`
		Body   string            `json:"body,omitempty" maxLength:"4000"`
		Link   string            `json:"link,omitempty" maxLength:"1024"`
		Values map[string]string `json:"values,omitempty"`
	}
}

// noticeSaid is a notification as its recipient would read it.
type noticeSaid struct {
	Title string `json:"title"`
	Body  string `json:"body,omitempty"`
	Link  string `json:"link,omitempty"`
}

type noticePreview struct{ Body noticeSaid }

func (s *Service) adminPreview(ctx context.Context, in *previewNotice) (*noticePreview, error) {
	r := realm.From(ctx)
	values := map[string]string{"realm": r.Name, "name": "Ada", "detail": "Example", "device": "Firefox, Linux", "place": "Hamburg"}
	for name, value := range in.Body.Values {
		values[name] = value
	}
	t := &Template{Slug: in.Slug, Language: in.Language, Title: in.Body.Title, Body: in.Body.Body, Link: in.Body.Link}
	if t.Title != "" {
		if err := s.prepare(ctx, r, t); err != nil {
			return nil, err
		}
	} else if own, err := s.wordsFor(ctx, r, in.Slug, in.Language); err != nil {
		return nil, err
	} else if own != nil {
		t = own
	} else if k, house := FindKind(in.Slug); house {
		title, body := templates.NoticeWords(in.Language, k.Slug, k.Advice, values["detail"])
		return &noticePreview{noticeSaid{title, body, k.Link}}, nil
	} else {
		return nil, ErrTemplateNotFound
	}
	title, body, link := t.fill(values)
	return &noticePreview{noticeSaid{title, body, link}}, nil
}
