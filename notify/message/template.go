package message

import (
	"context"
	"errors"
	"html"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/k3a/html2text"

	"authserver/internal/database"
	"authserver/internal/fault"
	"authserver/internal/letter"
	"authserver/templates"
	"authserver/tenant/realm"
)

// Faults of a realm's own words.
var (
	ErrTemplateNotFound = fault.New(fault.NotFound, "letter_template_not_found", "The realm has no words of its own for this letter and language.")
	ErrKindUnknown      = fault.New(fault.Invalid, "letter_kind_unknown", "There is no such kind of letter.").At("kind")
	ErrLanguageUnknown  = fault.New(fault.Invalid, "letter_language_unknown", "Letters are not written in that language.").At("language")
	ErrTemplateInvalid  = fault.New(fault.Invalid, "letter_template_invalid", "That cannot be a letter.")
	ErrPlaceholder      = fault.New(fault.Invalid, "letter_placeholder", "A placeholder is not known here, is missing, or stands where it may not.")
)

const (
	subjectMax = 200
	textMax    = 16 << 10
	htmlMax    = 64 << 10
	smsMax     = 480
)

// Template are a realm's own words for a kind of letter in a language. Placeholders
// such as {{.code}} stand for the letter's values; nothing else is ever evaluated.
type Template struct {
	Kind     letter.Kind
	Language string
	// Subject and HTML are empty for an SMS. HTML is made safe when it is stored.
	Subject, HTML string
	// Text is made of HTML when it is left empty.
	Text                 string
	Description          string
	Version              int64
	CreatedAt, UpdatedAt time.Time

	inlined string
}

// SetTemplate stores a realm's own words, in place of those it had.
func (s *Service) SetTemplate(ctx context.Context, realmID string, t Template) (Template, error) {
	if err := t.prepare(); err != nil {
		return Template{}, err
	}
	var stored Template
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.upsertTemplate(ctx, realmID, t, s.now()); err != nil {
			return err
		}
		r, err := s.findTemplate(ctx, realmID, string(t.Kind), t.Language)
		if err != nil {
			return err
		}
		stored = r.template()
		return s.record(ctx, realmID, TemplateSet{Kind: string(t.Kind), Language: t.Language})
	})
	return stored, err
}

// DeleteTemplate has a realm use the house's words again, or is ErrTemplateNotFound.
func (s *Service) DeleteTemplate(ctx context.Context, realmID string, kind letter.Kind, language string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		gone, err := s.removeTemplate(ctx, realmID, string(kind), language)
		if err != nil {
			return err
		}
		if !gone {
			return ErrTemplateNotFound
		}
		return s.record(ctx, realmID, TemplateDeleted{Kind: string(kind), Language: language})
	})
}

// Templates are all words that a realm has of its own.
func (s *Service) Templates(ctx context.Context, realmID string) ([]Template, error) {
	rows, err := s.listTemplates(ctx, realmID)
	if err != nil {
		return nil, err
	}
	list := make([]Template, 0, len(rows))
	for _, r := range rows {
		list = append(list, r.template())
	}
	return list, nil
}

// Preview writes a letter with sample values: with the draft if there is one, else as
// it would be sent now.
func (s *Service) Preview(ctx context.Context, in *realm.Realm, kind letter.Kind, language string, draft *Template) (templates.Written, error) {
	spec, ok := letter.Find(kind)
	if !ok {
		return templates.Written{}, ErrKindUnknown
	}
	if !slices.Contains(templates.Languages(), language) {
		return templates.Written{}, ErrLanguageUnknown
	}
	l := templates.Sample(string(kind), language, Brand(in), !spec.Essential)
	if draft != nil {
		t := *draft
		t.Kind, t.Language = kind, language
		if err := t.prepare(); err != nil {
			return templates.Written{}, err
		}
		return t.fill(l), nil
	}
	if spec.Channel == letter.SMS {
		text, err := s.writeText(ctx, in.ID, l)
		return templates.Written{Text: text}, err
	}
	return s.write(ctx, in.ID, l)
}

// template returns the realm's own words, nil when it has none.
func (s *Service) template(ctx context.Context, realmID, kind, language string) (*Template, error) {
	r, err := s.findTemplate(ctx, realmID, kind, language)
	if errors.Is(err, database.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	t := r.template()
	return &t, nil
}

// prepare checks what was written and brings it into the form that is stored.
func (t *Template) prepare() error {
	spec, ok := letter.Find(t.Kind)
	if !ok {
		return ErrKindUnknown
	}
	if !slices.Contains(templates.Languages(), t.Language) {
		return ErrLanguageUnknown
	}
	if description, err := realm.Sentence("description", t.Description); err == nil {
		t.Description = description
	} else {
		return err
	}
	if spec.Channel == letter.SMS {
		return t.prepareText(spec)
	}
	return t.prepareMail(spec)
}

func (t *Template) prepareText(spec letter.Spec) error {
	if t.Subject != "" || t.HTML != "" {
		return ErrTemplateInvalid.At("html").Say("An SMS has a text and nothing else.")
	}
	if !readable(t.Text, smsMax) {
		return ErrTemplateInvalid.At("text").Say("The text of an SMS has 1 to 480 characters.")
	}
	return checkPlaceholders("text", t.Text, t.Text, spec)
}

func (t *Template) prepareMail(spec letter.Spec) error {
	t.Subject = strings.TrimSpace(t.Subject)
	if !readable(t.Subject, subjectMax) || strings.ContainsAny(t.Subject, "\r\n") {
		return ErrTemplateInvalid.At("subject").Say("The subject is one line of 1 to 200 characters.")
	}
	for _, name := range placeholders(t.Subject) {
		// A subject is shown on locked screens and kept in logs.
		if open := openIn(spec); !slices.Contains(open, name) {
			return ErrPlaceholder.At("subject").Say("{{." + name + "}}" + place(t.Subject, name) + " may not stand in the subject.")
		}
	}
	if !wellFormed(t.Subject) {
		return ErrPlaceholder.At("subject").Say("A placeholder is written {{.name}}" + malformed(t.Subject) + ".")
	}
	if len(t.HTML) > htmlMax || !readable(t.HTML, htmlMax) {
		return ErrTemplateInvalid.At("html").Say("The HTML is missing or larger than 64 KiB.")
	}
	written := t.HTML
	safe, err := sanitise(written, linksOf(spec))
	if err != nil {
		return err
	}
	t.HTML = safe
	if err := checkPlaceholders("html", t.HTML, written, spec); err != nil {
		return err
	}
	if strings.TrimSpace(t.Text) == "" {
		t.Text = html2text.HTML2Text(t.HTML)
	}
	if !readable(t.Text, textMax) {
		return ErrTemplateInvalid.At("text").Say("The text is larger than 16 KiB.")
	}
	if err := checkPlaceholders("text", t.Text, t.Text, spec); err != nil {
		return err
	}
	t.inlined, err = inline(t.HTML, linksOf(spec))
	return err
}

func readable(s string, most int) bool {
	return strings.TrimSpace(s) != "" && len(s) <= 4*most && utf8.ValidString(s) && utf8.RuneCountInString(s) <= most && !strings.ContainsRune(s, 0)
}

// placeholder is the only thing in a template that is not plain text.
var placeholder = regexp.MustCompile(`\{\{\s*\.([a-z_]+)\s*\}\}`)

func placeholders(s string) []string {
	var names []string
	for _, m := range placeholder.FindAllStringSubmatch(s, -1) {
		names = append(names, m[1])
	}
	return names
}

// wellFormed tells that nothing but placeholders looks like one.
func wellFormed(s string) bool {
	rest := placeholder.ReplaceAllString(s, "")
	return !strings.Contains(rest, "{{") && !strings.Contains(rest, "}}")
}

// openIn are the placeholders of a kind that open nothing.
func openIn(spec letter.Spec) []string {
	names := []string{"realm", "app", "name", "time"}
	for _, name := range spec.Data {
		if name != "code" && !strings.HasSuffix(name, "link") {
			names = append(names, name)
		}
	}
	return names
}

// linksOf are the placeholders of a kind that are addresses.
func linksOf(spec letter.Spec) []string {
	var names []string
	for _, name := range spec.Data {
		if strings.HasSuffix(name, "link") {
			names = append(names, name)
		}
	}
	if !spec.Essential {
		names = append(names, "unsubscribe_link")
	}
	return names
}

// checkPlaceholders refuses names that the kind does not have, and a letter that lacks
// what it is written for. Of a code and a link one is enough; how long they hold may
// be left out. Written is s as its author knows it, in which places are named.
func checkPlaceholders(field, s, written string, spec letter.Spec) error {
	if !wellFormed(s) {
		return ErrPlaceholder.At(field).Say("A placeholder is written {{.name}}" + malformed(written) + ".")
	}
	used := placeholders(s)
	known := append([]string{"realm", "app", "name", "ip", "browser", "time", "to"}, spec.Data...)
	known = append(known, linksOf(spec)...)
	for _, name := range used {
		if !slices.Contains(known, name) {
			return ErrPlaceholder.At(field).Say("{{." + name + "}}" + place(written, name) + " is not known in this letter.")
		}
	}
	has := func(name string) bool { return slices.Contains(used, name) }
	needed := spec.Data
	if !spec.Essential {
		needed = append(slices.Clone(needed), "unsubscribe_link")
	}
	for _, name := range needed {
		other := name == "link" && has("code") || name == "code" && has("link")
		if !has(name) && !other && name != "minutes" && name != "days" {
			return ErrPlaceholder.At(field).Say("{{." + name + "}} is missing.")
		}
	}
	return nil
}

// fill puts the letter's values in. Each placeholder is replaced once: what a value
// contains is never looked at.
func (t *Template) fill(l templates.Letter) templates.Written {
	values := l.Placeholders()
	with := func(s string, form func(string) string) string {
		return placeholder.ReplaceAllStringFunc(s, func(m string) string {
			return form(values[placeholder.FindStringSubmatch(m)[1]])
		})
	}
	plain := func(s string) string { return s }
	return templates.Written{
		Subject: with(t.Subject, plain), Text: with(t.Text, plain), HTML: with(t.inlined, html.EscapeString),
	}
}
