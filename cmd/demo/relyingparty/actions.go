package relyingparty

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/zitadel/oidc/v3/pkg/client/rs"

	"authserver/internal/secret"
)

// action wraps what a signed-in person may do with their tokens: it does the
// thing and returns to the start page, which shows the result.
func (a *App) action(do func(context.Context, *connection, *browser) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		b := a.browsers.find(r)
		if b == nil {
			http.Redirect(w, r, "/", http.StatusSeeOther)
			return
		}
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.tokens == nil {
			http.Redirect(w, r, "/", http.StatusSeeOther)
			return
		}
		conn, err := a.provider.connection(r.Context())
		if err != nil {
			a.unreachable(w, r, err)
			return
		}
		if err := do(r.Context(), conn, b); err != nil {
			a.config.Logger.WarnContext(r.Context(), "demo: request refused", "path", r.URL.Path, "error", err)
			b.problem = &problem{Title: "The server refused", Text: err.Error()}
		}
		http.Redirect(w, r, "/", http.StatusSeeOther)
	}
}

// refresh trades the refresh token for new tokens.
func (a *App) refresh(ctx context.Context, conn *connection, b *browser) error {
	fresh, err := conn.refresh(ctx, b.tokens)
	if err != nil {
		return err
	}
	b.tokens = fresh
	b.notice = "New tokens: look at iat, exp and jti. The old refresh token is spent."
	return nil
}

// userinfo asks the userinfo endpoint who signed in.
func (a *App) userinfo(ctx context.Context, conn *connection, b *browser) error {
	info, err := conn.userinfo(ctx, b.tokens)
	if err != nil {
		return err
	}
	b.person, b.userinfo = info, &card{Claims: claims(info)}
	b.notice = "The userinfo endpoint answered; its claims stand below."
	return nil
}

// introspect asks the server about the access token, as a resource server would.
func (a *App) introspect(ctx context.Context, conn *connection, b *browser) error {
	answer, err := rs.Introspect[document](ctx, conn.resource, b.tokens.AccessToken)
	if err != nil {
		return err
	}
	b.introspection = &card{Claims: claims(answer)}
	b.notice = "The introspection endpoint answered; its claims stand below."
	return nil
}

// document is a JSON object of claims, kept as the server sent it.
type document map[string]json.RawMessage

// GetSubject returns the sub claim, or "" (rp.SubjectGetter).
func (d document) GetSubject() string { return d.text("sub") }

// text returns a claim that is a string, or "".
func (d document) text(name string) string {
	var s string
	if json.Unmarshal(d[name], &s) != nil {
		return ""
	}
	return s
}

// signOut ends the session here, then at the server (OpenID Connect
// RP-Initiated Logout 1.0 §2). This one first: whatever becomes of the journey,
// the demo has forgotten.
func (a *App) signOut(w http.ResponseWriter, r *http.Request) {
	b := a.browsers.find(r)
	a.browsers.forget(w, r)
	if b == nil {
		http.Redirect(w, r, "/signed-out", http.StatusSeeOther)
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	target, err := a.endSession(r.Context(), b)
	if err != nil {
		a.config.Logger.WarnContext(r.Context(), "demo: signed out here only", "error", err)
		target = "/signed-out"
	}
	b.tokens = nil
	http.Redirect(w, r, target, http.StatusSeeOther)
}

func (a *App) endSession(ctx context.Context, b *browser) (string, error) {
	if b.tokens == nil {
		return "/signed-out", nil
	}
	conn, err := a.provider.connection(ctx)
	if err != nil {
		return "", err
	}
	target, err := url.Parse(conn.party.GetEndSessionEndpoint())
	if err != nil || target.Host == "" {
		return "", fmt.Errorf("the realm names no usable end_session_endpoint (%q)", conn.party.GetEndSessionEndpoint())
	}
	q := target.Query()
	q.Set("id_token_hint", b.tokens.IDToken)
	q.Set("client_id", a.config.ClientID)
	q.Set("post_logout_redirect_uri", a.config.BaseURL+"/signed-out")
	q.Set("state", secret.Token(""))
	target.RawQuery = q.Encode()
	return target.String(), nil
}
