package relyingparty

import (
	"bytes"
	"cmp"
	"net/http"
)

// problem is a failure in a person's words.
type problem struct {
	Title, Text, Code string
}

// card is a set of claims to show.
type card struct {
	Claims []claim
	// Raw is the token as it travels; empty for answers of an endpoint.
	Raw string
	// Opaque: the token is for the server's eyes only.
	Opaque bool
}

// page is all that the demo's one layout shows.
type page struct {
	Title, Issuer, ClientID, Hint string
	SignedIn, SignedOut           bool
	Person                        string
	Notice                        string
	Problem                       *problem
	Refreshable                   bool

	IDToken, AccessToken, Userinfo, Introspection *card
}

// home shows what is known about the person of this browser.
func (a *App) home(w http.ResponseWriter, r *http.Request) {
	p := page{Title: "Demo application", Issuer: a.config.Issuer, ClientID: a.config.ClientID, Hint: a.config.Hint}
	if b := a.browsers.find(r); b != nil {
		b.mu.Lock()
		defer b.mu.Unlock()
		p.Notice, p.Problem = b.report()
		if b.tokens != nil {
			p.signedIn(b)
		}
	}
	a.render(w, http.StatusOK, p)
}

// signedIn fills in what the tokens of b say. The caller holds b.mu.
func (p *page) signedIn(b *browser) {
	id := b.tokens.IDTokenClaims
	p.SignedIn, p.Title = true, "You are signed in"
	p.Person = cmp.Or(b.person.text("name"), b.person.text("email"), id.Name, id.Email, id.Subject)
	p.Refreshable = b.tokens.RefreshToken != ""
	p.IDToken = tokenCard(b.tokens.IDToken)
	p.AccessToken = tokenCard(b.tokens.AccessToken)
	p.Userinfo, p.Introspection = b.userinfo, b.introspection
}

func tokenCard(token string) *card {
	d, ok := decode(token)
	if !ok {
		return &card{Raw: token, Opaque: true}
	}
	return &card{Raw: token, Claims: claims(d)}
}

func (a *App) signedOut(w http.ResponseWriter, _ *http.Request) {
	a.render(w, http.StatusOK, page{
		Title: "You are signed out", SignedOut: true, Issuer: a.config.Issuer, ClientID: a.config.ClientID, Hint: a.config.Hint,
	})
}

// fail shows problem on the start page of a browser that is not signed in.
func (a *App) fail(w http.ResponseWriter, _ *http.Request, status int, failed *problem) {
	a.render(w, status, page{
		Title: "Demo application", Problem: failed, Issuer: a.config.Issuer, ClientID: a.config.ClientID, Hint: a.config.Hint,
	})
}

// unreachable answers when discovery fails: most often the server is not up yet.
func (a *App) unreachable(w http.ResponseWriter, r *http.Request, err error) {
	a.config.Logger.WarnContext(r.Context(), "demo: server not reachable", "error", err)
	w.Header().Set("Retry-After", "3")
	a.fail(w, r, http.StatusServiceUnavailable, &problem{
		Title: "Auth Server does not answer",
		Text:  "The demo could not read the realm's configuration. Is the server running? Try again in a moment.",
	})
}

// render writes the page whole or not at all.
func (a *App) render(w http.ResponseWriter, status int, p page) {
	var body bytes.Buffer
	if err := a.pages.ExecuteTemplate(&body, "demo.html", p); err != nil {
		a.config.Logger.Error("demo: page not rendered", "error", err)
		http.Error(w, "The page could not be shown.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes()) // who asked and left needs no answer
}
