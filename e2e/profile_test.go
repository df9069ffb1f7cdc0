package e2e_test

import (
	"net/url"
	"path"
	"testing"

	"authserver/e2e"
	"authserver/identity/profile"
	"authserver/identity/user"
	"authserver/tenant/application"
)

// schema has one field that people fill in and one that only the harbour may see.
func schema(t *testing.T, h *e2e.House, party *e2e.Party) {
	t.Helper()
	label := func(text string) map[string]string { return map[string]string{"en": text} }
	_, err := h.Server.Profiles.SetSchema(h.Operator(), h.Realm.ID, 0, []profile.Field{
		{Name: "deck", Labels: label("Deck"), Type: profile.Select, Required: true, Scope: "profile",
			Options: []profile.Option{{Value: "upper"}, {Value: "lower"}}},
		{Name: "berth", Labels: label("Berth"), Type: profile.Number, Edit: profile.Admin, Scope: "crew", Applications: []string{party.ClientID}},
		{Name: "remark", Labels: label("Remark"), Type: profile.Text, View: profile.Admin},
	})
	if err != nil {
		t.Fatal(err)
	}
}

func crew(d *application.Draft) {
	d.Scopes = append(d.Scopes, "crew")
	d.RequiredFields = []string{"nickname"}
}

func TestWhatTheRealmWantsToKnowIsAskedForAndTold(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party, other, person := h.NewParty(crew), h.NewParty(crew), h.NewPerson("rosa@example.com")
	schema(t, h, party)
	ctx := t.Context()
	u, err := h.Server.Users.ByEmail(ctx, h.Realm.ID, person.Email)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Server.Users.Update(h.Operator(), h.Realm.ID, u.ID, user.Profile{Attributes: map[string]any{"berth": 7, "remark": "snores"}}); err != nil {
		t.Fatal(err)
	}

	party.Scope = "openid profile crew"
	party.AuthorizationModifier = func(q url.Values) { q.Set("claims", `{"id_token":{"deck":null,"remark":null}}`) }
	attempt := party.Begin()
	page, err := person.Click(ctx, attempt.URL)
	if err == nil {
		page, err = person.SignIn(ctx, page)
	}
	if err != nil || path.Base(page.URL.Path) != "complete-profile" {
		t.Fatalf("after the password: %v, %v", page, err)
	}
	// Knocking again at the front door does not get past it.
	if again, err := person.Click(ctx, attempt.URL); err != nil || again.Left() {
		t.Fatalf("the step can be walked round: %v, %v", again, err)
	}
	f, err := page.Form("Continue")
	if err != nil {
		t.Fatal(err)
	}
	page, err = person.Submit(ctx, f.Fill("Deck", "upper").Fill("Nickname", "Rosie"))
	if err != nil || path.Base(page.URL.Path) != "consent" {
		t.Fatalf("after the profile: %v, %v", page, err)
	}
	if page, err = person.Press(ctx, page, "allow"); err != nil {
		t.Fatal(err)
	}
	code, err := party.Code(attempt, page.URL)
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := party.Exchange(ctx, code, attempt.Verifier)
	if err != nil {
		t.Fatal(err)
	}
	claims, err := party.Verify(ctx, tokens.IDToken, attempt.Nonce, tokens.AccessToken, h.Clock.Now())
	if err != nil || claims["deck"] != "upper" || claims["berth"] != nil || claims["remark"] != nil {
		t.Errorf("ID token: %v, %v", claims, err)
	}
	about, err := party.Userinfo(ctx, tokens.AccessToken)
	if err != nil || about["deck"] != "upper" || about["berth"] != 7.0 || about["remark"] != nil || about["nickname"] != "Rosie" {
		t.Errorf("userinfo: %v, %v", about, err)
	}

	// Another application with the same scopes does not learn what is not for it, and asks for nothing again.
	other.Scope = "openid profile crew"
	_, tokens = signedIn(t, other, person)
	if about, err = other.Userinfo(ctx, tokens.AccessToken); err != nil || about["deck"] != "upper" || about["berth"] != nil {
		t.Errorf("userinfo of another application: %v, %v", about, err)
	}
	// And without the scope nobody does.
	other.Scope = "openid email"
	_, tokens = signedIn(t, other, person)
	if about, err = other.Userinfo(ctx, tokens.AccessToken); err != nil || about["deck"] != nil {
		t.Errorf("userinfo without the scope: %v, %v", about, err)
	}
}

func TestWhoCancelsIsSentBackWithAccessDenied(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party, person := h.NewParty(crew), h.NewPerson("rosa@example.com")
	attempt := party.Begin()
	page, err := person.Click(t.Context(), attempt.URL)
	if err == nil {
		page, err = person.SignIn(t.Context(), page)
	}
	if err == nil {
		page, err = person.Press(t.Context(), page, "cancel")
	}
	if err != nil || !page.Left() || page.URL.Query().Get("error") != "access_denied" {
		t.Errorf("cancel led to %v, %v", page, err)
	}
}
