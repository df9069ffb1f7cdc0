package templates_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"authserver/templates"

	"github.com/PuerkitoBio/goquery"
)

func document(t *testing.T, p templates.Page) *goquery.Document {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(render(t, p)))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// TestEveryPageKeepsTheRules holds each page, in each state and language, to what
// people with and without assistive technology rely on.
func TestEveryPageKeepsTheRules(t *testing.T) {
	t.Parallel()
	for _, name := range slices.Sorted(maps.Keys(stories())) {
		for _, lang := range templates.Languages() {
			t.Run(name+"."+lang, func(t *testing.T) {
				t.Parallel()
				page := stories()[name]
				dress(page, lang, acme())
				doc := document(t, page)
				frameRules(t, doc, lang)
				inputRules(t, doc)
				contentRules(t, doc)
				problemRules(t, doc, page.Base().Problems)
			})
		}
	}
}

func frameRules(t *testing.T, doc *goquery.Document, lang string) {
	t.Helper()
	html := doc.Find("html")
	if html.AttrOr("lang", "") != lang || html.AttrOr("dir", "") != "ltr" {
		t.Errorf("html has lang %q and dir %q", html.AttrOr("lang", ""), html.AttrOr("dir", ""))
	}
	if title := doc.Find("title").Text(); !strings.HasSuffix(title, " – Acme") || strings.HasPrefix(title, " ") {
		t.Errorf("title = %q", title)
	}
	for _, one := range []string{"h1", "main", "title", `meta[name="viewport"]`} {
		if n := doc.Find(one).Length(); n != 1 {
			t.Errorf("%d × %s, want one", n, one)
		}
	}
	if n := doc.Find("main .button:not(.button-second, .button-danger)").Length(); n > 1 {
		t.Errorf("%d primary buttons, want at most one", n)
	}
	if n := doc.Find("[autofocus]").Length(); n > 1 {
		t.Errorf("%d elements ask for focus", n)
	}
}

func inputRules(t *testing.T, doc *goquery.Document) {
	t.Helper()
	doc.Find(`input:not([type="hidden"]):not([aria-hidden])`).Each(func(_ int, in *goquery.Selection) {
		id := in.AttrOr("id", "")
		if id == "" || id != in.AttrOr("name", "") {
			t.Errorf("input %q has the id %q; links to problems need them equal", in.AttrOr("name", ""), id)
		}
		if doc.Find(`label[for="`+id+`"]`).Length() != 1 {
			t.Errorf("input %s has no label", id)
		}
		if in.AttrOr("autocomplete", "") == "" {
			t.Errorf("input %s has no autocomplete", id)
		}
		for _, by := range strings.Fields(in.AttrOr("aria-describedby", "")) {
			if doc.Find("#"+by).Length() != 1 {
				t.Errorf("input %s is described by %s, which is not there", id, by)
			}
		}
	})
	seen := make(map[string]bool)
	doc.Find("[id]").Each(func(_ int, s *goquery.Selection) {
		id := s.AttrOr("id", "")
		if seen[id] {
			t.Errorf("id %q is given twice", id)
		}
		seen[id] = true
	})
	doc.Find("form").Each(func(_ int, form *goquery.Selection) {
		if form.AttrOr("method", "") != "post" || form.AttrOr("action", "") == "" {
			t.Error("a form does not say method=post and where it goes")
		}
	})
}

// contentRules are what the Content-Security-Policy would refuse silently.
func contentRules(t *testing.T, doc *goquery.Document) {
	t.Helper()
	doc.Find("*").Each(func(_ int, s *goquery.Selection) {
		for _, a := range s.Nodes[0].Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
				t.Errorf("<%s %s=…> would be refused by the policy", s.Nodes[0].Data, a.Key)
			}
		}
	})
	if doc.Find("style, script:not([src])").Length() > 0 {
		t.Error("inline style or script")
	}
	if html, _ := doc.Html(); strings.Contains(html, "ZgotmplZ") {
		t.Error("html/template refused an address")
	}
	doc.Find("img").Each(func(_ int, s *goquery.Selection) {
		if _, ok := s.Attr("alt"); !ok {
			t.Error("picture without alt")
		}
	})
}

func problemRules(t *testing.T, doc *goquery.Document, problems []templates.Problem) {
	t.Helper()
	if want := min(1, len(problems)); doc.Find(`[role="alert"]`).Length() != want {
		t.Errorf("%d alerts, want %d", doc.Find(`[role="alert"]`).Length(), want)
	}
	for _, p := range problems {
		if p.Field == "" {
			continue
		}
		in := doc.Find("#" + p.Field)
		if in.AttrOr("aria-invalid", "") != "true" || !strings.Contains(in.AttrOr("aria-describedby", ""), p.Field+"-wrong") {
			t.Errorf("%s does not tell what is wrong with it", p.Field)
		}
		if doc.Find(`[role="alert"] a[href="#`+p.Field+`"]`).Length() != 1 {
			t.Errorf("the alert does not lead to %s", p.Field)
		}
	}
}

func TestFormsCarryTheirFlow(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"signin", "selectaccount", "passwordchange", "consent"} {
		page := stories()[name]
		dress(page, "en", acme())
		form := document(t, page).Find("main form")
		if form.Find(`input[name="flow"]`).AttrOr("value", "") != page.Base().FlowID ||
			form.Find(`input[name="proof"]`).AttrOr("value", "") != page.Base().Proof {
			t.Errorf("%s does not carry flow and proof", name)
		}
	}
}

// INC-086: XSS through state in form_post; INC-087: through an error's hint.
func TestNothingFromOutsideBecomesMarkup(t *testing.T) {
	t.Parallel()
	const evil = `"><img src=x onerror=alert(1)><script>alert(1)</script>{{.}}`
	app := templates.App{Name: evil, Host: evil, LogoURL: "javascript:alert(1)"}
	frame := templates.Frame{FlowID: evil, Proof: evil, Problems: []templates.Problem{{Code: evil, Message: evil}}}
	account := templates.Account{Name: evil, Email: evil}
	for _, page := range []templates.Page{
		&templates.SignIn{Frame: frame, App: app, Email: evil},
		&templates.SelectAccount{Frame: frame, App: app, Account: account},
		&templates.PasswordChange{Frame: frame, App: app, Email: evil},
		&templates.Consent{Frame: frame, App: app, Account: account, Scopes: []string{evil}},
		&templates.SignOut{Frame: frame, App: app, Account: account, Fields: []templates.Field{{Name: evil, Value: evil}}},
		&templates.SignedOut{App: app, ReturnURL: "javascript:alert(1)"},
		&templates.FormPost{App: app, Action: "javascript:alert(1)", Fields: []templates.Field{{Name: "state", Value: evil}}},
		&templates.ErrorPage{App: app, Code: evil, Message: evil, RequestID: evil, BackURL: "data:text/html,x"},
	} {
		dress(page, "en", templates.Brand{Name: evil, LogoURL: "data:text/html;base64,AAAA", Theme: templates.Theme{Mode: evil}})
		doc := document(t, page)
		doc.Find("script").Each(func(_ int, s *goquery.Selection) {
			if !strings.HasPrefix(s.AttrOr("src", ""), "/static/") {
				t.Errorf("%T: a script from outside", page)
			}
		})
		doc.Find("[src], [href], [action]").Each(func(_ int, s *goquery.Selection) {
			for _, name := range []string{"src", "href", "action"} {
				if v := s.AttrOr(name, ""); strings.HasPrefix(v, "javascript:") || strings.HasPrefix(v, "data:text") || v == "x" {
					t.Errorf("%T: %s=%q", page, name, v)
				}
			}
		})
	}
}

func TestPicturesComeByHTTPSOrAsData(t *testing.T) {
	t.Parallel()
	for address, shown := range map[string]bool{
		"https://cdn.example/logo.png": true, "data:image/png;base64,AAAA": true, "data:image/svg+xml;base64,AAAA": true,
		"http://cdn.example/logo.png": false, "data:text/html;base64,AAAA": false, "data:image/svg+xml,<svg onload=x>": false,
		"javascript:x": false, "//cdn.example/x.png": false, "": false,
	} {
		page := &templates.SignIn{App: templates.App{Name: "Shop", LogoURL: address}}
		dress(page, "en", templates.Brand{Name: "Acme", LogoURL: address})
		doc := document(t, page)
		if got := doc.Find(`img.brand-logo[src="`+address+`"][alt="Acme"]`).Length() == 1; got != shown {
			t.Errorf("realm's picture %q shown: %v, want %v", address, got, shown)
		}
		if got := doc.Find(`.tile-picture img[src="`+address+`"]`).Length() == 1; got != shown {
			t.Errorf("application's picture %q shown: %v, want %v", address, got, shown)
		}
	}
}
