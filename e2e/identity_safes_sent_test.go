package e2e_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"authserver/e2e"
	"authserver/internal/letter"
	"authserver/tenant/application"
)

// tokenSafes are what applications and browsers hold.
func tokenSafes() []safe {
	return []safe{
		{name: "authorization code", mint: func(k *keeper) string {
			var page *e2e.Page
			k.attempt, page = k.ann.login()
			return page.URL.Query().Get("code")
		}, redeem: func(k *keeper, _ *e2e.Browser, value string) bool {
			_, err := k.party.Exchange(k.t.Context(), value, k.attempt.Verifier)
			return err == nil
		}},
		{name: "access token", lasting: true, mint: func(k *keeper) string { return k.tokens.AccessToken },
			redeem: func(k *keeper, _ *e2e.Browser, value string) bool {
				_, err := k.party.Userinfo(k.t.Context(), value)
				a, failed := k.party.Bearer(k.t.Context(), http.MethodGet, k.URL+"/api/v1/realms/acme/me", value, "")
				if failed != nil || (err == nil) != (a.Status == http.StatusOK) {
					k.t.Errorf("userinfo: %v, me: %d, %v", err, a.Status, failed)
				}
				return err == nil
			}},
		{name: "client secret", lasting: true, mint: func(k *keeper) string { return k.party.Secret },
			redeem: func(k *keeper, _ *e2e.Browser, value string) bool {
				a := ask(k.t, k.party, basic(k.party.ClientID, value), url.Values{"grant_type": {"client_credentials"}})
				return a.Status == http.StatusOK
			}},
		{name: "API key", lasting: true, mint: func(k *keeper) string {
			_, plain, err := k.Server.Applications.CreateKey(k.Operator(), k.Realm.ID, application.KeyDraft{Name: "e2e", Scopes: []string{"introspect"}})
			k.must(err)
			return plain
		}, redeem: func(k *keeper, _ *e2e.Browser, value string) bool {
			_, err := k.Server.Applications.AuthenticateKey(k.t.Context(), k.Realm.ID, value, "")
			return err == nil
		}},
		{name: "proof of a flow", mint: func(k *keeper) string {
			there := k.ann.elsewhere()
			_, page := there.login()
			k.at["proof of a flow"], k.form["proof"] = there.Browser, flowOf(page)
			k.form["proof"].Set("email", k.ann.Email)
			k.form["proof"].Set("password", k.ann.Password)
			proof := k.form["proof"].Get("proof")
			k.form["proof"].Del("proof")
			return proof
		}, redeem: func(k *keeper, b *e2e.Browser, value string) bool {
			return step(k.post(b, k.scene.at("/login"), k.with("proof", "proof", value))) == "mfa"
		}},
		{name: "session cookie", lasting: true, mint: func(k *keeper) string { return cookie(k.ann.Browser, "session-acme") },
			redeem: func(k *keeper, _ *e2e.Browser, value string) bool {
				b := k.copied(nil)
				b.SetCookies([]*http.Cookie{{Name: "session-acme", Value: plain(value)}})
				return k.call(b, http.MethodGet, "", nil).Status == http.StatusOK
			}},
		{name: "known device", lasting: true, mint: func(k *keeper) string {
			lou := k.person("lou"+k.ann.Email, nil)
			lou.signIn()
			k.form["lou"] = url.Values{"email": {lou.Email}, "password": {lou.Password}}
			wrong(threshold)(lou)
			return cookie(lou.Browser, "device-acme")
		}, redeem: func(k *keeper, _ *e2e.Browser, value string) bool {
			b := k.copied(nil)
			b.SetCookies([]*http.Cookie{{Name: "device-acme", Value: plain(value)}})
			page := k.get(b, k.party.Begin().URL)
			return k.post(b, k.scene.at("/login"), k.with("lou", "flow", flowOf(page).Get("flow"), "proof", flowOf(page).Get("proof"))).Left()
		}},
	}
}

// letterSafes are what a letter brings.
func letterSafes() []safe {
	confirm := func(place, path string) func(*keeper, *e2e.Browser, string) bool {
		return func(k *keeper, b *e2e.Browser, value string) bool {
			return k.call(b, http.MethodPost, path, map[string]string{"code": value}).Status == http.StatusNoContent
		}
	}
	return []safe{
		{name: "code to a phone", mint: func(k *keeper) string {
			number := "+4940" + k.digits()
			k.at["code to a phone"] = k.ann.Browser
			if page := k.call(k.ann.Browser, http.MethodPost, "/phone", map[string]string{"phone_number": number}); page.Status != http.StatusAccepted {
				k.t.Fatalf("phone: %v %s", page, page.Body)
			}
			return k.LetterCode(number)
		}, redeem: confirm("code to a phone", "/phone/confirm")},
		{name: "code to an address", alien: true, mint: func(k *keeper) string { return k.LetterCode(k.unverified("code to an address").Email) },
			redeem: confirm("code to an address", "/email/verification/confirm")},
		{name: "link to an address", alien: true, mint: func(k *keeper) string { return k.tokenOf(k.LetterLink(k.unverified("link to an address").Email)) },
			redeem: behind("/verify-email/confirm", "confirmed-email")},
		{name: "code to a new address", alien: true, mint: func(k *keeper) string { return k.LetterCode(k.moving("code to a new address")) },
			redeem: confirm("code to a new address", "/email/change/confirm")},
		{name: "link to a new address", alien: true, mint: func(k *keeper) string { return k.tokenOf(k.LetterLink(k.moving("link to a new address"))) },
			redeem: behind("/change-email/confirm", "confirmed-email")},
		{name: "link to undo", alien: true, mint: func(k *keeper) string {
			uwe := k.person("uwe"+k.ann.Email, nil)
			uwe.signIn()
			k.move(uwe.Browser, "new"+uwe.Email)
			code := k.LetterCode("new" + uwe.Email)
			if page := k.call(uwe.Browser, http.MethodPost, "/email/change/confirm", map[string]string{"code": code}); page.Status != http.StatusNoContent {
				k.t.Fatalf("change: %v %s", page, page.Body)
			}
			return k.tokenOf(k.LetterLink(uwe.Email, "was changed"))
		}, redeem: behind("/undo-email", "confirmed-email")},
		{name: "code to register", alien: true, mint: func(k *keeper) string { return k.LetterCode(k.registering("code to register")) },
			redeem: func(k *keeper, b *e2e.Browser, value string) bool {
				return k.post(b, k.scene.at("/register"), k.with("code to register", "code", value, "action", "confirm")).Left()
			}},
		{name: "link to register", alien: true, mint: func(k *keeper) string { return k.tokenOf(k.LetterLink(k.registering("link to register"))) },
			redeem: func(k *keeper, b *e2e.Browser, value string) bool {
				return behind("/register/confirm", "register/done", "new_password", newPassword)(k, k.copied(nil), value)
			}},
		{name: "code to recover", alien: true, mint: func(k *keeper) string { return k.LetterCode(k.recovering("code to recover"), "new password was asked") },
			redeem: func(k *keeper, b *e2e.Browser, value string) bool {
				if step(k.post(b, k.scene.at("/recover/sent"), url.Values{"code": {value}, "action": {"confirm"}})) != "recover/confirm" {
					return false
				}
				return step(k.post(b, k.scene.at("/recover/confirm"), url.Values{"new_password": {newPassword}})) == "recover/done"
			}},
		{name: "link to recover", alien: true, mint: func(k *keeper) string {
			return k.tokenOf(k.LetterLink(k.recovering("link to recover"), "new password was asked"))
		}, redeem: behind("/recover/confirm", "recover/done", "new_password", newPassword)},
		{name: "link to stay", alien: true, mint: func(k *keeper) string {
			eve := k.person("eve"+k.ann.Email, nil)
			_, err := k.Server.Privacy.Schedule(k.Operator(), k.Realm, eve.id)
			k.must(err)
			return k.tokenOf(k.LetterLink(eve.Email))
		}, redeem: behind("/erasure/cancel", "erasure")},
		{name: "link to a copy", lasting: true, mint: func(k *keeper) string {
			k.at["link to a copy"] = k.ann.Browser
			k.ann.send(k.ann.open(k.scene.at("/account/privacy")), "Prepare my data")
			k.must(k.Server.Settle(k.Operator()))
			link := k.ann.open(k.scene.at("/account/privacy")).Doc().Find("a[download]").AttrOr("href", "")
			return link[strings.LastIndexByte(link, '/')+1:]
		}, redeem: func(k *keeper, b *e2e.Browser, value string) bool {
			page := k.get(b, k.scene.at("/account/privacy/export/"+url.PathEscape(plain(value))))
			return page.Status == http.StatusOK && strings.HasPrefix(page.Header.Get("Content-Type"), "application/json")
		}},
		{name: "link to unsubscribe", lasting: true, mint: func(k *keeper) string {
			k.must(k.Server.Database.InTx(k.Operator(), func(ctx context.Context) error {
				return k.Server.Messages.Send(ctx, letter.Letter{
					RealmID: k.Realm.ID, UserID: k.ann.id, Kind: letter.ApplicationRevoked, To: k.ann.Email, Data: map[string]string{"application": "Harbour"},
				})
			}))
			for _, link := range k.Letter(k.ann.Email, "lost its access").Links {
				if _, token, ok := strings.Cut(link, "/email/unsubscribe/"); ok {
					return token
				}
			}
			k.t.Fatal("the letter has no way to unsubscribe")
			return ""
		}, redeem: func(k *keeper, b *e2e.Browser, value string) bool {
			page := k.post(b, k.scene.at("/email/unsubscribe/"+url.PathEscape(plain(value))), url.Values{"List-Unsubscribe": {"One-Click"}})
			return page.Status == http.StatusOK
		}},
	}
}
