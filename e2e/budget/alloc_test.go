//go:build !race

package budget_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"authserver/tenant/application"
)

// The race detector allocates too, so these run without it (make test-budget).

// allocations is how many heap objects one request costs the handler, without those of building the request.
func (b *bench) allocations(name string, budget float64, next func() request) {
	b.t.Helper()
	const runs = 50
	requests := make([]*http.Request, 0, runs+2)
	answers := make([]*httptest.ResponseRecorder, 0, runs+2)
	var want int
	for range runs + 2 {
		r := next()
		want = r.want
		requests, answers = append(requests, b.build(b.t.Context(), r)), append(answers, httptest.NewRecorder())
	}
	i := 0
	got := testing.AllocsPerRun(runs, func() {
		b.handler.ServeHTTP(answers[i], requests[i])
		i++
	})
	for _, a := range answers[:i] {
		if a.Code != want {
			b.t.Fatalf("%s: %d %s", name, a.Code, a.Body)
		}
	}
	b.t.Logf("%s: %.0f allocations of %.0f", name, got, budget)
	if got > budget {
		b.t.Errorf("%s: %.0f allocations; the budget is %.0f", name, got, budget)
	}
}

func TestAllocations(t *testing.T) { // not parallel: it counts the whole process
	for name, c := range map[string]struct {
		change func(*application.Draft)
	}{"JWT": {nil}, "opaque": {opaque}} {
		b := open(t, c.change)
		b.signIn()
		document := func(path string) request { return request{http.MethodGet, path, nil, "", nil, http.StatusOK} }
		b.allocations("discovery", 40, steady(document("/.well-known/openid-configuration")))
		b.allocations("JWKS", 40, steady(document("/oauth2/jwks")))
		b.allocations(name+" client_credentials", 400, steady(b.clientCredentials()))
		machine, _ := b.tokens(b.clientCredentials())
		b.allocations(name+" introspection", 300, steady(b.introspection(machine.AccessToken)))

		exchanged := func() request {
			attempt, r := b.authorize()
			answer, _ := b.ask(r)
			return b.exchange(attempt, answer.Header().Get("Location"))
		}
		person, _ := b.tokens(exchanged())
		b.allocations(name+" userinfo", 350, steady(b.userinfo(person.AccessToken)))
		b.allocations(name+" refresh", 800, func() request {
			tokens, _ := b.tokens(exchanged())
			return b.refresh(tokens.RefreshToken)
		})
		b.allocations(name+" code exchange", 1000, exchanged)
		b.allocations(name+" authorize", 1000, func() request {
			_, r := b.authorize()
			return r
		})
	}
}
