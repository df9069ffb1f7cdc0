package templates_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"authserver/internal/letter"
	"authserver/templates"

	"github.com/PuerkitoBio/goquery"
)

// kinds are the kinds of letters of a channel.
func kinds(channel letter.Channel) []string {
	var list []string
	for _, s := range letter.Kinds() {
		if s.Channel == channel {
			list = append(list, string(s.Kind))
		}
	}
	return list
}

func TestEveryKindOfLetterHasWords(t *testing.T) {
	t.Parallel()
	all := append(kinds(letter.Email), kinds(letter.SMS)...)
	slices.Sort(all)
	if got := templates.LetterKinds(); !slices.Equal(got, all) {
		t.Errorf("words for %v, letters %v", got, all)
	}
}

// golden compares got with a file of testdata, or writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", "golden", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v (go test ./templates -update writes it)", err)
	}
	if got != string(want) {
		t.Errorf("%s differs; look at it and run go test ./templates -update\n%s", file, got)
	}
}

func leaves(kind string) bool {
	spec, _ := letter.Find(letter.Kind(kind))
	return !spec.Essential
}

// One golden a language holds what every letter says; how it looks is the same for all,
// and shown by a few.
func TestLettersReadAsAgreed(t *testing.T) {
	t.Parallel()
	for _, lang := range templates.Languages() {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			var all strings.Builder
			for _, kind := range kinds(letter.Email) {
				w, err := templates.Sample(kind, lang, acme(), leaves(kind)).Write()
				if err != nil {
					t.Fatal(err)
				}
				all.WriteString("===== " + kind + "\nSubject: " + w.Subject + "\n\n" + w.Text + "\n")
			}
			for _, kind := range kinds(letter.SMS) {
				text, err := templates.Sample(kind, lang, acme(), false).WriteText()
				if err != nil {
					t.Fatal(err)
				}
				all.WriteString("===== " + kind + "\n" + text + "\n\n")
			}
			golden(t, "letters."+lang+".txt", all.String())
		})
	}
}

func TestLettersLookAsAgreed(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"recover", "register_taken", "application_revoked", "passkey_added"} {
		w, err := templates.Sample(kind, "en", acme(), leaves(kind)).Write()
		if err != nil {
			t.Fatal(err)
		}
		golden(t, "letter-"+kind+".en.html", w.HTML)
	}
}

// Subjects are shown on locked screens and kept in logs.
func TestNoSubjectTellsASecret(t *testing.T) {
	t.Parallel()
	for _, lang := range templates.Languages() {
		for _, kind := range kinds(letter.Email) {
			l := templates.Sample(kind, lang, acme(), leaves(kind))
			w, err := l.Write()
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(w.Subject, l.Values["code"]) || strings.Contains(w.Subject, "://") || strings.ContainsAny(w.Subject, "\r\n") {
				t.Errorf("%s in %s: %q", kind, lang, w.Subject)
			}
		}
	}
}

// What a stranger chooses (a name at sign-up, a label) must not turn our letter into theirs.
func TestChosenValuesBringNoMarkupLinesOrLinks(t *testing.T) {
	t.Parallel()
	for _, hostile := range []string{
		`<a href="https://evil.example/">win</a>`, "Bob\r\nBcc: eve@example.com", "visit https://evil.example/now",
		"www.evil.example", "evil.example", "{{.Code}}", "a\u202egnp.exe", "<script>alert(1)</script>", strings.Repeat("x", 500),
	} {
		l := templates.Sample("passkey_added", "en", acme(), false)
		l.Name, l.App, l.Browser = hostile, hostile, hostile
		l.Values["passkey"] = hostile
		w, err := l.Write()
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range []string{"https://evil", "evil.example", "\nBcc", "\u202e", strings.Repeat("x", 100)} {
			if strings.Contains(w.Text, s) || strings.Contains(w.HTML, s) {
				t.Errorf("%q of %q is in the letter:\n%s", s, hostile, w.Text)
			}
		}
		doc, err := goquery.NewDocumentFromReader(strings.NewReader(w.HTML))
		if err != nil {
			t.Fatal(err)
		}
		if doc.Find("script").Length() != 0 || doc.Find("a").Length() != 2 {
			t.Errorf("%q: %d scripts, %d links", hostile, doc.Find("script").Length(), doc.Find("a").Length())
		}
		if !strings.Contains(w.Text, "Hello,") {
			t.Errorf("%q was greeted by name:\n%s", hostile, w.Text)
		}
	}
}

func TestLetterSpeaksInTheRealmsColours(t *testing.T) {
	t.Parallel()
	l := templates.Sample("recover", "en", templates.Brand{
		Slug: "acme", Name: "Fjord & Sønner", LogoURL: "https://cdn.example.com/logo.png", Theme: templates.Theme{Primary: "#ffe066"},
	}, false)
	w, err := l.Write()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(w.HTML))
	if err != nil {
		t.Fatal(err)
	}
	if src, _ := doc.Find("img").Attr("src"); src != "https://cdn.example.com/logo.png" || doc.Find("img").AttrOr("alt", "") != "Fjord & Sønner" {
		t.Errorf("logo %q", src)
	}
	// A light hue is darkened until white or black on it can be read, and as a link on white.
	if strings.Contains(w.HTML, "background:#ffe066") || strings.Contains(w.HTML, `style="color:#ffe066`) || strings.Contains(w.HTML, "ZgotmplZ") {
		t.Errorf("colours:\n%s", w.HTML)
	}
	if href := doc.Find("td a").First().AttrOr("href", ""); href != l.Values["link"] {
		t.Errorf("button leads to %q", href)
	}
}

// gsm is the basic alphabet of GSM 03.38: an SMS of it holds 160 characters, any other 70.
const gsm = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"

func TestSMSIsOneSMS(t *testing.T) {
	t.Parallel()
	for _, lang := range templates.Languages() {
		for _, kind := range kinds(letter.SMS) {
			text, err := templates.Sample(kind, lang, templates.Brand{Name: "Fjord and Sons"}, false).WriteText()
			if err != nil {
				t.Fatal(err)
			}
			foreign := strings.IndexFunc(text, func(r rune) bool { return !strings.ContainsRune(gsm, r) })
			if n := len([]rune(text)); n > 160 || foreign >= 0 || !strings.Contains(text, "482913") && kind != string(letter.NoticeSMS) {
				t.Errorf("%s in %s: %d characters, outside GSM 03.38 from %d on: %s", kind, lang, n, foreign, text)
			}
		}
	}
}

// TestLetterStorybook writes the letters to a folder, beside the pages.
func TestLetterStorybook(t *testing.T) {
	t.Parallel()
	if *storybook == "" {
		return
	}
	for _, lang := range templates.Languages() {
		for _, kind := range kinds(letter.Email) {
			w, err := templates.Sample(kind, lang, acme(), leaves(kind)).Write()
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(*storybook, "letter-"+kind+"."+lang+".html")
			if err := os.WriteFile(file, []byte(w.HTML), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}
