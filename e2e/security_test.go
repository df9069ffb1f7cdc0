package e2e_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"authserver/e2e"
	"authserver/internal/event"
	"authserver/internal/event/eventtest"
	"authserver/tenant/application"
	"authserver/watch/security"
)

// elsewhere is the same person at another browser, which has no cookie of theirs.
func elsewhere(t *testing.T, h *e2e.House, p *e2e.Person) *e2e.Person {
	t.Helper()
	other := &e2e.Person{Browser: e2e.NewBrowser(h.URL), Email: p.Email, Password: p.Password}
	t.Cleanup(other.Close)
	return other
}

// devicesOf are what the house knows of a person's browsers, the last seen first.
func devicesOf(t *testing.T, h *e2e.House, p *e2e.Person) []*security.Device {
	t.Helper()
	u, err := h.Server.Users.ByEmail(t.Context(), h.Realm.ID, p.Email)
	if err != nil {
		t.Fatal(err)
	}
	all, err := h.Server.Security.Devices(t.Context(), h.Realm.ID, u.ID)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// lettersAbout are the letters to a person with that subject.
func lettersAbout(h *e2e.House, p *e2e.Person, subject string) (n int) {
	for _, m := range h.Letters(p.Email) {
		if m.Subject == subject {
			n++
		}
	}
	return n
}

// recorded are the events of that type, oldest first.
func recorded[T event.Payload](t *testing.T, h *e2e.House) (all []T) {
	t.Helper()
	if err := h.Server.Events.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, e := range eventtest.Recorded(t, h.Server.Database, h.Realm.ID) {
		var payload T
		if e.Type != payload.EventType() {
			continue
		}
		if err := json.Unmarshal(e.Payload, &payload); err != nil {
			t.Fatal(err)
		}
		all = append(all, payload)
	}
	return all
}

const newDevice = "New device signed in"

// Journey 9: a new device is told of; opening the link changes nothing, saying yes does.
func TestANewDeviceIsToldOfAndConfirmed(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party, rosa := h.NewParty(nil), h.NewPerson("rosa@example.com")
	signedIn(t, party, rosa)
	if n := lettersAbout(h, rosa, newDevice); n != 0 {
		t.Fatalf("%d letters about the first device", n)
	}
	phone := elsewhere(t, h, rosa)
	signedIn(t, party, phone)
	link := h.LetterLink(rosa.Email, newDevice)
	reader := elsewhere(t, h, rosa)
	for range 2 { // a scanner of links, and then the person
		page, err := reader.Open(t.Context(), link)
		if err != nil || page.Heading() != "Was it you?" || strings.Contains(page.URL.String(), "token=") {
			t.Fatalf("the link leads to %v, %v", page, err)
		}
	}
	if d := devicesOf(t, h, rosa); len(d) != 2 || d[0].Status != security.StatusNew {
		t.Fatalf("after the link was opened: %+v", d)
	}
	page, err := reader.Open(t.Context(), link)
	if err != nil {
		t.Fatal(err)
	}
	nothing, err := page.Form("yes")
	if err != nil {
		t.Fatal(err)
	}
	nothing.Set("answer", "perhaps")
	if wrong, err := reader.Submit(t.Context(), nothing); err != nil || wrong.Status != http.StatusUnprocessableEntity || wrong.Alert() == "" {
		t.Errorf("no answer: %v, %v", wrong, err)
	}
	again := page
	if page = press(t, reader, page, "yes"); page.Heading() != "Thank you" {
		t.Fatalf("yes leads to %v", page)
	}
	if d := devicesOf(t, h, rosa); d[0].Status != security.StatusConfirmed || d[0].DecidedAt.IsZero() {
		t.Errorf("after yes: %+v", d[0])
	}
	if page = press(t, reader, again, "no"); page.Status != http.StatusGone || page.Heading() != "This link no longer works" {
		t.Errorf("the link works twice: %v", page)
	}
	if page, err = reader.Open(t.Context(), link); err != nil || page.Status != http.StatusGone {
		t.Errorf("opened after it was used: %v, %v", page, err)
	}
	// The phone is known from now on, and so is a browser like it that has lost its cookies.
	signOut(t, h, phone)
	signedIn(t, party, phone)
	signedIn(t, party, elsewhere(t, h, rosa))
	if n := lettersAbout(h, rosa, newDevice); n != 1 {
		t.Errorf("%d letters in all, want one", n)
	}
	if n := len(recorded[security.DeviceNew](t, h)); n != 1 {
		t.Errorf("%d events, want one", n)
	}
}

func signOut(t *testing.T, h *e2e.House, p *e2e.Person) {
	t.Helper()
	if page := press(t, p, open(t, p, ""), "Sign out"); page.Heading() != "You are signed out" {
		t.Fatalf("signing out leads to %v", page)
	}
}

// "Was it you? No" on one node: within a second nothing that the thief has opens anything on any other.
func TestSayingNoEndsEverythingOnEveryNode(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party, rosa := h.NewParty(nil), h.NewPerson("rosa@example.com")
	signedIn(t, party, rosa)
	thief := elsewhere(t, h, rosa)
	_, stolen := signedIn(t, party, thief)
	open(t, thief, "")
	other := node(t, h, h.SecretKeys)
	ask := func(method, address string, form url.Values, cookies []*http.Cookie) *httptest.ResponseRecorder {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest(method, u.RequestURI(), strings.NewReader(form.Encode()))
		r.Host = strings.TrimPrefix(h.URL, "http://")
		if form != nil {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.SetBasicAuth(party.ClientID, party.Secret)
		}
		for _, c := range cookies {
			r.AddCookie(c)
		}
		w := httptest.NewRecorder()
		other.ServeHTTP(w, r)
		return w
	}
	active := func() bool {
		var answer struct{ Active bool }
		w := ask(http.MethodPost, party.Endpoints.Introspection, url.Values{"token": {stolen.AccessToken}}, nil)
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || w.Code != http.StatusOK {
			t.Fatalf("introspection: %d %s", w.Code, w.Body)
		}
		return answer.Active
	}
	account := func() int { return ask(http.MethodGet, h.URL+"/realms/acme/account", nil, thief.Cookies()).Code }
	if !active() || account() != http.StatusOK {
		t.Fatal("the other node does not know what was given out")
	}

	reader := elsewhere(t, h, rosa)
	page, err := reader.Open(t.Context(), h.LetterLink(rosa.Email, newDevice))
	if err != nil {
		t.Fatal(err)
	}
	if page = press(t, reader, page, "no"); page.Heading() != "Your account is protected" {
		t.Fatalf("no leads to %v", page)
	}
	deadline, tick := time.Now().Add(time.Second), time.NewTicker(20*time.Millisecond)
	defer tick.Stop()
	refresh := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {stolen.RefreshToken}}
	for active() || account() == http.StatusOK || ask(http.MethodPost, party.Endpoints.Token, refresh, nil).Code != http.StatusBadRequest {
		if time.Now().After(deadline) {
			t.Fatal("something still opens on the other node after a second")
		}
		<-tick.C
	}

	// The password that the thief knows opens nothing and is not chosen again; a recovery gives another.
	page, err = thief.Open(t.Context(), "/realms/acme/account")
	if err == nil {
		page, err = thief.SignIn(t.Context(), page)
	}
	if err != nil || !strings.Contains(page.Alert(), "not right") {
		t.Errorf("the old password: %v, %v", page, err)
	}
	if d := devicesOf(t, h, rosa); len(d) != 1 {
		t.Errorf("the thief's device is still known: %+v", d)
	}
	if n := lettersAbout(h, rosa, "Your account is protected"); n != 1 {
		t.Errorf("%d letters say what was done", n)
	}
	denied := recorded[security.SignInDenied](t, h)
	if len(denied) != 1 || denied[0].DeviceID == "" {
		t.Errorf("events of it: %+v", denied)
	}
	u, err := h.Server.Users.ByEmail(t.Context(), h.Realm.ID, rosa.Email)
	if err != nil || u.HasPassword || !u.MustChangePassword {
		t.Errorf("the account afterwards: %+v, %v", u, err)
	}
	if _, err := h.Server.Users.NewPassword(h.Operator(), h.Realm.ID, u.ID, rosa.Password); err == nil {
		t.Error("the revoked password can be chosen again")
	}
	if err := h.Server.Users.SetPassword(h.Operator(), h.Realm.ID, u.ID, "quince-Marble-72-lid"); err != nil {
		t.Fatal(err)
	}
	rosa.Password = "quince-Marble-72-lid"
	signedIn(t, party, rosa)
}

// A link opens nothing in another realm, nor after a week, nor half of it.
func TestALinkIsForOneRealmAndAWeek(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	h.NewRealm("bravo")
	party, rosa := h.NewParty(nil), h.NewPerson("rosa@example.com")
	signedIn(t, party, rosa)
	signedIn(t, party, elsewhere(t, h, rosa))
	link := h.LetterLink(rosa.Email, newDevice)
	for name, address := range map[string]string{
		"of another realm": strings.Replace(link, "/realms/acme/", "/realms/bravo/", 1),
		"cut short":        link[:len(link)-1],
		"of nothing":       "/realms/acme/device/alert",
		"too long":         link + strings.Repeat("x", 200),
	} {
		page, err := elsewhere(t, h, rosa).Open(t.Context(), address)
		if err != nil || page.Status != http.StatusGone {
			t.Errorf("a link %s: %v, %v", name, page, err)
		}
	}
	h.Clock.Play(8 * 24 * time.Hour)
	if page, err := elsewhere(t, h, rosa).Open(t.Context(), link); err != nil || page.Status != http.StatusGone {
		t.Errorf("after eight days: %v, %v", page, err)
	}
	for _, d := range devicesOf(t, h, rosa) {
		if d.Status != security.StatusNew {
			t.Errorf("something changed: %+v", d)
		}
	}
}

// Journey 18: people name, confirm and forget their devices.
func TestPeopleLookAfterTheirDevices(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party, rosa := h.NewParty(nil), h.NewPerson("rosa@example.com")
	signedIn(t, party, rosa)
	phone := elsewhere(t, h, rosa)
	_, tokens := signedIn(t, party, phone)
	page := open(t, rosa, "/devices")
	if rows := page.Doc().Find("main .row"); rows.Length() != 2 || page.Doc().Find(".badge").Length() != 3 {
		t.Fatalf("the list: %s", page.Text())
	}
	id := devicesOf(t, h, phone)[0].ID
	page = open(t, rosa, "/devices/"+id)
	f, err := page.Form("name")
	if err != nil {
		t.Fatal(err)
	}
	if page, err = rosa.Submit(t.Context(), f.Fill("name", strings.Repeat("x", 61))); err != nil || page.Status != http.StatusUnprocessableEntity || page.Alert() == "" {
		t.Errorf("a name of 61 characters: %v, %v", page, err)
	}
	if page, err = rosa.Submit(t.Context(), f.Fill("name", " <b>My  phone</b> ")); err != nil || page.Heading() != "<b>My phone</b>" {
		t.Errorf("renamed: %v, %v", page, err)
	}
	if page = press(t, rosa, open(t, rosa, "/devices/"+id), "confirm"); page.Doc().Find("[role=status]").Text() != "The device is confirmed." {
		t.Errorf("confirmed: %s", page.Text())
	}
	if page = press(t, rosa, open(t, rosa, "/devices/"+id), "revoke"); page.Doc().Find("main .row").Length() != 1 {
		t.Errorf("revoked: %s", page.Text())
	}
	if page, err = phone.Open(t.Context(), "/realms/acme/account"); err != nil || page.Heading() != "Sign in" {
		t.Errorf("the phone is still signed in: %v, %v", page, err)
	}
	if _, err := party.Userinfo(t.Context(), tokens.AccessToken); err == nil {
		t.Error("its access token is still good")
	}
	if _, err := party.Refresh(t.Context(), tokens.RefreshToken); err == nil {
		t.Error("its refresh token is still good")
	}
	if page, err = rosa.Open(t.Context(), "/realms/acme/account/devices/"+id); err != nil || page.Status != http.StatusNotFound {
		t.Errorf("a revoked device: %v, %v", page, err)
	}
	if signedIn(t, party, phone); lettersAbout(h, rosa, newDevice) != 2 {
		t.Error("the phone is not new again")
	}

	// Nobody else's devices are there for anybody.
	otto := h.NewPerson("otto@example.com")
	signedIn(t, party, otto)
	if page, err = otto.Open(t.Context(), "/realms/acme/account/devices/"+devicesOf(t, h, rosa)[0].ID); err != nil || page.Status != http.StatusNotFound {
		t.Errorf("another person's device: %v, %v", page, err)
	}

	// "Not mine" ends this session, too.
	id = devicesOf(t, h, rosa)[0].ID
	page = press(t, rosa, open(t, rosa, "/devices/"+id+"/report"), "Protect my account")
	if page.Heading() != "Your account is protected" {
		t.Errorf("reported: %v", page)
	}
	if page, err = rosa.Open(t.Context(), "/realms/acme/account"); err != nil || page.Heading() != "Sign in" {
		t.Errorf("still signed in: %v, %v", page, err)
	}
}

// The same for programs.
func TestProgramsLookAfterDevices(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party := h.NewParty(func(d *application.Draft) { d.Scopes = append(d.Scopes, "account") })
	party.Scope = "openid account"
	rosa := h.NewPerson("rosa@example.com")
	_, tokens := signedIn(t, party, rosa)
	phone := elsewhere(t, h, rosa)
	signedIn(t, party, phone)
	me := func(method, path, body string) (int, map[string]any) {
		r, err := http.NewRequestWithContext(t.Context(), method, h.URL+"/api/v1/realms/acme/me/devices"+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+tokens.AccessToken)
		if body != "" {
			r.Header.Set("Content-Type", "application/json")
		}
		answer, err := party.Send(r)
		if err != nil {
			t.Fatal(err)
		}
		var got map[string]any
		_ = json.Unmarshal(answer.Body, &got)
		return answer.Status, got
	}
	id := devicesOf(t, h, phone)[0].ID
	if status, got := me(http.MethodGet, "", ""); status != http.StatusOK || len(got["items"].([]any)) != 2 {
		t.Errorf("list: %d %v", status, got)
	}
	if status, got := me(http.MethodGet, "/current", ""); status != http.StatusOK || got["current"] != true || got["id"] == id {
		t.Errorf("current: %d %v", status, got)
	}
	if status, got := me(http.MethodPatch, "/"+id, `{"name":"Phone","confirmed":true}`); status != http.StatusOK || got["name"] != "Phone" || got["status"] != "confirmed" {
		t.Errorf("change: %d %v", status, got)
	}
	if status, got := me(http.MethodGet, "?status=new", ""); status != http.StatusOK || len(got["items"].([]any)) != 1 {
		t.Errorf("those that wait: %d %v", status, got)
	}
	for body, want := range map[string]int{`{"confirmed":false}`: 400, `{"status":"new"}`: 400, `{"name":1}`: 400} {
		if status, got := me(http.MethodPatch, "/"+id, body); status != want {
			t.Errorf("%s: %d %v", body, status, got)
		}
	}
	for _, path := range []string{"/0192f0c1-0000-7000-8000-000000000001", "/x"} {
		if status, got := me(http.MethodGet, path, ""); status != http.StatusNotFound {
			t.Errorf("%s: %d %v", path, status, got)
		}
	}
	if status, got := me(http.MethodDelete, "/"+id, ""); status != http.StatusNoContent {
		t.Errorf("revoke: %d %v", status, got)
	}
	if page, err := phone.Open(t.Context(), "/realms/acme/account"); err != nil || page.Heading() != "Sign in" {
		t.Errorf("the phone is still signed in: %v, %v", page, err)
	}
	own := devicesOf(t, h, rosa)[0].ID
	if status, got := me(http.MethodPost, "/"+own+"/report", ""); status != http.StatusNoContent {
		t.Errorf("report: %d %v", status, got)
	}
	if status, _ := me(http.MethodGet, "", ""); status != http.StatusUnauthorized {
		t.Errorf("after the report the token opens: %d", status)
	}
}
