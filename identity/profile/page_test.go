package profile_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"authserver/identity/flow"
	"authserver/identity/identitytest"
	"authserver/identity/profile"
	"authserver/identity/user"
	"authserver/internal/event/eventtest"
)

const dispatcher = "/realms/acme/oauth2/authorize"

// open leads a signed-in browser to the step page.
func (h *house) open(t *testing.T, u *user.User) *identitytest.Browser {
	t.Helper()
	b := identitytest.NewBrowser(t, h.web)
	b.SignIn(h.House, u.ID)
	b.Get(b.Get("/realms/acme/start").Header.Get("Location"))
	return b
}

func (h *house) flow(t *testing.T, b *identitytest.Browser) *flow.Flow {
	t.Helper()
	f, err := h.Flows.Resume(h.Context, b.Form().Get("flow"), b.Cookies["browser-acme"])
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestOnlyWhatIsMissingIsAskedFor(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "name", "phone", "birthdate", "address")
	h.set(t, field("team", profile.Select, required), field("size", profile.Number), field("adult", profile.Boolean, required))
	u := h.User(t, "ann@example.com")
	name := "Ann Smith"
	if _, err := h.Users.Update(h.Context, h.Realm.ID, u.ID, user.Profile{Name: &name}); err != nil {
		t.Fatal(err)
	}
	b := h.open(t, u)
	if b.Page == nil || !strings.Contains(b.Page.Find(".lead").Text(), "Shop") {
		t.Fatalf("page: %s", b.Body)
	}
	for selector, want := range map[string]int{
		"#name": 0, "#size": 0, "input#phone_number[type=tel][required]": 1, "input#birthdate[type=date]": 1, "textarea#street_address": 1,
		"#locality[required]": 1, "#region:not([required])": 1, "select#team[required]": 1, "input#adult[type=checkbox][required]": 1, "[autofocus]": 1,
	} {
		if got := b.Page.Find(selector).Length(); got != want {
			t.Errorf("%d × %s, want %d", got, selector, want)
		}
	}
	f := h.flow(t, b)
	got := b.Submit("phone_number", "12", "birthdate", "4.5.1990", "locality", "Ulm", "team", "green")
	if got.StatusCode != http.StatusUnprocessableEntity {
		t.Fatalf("wrong answers = %d", got.StatusCode)
	}
	for _, field := range []string{"phone_number", "birthdate", "street_address", "country", "team", "adult"} {
		if b.Wrong(field) == "" {
			t.Errorf("nothing is said beside %s", field)
		}
	}
	if b.Wrong("locality") != "" || b.Page.Find("#locality").AttrOr("value", "") != "Ulm" {
		t.Errorf("what was right did not come back: %s", b.Wrong("locality"))
	}
	if now := h.user(t, u); now.Address != nil || now.Phone != "" {
		t.Errorf("half of it was stored: %+v", now)
	}
	got = b.Submit("phone_number", "+49 30 123456", "birthdate", "1990-05-04", "street_address", "Main Street 1", "locality", "Ulm",
		"country", "Germany", "team", "red", "adult", "true", "action", "continue")
	if got.StatusCode != http.StatusSeeOther || !strings.HasPrefix(got.Header.Get("Location"), dispatcher) {
		t.Fatalf("right answers = %d %s: %s", got.StatusCode, got.Header.Get("Location"), b.Alert())
	}
	now := h.user(t, u)
	if now.Phone != "+4930123456" || now.PhoneVerified || now.Birthdate != "1990-05-04" || now.Address == nil || now.Attributes["team"] != "red" || now.Attributes["adult"] != true {
		t.Errorf("stored: %+v", now)
	}
	after, err := h.Flows.Resume(h.Context, f.ID, b.Cookies["browser-acme"])
	if err != nil || len(after.Proofs) != 1 || after.Proofs[0].Step != flow.Profile {
		t.Errorf("flow: %+v, %v", after, err)
	}
	if types := eventtest.Types(t, h.DB, h.Realm.ID); types[len(types)-1] != "user.updated" {
		t.Errorf("events: %v", types)
	}
}

func TestStepPageRefusesWhatIsNotItsOwn(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "name")
	ann, bob := h.User(t, "ann@example.com"), h.User(t, "bob@example.com")

	b := h.open(t, ann)
	form := b.Form("name", "Ann", "action", "continue")
	b.SignIn(h.House, bob.ID) // in another tab
	if got := b.Post("/realms/acme/complete-profile", form); got.StatusCode == http.StatusSeeOther {
		t.Errorf("what Ann typed was taken for Bob: %s", got.Header.Get("Location"))
	}
	if h.user(t, bob).Name != "" || h.user(t, ann).Name != "" {
		t.Error("a name was stored")
	}

	b = h.open(t, ann)
	if got := b.Submit("name", "x", "email", "evil@example.com", "email_verified", "true", "action", "continue"); got.StatusCode != http.StatusSeeOther {
		t.Fatalf("submit = %d", got.StatusCode)
	}
	if now := h.user(t, ann); now.Email != "ann@example.com" || now.Name != "x" {
		t.Errorf("more than what was asked for was taken: %+v", now)
	}

	b = h.open(t, bob)
	b.Cookies = map[string]string{"browser-acme": b.Cookies["browser-acme"]}
	if got := b.Submit("name", "Bob"); got.StatusCode == http.StatusOK || h.user(t, bob).Name != "" {
		t.Errorf("without a session = %d, %q", got.StatusCode, h.user(t, bob).Name)
	}
}

func TestStepPageIsLeftByCancelOrWhenNothingIsMissing(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "name")
	u := h.User(t, "ann@example.com")
	b := h.open(t, u)
	f := h.flow(t, b)
	if got := b.Submit("action", "cancel"); got.StatusCode != http.StatusSeeOther {
		t.Fatalf("cancel = %d", got.StatusCode)
	}
	if after, err := h.Flows.Resume(h.Context, f.ID, b.Cookies["browser-acme"]); err != nil || !after.Denied() {
		t.Errorf("flow: %+v, %v", after, err)
	}
	name := "Ann"
	if _, err := h.Users.Update(h.Context, h.Realm.ID, u.ID, user.Profile{Name: &name}); err != nil {
		t.Fatal(err)
	}
	if got := b.Get(b.Get("/realms/acme/start").Header.Get("Location")); got.StatusCode != http.StatusSeeOther {
		t.Errorf("page with nothing to ask = %d", got.StatusCode)
	}
}

func TestProfilePageSavesWhatThePersonMayChange(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.set(t, field("team", profile.Select, required), field("remote", profile.Boolean), field("staff", profile.String, adminOnly), field("note", profile.String, hidden))
	u := h.User(t, "ann@example.com")
	if _, err := h.Users.Update(h.Context, h.Realm.ID, u.ID, user.Profile{
		Zoneinfo: ptr("Asia/Calcutta"), Attributes: map[string]any{"staff": "A-17", "note": "secret remark", "remote": true},
	}); err != nil {
		t.Fatal(err)
	}
	b := identitytest.NewBrowser(t, h.web)
	if got := b.Get("/realms/acme/account/profile"); got.StatusCode != http.StatusSeeOther {
		t.Errorf("without a session = %d", got.StatusCode)
	}
	b.SignIn(h.House, u.ID)
	if got := b.Get("/realms/acme/account/profile"); got.StatusCode != http.StatusOK || strings.Contains(b.Body, "secret remark") {
		t.Fatalf("page = %d: %s", got.StatusCode, b.Body)
	}
	if b.Page.Find("#staff[readonly]").Length() != 1 || b.Page.Find("#note").Length() != 0 || b.Page.Find("#zoneinfo option").Length() < 400 {
		t.Error("the page does not show what it should")
	}
	got := b.Submit("given_name", "Ann", "website", "http://example.com", "zoneinfo", "Mars/Olympus", "team", "")
	if got.StatusCode != http.StatusUnprocessableEntity || b.Wrong("website") == "" || b.Wrong("zoneinfo") == "" || b.Wrong("team") == "" {
		t.Fatalf("wrong = %d: %q", got.StatusCode, b.Alert())
	}
	got = b.Submit("website", "https://example.com", "zoneinfo", "Asia/Calcutta", "team", "blue", "staff", "B-1")
	if got.StatusCode != http.StatusUnprocessableEntity || b.Wrong("staff") == "" {
		t.Fatalf("a protected field = %d: %q", got.StatusCode, b.Alert())
	}
	form := b.Form("staff", "A-17", "locale", "de", "locality", "Ulm", "use_gravatar", "true")
	form.Del("remote")
	got = b.Post("/realms/acme/account/profile", form)
	if got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != "/realms/acme/account/profile?done=profile_saved" {
		t.Fatalf("right = %d %s: %q", got.StatusCode, got.Header.Get("Location"), b.Alert())
	}
	now := h.user(t, u)
	if now.GivenName != "Ann" || now.Website != "https://example.com" || now.Zoneinfo != "Asia/Calcutta" || !now.UseGravatar || now.Address.Locality != "Ulm" ||
		now.Attributes["team"] != "blue" || now.Attributes["remote"] != false || now.Attributes["staff"] != "A-17" || now.Attributes["note"] != "secret remark" {
		t.Errorf("stored: %+v", now)
	}
	if b.Get(got.Header.Get("Location")); b.Page.Find("html").AttrOr("lang", "") != "de" || b.Page.Find(`[role="status"]`).Length() != 1 {
		t.Errorf("the page after it: %s", b.Body)
	}
	if src := b.Page.Find(".profile-picture img").AttrOr("src", ""); !strings.HasPrefix(src, "https://gravatar.com/avatar/") || strings.Contains(src, "ann") {
		t.Errorf("picture: %q", src)
	}
	if got := b.Post("/realms/acme/account/profile", form); got.StatusCode != http.StatusConflict || b.Alert() == "" {
		t.Errorf("an old page = %d %q", got.StatusCode, b.Alert())
	}
	if got := b.Send(http.MethodPost, "/realms/acme/account/profile", "application/x-www-form-urlencoded", url.Values{"name": {"x"}}.Encode(), "Sec-Fetch-Site", "cross-site"); got.StatusCode != http.StatusForbidden {
		t.Errorf("another site's form = %d", got.StatusCode)
	}
}

func ptr(s string) *string { return &s }
