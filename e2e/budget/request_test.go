package budget_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"authserver/e2e"
	"authserver/internal/database"
)

// bench is a house with a party and the means to ask its handler without a network.
type bench struct {
	t       testing.TB
	h       *e2e.House
	party   *e2e.Party
	person  *e2e.Person
	handler http.Handler
}

// request is one request as often as it is wanted.
type request struct {
	method, path  string
	form          url.Values
	authorization string
	cookies       []*http.Cookie
	want          int
}

func (b *bench) client() string {
	r := &http.Request{Header: http.Header{}}
	r.SetBasicAuth(url.QueryEscape(b.party.ClientID), url.QueryEscape(b.party.Secret))
	return r.Header.Get("Authorization")
}

func (b *bench) build(ctx context.Context, r request) *http.Request {
	body := r.form.Encode()
	req := httptest.NewRequestWithContext(ctx, r.method, b.h.URL+"/realms/acme"+r.path, strings.NewReader(body))
	if r.form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if r.authorization != "" {
		req.Header.Set("Authorization", r.authorization)
	}
	for _, c := range r.cookies {
		req.AddCookie(c)
	}
	return req
}

// ask sends the request and returns the answer with what it cost the database.
func (b *bench) ask(r request) (*httptest.ResponseRecorder, database.Counts) {
	b.t.Helper()
	ctx, counts := database.Counting(b.t.Context())
	answer := httptest.NewRecorder()
	b.handler.ServeHTTP(answer, b.build(ctx, r))
	if answer.Code != r.want {
		b.t.Fatalf("%s %s: %d %s", r.method, r.path, answer.Code, answer.Body)
	}
	return answer, *counts
}

func (b *bench) tokens(r request) (e2e.Tokens, database.Counts) {
	b.t.Helper()
	answer, cost := b.ask(r)
	var tokens e2e.Tokens
	if err := json.Unmarshal(answer.Body.Bytes(), &tokens); err != nil {
		b.t.Fatal(err)
	}
	return tokens, cost
}
