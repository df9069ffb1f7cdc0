package e2e

import (
	"context"
	"fmt"
	"net/url"
	"path"
)

// Person is somebody with a browser, an address and a password, who wants to get on with it.
type Person struct {
	*Browser

	Email, Password string

	// Asked lists the steps that the person was asked for on the last way: login, consent.
	Asked []string
}

// Authorize follows an authorization URL to the end: signs in when asked, allows what is asked, and returns the address at the
// application to which the browser was sent.
func (p *Person) Authorize(ctx context.Context, address string) (*url.URL, error) {
	page, err := p.Walk(ctx, address)
	if err != nil {
		return nil, err
	}
	return page.URL, nil
}

// Walk is Authorize, but returns the last page, which also holds what was posted to the application. It fails on a page
// that it does not know, and on a step that comes twice: the person is being led in a circle.
func (p *Person) Walk(ctx context.Context, address string) (*Page, error) {
	p.Asked = nil
	page, err := p.Click(ctx, address)
	for range 5 {
		if err != nil || page.Left() {
			return page, err
		}
		step := path.Base(page.URL.Path)
		for _, before := range p.Asked {
			if before == step {
				return nil, fmt.Errorf("asked for %s again: %s", step, page.Alert())
			}
		}
		p.Asked = append(p.Asked, step)
		switch step {
		case "login":
			page, err = p.SignIn(ctx, page)
		case "consent":
			page, err = p.Press(ctx, page, "allow")
		default:
			// The only other way on is a page with a single button: response_mode=form_post without JavaScript.
			page, err = p.Press(ctx, page, "")
		}
	}
	if err != nil {
		return nil, err
	}
	return nil, fmt.Errorf("still not at the application after %v", p.Asked)
}

// SignIn fills in the sign-in page and sends it.
func (p *Person) SignIn(ctx context.Context, page *Page) (*Page, error) {
	f, err := page.Form("")
	if err != nil {
		return nil, err
	}
	return p.Submit(ctx, f.Fill("email", p.Email).Fill("password", p.Password))
}

// Press sends a page's form by the button of that text or value.
func (p *Person) Press(ctx context.Context, page *Page, button string) (*Page, error) {
	f, err := page.Form(button)
	if err != nil {
		return nil, err
	}
	return p.Submit(ctx, f)
}
