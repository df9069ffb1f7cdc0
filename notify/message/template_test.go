package message_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"authserver/internal/event/eventtest"
	"authserver/internal/fault"
	"authserver/internal/letter"
	"authserver/notify/message"
	"authserver/templates"

	"github.com/PuerkitoBio/goquery"
)

// own are a realm's own words for a letter with a code.
func own() message.Template {
	return message.Template{
		Kind: letter.Recover, Language: "en", Subject: "A new password at {{.realm}}",
		HTML: `<html><head><style>.big { font-size: 30px } @media (max-width: 400px) { .big { font-size: 20px } }</style></head>
<body><p>Hi {{.name}},</p><p class="big">{{.code}}</p><p><a href="{{.link}}">Go on</a> ({{.minutes}} min)</p></body></html>`,
		Text: "Hi {{.name}},\n{{.code}} or {{.link}}\n",
	}
}

func set(t *testing.T, h *house, tpl message.Template) message.Template {
	t.Helper()
	stored, err := h.letters.SetTemplate(h.Context, h.Realm.ID, tpl)
	if err != nil {
		t.Fatal(err)
	}
	return stored
}

func TestRealmSpeaksItsOwnWords(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if got := set(t, h, own()); got.Version != 1 || !got.CreatedAt.Equal(h.Clock.Now()) {
		t.Errorf("stored %+v", got)
	}
	h.send(t, h.code("ann@example.com"))
	h.drain(t)
	m := h.post.sent()[0]
	if m.Subject != "A new password at Realm acme" || m.Text != "Hi ,\n482913 or "+issuer("acme")+"/recover?token=SECRETLINK\n" {
		t.Errorf("subject %q, text %q", m.Subject, m.Text)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(m.HTML))
	if err != nil {
		t.Fatal(err)
	}
	big := doc.Find("p.big")
	if big.Text() != "482913" || !strings.Contains(big.AttrOr("style", ""), "font-size:30px") || !strings.Contains(doc.Find("style").Text(), "@media") {
		t.Errorf("style was not moved into the element:\n%s", m.HTML)
	}
	if href := doc.Find("a").AttrOr("href", ""); href != issuer("acme")+"/recover?token=SECRETLINK" {
		t.Errorf("link leads to %q", href)
	}

	// Another language has the house's words still, and so has another realm.
	l := h.code("ann@example.com")
	l.Language = "de"
	h.send(t, l)
	h.drain(t)
	if m := h.post.sent()[1]; !strings.Contains(m.Subject, "Passwort") {
		t.Errorf("German: %q", m.Subject)
	}
	if list, err := h.letters.Templates(t.Context(), h.NewRealm(t, "other").ID); err != nil || len(list) != 0 {
		t.Errorf("another realm has %v, %v", list, err)
	}
}

func TestTemplateIsReplacedListedAndDeleted(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	set(t, h, own())
	h.Clock.Add(time.Hour)
	second := own()
	second.Subject, second.Description = "Another subject", "Shorter"
	if got := set(t, h, second); got.Version != 2 || got.Subject != "Another subject" || !got.UpdatedAt.After(got.CreatedAt) {
		t.Errorf("second: %+v", got)
	}
	list, err := h.letters.Templates(t.Context(), h.Realm.ID)
	if err != nil || len(list) != 1 || list[0].Description != "Shorter" {
		t.Errorf("list %+v, %v", list, err)
	}
	if err := h.letters.DeleteTemplate(h.Context, h.Realm.ID, letter.Recover, "en"); err != nil {
		t.Fatal(err)
	}
	if err := h.letters.DeleteTemplate(h.Context, h.Realm.ID, letter.Recover, "en"); !errors.Is(err, message.ErrTemplateNotFound) {
		t.Errorf("deleted twice: %v", err)
	}
	types := eventtest.Types(t, h.DB, h.Realm.ID)
	if got := strings.Join(types[len(types)-3:], " "); got != "letter.template_set letter.template_set letter.template_deleted" {
		t.Errorf("events %s", got)
	}
}

func TestTemplateThatCannotBeALetterIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for name, c := range map[string]struct {
		edit func(*message.Template)
		want *fault.Fault
	}{
		"unknown kind":          {func(m *message.Template) { m.Kind = "x" }, message.ErrKindUnknown},
		"unknown language":      {func(m *message.Template) { m.Language = "tlh" }, message.ErrLanguageUnknown},
		"no subject":            {func(m *message.Template) { m.Subject = " " }, message.ErrTemplateInvalid},
		"long subject":          {func(m *message.Template) { m.Subject = strings.Repeat("x", 201) }, message.ErrTemplateInvalid},
		"header in the subject": {func(m *message.Template) { m.Subject = "Hi\r\nBcc: eve@example.com" }, message.ErrTemplateInvalid},
		"code in the subject":   {func(m *message.Template) { m.Subject = "{{.code}}" }, message.ErrPlaceholder},
		"link in the subject":   {func(m *message.Template) { m.Subject = "{{.link}}" }, message.ErrPlaceholder},
		"no html":               {func(m *message.Template) { m.HTML = "" }, message.ErrTemplateInvalid},
		"large html":            {func(m *message.Template) { m.HTML += strings.Repeat("x", 65<<10) }, message.ErrTemplateInvalid},
		"unknown placeholder":   {func(m *message.Template) { m.Text += "{{.password}}" }, message.ErrPlaceholder},
		"another kind's":        {func(m *message.Template) { m.HTML = strings.Replace(m.HTML, "Hi", "{{.passkey}}", 1) }, message.ErrPlaceholder},
		"neither code nor link": {func(m *message.Template) { m.Text = "Hi" }, message.ErrPlaceholder},
		"code that runs":        {func(m *message.Template) { m.Text += `{{template "x"}}` }, message.ErrPlaceholder},
		"a call":                {func(m *message.Template) { m.Text += `{{printf "%s" .code}}` }, message.ErrPlaceholder},
		"a range":               {func(m *message.Template) { m.HTML += `{{range .}}x{{end}}` }, message.ErrPlaceholder},
		"an open brace":         {func(m *message.Template) { m.Text += "{{.code" }, message.ErrPlaceholder},
		"name as an address":    {func(m *message.Template) { m.HTML = strings.Replace(m.HTML, "{{.link}}", "{{.name}}", 1) }, message.ErrPlaceholder},
		"link in a longer address": {func(m *message.Template) {
			m.HTML = strings.Replace(m.HTML, "{{.link}}", "https://evil.example/?{{.link}}", 1)
		}, message.ErrPlaceholder},
		"broken text": {func(m *message.Template) { m.Text += "\xff" }, message.ErrTemplateInvalid},
	} {
		tpl := own()
		c.edit(&tpl)
		if _, err := h.letters.SetTemplate(h.Context, h.Realm.ID, tpl); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if _, err := h.letters.Preview(t.Context(), h.Realm, tpl.Kind, tpl.Language, &tpl); !errors.Is(err, c.want) {
			t.Errorf("%s, preview: %v, want %v", name, err, c.want)
		}
	}
}

// What falls out of the HTML would run, load or hide something.
func TestUnsafeHTMLFallsOut(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, unsafe := range []string{
		`<script>alert(1)</script>`, `<img src=x onerror=alert(1)>`, `<a href="javascript:alert(1)">x</a>`, `<a href=" JaVaScRiPt:alert(1)">x</a>`,
		`<iframe src="https://evil.example"></iframe>`, `<object data="x"></object>`, `<embed src=x>`, `<form action="https://evil.example"><input name=p></form>`,
		`<link rel=stylesheet href="https://evil.example/x.css">`, `<meta http-equiv=refresh content="0;url=https://evil.example">`, `<base href="https://evil.example/">`,
		`<p style="background:url(https://evil.example/x)">x</p>`, `<p style="width:expression(alert(1))">x</p>`, `<svg onload=alert(1)><a xlink:href="javascript:alert(1)">x</a></svg>`,
		`<style>@import "https://evil.example/x.css";</style>`, `<style>p { background: u\72l(https://evil.example) }</style>`, `<!--[if mso]><script>alert(1)</script><![endif]-->`,
		`<img src="http://evil.example/x.png">`, `<img src="data:image/svg+xml,<svg onload=alert(1)>">`, `<math><mtext><script>alert(1)</script></mtext></math>`,
		`<custom onclick=alert(1)><script>alert(1)</script></custom>`, `<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>`,
		`<p style="{{.name}}">x</p>`, `<img src="{{.link}}">`, `<body background="https://evil.example/x">`, `<a href="//evil.example">x</a>`,
	} {
		tpl := own()
		tpl.HTML = strings.Replace(tpl.HTML, "<p>Hi", unsafe+"<p>Hi", 1)
		w, err := h.letters.Preview(t.Context(), h.Realm, tpl.Kind, "en", &tpl)
		if err != nil {
			t.Errorf("%s: %v", unsafe, err)
			continue
		}
		for _, bad := range []string{"evil", "alert", "javascript", "<script", "<iframe", "onerror", "onload", "url(", "expression", "http-equiv", "<!--"} {
			if strings.Contains(strings.ToLower(w.HTML), bad) {
				t.Errorf("%q of %s is left:\n%s", bad, unsafe, w.HTML)
			}
		}
		if !strings.Contains(w.HTML, "482913") {
			t.Errorf("%s took the letter with it:\n%s", unsafe, w.HTML)
		}
	}
}

// A value is put in once and never looked at, so a name cannot fetch the code, nor be markup.
func TestValuesAreOnlyValues(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	tpl := own()
	tpl.Kind = letter.PasskeyAdded
	tpl.HTML, tpl.Text = `<p title="{{.passkey}}">{{.passkey}}</p><a href="{{.link}}">x</a>`, "{{.passkey}} {{.link}}"
	set(t, h, tpl)
	l := h.code("ann@example.com")
	l.Kind, l.ExpiresAt = letter.PasskeyAdded, time.Time{}
	l.Data = map[string]string{"passkey": `"><img src=x onerror=alert(1)>{{.link}}`, "link": "https://id.example.com/x"}
	h.send(t, l)
	h.drain(t)
	m := h.post.sent()[0]
	if strings.Contains(m.HTML, "<img") || strings.Count(m.HTML, "https://id.example.com/x") != 1 || strings.Count(m.Text, "https://id.example.com/x") != 1 {
		t.Errorf("%s\n%s", m.HTML, m.Text)
	}
}

func TestTextIsMadeOfTheHTMLWhenThereIsNone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	tpl := own()
	tpl.Text = ""
	if got := set(t, h, tpl); !strings.Contains(got.Text, "{{.code}}") || !strings.Contains(got.Text, "{{.link}}") || strings.Contains(got.Text, "<p") {
		t.Errorf("text %q", got.Text)
	}
}

func TestSMSTemplateIsAText(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	tpl := message.Template{Kind: letter.SecondFactorSMS, Language: "en", Text: "{{.code}} opens {{.realm}}"}
	set(t, h, tpl)
	h.send(t, letter.Letter{
		RealmID: h.Realm.ID, Kind: letter.SecondFactorSMS, To: "+4930123456", Language: "en",
		Data: map[string]string{"code": "482913", "minutes": "10"}, ExpiresAt: h.Clock.Now().Add(10 * time.Minute),
	})
	h.drain(t)
	if got := h.post.texts[0].Text; got != "482913 opens Realm acme" {
		t.Errorf("text %q", got)
	}
	if got := h.last(t, letter.SMS).Summary; got != "****** opens Realm acme" {
		t.Errorf("log %q", got)
	}
	for _, edit := range []func(*message.Template){
		func(m *message.Template) { m.Subject = "x" }, func(m *message.Template) { m.HTML = "x" },
		func(m *message.Template) { m.Text = "no code" }, func(m *message.Template) { m.Text += strings.Repeat("x", 480) },
	} {
		bad := tpl
		edit(&bad)
		if _, err := h.letters.SetTemplate(h.Context, h.Realm.ID, bad); err == nil {
			t.Errorf("%+v was taken", bad)
		}
	}
}

func TestPreviewShowsEveryLetterInEveryLanguage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, spec := range letter.Kinds() {
		for _, lang := range templates.Languages() {
			w, err := h.letters.Preview(t.Context(), h.Realm, spec.Kind, lang, nil)
			if err != nil || w.Text == "" || (w.HTML == "") != (spec.Channel == letter.SMS) {
				t.Errorf("%s in %s: %+v, %v", spec.Kind, lang, w, err)
			}
			if !spec.Essential && !strings.Contains(w.HTML, "unsubscribe") {
				t.Errorf("%s in %s has no way to unsubscribe", spec.Kind, lang)
			}
		}
	}
}

// A letter that everybody may unsubscribe from must say how.
func TestOwnWordsKeepTheWayToUnsubscribe(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	tpl := message.Template{
		Kind: letter.ApplicationRevoked, Language: "en", Subject: "x", HTML: "<p>{{.application}}</p>", Text: "{{.application}} {{.unsubscribe_link}}",
	}
	if _, err := h.letters.SetTemplate(h.Context, h.Realm.ID, tpl); !errors.Is(err, message.ErrPlaceholder) {
		t.Errorf("without it: %v", err)
	}
	tpl.HTML += `<a href="{{.unsubscribe_link}}">stop</a>`
	set(t, h, tpl)
	h.send(t, h.notice("ann@example.com"))
	h.drain(t)
	m := h.post.sent()[0]
	if m.Unsubscribe == "" || !strings.Contains(m.HTML, m.Unsubscribe) || !strings.Contains(m.Text, m.Unsubscribe) {
		t.Errorf("%q in\n%s", m.Unsubscribe, m.HTML)
	}
}

func TestNothingIsWrittenForAnUndoneChangeOfATemplate(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	undone := errors.New("undone")
	_ = h.DB.InTx(h.Context, func(ctx context.Context) error {
		_, err := h.letters.SetTemplate(ctx, h.Realm.ID, own())
		return errors.Join(err, undone)
	})
	if list, err := h.letters.Templates(t.Context(), h.Realm.ID); err != nil || len(list) != 0 {
		t.Errorf("%v, %v", list, err)
	}
}
