package e2e

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// Post sends a form to the house that no page need have shown.
func (b *Browser) Post(ctx context.Context, address string, form url.Values) (*Page, error) {
	u, err := b.home.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("post to %s: %w", address, err)
	}
	return b.visit(ctx, http.MethodPost, u, form, "same-origin")
}

// JSON sends a request as a script of the house's own pages does, with the browser's cookies. The answer is what came, a
// redirect too.
func (b *Browser) JSON(ctx context.Context, method, address, body string) (*Page, error) {
	u, err := b.home.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, address, err)
	}
	req, err := http.NewRequestWithContext(ctx, method, u.String(), strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Accept-Language", b.Language)
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	req.Header.Set("Sec-Fetch-Mode", "cors")
	req.Header.Set("Sec-Fetch-Dest", "empty")
	req.Header.Set("Origin", b.home.Scheme+"://"+b.home.Host)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := b.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, u.Path, err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, fmt.Errorf("%s %s: read: %w", method, u.Path, err)
	}
	return &Page{URL: u, Status: res.StatusCode, Header: res.Header, Body: answer}, nil
}

// Bearer asks for something with an access token (RFC 6750 §2.1).
func (p *Party) Bearer(ctx context.Context, method, address, token, body string) (Answer, error) {
	req, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(body))
	if err != nil {
		return Answer{}, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	return p.Send(req)
}
