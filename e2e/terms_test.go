package e2e_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"testing"
	"time"

	"authserver/consent/terms"
	"authserver/e2e"
	"authserver/tenant/realm"
)

// publish puts a version of the realm's documents in force; realmID "" is that of all.
func publish(t *testing.T, h *e2e.House, realmID, kind, version string, required bool) *terms.Document {
	t.Helper()
	h.Clock.Play(time.Second)
	d, err := h.Server.Terms.Create(h.Operator(), terms.Document{
		RealmID: realmID, Kind: kind, Version: version, Required: required,
		Texts: []terms.Text{{Language: "en", Title: kind + " " + version, Markdown: "# Rules\n\nBe **kind**. <script>alert(1)</script> [x](javascript:alert(1))"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Server.Terms.Activate(h.Operator(), realmID, d.ID, time.Time{}); err != nil {
		t.Fatal(err)
	}
	return d
}

func setPolicy(t *testing.T, h *e2e.House, change func(*realm.Policy)) {
	t.Helper()
	if _, err := h.Server.Realms.Update(h.Operator(), h.Realm.ID, func(r *realm.Realm) error {
		change(&r.Policy)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// accept ticks the box of every document on the page and sends it.
func accept(t *testing.T, person *e2e.Person, page *e2e.Page, documents ...*terms.Document) *e2e.Page {
	t.Helper()
	f, err := page.Form("accept")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range documents {
		f.Set("accept-"+d.ID, "yes")
	}
	next, err := person.Submit(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	return next
}

// begin signs a person in as far as the page of that name.
func begin(t *testing.T, party *e2e.Party, person *e2e.Person, step string) (e2e.Attempt, *e2e.Page) {
	t.Helper()
	at := party.Begin()
	page, err := person.Click(t.Context(), at.URL)
	if err != nil {
		t.Fatal(err)
	}
	if path.Base(page.URL.Path) == "login" {
		if page, err = person.SignIn(t.Context(), page); err != nil {
			t.Fatal(err)
		}
	}
	if got := path.Base(page.URL.Path); got != step {
		t.Fatalf("came to %s, want %s\n%s", page.URL, step, page)
	}
	return at, page
}

// A new version stops the next sign-in until it is accepted; declining gives nothing; what
// was accepted is written down and not asked again.
func TestANewVersionOfTheTermsIsAskedFor(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party, person := h.NewParty(nil), h.NewPerson("rosa@example.com")
	use := publish(t, h, h.Realm.ID, terms.TermsOfUse, "1", true)
	privacy := publish(t, h, "", terms.PrivacyPolicy, "2026-11", true)
	publish(t, h, h.Realm.ID, "cookie_policy", "1", false)

	at, page := begin(t, party, person, "terms")
	if n := page.Doc().Find("input[type=checkbox]").Length(); n != 2 {
		t.Fatalf("%d boxes, want those of the two required documents", n)
	}
	if html, _ := page.Doc().Find(".document").First().Html(); strings.Contains(html, "script") || !strings.Contains(html, "<strong>kind</strong>") {
		t.Errorf("the text is %s", html)
	}
	if page = accept(t, person, page, use); page.Left() || page.Status != http.StatusUnprocessableEntity || page.Alert() == "" {
		t.Fatalf("one box of two: %d %s", page.Status, page)
	}
	if n := page.Doc().Find("input[type=checkbox][checked]").Length(); n != 1 {
		t.Error("the box that was ticked is not ticked any more")
	}
	declined, err := person.Press(t.Context(), page, "decline")
	if err != nil {
		t.Fatal(err)
	}
	if got := declined.URL.Query().Get("error"); got != "access_denied" {
		t.Fatalf("declined: %s", declined.URL)
	}
	silent := party.Begin()
	back, err := person.Click(t.Context(), silent.URL+"&prompt=none")
	if err != nil || back.URL.Query().Get("error") != "interaction_required" {
		t.Fatalf("prompt=none: %v %v", back, err)
	}

	at, page = begin(t, party, person, "terms")
	// Meanwhile the realm publishes its own policy: what was on the page is not agreed to.
	own := publish(t, h, h.Realm.ID, terms.PrivacyPolicy, "1", true)
	if page = accept(t, person, page, use, privacy); page.Status != http.StatusUnprocessableEntity && page.Status != http.StatusConflict {
		t.Fatalf("a version that is no longer in force was accepted: %d %s", page.Status, page)
	}
	page = accept(t, person, page, use, own)
	if path.Base(page.URL.Path) != "consent" {
		t.Fatalf("after accepting: %s", page)
	}
	if page, err = person.Press(t.Context(), page, "allow"); err != nil {
		t.Fatal(err)
	}
	code, err := party.Code(at, page.URL)
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := party.Exchange(t.Context(), code, at.Verifier)
	if err != nil {
		t.Fatal(err)
	}
	u, err := h.Server.Users.ByEmail(t.Context(), h.Realm.ID, person.Email)
	if err != nil {
		t.Fatal(err)
	}
	ledger, err := h.Server.Terms.Acceptances(t.Context(), h.Realm.ID, terms.Query{UserID: u.ID})
	if err != nil || len(ledger) != 2 {
		t.Fatalf("the ledger has %d lines, %v", len(ledger), err)
	}
	for _, a := range ledger {
		if a.DocumentID == privacy.ID || a.Channel != terms.ChannelSignIn || a.ApplicationID == "" || len(a.Digest) != 32 || a.Language != "en" {
			t.Errorf("line %+v", a)
		}
	}
	if back, err := person.Authorize(t.Context(), party.Begin().URL); err != nil || back.Query().Get("code") == "" {
		t.Errorf("asked again: %v %v", back, err)
	}

	// A next version: tokens are renewed until the realm says otherwise.
	publish(t, h, h.Realm.ID, terms.TermsOfUse, "2", true)
	if tokens, err = party.Refresh(t.Context(), tokens.RefreshToken); err != nil {
		t.Fatal(err)
	}
	setPolicy(t, h, func(p *realm.Policy) { p.TermsOnRefresh = true })
	if _, err := party.Refresh(t.Context(), tokens.RefreshToken); err == nil {
		t.Error("tokens were renewed for who has not accepted the new version")
	}
	begin(t, party, person, "terms")
}

// An application that names a least version is content with it, and demands what others
// do not.
func TestAnApplicationPinsAVersion(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party, person := h.NewParty(nil), h.NewPerson("rosa@example.com")
	beta := publish(t, h, h.Realm.ID, "beta_terms", "1", false)
	if at, err := person.Authorize(t.Context(), party.Begin().URL); err != nil || at.Query().Get("code") == "" {
		t.Fatalf("asked for what is not required: %v %v", at, err)
	}
	app, err := h.Server.Applications.ByClientID(t.Context(), h.Realm.ID, party.ClientID)
	if err != nil {
		t.Fatal(err)
	}
	pin := func(d *terms.Document) {
		t.Helper()
		if _, err := h.Server.Terms.SetPins(h.Operator(), h.Realm.ID, app.ID, []string{d.ID}); err != nil {
			t.Fatal(err)
		}
	}
	pin(beta)
	_, page := begin(t, party, person, "terms")
	if page = accept(t, person, page, beta); !page.Left() {
		t.Fatalf("after accepting: %s", page)
	}
	next := publish(t, h, h.Realm.ID, "beta_terms", "2", false)
	if at, err := person.Authorize(t.Context(), party.Begin().URL); err != nil || at.Query().Get("code") == "" {
		t.Fatalf("the least version does not suffice: %v %v", at, err)
	}
	pin(next)
	begin(t, party, person, "terms")
}

// The public endpoints answer 304 to who has the version, and another node tells of a new
// one within a second.
func TestDocumentsAreCachedAndNewsTravel(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	publish(t, h, h.Realm.ID, terms.TermsOfUse, "1", true)
	node := secondNode(t, h)
	read := func(path, etag string) (*http.Response, string) {
		t.Helper()
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, h.Issuer+path, http.NoBody)
		if etag != "" {
			r.Header.Set("If-None-Match", etag)
		}
		w := httptest.NewRecorder()
		node.ServeHTTP(w, r)
		raw, err := io.ReadAll(w.Result().Body)
		if err != nil {
			t.Fatal(err)
		}
		return w.Result(), string(raw)
	}
	first, body := read("/documents/terms_of_use", "")
	var d struct {
		Version, Title, HTML string
		Languages            []string
	}
	if err := json.Unmarshal([]byte(body), &d); err != nil || d.Version != "1" || len(d.Languages) != 1 || strings.Contains(d.HTML, "script") {
		t.Fatalf("%d %s", first.StatusCode, body)
	}
	etag := first.Header.Get("ETag")
	if got := first.Header.Get("Cache-Control"); got != "public, max-age=60" {
		t.Errorf("Cache-Control: %s", got)
	}
	if again, body := read("/documents/terms_of_use", etag); again.StatusCode != http.StatusNotModified || body != "" {
		t.Errorf("with the tag: %d %s", again.StatusCode, body)
	}
	if all, body := read("/documents", ""); all.StatusCode != http.StatusOK || !strings.Contains(body, `"terms_of_use"`) {
		t.Errorf("the list: %d %s", all.StatusCode, body)
	}
	if none, _ := read("/documents/unheard_of", ""); none.StatusCode != http.StatusNotFound {
		t.Errorf("an unknown kind: %d", none.StatusCode)
	}
	publish(t, h, h.Realm.ID, terms.TermsOfUse, "2", true)
	ctx, stop := context.WithTimeout(t.Context(), time.Second)
	defer stop()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		if now, _ := read("/documents/terms_of_use", etag); now.StatusCode == http.StatusOK {
			break
		}
		select {
		case <-ctx.Done():
			t.Fatal("the other node tells of the old version after a second")
		case <-tick.C:
		}
	}
	for address, want := range map[string]int{"/legal": 200, "/legal/terms_of_use": 200, "/legal/unheard_of": 404} {
		if got, _ := read(address, ""); got.StatusCode != want {
			t.Errorf("%s: %d, want %d", address, got.StatusCode, want)
		}
	}
}

// What people chose is kept for good, with a receipt that anybody can verify.
func TestChoicesLeaveReceipts(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	setPolicy(t, h, func(p *realm.Policy) { p.Purposes = []string{"marketing_emails", "analytics"} })
	person := h.NewPerson("rosa@example.com")
	page, err := person.Click(t.Context(), h.Issuer+"/account/privacy/choices")
	if err != nil {
		t.Fatal(err)
	}
	if page, err = person.SignIn(t.Context(), page); err != nil {
		t.Fatal(err)
	}
	for _, ticked := range []bool{true, true, false} { // the second changes nothing
		f, err := page.Form("Save choices")
		if err != nil {
			t.Fatal(err)
		}
		values := f.Values()
		values.Del("purpose_analytics")
		if ticked {
			f.Set("purpose_analytics", "yes")
		}
		if page, err = person.Submit(t.Context(), f); err != nil {
			t.Fatal(err)
		}
	}
	receipts := page.Doc().Find("a[href$='/receipt']")
	if n := receipts.Length(); n != 3 { // marketing no; analytics yes, no
		t.Fatalf("%d choices in the history, want 3\n%s", n, page)
	}
	got, err := person.Open(t.Context(), h.URL+receipts.First().AttrOr("href", ""))
	if err != nil {
		t.Fatal(err)
	}
	party := h.NewParty(nil)
	claims, err := party.VerifyStatement(t.Context(), string(got.Body), "consent-receipt+jwt")
	if err != nil {
		t.Fatal(err)
	}
	if claims["iss"] != h.Issuer || claims["purpose"] != "analytics" || claims["granted"] != false {
		t.Errorf("the receipt says %v", claims)
	}
}
