package templates_test

import (
	"time"

	"authserver/templates"
)

// federationStories are the pages of the area in the states that people meet.
func federationStories() map[string]templates.Page {
	at := time.Date(2026, 5, 4, 12, 30, 0, 0, time.UTC)
	shop := templates.App{Name: "Little Shop", HomeURL: "https://shop.example", Host: "shop.example"}
	ada := templates.Account{Name: "Ada Lovelace", Email: "ada@example.com"}
	frame := templates.Frame{FlowID: "0192f0c1-0000-7000-8000-000000000001", Proof: "cHJvb2Y"}
	globex := templates.Provider{Slug: "globex", Name: "Globex"}
	long := templates.Provider{Slug: "long", Name: "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk"}
	const signIn = "/realms/acme/login?flow=1&proof=2"

	below := console("security")
	below.Sub = true
	done, last := below, below
	done.Done = "provider_linked"
	last.Problems = []templates.Problem{{Code: "last_way_in"}}
	linked := templates.AccountProvider{ID: "1", Provider: globex, Label: "ada@globex.example", LinkedAt: at, UsedAt: at.Add(49 * time.Hour)}
	off := templates.AccountProvider{ID: "2", Provider: long, LinkedAt: at, Off: true}
	return map[string]templates.Page{
		"signin-providers": &templates.SignIn{Frame: frame, App: shop, Providers: []templates.Provider{globex, long}},
		"federationstart": &templates.FederationStart{App: shop, Provider: globex,
			URL: "https://globex.example/authorize?client_id=1&state=fs_2&scope=openid+email"},
		"federationprove":        &templates.FederationProve{Frame: frame, App: shop, Provider: globex, Email: ada.Email, SignInURL: signIn},
		"federationlink":         &templates.FederationLink{Frame: frame, App: shop, Account: ada, Provider: globex, Label: "ada@globex.example"},
		"federationlink-plain":   &templates.FederationLink{Frame: frame, Account: ada, Provider: globex},
		"federationfailed":       &templates.FederationFailed{Frame: frame, App: shop, Provider: globex, Code: "federation_refused", SignInURL: signIn},
		"federationfailed-long":  &templates.FederationFailed{Frame: frame, Provider: long, Code: "federation_unavailable", SignInURL: signIn},
		"accountproviders":       &templates.AccountProviders{AccountFrame: done, Linked: []templates.AccountProvider{linked, off}, Available: []templates.Provider{long}},
		"accountproviders-none":  &templates.AccountProviders{AccountFrame: below, Available: []templates.Provider{globex}},
		"accountprovider-unlink": &templates.AccountProviderUnlink{AccountFrame: below, Linked: linked},
		"accountprovider-last":   &templates.AccountProviderUnlink{AccountFrame: last, Linked: linked},
	}
}
