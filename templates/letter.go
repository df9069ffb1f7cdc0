package templates

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"maps"
	"regexp"
	"strconv"
	"strings"
	"sync"
	texttemplate "text/template"
	"time"
	"unicode"
)

//go:embed letter/letter.html letter/letter.txt
var letterFiles embed.FS

// Letter is a letter to a person: what it says, to whom and from whom.
type Letter struct {
	// Kind is one of internal/letter.
	Kind string
	// Language is one of Languages.
	Language string
	Brand    Brand
	To       string
	// Name is what the person is called, App the application in question, Browser and
	// IP where it was asked for; each may be empty.
	Name, App, Browser, IP string
	// At is when it was asked for, told in Zone (nil: UTC).
	At   time.Time
	Zone *time.Location
	// Values are those that only this kind has.
	Values map[string]string
	// Unsubscribe is the address of the page for that; empty for essential letters.
	Unsubscribe string
}

// Written is a letter in words.
type Written struct{ Subject, HTML, Text string }

// Write puts a letter into words, as HTML and as text.
func (l Letter) Write() (Written, error) {
	p, ok := letterPlans()[l.Kind]
	if !ok || p.sms {
		return Written{}, fmt.Errorf("write letter: no mail of kind %q", l.Kind)
	}
	v := l.voice()
	s, err := l.sheet(v, p)
	if err != nil {
		return Written{}, fmt.Errorf("write letter %s: %w", l.Kind, err)
	}
	var html, text bytes.Buffer
	form := letterForms()
	if err := form.html.Execute(&html, s); err != nil {
		return Written{}, fmt.Errorf("write letter %s: %w", l.Kind, err)
	}
	if err := form.text.Execute(&text, s); err != nil {
		return Written{}, fmt.Errorf("write letter %s: %w", l.Kind, err)
	}
	return Written{Subject: s.Subject, HTML: html.String(), Text: text.String()}, nil
}

// WriteText puts a letter that leaves by SMS into words.
func (l Letter) WriteText() (string, error) {
	p := letterPlans()[l.Kind]
	if !p.sms {
		return "", fmt.Errorf("write letter: no SMS of kind %q", l.Kind)
	}
	if p.titled {
		return l.voice().text("letter_"+l.Kind+"_text", "realm", flat(l.Brand.Title()), "title", flat(l.Values["title"]))
	}
	minutes, err := strconv.Atoi(l.Values["minutes"])
	if err != nil {
		return "", fmt.Errorf("write letter %s: minutes: %w", l.Kind, err)
	}
	return l.voice().plural("letter_"+l.Kind+"_text", minutes, "realm", flat(l.Brand.Title()), "code", l.Values["code"])
}

func (l Letter) voice() voice {
	if localizer, ok := speech().localizers[l.Language]; ok {
		return voice{localizer}
	}
	return voice{speech().localizers[fallback]}
}

// letterSheet is a letter ready for its two forms.
type letterSheet struct {
	Language, Dir          string
	Subject, Realm         string
	LogoURL                template.URL
	Greeting, Lead         string
	Code                   string
	Button, Link           string
	SecondButton, Second   string
	Else, Valid, Note      string
	Details                []letterDetail
	Footer, Leave, LeaveAt string
	Colours                letterColours
}

type letterDetail struct{ Name, Value, Line string }

func (l Letter) sheet(v voice, p letterPlan) (letterSheet, error) {
	w := letterWords{voice: v, pairs: l.pairs(v)}
	s := letterSheet{
		Language: l.Language, Dir: direction(l.Language), Realm: flat(l.Brand.Title()),
		Subject: w.say("letter_" + l.Kind + "_subject"), Lead: w.say("letter_" + l.Kind + "_lead"),
		Note: w.say(p.note), Else: w.say("letter_link_else"),
		Footer: w.say("letter_footer"), Colours: l.Brand.Theme.letterColours(),
	}
	if strings.HasPrefix(l.Brand.LogoURL, "https://") { // readers of mail show no data: pictures
		s.LogoURL = template.URL(l.Brand.LogoURL) //nolint:gosec // an address by https, checked when the realm was
	}
	s.Greeting = w.say("letter_greeting")
	if name := plainName(l.Name); name != "" {
		s.Greeting = w.say("letter_greeting_name", "name", name)
	}
	if p.code {
		s.Code = l.Values["code"]
	}
	if p.button != "" {
		s.Button, s.Link = w.say(p.button), l.Values["link"]
	}
	if p.second != "" {
		s.SecondButton, s.Second = w.say(p.second), l.Values["recover_link"]
	}
	if l.Unsubscribe != "" {
		s.Leave, s.LeaveAt = w.say("letter_unsubscribe"), l.Unsubscribe
	}
	s.Valid = w.span(l.Kind, p.span, l.Values)
	s.Details = l.details(&w)
	return s, w.err
}

// pairs are the values as messages use them. What a person or an application chose for
// itself can bring neither lines nor addresses into a letter that others trust.
func (l Letter) pairs(v voice) []any {
	values := maps.Clone(l.Values)
	if values == nil {
		values = map[string]string{}
	}
	if name := values["factor"]; name != "" {
		if known, err := v.text("letter_factor_" + name); err == nil {
			values["factor"] = known
		}
	}
	if date := values["date"]; date != "" {
		values["date"] = v.plainDate(date, l.Zone)
	}
	pairs := []any{"realm", flat(l.Brand.Title()), "to", flat(l.To)}
	for name, value := range values {
		value = flat(value)
		switch name {
		case "passkey", "provider", "application", "factor":
			value = harmless(value)
		}
		pairs = append(pairs, name, value)
	}
	return pairs
}

// details say where and when the letter was asked for, so that a person can tell
// whether it was them.
func (l Letter) details(w *letterWords) []letterDetail {
	var list []letterDetail
	add := func(id, value string) {
		if value != "" {
			label := w.say(id)
			list = append(list, letterDetail{label, value, w.say("letter_detail", "label", label, "value", value)})
		}
	}
	if l.IP == "" && l.Browser == "" {
		return nil // not asked for by anybody at a browser
	}
	add("letter_app", harmless(flat(l.App)))
	add("letter_when", w.voice.plainMoment(l.At, l.Zone))
	add("letter_browser", harmless(flat(l.Browser)))
	add("letter_ip", flat(l.IP))
	return list
}

// letterWords says messages with the letter's values and keeps the first failure.
type letterWords struct {
	voice voice
	pairs []any
	err   error
}

func (w *letterWords) say(id string, more ...any) string {
	if id == "" {
		return ""
	}
	s, err := w.voice.text(id, append(more, w.pairs...)...)
	if err != nil && w.err == nil {
		w.err = err
	}
	return s
}

func (w *letterWords) count(id string, n int) string {
	s, err := w.voice.plural(id, n)
	if err != nil && w.err == nil {
		w.err = err
	}
	return s
}

// span says for how long something holds, in the unit that reads best, or how many of
// it are left.
func (w *letterWords) span(kind, name string, values map[string]string) string {
	n, err := strconv.Atoi(values[name])
	switch {
	case name == "" || err != nil:
		return ""
	case name == "left":
		return w.count("letter_codes_left", n)
	case name == "days":
		return w.count("letter_valid_days", n)
	case kind == "account_locked":
		return w.count("letter_locked_minutes", n)
	case n >= 120 && n%60 == 0:
		return w.count("letter_valid_hours", n/60)
	}
	return w.count("letter_valid_minutes", n)
}

// letterForm is the two forms of every letter.
type letterForm struct {
	html *template.Template
	text *texttemplate.Template
}

var letterForms = sync.OnceValue(func() letterForm {
	return letterForm{
		html: template.Must(template.ParseFS(letterFiles, "letter/letter.html")),
		text: texttemplate.Must(texttemplate.ParseFS(letterFiles, "letter/letter.txt")),
	}
})

// flat is a value on one line, without what changes how a line reads.
func flat(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// linkish finds what readers of mail would turn into a link.
var linkish = regexp.MustCompile(`\.(\pL)`)

// harmless is a value of somebody's own choice in which nothing becomes a link
// (GHSA for Zitadel, CVE-2024-41953: names that were letters of their own).
func harmless(s string) string {
	s = linkish.ReplaceAllString(strings.ReplaceAll(s, "://", ": //"), ". $1")
	if runes := []rune(s); len(runes) > 80 {
		s = string(runes[:80]) + "…"
	}
	return s
}

// plainName is the name to greet with, or "" for one that is none: whoever signs
// somebody else up chooses it, and would have us send them their advertisement.
func plainName(s string) string {
	s = flat(s)
	if s != harmless(s) || strings.ContainsAny(s, "@/<>{}") || len([]rune(s)) > 60 {
		return ""
	}
	return s
}

// Placeholders are all values that a realm's own words may use for the letter, in the
// form in which they may stand in plain text.
func (l Letter) Placeholders() map[string]string {
	v := l.voice()
	values := map[string]string{
		"name": plainName(l.Name), "app": harmless(flat(l.App)), "ip": flat(l.IP), "browser": harmless(flat(l.Browser)),
		"time": v.plainMoment(l.At, l.Zone), "unsubscribe_link": l.Unsubscribe,
	}
	pairs := l.pairs(v)
	for i := 0; i < len(pairs); i += 2 {
		values[pairs[i].(string)] = pairs[i+1].(string)
	}
	return values
}
