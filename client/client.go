package client

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// Client calls one server. It may be used by many goroutines.
type Client struct {
	base   string
	bearer string
	http   *http.Client
}

// Setting is an argument of New.
type Setting func(*Client)

// Bearer is the API key or access token to call with.
func Bearer(credential string) Setting { return func(c *Client) { c.bearer = credential } }

// HTTP is the client to call with, instead of http.DefaultClient.
func HTTP(h *http.Client) Setting { return func(c *Client) { c.http = h } }

// New returns a client of the server at that address, its AUTHSERVER_PUBLIC_URL.
func New(address string, settings ...Setting) (*Client, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return nil, errors.New("client: the address of the server is like https://auth.example")
	}
	c := &Client{base: strings.TrimSuffix(address, "/") + "/api/v1", http: http.DefaultClient}
	for _, set := range settings {
		set(c)
	}
	return c, nil
}

// RealmClient calls for one realm of a server.
type RealmClient struct {
	*Client
	slug string
}

// In calls for the realm of that short name; whether there is one shows the first call.
func (c *Client) In(slug string) *RealmClient { return &RealmClient{c, slug} }

// Problem is a refusal (RFC 9457).
type Problem struct {
	Type      string `json:"type"`
	Title     string `json:"title"`
	Status    int    `json:"status"`
	Detail    string `json:"detail,omitempty"`
	Code      string `json:"code"`
	Field     string `json:"field,omitempty"`
	RequestID string `json:"request_id"`
}

// Error is the sentence for people, with the code and the field at fault.
func (p *Problem) Error() string {
	text := p.Detail
	if text == "" {
		text = p.Title
	}
	if p.Field != "" {
		text = p.Field + ": " + text
	}
	return text + " (" + p.Code + ")"
}

// Code is the stable code of a refusal, or "" for any other error.
func Code(err error) string {
	var p *Problem
	if errors.As(err, &p) {
		return p.Code
	}
	return ""
}

// CallOption changes one call.
type CallOption func(*call)

type call struct {
	header http.Header
	etag   *string
}

// IfMatch has a change made only to the version of that ETag; otherwise the code is
// version_mismatch.
func IfMatch(etag string) CallOption { return func(c *call) { c.header.Set("If-Match", etag) } }

// ETag receives the ETag of the answer.
func ETag(into *string) CallOption { return func(c *call) { c.etag = into } }

// IdempotencyKey has a POST done once, however often it is sent with the same key. The
// client then sends it again by itself while the server is busy.
func IdempotencyKey(key string) CallOption {
	return func(c *call) { c.header.Set("Idempotency-Key", key) }
}
