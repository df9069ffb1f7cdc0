package chromium

import (
	"time"

	"github.com/chromedp/chromedp"

	"authserver/consent/terms"
	"authserver/tenant/realm"
)

func agreeing() []journey {
	return []journey{
		{name: "terms", walk: agree},
		{name: "choices", walk: choose, policy: func(p *realm.Policy) { p.Purposes = []string{"marketing_emails", "research"} }},
	}
}

// publish puts a document in force and returns it.
func (w *walk) publish(kind, title, markdown string) *terms.Document {
	w.t.Helper()
	d, err := w.Server.Terms.Create(w.Operator(), terms.Document{
		RealmID: w.Realm.ID, Kind: kind, Version: "2026-11", Required: true, Texts: []terms.Text{{Language: "en", Title: title, Markdown: markdown}},
	})
	if err == nil {
		_, err = w.Server.Terms.Activate(w.Operator(), w.Realm.ID, d.ID, time.Time{})
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

// What is new must be read and accepted before the application opens.
func agree(w *walk) {
	w.citizen(nil)
	use := w.publish("terms_of_use", "Terms of use", "## 1. What this is about\n\nYou use Acme, and Acme lets you.\n\n- Be kind.\n- Keep your password to yourself.\n\n| What | How long |\n|---|---|\n| Your name | until you leave |\n")
	privacy := w.publish("privacy_policy", "Privacy policy", "We know **little** and tell nobody.")
	w.begin()
	w.password(ann)
	w.arrive("Please read and accept")
	w.hold("terms")
	w.do("tick one box", chromedp.Click(chromedp.CSS(`[id="`+"accept-"+use.ID+`"]`), chromedp.NodeVisible))
	w.press("Accept and continue")
	w.says(`@role="alert"`, "Tick the box")
	w.hold("one box is missing")
	w.do("tick the other box", chromedp.Click(chromedp.CSS(`[id="`+"accept-"+privacy.ID+`"]`), chromedp.NodeVisible))
	w.press("Accept and continue")
	w.press("Allow")
	w.inside(ann)
	w.open("/privacy/documents", "Accepted documents")
	w.hold("accepted")
	w.follow("Terms of use")
	w.arrive("Terms of use")
	w.hold("the document")
	w.visit(w.at("/legal"))
	w.arrive("Legal documents")
	w.hold("all documents")
}

// Nothing is allowed until the person says so, and they may change their mind.
func choose(w *walk) {
	w.citizen(nil)
	w.account(ann)
	w.open("/privacy", "Privacy")
	w.hold("privacy")
	w.open("/privacy/choices", "Your choices")
	w.hold("choices")
	w.do("allow research", chromedp.Click(chromedp.CSS(`[id="`+"purpose_research"+`"]`), chromedp.NodeVisible))
	w.press("Save choices")
	w.done("Your choices are saved.")
	w.hold("chosen")
}
