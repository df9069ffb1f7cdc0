package budget_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"authserver/tenant/application"
)

// The hot handlers alone, on SQLite unless TEST_DATABASE_URL is set: go test ./e2e/budget -run '^$' -bench . -benchmem

// measure sends one request after the other; next makes them outside the measured time.
func (b *bench) measure(tb *testing.B, next func() request) {
	tb.ReportAllocs()
	tb.StopTimer()
	for range tb.N {
		r := next()
		req, answer := b.build(tb.Context(), r), httptest.NewRecorder()
		tb.StartTimer()
		b.handler.ServeHTTP(answer, req)
		tb.StopTimer()
		if answer.Code != r.want {
			tb.Fatalf("%s: %d %s", r.path, answer.Code, answer.Body)
		}
	}
}

func steady(r request) func() request { return func() request { return r } }

func BenchmarkDocuments(tb *testing.B) {
	b := open(tb, nil)
	for name, path := range map[string]string{"discovery": "/.well-known/openid-configuration", "JWKS": "/oauth2/jwks"} {
		tb.Run(name, func(tb *testing.B) {
			b.measure(tb, steady(request{http.MethodGet, path, nil, "", nil, http.StatusOK}))
		})
	}
}

func BenchmarkMachines(tb *testing.B) {
	for name, change := range map[string]func(*application.Draft){"JWT": nil, "opaque": opaque} {
		b := open(tb, change)
		tb.Run("client_credentials/"+name, func(tb *testing.B) { b.measure(tb, steady(b.clientCredentials())) })
		tokens, _ := b.tokens(b.clientCredentials())
		tb.Run("introspection/"+name, func(tb *testing.B) { b.measure(tb, steady(b.introspection(tokens.AccessToken))) })
		tb.Run("introspection of nothing/"+name, func(tb *testing.B) { b.measure(tb, steady(b.introspection("at_nothing"))) })
	}
}

func BenchmarkPeople(tb *testing.B) {
	for name, change := range map[string]func(*application.Draft){
		"RS256": nil, "ES256": func(d *application.Draft) { d.IDTokenAlgorithm = "ES256" },
	} {
		b := open(tb, change)
		b.signIn()
		exchange := func() request {
			attempt, r := b.authorize()
			answer, _ := b.ask(r)
			return b.exchange(attempt, answer.Header().Get("Location"))
		}
		tb.Run("authorize/"+name, func(tb *testing.B) {
			b.measure(tb, func() request { _, r := b.authorize(); return r })
		})
		tb.Run("exchange/"+name, func(tb *testing.B) { b.measure(tb, exchange) })
		tokens, _ := b.tokens(exchange())
		tb.Run("refresh/"+name, func(tb *testing.B) {
			b.measure(tb, func() request {
				fresh, _ := b.tokens(b.refresh(tokens.RefreshToken))
				tokens = fresh
				return b.refresh(tokens.RefreshToken)
			})
		})
		tb.Run("userinfo/"+name, func(tb *testing.B) { b.measure(tb, steady(b.userinfo(tokens.AccessToken))) })
	}
}
