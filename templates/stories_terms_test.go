package templates_test

import (
	"time"

	"authserver/templates"
)

// termsStories are the pages about documents and choices.
func termsStories() map[string]templates.Page {
	frame := templates.Frame{FlowID: "0192f0c1-0000-7000-8000-00000000000f", Proof: "proof"}
	since := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	terms := templates.LegalText{
		ID: "0192f0c1-0000-7000-8000-0000000000d1", Kind: "terms_of_use", Title: "Terms of use", Version: "2026-11", Since: since, Language: "en",
		HTML: "<h2>1. What this is about</h2>\n<p>You use <strong>Acme</strong>.</p>\n<ul>\n<li>Be kind.</li>\n</ul>", URL: "/realms/acme/legal/terms_of_use",
	}
	privacy := templates.LegalText{
		ID: "0192f0c1-0000-7000-8000-0000000000d2", Kind: "privacy_policy", Title: "Datenschutzerklärung", Version: "3", Since: since, Language: "de",
		HTML: "<p>Wir wissen wenig.</p>", URL: "/realms/acme/legal/privacy_policy", Checked: true,
	}
	shop := templates.App{Name: "Shop", Host: "shop.example"}
	section := templates.AccountFrame{Section: "privacy", Sub: true}
	wrong := frame
	wrong.Problems = []templates.Problem{{Code: "document_missing", Field: "accept-" + terms.ID}}
	return map[string]templates.Page{
		"terms":                  &templates.Terms{Frame: frame, App: shop, Documents: []templates.LegalText{terms, privacy}},
		"terms-missing":          &templates.Terms{Frame: wrong, App: shop, Documents: []templates.LegalText{terms, privacy}},
		"legal":                  &templates.Legal{Documents: []templates.LegalText{terms, privacy}},
		"legal-none":             &templates.Legal{},
		"legaldocument":          &templates.LegalDocument{Document: privacy},
		"accountdocuments":       &templates.AccountDocuments{AccountFrame: section, Agreements: []templates.Agreement{{Title: "Terms of use", Version: "2026-11", URL: "/realms/acme/legal/versions/x", AcceptedAt: since}}},
		"accountdocuments-none":  &templates.AccountDocuments{AccountFrame: section},
		"accountchoices":         &templates.AccountChoices{AccountFrame: section, Choices: []templates.PurposeChoice{{Purpose: "marketing_emails", Granted: true}, {Purpose: "research"}, {Purpose: "analytics"}, {Purpose: "data_sharing"}, {Purpose: "personalization"}}, History: []templates.PastChoice{{ID: "0192f0c1-0000-7000-8000-0000000000c1", Purpose: "marketing_emails", Granted: true, At: since}}},
		"accountchoices-nothing": &templates.AccountChoices{AccountFrame: section},
	}
}
