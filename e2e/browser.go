package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"
)

// Browser is a browser without a screen. It keeps cookies, follows redirects inside one host, sends the headers by
// which a server tells its own forms from foreign ones, and fills in forms as a person finds them: by label.
type Browser struct {
	// Language is sent as Accept-Language.
	Language string

	client *http.Client
	home   *url.URL
}

// maxHops is where browsers give up on a chain of redirects.
const maxHops = 20

// NewBrowser returns a browser that has never been anywhere. It leaves redirects to other hosts than home's to the
// caller, who plays those.
func NewBrowser(home string) *Browser {
	jar, _ := cookiejar.New(nil) // never fails without options
	u, err := url.Parse(home)
	if err != nil {
		panic("e2e: the house's address: " + err.Error())
	}
	return &Browser{
		Language: "en",
		home:     u,
		client: &http.Client{
			Jar:           jar,
			Transport:     &http.Transport{MaxIdleConnsPerHost: 2},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// Close drops the browser's connections; its cookies stay.
func (b *Browser) Close() { b.client.CloseIdleConnections() }

// UseTransport makes the browser reach the house by other means than the network.
func (b *Browser) UseTransport(t http.RoundTripper) { b.client.Transport = t }

// Cookies are the cookies that would be sent to the house.
func (b *Browser) Cookies() []*http.Cookie { return b.client.Jar.Cookies(b.home) }

// SetCookies plants cookies, as an attacker on a sibling host might, or takes them from another browser.
func (b *Browser) SetCookies(cookies []*http.Cookie) { b.client.Jar.SetCookies(b.home, cookies) }

// Open types an address into the address line.
func (b *Browser) Open(ctx context.Context, address string) (*Page, error) {
	u, err := b.home.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", address, err)
	}
	return b.visit(ctx, http.MethodGet, u, nil, "none")
}

// Click follows a link or a redirect that another site offered.
func (b *Browser) Click(ctx context.Context, address string) (*Page, error) {
	u, err := b.home.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("click %s: %w", address, err)
	}
	return b.visit(ctx, http.MethodGet, u, nil, "cross-site")
}

// Submit sends a form.
func (b *Browser) Submit(ctx context.Context, f *Form) (*Page, error) {
	if f.err != nil {
		return nil, f.err
	}
	if f.method == http.MethodPost {
		return b.visit(ctx, http.MethodPost, f.action, f.values, "same-origin")
	}
	u := *f.action
	u.RawQuery = f.values.Encode()
	return b.visit(ctx, http.MethodGet, &u, nil, "same-origin")
}

func (b *Browser) visit(ctx context.Context, method string, u *url.URL, form url.Values, from string) (*Page, error) {
	for range maxHops {
		if u.Host != b.home.Host {
			return &Page{URL: u, Posted: form, left: true}, nil
		}
		page, err := b.fetch(ctx, method, u, form, from)
		if err != nil {
			return nil, err
		}
		location := page.Header.Get("Location")
		if page.Status < 300 || page.Status > 399 || location == "" {
			return page, nil
		}
		if u, err = u.Parse(location); err != nil {
			return nil, fmt.Errorf("redirect to %q: %w", location, err)
		}
		if page.Status == http.StatusSeeOther || page.Status == http.StatusFound || page.Status == http.StatusMovedPermanently {
			method, form = http.MethodGet, nil
		}
	}
	return nil, fmt.Errorf("%s: too many redirects", u)
}

func (b *Browser) fetch(ctx context.Context, method string, u *url.URL, form url.Values, from string) (*Page, error) {
	req, err := http.NewRequestWithContext(ctx, method, u.String(), strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8")
	req.Header.Set("Accept-Language", b.Language)
	req.Header.Set("Sec-Fetch-Site", from)
	req.Header.Set("Sec-Fetch-Mode", "navigate")
	req.Header.Set("Sec-Fetch-Dest", "document")
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", b.home.Scheme+"://"+b.home.Host)
	}
	res, err := b.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, u.Path, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, fmt.Errorf("%s %s: read: %w", method, u.Path, err)
	}
	return &Page{URL: u, Status: res.StatusCode, Header: res.Header, Body: body}, nil
}

// Page is what the browser shows, or where it was sent when it left the house.
type Page struct {
	URL    *url.URL
	Status int
	Header http.Header
	Body   []byte
	Posted url.Values // what a form carried to another host

	left bool
	doc  *goquery.Document
}

// Left reports that the browser was sent to another host, at URL. Nothing was fetched there.
func (p *Page) Left() bool { return p.left }

// String says where the page is and what it shows, in short.
func (p *Page) String() string {
	return fmt.Sprintf("%s (%d) %q %.200q", p.URL, p.Status, p.Heading(), p.Alert())
}

// Doc is the page's tree.
func (p *Page) Doc() *goquery.Document {
	if p.doc == nil {
		// This browser runs no scripts, so what stands in <noscript> is part of the page.
		root, err := html.ParseWithOptions(bytes.NewReader(p.Body), html.ParseOptionEnableScripting(false))
		if err != nil { // only when reading fails, and bytes do not
			root = &html.Node{Type: html.DocumentNode}
		}
		p.doc = goquery.NewDocumentFromNode(root)
	}
	return p.doc
}

// Heading is the page's h1.
func (p *Page) Heading() string { return words(p.Doc().Find("h1").First()) }

// Alert is what the page reports as wrong, "" for nothing.
func (p *Page) Alert() string { return words(p.Doc().Find("[role=alert]")) }

// Text is all that a person can read on the page.
func (p *Page) Text() string { return words(p.Doc().Find("body")) }

func words(s *goquery.Selection) string { return strings.Join(strings.Fields(s.Text()), " ") }

// Form is a form of a page on its way to being sent.
type Form struct {
	page   *goquery.Selection
	form   *goquery.Selection
	action *url.URL
	method string
	values url.Values
	err    error
}

// Form finds the form that the button sends: by its text, or else by its value. An empty button stands for the only one.
func (p *Page) Form(button string) (*Form, error) {
	var pressed *goquery.Selection
	p.Doc().Find("button:not([type=button]):not([type=reset]), input[type=submit]").EachWithBreak(func(_ int, s *goquery.Selection) bool {
		value, _ := s.Attr("value")
		if button == "" || strings.EqualFold(words(s), button) || value == button {
			pressed = s
		}
		return pressed == nil
	})
	if pressed == nil {
		return nil, fmt.Errorf("%s (%d): no button %q on the page %q: %.300s", p.URL.Path, p.Status, button, p.Heading(), p.Text())
	}
	form := pressed.Closest("form")
	if id, ok := pressed.Attr("form"); ok {
		form = p.Doc().Find("form#" + id)
	}
	if form.Length() == 0 {
		return nil, fmt.Errorf("%s: button %q belongs to no form", p.URL.Path, button)
	}
	action, err := p.URL.Parse(form.AttrOr("action", p.URL.String()))
	if err != nil {
		return nil, fmt.Errorf("%s: action of the form: %w", p.URL.Path, err)
	}
	f := &Form{p.Doc().Selection, form, action, strings.ToUpper(form.AttrOr("method", "get")), url.Values{}, nil}
	form.Find("input[name], select[name], textarea[name]").Each(func(_ int, s *goquery.Selection) {
		f.collect(s)
	})
	if name, ok := pressed.Attr("name"); ok {
		f.values.Set(name, pressed.AttrOr("value", ""))
	}
	return f, nil
}

// collect takes over what a field is filled with from the start.
func (f *Form) collect(s *goquery.Selection) {
	name := s.AttrOr("name", "")
	if _, disabled := s.Attr("disabled"); disabled {
		return
	}
	switch kind := s.AttrOr("type", "text"); {
	case kind == "submit" || kind == "button" || kind == "image" || kind == "reset":
	case kind == "checkbox" || kind == "radio":
		if _, checked := s.Attr("checked"); checked {
			f.values.Add(name, s.AttrOr("value", "on"))
		}
	case s.Is("select"):
		f.values.Add(name, s.Find("option[selected]").First().AttrOr("value", ""))
	case s.Is("textarea"):
		f.values.Add(name, s.Text())
	default:
		f.values.Add(name, s.AttrOr("value", ""))
	}
}

// errNoField is kept in a form whose field was not found, until it is sent.
var errNoField = errors.New("no such field")

// Fill writes into the field with this label, or else with this name.
func (f *Form) Fill(label, value string) *Form {
	name := ""
	f.page.Find("label").EachWithBreak(func(_ int, l *goquery.Selection) bool {
		if !strings.EqualFold(words(l), label) {
			return true
		}
		if id, ok := l.Attr("for"); ok {
			name = f.page.Find("#"+id).AttrOr("name", "")
		} else {
			name = l.Find("input, select, textarea").AttrOr("name", "")
		}
		return name == ""
	})
	if name == "" && f.form.Find(`[name="`+label+`"]`).Length() > 0 {
		name = label
	}
	if name == "" {
		f.err = fmt.Errorf("%w: %q", errNoField, label)
		return f
	}
	f.values.Set(name, value)
	return f
}

// Set changes what is sent without regard to the page, as somebody does who does not use the page.
func (f *Form) Set(name, value string) *Form {
	f.values.Set(name, value)
	return f
}

// Values are what will be sent.
func (f *Form) Values() url.Values { return f.values }
