package relyingparty

import (
	"net/http"
	"net/url"

	"github.com/zitadel/oidc/v3/pkg/client/rp"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"golang.org/x/oauth2"

	"authserver/internal/secret"
)

// signIn sends the browser to the server.
func (a *App) signIn(w http.ResponseWriter, r *http.Request) {
	conn, err := a.provider.connection(r.Context())
	if err != nil {
		a.unreachable(w, r, err)
		return
	}
	state := secret.Token("")
	s := signIn{nonce: secret.Token(""), verifier: oauth2.GenerateVerifier(), started: a.config.Now()}
	b := a.browsers.findOrStart(w, r)
	b.mu.Lock()
	b.begin(state, s)
	b.mu.Unlock()

	target := rp.AuthURL(state, conn.party,
		rp.WithCodeChallenge(oidc.NewSHACodeChallenge(s.verifier)),
		rp.AuthURLOpt(rp.WithURLParam("nonce", s.nonce)))
	http.Redirect(w, r, target, http.StatusSeeOther)
}

// callback is where the server sends the browser back. Nothing of the response
// is believed before its state is one that this browser was sent away with
// (login CSRF) and its iss is the server that it was sent to (RFC 9207, mix-up).
func (a *App) callback(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	b := a.browsers.find(r)
	if b == nil {
		a.fail(w, r, http.StatusBadRequest, stale())
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	s, ok := b.take(q.Get("state"), a.config.Now())
	switch {
	case !ok:
		a.fail(w, r, http.StatusBadRequest, stale())
		return
	case q.Get("iss") != a.config.Issuer:
		a.config.Logger.WarnContext(r.Context(), "demo: response of another issuer refused", "iss", q.Get("iss"))
		a.fail(w, r, http.StatusBadRequest, &problem{
			Title: "That answer came from somewhere else",
			Text:  "The response names another issuer than the one you were sent to, so it was refused.",
		})
		return
	case q.Get("error") != "":
		b.problem = refused(q)
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	conn, err := a.provider.connection(r.Context())
	if err != nil {
		a.unreachable(w, r, err)
		return
	}
	tokens, err := conn.exchange(r.Context(), q.Get("code"), s)
	if err != nil {
		a.config.Logger.WarnContext(r.Context(), "demo: sign-in not completed", "error", err)
		a.fail(w, r, http.StatusBadGateway, &problem{
			Title: "Sign-in could not be completed",
			Text:  "The server's tokens were refused or not given. The demo's log says why.",
		})
		return
	}
	b.tokens, b.person, b.userinfo, b.introspection = tokens, nil, nil, nil
	// The ID token says who by an id only; names and addresses are asked for
	// (OpenID Connect Core §5.4).
	if b.person, err = conn.userinfo(r.Context(), tokens); err != nil {
		a.config.Logger.WarnContext(r.Context(), "demo: userinfo not read", "error", err)
	}
	a.browsers.renew(w, r, b)
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// stale is the answer to a response that this browser does not wait for.
func stale() *problem {
	return &problem{
		Title: "This sign-in is no longer valid",
		Text:  "It was started in another browser, took too long, or was used already. Please start again.",
	}
}

// refused puts the server's error response into words.
func refused(q url.Values) *problem {
	if q.Get("error") == "access_denied" {
		return &problem{Title: "You did not allow it", Text: "You were not signed in, and the demo learned nothing about you.", Code: "access_denied"}
	}
	p := &problem{Title: "The server refused the sign-in", Text: q.Get("error_description"), Code: q.Get("error")}
	if p.Text == "" {
		p.Text = "It gave no further reason."
	}
	return p
}
