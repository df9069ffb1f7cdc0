package passkey_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"authserver/tenant/realm"
)

func TestTheAccountLooksAfterPasskeys(t *testing.T) {
	t.Parallel()
	h := newPages(t)
	u := h.User(t, "ann@example.com")
	b := h.of(t, u.ID)
	if got := b.get("/realms/acme/account/passkeys"); got.StatusCode != http.StatusOK || b.page.Find("[data-passkey-signal]").Length() != 0 {
		t.Fatalf("empty list = %d", got.StatusCode)
	}
	b.get("/realms/acme/account/passkeys/new")
	a := newAuthenticator(t)
	got := b.answer(a.create(b.ask()), "label", "Phone")
	if got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != "/realms/acme/account/passkeys?done=passkey_added" {
		t.Fatalf("add = %d to %s\n%s", got.StatusCode, got.Header.Get("Location"), b.body)
	}
	all, err := h.Sessions.List(h.Context, h.Realm.ID, u.ID)
	if err != nil || len(all) != 1 || !all[0].MultiFactor() {
		t.Errorf("who has just used the new passkey is asked for it: %+v, %v", all, err)
	}
	b.get(got.Header.Get("Location"))
	row := b.page.Find(".row a")
	if !strings.Contains(row.Text(), "Phone") || b.page.Find("[role=status]").Length() != 1 {
		t.Errorf("list %q", row.Text())
	}
	signal := b.page.Find("[data-passkey-signal]")
	if signal.AttrOr("data-credentials", "") != `["`+b64(a.id)+`"]` || signal.AttrOr("data-user", "") != b64(a.handle) || signal.AttrOr("data-relying-party", "") != "auth.test" {
		t.Errorf("signal %v", signal.Nodes[0].Attr)
	}
	one := row.AttrOr("href", "")
	if got := b.get(one); got.StatusCode != http.StatusOK || b.page.Find("#label").AttrOr("value", "") != "Phone" {
		t.Errorf("one = %d", got.StatusCode)
	}
	if got := b.post(one, url.Values{"label": {strings.Repeat("x", 61)}}); got.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a long name = %d", got.StatusCode)
	}
	if got := b.post(one, url.Values{"label": {"Old phone"}}); got.Header.Get("Location") != "/realms/acme/account/passkeys?done=passkey_renamed" {
		t.Errorf("rename = %d to %s", got.StatusCode, got.Header.Get("Location"))
	}
	elsewhere, _ := h.Session(t, u.ID)
	b.get(one + "/remove")
	if got := b.post(one+"/remove", nil); got.Header.Get("Location") != "/realms/acme/account/passkeys?done=passkey_removed" {
		t.Errorf("remove = %d to %s\n%s", got.StatusCode, got.Header.Get("Location"), b.body)
	}
	if s, _ := h.Sessions.ByID(h.Context, h.Realm.ID, elsewhere.ID); s.Live(h.Clock.Now()) {
		t.Error("another session goes on")
	}
	if got := b.get(one); got.StatusCode != http.StatusNotFound {
		t.Errorf("after that = %d, want 404", got.StatusCode)
	}
	b.get("/realms/acme/account/passkeys")
	if got := b.page.Find("[data-passkey-signal]").AttrOr("data-credentials", ""); got != "[]" {
		t.Errorf("password managers hear of %s, want of none", got)
	}
	if h.others.distrust != 2 {
		t.Errorf("trust in devices ended %d times, want with each change", h.others.distrust)
	}
}

func TestAFirstPasskeyBringsRecoveryCodes(t *testing.T) {
	t.Parallel()
	h := newPages(t)
	h.others.codes = true
	b := h.of(t, h.User(t, "ann@example.com").ID)
	b.get("/realms/acme/account/passkeys/new")
	got := b.answer(newAuthenticator(t).create(b.ask()), "label", "Phone")
	if to := got.Header.Get("Location"); to != "/realms/acme/account/recovery-codes?done=passkey_added" {
		t.Errorf("add = %d to %s", got.StatusCode, to)
	}
}

func TestOthersPasskeysAreNotThere(t *testing.T) {
	t.Parallel()
	h := newPages(t)
	ann, bob := h.User(t, "ann@example.com"), h.User(t, "bob@example.com")
	p := h.enrolled(t, ann, newAuthenticator(t))
	b := h.of(t, bob.ID)
	for _, try := range [][2]string{
		{"GET", "/realms/acme/account/passkeys/" + p.ID}, {"POST", "/realms/acme/account/passkeys/" + p.ID},
		{"GET", "/realms/acme/account/passkeys/" + p.ID + "/remove"}, {"POST", "/realms/acme/account/passkeys/" + p.ID + "/remove"},
		{"DELETE", "/api/v1/realms/acme/me/passkeys/" + p.ID},
	} {
		if got := b.send(try[0], try[1], ""); got.StatusCode != http.StatusNotFound {
			t.Errorf("%s %s = %d, want 404", try[0], try[1], got.StatusCode)
		}
	}
	if got := b.json("PATCH", "/api/v1/realms/acme/me/passkeys/"+p.ID, `{"label":"x"}`); got.StatusCode != http.StatusNotFound {
		t.Errorf("PATCH = %d, want 404", got.StatusCode)
	}
}

// What changes the keys to an account needs a fresh sign-in.
func TestKeysAreChangedFreshlyOnly(t *testing.T) {
	t.Parallel()
	h := newPages(t)
	u := h.User(t, "ann@example.com")
	p := h.enrolled(t, u, newAuthenticator(t))
	b := h.of(t, u.ID)
	h.porter.stale = true
	for _, try := range [][2]string{
		{"GET", "/realms/acme/account/passkeys/new"}, {"POST", "/realms/acme/account/passkeys/new"},
		{"POST", "/realms/acme/account/passkeys/new/options"}, {"POST", "/realms/acme/account/passkeys/" + p.ID + "/remove"},
	} {
		got := b.send(try[0], try[1], "")
		if got.StatusCode != http.StatusSeeOther || !strings.HasPrefix(got.Header.Get("Location"), "/sign-in?") {
			t.Errorf("%s %s = %d", try[0], try[1], got.StatusCode)
		}
	}
	for _, try := range [][2]string{
		{"POST", "/api/v1/realms/acme/me/passkeys/options"}, {"POST", "/api/v1/realms/acme/me/passkeys"}, {"DELETE", "/api/v1/realms/acme/me/passkeys/" + p.ID},
	} {
		if got := b.send(try[0], try[1], ""); got.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s %s = %d", try[0], try[1], got.StatusCode)
		}
	}
	for _, target := range []string{"/realms/acme/account/passkeys", "/realms/acme/account/passkeys/" + p.ID, "/api/v1/realms/acme/me/passkeys"} {
		if got := b.get(target); got.StatusCode != http.StatusOK {
			t.Errorf("looking at %s = %d, want 200", target, got.StatusCode)
		}
	}
}

func TestProgramsLookAfterPasskeys(t *testing.T) {
	t.Parallel()
	h := newPages(t, policy(func(p *realm.Policy) { p.SecondFactor = realm.Required }))
	u := h.User(t, "ann@example.com")
	b := h.of(t, u.ID)
	const base = "/api/v1/realms/acme/me/passkeys"
	if got := b.json("POST", base+"/options", ""); got.StatusCode != http.StatusOK {
		t.Fatalf("options = %d %s", got.StatusCode, b.body)
	}
	a := newAuthenticator(t)
	body := `{"label":"Phone","credential":` + string(a.create([]byte(b.body))) + `}`
	if got := b.json("POST", base, body); got.StatusCode != http.StatusCreated {
		t.Fatalf("add = %d %s", got.StatusCode, b.body)
	}
	var made struct{ ID, Label, Title string }
	if err := json.Unmarshal([]byte(b.body), &made); err != nil || made.Label != "Phone" || made.Title != "Phone" {
		t.Errorf("made %s, %v", b.body, err)
	}
	if got := b.json("POST", base, body); got.StatusCode != http.StatusGone || !strings.Contains(b.body, `"passkey_expired"`) {
		t.Errorf("the same answer again = %d %s", got.StatusCode, b.body)
	}
	if got := b.json("PATCH", base+"/"+made.ID, `{"label":"Old phone"}`); got.StatusCode != http.StatusOK || !strings.Contains(b.body, `"label":"Old phone"`) {
		t.Errorf("rename = %d %s", got.StatusCode, b.body)
	}
	if got := b.json("PATCH", base+"/"+made.ID, `{"user_verified":true}`); got.StatusCode != http.StatusBadRequest {
		t.Errorf("a field of the server's = %d", got.StatusCode)
	}
	if got := b.json("PATCH", base+"/"+made.ID, `{"label":"`+strings.Repeat("x", 61)+`"}`); got.StatusCode != http.StatusBadRequest || !strings.Contains(b.body, `"field":"label"`) {
		t.Errorf("a long name = %d %s", got.StatusCode, b.body)
	}
	if got := b.json("DELETE", base+"/"+made.ID, ""); got.StatusCode != http.StatusConflict || !strings.Contains(b.body, `"passkey_last_factor"`) {
		t.Errorf("the last factor = %d %s", got.StatusCode, b.body)
	}
	h.others.kinds = []string{"totp"}
	if got := b.json("DELETE", base+"/"+made.ID, ""); got.StatusCode != http.StatusNoContent {
		t.Errorf("remove = %d %s", got.StatusCode, b.body)
	}
	b.get(base)
	var list struct {
		RPID       string `json:"rp_id"`
		UserHandle string `json:"user_handle"`
		Items      []any  `json:"items"`
	}
	if err := json.Unmarshal([]byte(b.body), &list); err != nil || list.RPID != "auth.test" || list.UserHandle != b64(a.handle) || list.Items == nil || len(list.Items) != 0 {
		t.Errorf("list %s, %v", b.body, err)
	}
}
