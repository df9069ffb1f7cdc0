package templates_test

import (
	"bytes"
	"encoding/base64"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"authserver/static"
	"authserver/templates"
)

var (
	update    = flag.Bool("update", false, "write the goldens anew")
	storybook = flag.String("storybook", "", "write every page to this folder, to be looked at")
)

// stories are the pages in the states that people meet, by name.
func stories() map[string]templates.Page {
	shop := templates.App{Name: "Little Shop", HomeURL: "https://shop.example", Host: "shop.example"}
	ada := templates.Account{Name: "Ada Lovelace", Email: "ada@example.com"}
	frame := templates.Frame{FlowID: "0192f0c1-0000-7000-8000-000000000001", Proof: "cHJvb2Y"}
	with := func(problems ...templates.Problem) templates.Frame {
		f := frame
		f.Problems = problems
		return f
	}
	strict := templates.NewPassword{
		MinLength: 12, MaxLength: 128, Upper: true, Lower: true, Digit: true, Symbol: true, History: 5, Breached: true,
		Words: []string{"acme", "ada@example.com"}, Focus: true,
	}
	all := map[string]templates.Page{
		"signin":       &templates.SignIn{Frame: frame, App: shop, ForgotURL: "/realms/acme/recover?flow=f&proof=p"},
		"signin-plain": &templates.SignIn{Frame: frame},
		"signin-wrong": &templates.SignIn{App: shop, Email: "ada@example.com", Frame: with(
			templates.Problem{Code: "sign_in_wrong", Field: "password"})},
		"signin-fields": &templates.SignIn{App: shop, Email: "ada", Frame: with(
			templates.Problem{Code: "email_invalid", Field: "email"},
			templates.Problem{Code: "password_missing", Field: "password"})},
		"selectaccount": &templates.SelectAccount{Frame: frame, App: shop, Account: ada},
		"selectaccount-long": &templates.SelectAccount{Frame: frame,
			App:     templates.App{Name: "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk"},
			Account: templates.Account{Email: "a.very.long.address.without.any.break@mail.department.example.com"}},
		"passwordchange": &templates.PasswordChange{Frame: frame, App: shop, Email: ada.Email, Password: templates.NewPassword{MinLength: 12, MaxLength: 128, Focus: true}},
		"passwordchange-wrong": &templates.PasswordChange{App: shop, Email: ada.Email, Password: strict, Frame: with(
			templates.Problem{Code: "password_too_short", Field: "new_password"})},
		"consent": &templates.Consent{Frame: frame, App: shop, Account: ada,
			Scopes: []string{"profile", "email", "phone", "address", "offline_access", "invoices:read"}},
		"consent-least": &templates.Consent{Frame: frame, App: shop, Account: templates.Account{Email: ada.Email},
			Scopes: []string{"openid"}},
		"signout":         &templates.SignOut{App: shop, Account: ada, Fields: []templates.Field{{Name: "state", Value: `"><img src=x>`}}},
		"signout-plain":   &templates.SignOut{},
		"signedout":       &templates.SignedOut{App: shop, ReturnURL: "https://shop.example/"},
		"signedout-plain": &templates.SignedOut{},
		"formpost": &templates.FormPost{App: shop, Action: "https://shop.example/callback",
			Fields: []templates.Field{{Name: "code", Value: "ac_1"}, {Name: "state", Value: `"><script>alert(1)</script>`}}},
		"errorpage":       &templates.ErrorPage{Status: 400, Code: "invalid_request", RequestID: "0192f0c1-0000-7000-8000-00000000000f"},
		"errorpage-ours":  &templates.ErrorPage{Status: 500, Code: "internal", RequestID: "0192f0c1-0000-7000-8000-00000000000f"},
		"errorpage-back":  &templates.ErrorPage{Status: 403, Code: "access_denied_x", Message: "You may not use this application.", App: shop, BackURL: "https://shop.example/"},
		"errorpage-stale": &templates.ErrorPage{Status: 400, Code: "flow_stale", BackURL: "/realms/acme/oauth2/authorize?flow=1", RequestID: "0192f0c1-0000-7000-8000-00000000000f"},
		"errorpage-empty": &templates.ErrorPage{Status: 404, Code: "not_found"},
	}
	for _, area := range []map[string]templates.Page{
		recoveryStories(), registrationStories(), contactStories(), profileStories(), privacyStories(), securityStories(),
		mfaStories(), passkeyStories(), federationStories(), accountStories(), outboxStories(), letterStories(), referenceStories(), termsStories(), noticeStories(),
	} {
		maps.Copy(all, area)
	}
	return all
}

// dress gives a page what internal/web gives it.
func dress(p templates.Page, lang string, brand templates.Brand) {
	f := p.Base()
	f.Language = lang
	f.Brand = brand
	f.Path = "/realms/acme/login"
	f.LanguageLinks = nil
	for _, l := range templates.Languages() {
		link := templates.LanguageLink{Language: l}
		if l != lang {
			link.URL = f.Path + "?lang=" + l
		}
		f.LanguageLinks = append(f.LanguageLinks, link)
	}
}

const wordmark = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 150 40"><path d="M4 32 16 8l8 14 5-7 9 17Z" fill="#e8590c"/><text x="46" y="28" font-family="Georgia,serif" font-size="22" fill="#fff">Fjord &amp; S.</text></svg>`

func picture(svg string) string {
	return "data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString([]byte(svg))
}

func acme() templates.Brand { return templates.Brand{Slug: "acme", Name: "Acme"} }

func render(t *testing.T, p templates.Page) string {
	t.Helper()
	var buf bytes.Buffer
	if err := templates.Render(&buf, p); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

// digests change with every touch of a style sheet, and say nothing about a page.
var digests = regexp.MustCompile(`(/static/[a-z/]+)\.[0-9a-f]{12}\.`)

func TestPagesLookAsAgreed(t *testing.T) {
	t.Parallel()
	for _, name := range slices.Sorted(maps.Keys(stories())) {
		for _, lang := range templates.Languages() {
			t.Run(name+"."+lang, func(t *testing.T) {
				t.Parallel()
				page := stories()[name]
				dress(page, lang, acme())
				got := digests.ReplaceAllString(render(t, page), "$1.")
				golden := filepath.Join("testdata", "golden", name+"."+lang+".html")
				if *update {
					if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
						t.Fatal(err)
					}
					return
				}
				want, err := os.ReadFile(golden)
				if err != nil {
					t.Fatalf("%v (go test ./templates -update writes it)", err)
				}
				if got != string(want) {
					t.Errorf("%s differs from the page; look at it and run go test ./templates -update\n%s", golden, got)
				}
			})
		}
	}
}

// TestStorybook writes the pages to a folder for looking at them in a browser:
// go test ./templates -run TestStorybook -storybook=/tmp/pages
func TestStorybook(t *testing.T) {
	t.Parallel()
	if *storybook == "" {
		return
	}
	write := func(name string, body []byte) {
		t.Helper()
		file := filepath.Join(*storybook, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, body, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	own := templates.Brand{Slug: "acme", Name: "Fjord & Sønner", LogoURL: picture(wordmark), Theme: templates.Theme{Primary: "#e8590c", Background: "#12343b"}}
	for name, page := range stories() {
		for _, lang := range templates.Languages() {
			dress(page, lang, acme())
			write(name+"."+lang+".html", []byte(render(t, page)))
		}
		dress(page, "en", own)
		page.Base().Stylesheet = "/theme.css"
		write(name+".branded.html", []byte(render(t, page)))
	}
	write("theme.css", []byte(own.Theme.Stylesheet()))
	for _, name := range static.Names() {
		write(static.URL(name), static.Content(name))
	}
}
