package inapp

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"authserver/identity/user"
	"authserver/internal/database"
	"authserver/internal/device"
	"authserver/internal/fault"
	"authserver/templates"
	"authserver/tenant/realm"
)

// Faults of a realm's own words.
var (
	ErrTemplateNotFound = fault.New(fault.NotFound, "notification_template_not_found", "The realm has no words of its own for that and that language.")
	ErrLanguageUnknown  = fault.New(fault.Invalid, "notification_language_unknown", "Notifications are not written in that language.").At("language")
	ErrPlaceholder      = fault.New(fault.Invalid, "notification_placeholder_invalid", "A placeholder is wrong.")
	ErrValues           = fault.New(fault.Invalid, "notification_values_invalid", "The values are not those that the words need.").At("values")
)

// Template are a realm's own words for a kind and language.
type Template struct {
	Slug, Language       string
	Title, Body          string
	Icon, Link           string // empty: the kind's
	Version              int64
	CreatedAt, UpdatedAt time.Time
}

// valueMost bounds a value that fills a placeholder.
const valueMost = 200

// placeholder is the only thing in a template that is not plain text.
var placeholder = regexp.MustCompile(`\{\{\s*\.([a-z][a-z0-9_]*)\s*\}\}`)

// placeholders are the names that the words use, each once.
func (t *Template) placeholders() []string {
	var names []string
	for _, m := range placeholder.FindAllStringSubmatch(t.Title+"\n"+t.Body+"\n"+t.Link, -1) {
		if !slices.Contains(names, m[1]) {
			names = append(names, m[1])
		}
	}
	return names
}

// everyKind are the values that every notification brings.
func everyKind() []string { return []string{"realm", "name"} }

// prepare checks what was written.
func (s *Service) prepare(ctx context.Context, in *realm.Realm, t *Template) error {
	t.Title = strings.TrimSpace(t.Title)
	switch {
	case !slugForm.MatchString(t.Slug) || t.Slug == Message:
		return ErrInvalid.At("slug").Say("A slug has small letters, digits, - and _, and is not “message”.")
	case !slices.Contains(templates.Languages(), t.Language):
		return ErrLanguageUnknown
	case !said(t.Title, 1, titleMost) || strings.Contains(t.Title, "\n"):
		return ErrInvalid.At("title").Say(fmt.Sprintf("A title is one line of 1 to %d characters.", titleMost))
	case !said(t.Body, 0, in.Policy.NotificationMaxLength):
		return ErrInvalid.At("body").Say(fmt.Sprintf("It has at most %d characters.", in.Policy.NotificationMaxLength))
	case t.Icon != "" && !slugForm.MatchString(t.Icon):
		return ErrInvalid.At("icon").Say("An icon is a name of small letters, digits, - and _.")
	}
	for field, text := range map[string]string{"title": t.Title, "body": t.Body, "link": t.Link} {
		if rest := placeholder.ReplaceAllString(text, ""); strings.Contains(rest, "{{") || strings.Contains(rest, "}}") {
			return ErrPlaceholder.At(field).Say("A placeholder is written {{.name}}.")
		}
	}
	if _, house := FindKind(t.Slug); house {
		for _, name := range t.placeholders() {
			if !slices.Contains(append(everyKind(), placeholdersOf()...), name) {
				return ErrPlaceholder.At("body").Say("{{." + name + "}} is not known in this notification.")
			}
		}
	}
	if t.Link != "" {
		return s.checkLink(ctx, fillLink(t.Link, func(string) string { return "x" }))
	}
	return nil
}

// fill puts the values into the words. Each placeholder is replaced once: what a value
// contains is never looked at.
func (t *Template) fill(values map[string]string) (title, body, link string) {
	value := func(name string) string { return values[name] }
	return fillText(t.Title, value), fillText(t.Body, value), fillLink(t.Link, value)
}

func fillText(text string, value func(string) string) string {
	return placeholder.ReplaceAllStringFunc(text, func(m string) string { return value(placeholder.FindStringSubmatch(m)[1]) })
}

// fillLink is fillText for an address: a value can be part of one, and end none.
func fillLink(link string, value func(string) string) string {
	return placeholder.ReplaceAllStringFunc(link, func(m string) string {
		v := url.QueryEscape(value(placeholder.FindStringSubmatch(m)[1]))
		return strings.NewReplacer("+", "%20", ".", "%2E").Replace(v)
	})
}

// ownWords gives the notification the realm's own words, if there are any.
func (s *Service) ownWords(ctx context.Context, in *realm.Realm, u *user.User, language string, d draft, n *Notification) error {
	t, err := s.wordsFor(ctx, in, d.Kind, language)
	if err != nil || t == nil {
		return err
	}
	values := map[string]string{"realm": in.Name, "name": u.Label(), "detail": d.Data.Detail, "device": device.Name(d.Data.Agent), "place": s.places.Of(d.Data.IP, language)}
	for name, value := range d.Values {
		values[name] = value
	}
	title, body, link := t.fill(values)
	// Values are bounded, words are, and their sum must be as well.
	n.Title, n.Body = cut(title, titleMost), cut(body, in.Policy.NotificationMaxLength)
	if t.Icon != "" && d.Icon == "" {
		n.Icon = t.Icon
	}
	if d.Link == "" && (relative(link) || originOf(link) != "") {
		n.Link = link
	}
	return nil
}

func cut(s string, most int) string {
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return s
}

// wordsFor finds the realm's own words in the language, or of its own kinds in the
// realm's language or whichever there is; nil when it has none.
func (s *Service) wordsFor(ctx context.Context, in *realm.Realm, slug, language string) (*Template, error) {
	all, err := s.templatesOf(ctx, in.ID, slug)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	wanted := []string{language}
	if _, house := FindKind(slug); !house {
		wanted = append(wanted, in.DefaultLanguage, templates.Languages()[0], all[0].Language)
	}
	for _, l := range wanted {
		if i := slices.IndexFunc(all, func(t Template) bool { return t.Language == l }); i >= 0 {
			return &all[i], nil
		}
	}
	return nil, nil
}

// checkWords holds what an administrator says to the rules: words of their own, or a
// template of the realm with every value that it needs.
func (s *Service) checkWords(ctx context.Context, in *realm.Realm, g *Sending) error {
	if g.Kind == "" || g.Kind == Message {
		g.Kind, g.Title = Message, strings.TrimSpace(g.Title)
		switch {
		case !said(g.Title, 1, titleMost) || strings.Contains(g.Title, "\n"):
			return ErrInvalid.At("title").Say(fmt.Sprintf("A title is one line of 1 to %d characters.", titleMost))
		case !said(g.Body, 0, in.Policy.NotificationMaxLength):
			return ErrInvalid.At("body").Say(fmt.Sprintf("It has at most %d characters.", in.Policy.NotificationMaxLength))
		case len(g.Values) > 0:
			return ErrValues.Say("Only a template has values.")
		}
		return nil
	}
	if g.Title != "" || g.Body != "" {
		return ErrInvalid.At("title").Say("Send a template or words of your own, not both.")
	}
	if _, house := FindKind(g.Kind); house {
		return ErrTemplateNotFound.At("template").Say("That kind is written by the house itself.")
	}
	all, err := s.templatesOf(ctx, in.ID, g.Kind)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return ErrTemplateNotFound.At("template")
	}
	needed := everyKind()
	for _, t := range all {
		for _, name := range t.placeholders() {
			if _, given := g.Values[name]; !given && !slices.Contains(everyKind(), name) {
				return ErrValues.Say("The value “" + name + "” is missing.")
			}
			needed = append(needed, name)
		}
	}
	for name, value := range g.Values {
		if !slices.Contains(needed, name) || slices.Contains(everyKind(), name) {
			return ErrValues.Say("No words use the value “" + cut(name, 40) + "”.")
		}
		if !said(value, 0, valueMost) || strings.Contains(value, "\n") {
			return ErrValues.Say(fmt.Sprintf("A value is one line of at most %d characters.", valueMost))
		}
	}
	return nil
}

// SetTemplate stores a realm's own words; matches refuses a version that it is not meant
// for (0: there are none yet).
func (s *Service) SetTemplate(ctx context.Context, in *realm.Realm, t Template, matches func(version int64) error) (Template, error) {
	if err := s.prepare(ctx, in, &t); err != nil {
		return Template{}, err
	}
	var stored *Template
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		before, err := s.findTemplate(ctx, in.ID, t.Slug, t.Language)
		if err != nil && !errors.Is(err, database.ErrNotFound) {
			return err
		}
		if before != nil {
			if err := matches(before.Version); err != nil {
				return err
			}
		} else if err := matches(0); err != nil {
			return err
		}
		if err := s.upsertTemplate(ctx, in.ID, t, s.now()); err != nil {
			return err
		}
		if stored, err = s.findTemplate(ctx, in.ID, t.Slug, t.Language); err != nil {
			return err
		}
		return s.record(ctx, in.ID, "notification_template", t.Slug, TemplateSet{t.Slug, t.Language})
	})
	if err != nil {
		return Template{}, err
	}
	return *stored, nil
}

// DeleteTemplate has a realm use the house's words again, or is ErrTemplateNotFound.
func (s *Service) DeleteTemplate(ctx context.Context, realmID, slug, language string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		had, err := s.removeTemplate(ctx, realmID, slug, language)
		if err != nil {
			return err
		}
		if !had {
			return ErrTemplateNotFound
		}
		return s.record(ctx, realmID, "notification_template", slug, TemplateDeleted{slug, language})
	})
}
