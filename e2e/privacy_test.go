package e2e_test

import (
	"encoding/json"
	"net/http"
	"path"
	"strings"
	"testing"
	"time"

	"authserver/e2e"
	"authserver/identity/user"
)

// deleteAccount deletes the account by its page.
func deleteAccount(t *testing.T, person *e2e.Person) *e2e.Page {
	t.Helper()
	ctx := t.Context()
	page, err := person.Open(ctx, "/realms/acme/account/privacy/delete")
	if err == nil && path.Base(page.URL.Path) == "login" {
		page, err = person.SignIn(ctx, page)
	}
	if err != nil {
		t.Fatal(err)
	}
	f, err := page.Form("Delete my account")
	if err != nil {
		t.Fatal(err)
	}
	if page, err = person.Submit(ctx, f.Set("email", person.Email)); err != nil || page.Heading() != "This account is going to be deleted" {
		t.Fatalf("after deleting: %v, %v", page, err)
	}
	return page
}

func TestWhoDeletesTheAccountMayComeBackInTime(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party, person := h.NewParty(nil), h.NewPerson("rosa@example.com")
	ctx := t.Context()
	_, tokens := signedIn(t, party, person)
	deleteAccount(t, person)
	if _, err := party.Refresh(ctx, tokens.RefreshToken); err == nil {
		t.Error("a refresh token outlives the account")
	}
	if said, err := party.Introspect(ctx, tokens.AccessToken); err != nil || said["active"] != false {
		t.Errorf("an access token outlives the account: %v, %v", said, err)
	}

	attempt := party.Begin()
	page, err := person.Click(ctx, attempt.URL)
	if err == nil {
		page, err = person.SignIn(ctx, page)
	}
	if err != nil || path.Base(page.URL.Path) != "keep-account" {
		t.Fatalf("on the way to the application: %v, %v", page, err)
	}
	if again, err := person.Click(ctx, attempt.URL); err != nil || again.Left() {
		t.Fatalf("the page can be walked round: %v, %v", again, err)
	}
	page, err = person.Press(ctx, page, "keep")
	if err != nil || !page.Left() {
		t.Fatalf("keeping the account leads to %v, %v", page, err)
	}
	code, err := party.Code(attempt, page.URL)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := party.Exchange(ctx, code, attempt.Verifier); err != nil {
		t.Errorf("exchange: %v", err)
	}
	h.Clock.Play(8 * 24 * time.Hour)
	if n, err := h.Server.Privacy.EraseDue(h.Operator()); err != nil || n != 0 {
		t.Errorf("erased %d who stay, %v", n, err)
	}
}

func TestTheCopyHoldsASectionOfEveryRoom(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party, person := h.NewParty(nil), h.NewPerson("rosa@example.com")
	signedIn(t, party, person)
	page, err := person.Open(t.Context(), "/realms/acme/account/privacy")
	if err == nil {
		page, err = person.Press(t.Context(), page, "Prepare my data")
	}
	if err != nil {
		t.Fatal(err)
	}
	link := page.Doc().Find("a[download]").AttrOr("href", "")
	if page, err = person.Open(t.Context(), link); err != nil || page.Status != http.StatusOK {
		t.Fatalf("download: %v, %v", page, err)
	}
	var document map[string]json.RawMessage
	if err := json.Unmarshal(page.Body, &document); err != nil {
		t.Fatalf("%v: %s", err, page.Body)
	}
	for _, section := range []string{"profile", "sessions", "passkeys", "authenticator", "second_factors", "linked_providers", "applications"} {
		if document[section] == nil {
			t.Errorf("no section %s", section)
		}
	}
	if !strings.Contains(string(document["profile"]), person.Email) || !strings.Contains(string(document["applications"]), "Harbour") {
		t.Errorf("copy: %s", page.Body)
	}
}

// Every column of every table is searched for what was personal, after somebody has used as much of the house as they
// can without a phone, and left.
func TestNoRoomKeepsAnythingOfWhoIsErased(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party, person := h.NewParty(nil), h.NewPerson("unforgettable.rosa@example.com")
	ctx := t.Context()
	signedIn(t, party, person)
	u, err := h.Server.Users.ByEmail(ctx, h.Realm.ID, person.Email)
	if err != nil {
		t.Fatal(err)
	}
	name := "Rosa Unforgettable"
	if _, err := h.Server.Users.Update(h.Operator(), h.Realm.ID, u.ID, user.Profile{Name: &name, Address: &user.Address{Locality: "Unforgettable"}}); err != nil {
		t.Fatal(err)
	}
	wrong := &e2e.Person{Browser: e2e.NewBrowser(h.URL), Email: person.Email, Password: "not-the-password"}
	t.Cleanup(wrong.Close)
	if page, err := wrong.Click(ctx, party.Begin().URL); err != nil {
		t.Fatal(err)
	} else if _, err := wrong.SignIn(ctx, page); err != nil {
		t.Fatal(err)
	}
	deleteAccount(t, person)
	if _, err := h.Server.Messages.Once(h.Operator()); err != nil {
		t.Fatal(err)
	}
	h.Clock.Play(8 * 24 * time.Hour)
	if n, err := h.Server.Privacy.EraseDue(h.Operator()); err != nil || n != 1 {
		t.Fatalf("erased %d, %v", n, err)
	}
	if _, err := h.Server.Flows.Sweep(h.Operator()); err != nil { // a sign-in under way ends within the hour
		t.Fatal(err)
	}
	tables, err := h.Server.Database.With(ctx).Migrator().GetTables()
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		var rows []map[string]any
		if err := h.Server.Database.With(ctx).Table(table).Find(&rows).Error; err != nil {
			t.Fatalf("%s: %v", table, err)
		}
		for _, r := range rows {
			for column, value := range r {
				if raw, ok := value.([]byte); ok {
					value = string(raw)
				}
				if s, ok := value.(string); ok && strings.Contains(strings.ToLower(s), "unforgettable") {
					t.Errorf("%s.%s = %.200s", table, column, s)
				}
			}
			if r["user_id"] == u.ID && table != "oauth_grants" && table != "oauth_codes" && table != "oauth_access_tokens" {
				t.Errorf("a row of %s is left behind: %v", table, r)
			}
		}
	}
	attempt := party.Begin()
	page, err := person.Click(ctx, attempt.URL)
	if err == nil {
		page, err = person.SignIn(ctx, page)
	}
	if err != nil || page.Left() || !strings.Contains(page.Alert(), "not right") {
		t.Errorf("signing in afterwards: %v, %v", page, err)
	}
}
