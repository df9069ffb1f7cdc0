package e2e_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"authserver/e2e"
	"authserver/identity/invitation"
	"authserver/identity/user"
	"authserver/internal/id"
	"authserver/internal/rest/resttest"
	"authserver/tenant/application"
)

// office is where administrators invite people.
type office struct {
	*e2e.House
	*resttest.Caller
	t *testing.T
}

func openOffice(t *testing.T) *office {
	t.Helper()
	h := e2e.Open(t)
	house := resttest.New(t, h.Server.Database, h.Server.Realms, h.Realm.ID, h.Clock.Now, h.Server.Invitations.MountAdmin)
	return &office{h, house.As("users.read", "users.write"), t}
}

const invitationsPath = "/realms/acme/invitations"

func (o *office) invite(email string, more ...any) (made invitation.InvitationView) {
	o.t.Helper()
	body := map[string]any{"email": email, "locale": "de"}
	for n := 0; n < len(more); n += 2 {
		body[more[n].(string)] = more[n+1]
	}
	o.Do(http.MethodPost, invitationsPath, body).Want(http.StatusCreated).Into(&made)
	return made
}

// choose follows a link and sends a password.
func (o *office) choose(link, password string) (*e2e.Browser, *e2e.Page) {
	o.t.Helper()
	b := e2e.NewBrowser(o.URL)
	o.t.Cleanup(b.Close)
	page, err := b.Open(o.t.Context(), link)
	if err != nil {
		o.t.Fatal(err)
	}
	if strings.Contains(page.URL.String(), "token") {
		o.t.Errorf("the secret stays in the address %s", page.URL)
	}
	if page.Status != http.StatusOK {
		return b, page
	}
	f, err := page.Form("")
	if err != nil {
		o.t.Fatal(err)
	}
	f.Set("new_password", password)
	if page, err = b.Submit(o.t.Context(), f); err != nil {
		o.t.Fatal(err)
	}
	return b, page
}

func TestWhoIsInvitedChoosesAPasswordAndGoesOn(t *testing.T) {
	t.Parallel()
	o := openOffice(t)
	app, _, err := o.Server.Applications.Register(o.Operator(), o.Realm.ID, application.Draft{
		Name: "Shop", Type: application.Web, RedirectURIs: []string{"https://shop.example/cb"}, HomeURL: "https://shop.example/", Scopes: []string{"openid"},
	})
	if err != nil {
		t.Fatal(err)
	}
	made := o.invite("ada@example.com", "application_id", app.ID, "expires_in", 86400)
	if made.State != invitation.Pending || made.ExpiresAt.Sub(made.SentAt) != 24*time.Hour {
		t.Errorf("made %+v", made)
	}
	link := o.LetterLink("ada@example.com", "eingeladen")
	if _, page := o.choose(link, "short"); page.Status != http.StatusUnprocessableEntity || page.Doc().Find("[role=alert]").Length() == 0 {
		t.Errorf("a short password: %v", page)
	}
	_, page := o.choose(link, "four lamps on a wall")
	if page.Status != http.StatusOK || page.Doc().Find("main a.button").AttrOr("href", "") != "https://shop.example/" {
		t.Fatalf("done: %v %s", page, page.Doc().Find("main").Text())
	}
	u, err := o.Server.Users.ByID(t.Context(), o.Realm.ID, made.UserID)
	if err != nil || !u.EmailVerified || !u.HasPassword {
		t.Errorf("account %+v, %v", u, err)
	}
	if _, page := o.choose(link, "five lamps on a wall"); page.Status != http.StatusGone {
		t.Errorf("the link again: %v", page)
	}
	var now invitation.InvitationView
	o.Do(http.MethodGet, invitationsPath+"/"+made.ID, nil).Want(http.StatusOK).Into(&now)
	if now.State != invitation.Accepted || now.AcceptedAt.IsZero() {
		t.Errorf("is %+v", now)
	}
	o.Do(http.MethodPost, invitationsPath+"/"+made.ID+"/renewal", nil).Want(http.StatusConflict, "invitation_over")
	o.Do(http.MethodDelete, invitationsPath+"/"+made.ID, nil).Want(http.StatusConflict, "invitation_over")
	o.Do(http.MethodPost, invitationsPath, map[string]any{"email": "ADA@example.com"}).Want(http.StatusConflict, "email_taken")
	o.Do(http.MethodPost, invitationsPath, map[string]any{"email": "eve@example.com", "application_id": id.New()}).Want(http.StatusNotFound, "application_not_found")
	if all, err := o.Server.Users.List(t.Context(), o.Realm.ID, user.Filter{Query: "eve@", Limit: 5}); err != nil || len(all) != 0 {
		t.Errorf("an invitation that was refused leaves an account: %v, %v", all, err)
	}
}

func TestAnInvitationIsSentAgainRevokedAndExpires(t *testing.T) {
	t.Parallel()
	o := openOffice(t)
	made := o.invite("bob@example.com")
	first := o.LetterLink("bob@example.com")
	o.Do(http.MethodPost, invitationsPath+"/"+made.ID+"/renewal", nil).Want(http.StatusTooManyRequests, "code_too_soon")
	o.Clock.Play(8 * 24 * time.Hour)
	if _, page := o.choose(first, "four lamps on a wall"); page.Status != http.StatusGone {
		t.Errorf("after its time: %v", page)
	}
	var list struct {
		Items []invitation.InvitationView `json:"items"`
		Next  string                      `json:"next_cursor"`
	}
	o.Do(http.MethodGet, invitationsPath+"?state=expired", nil).Want(http.StatusOK).Into(&list)
	if len(list.Items) != 1 || list.Items[0].ID != made.ID || list.Items[0].State != invitation.Expired {
		t.Errorf("expired are %+v", list.Items)
	}
	o.Do(http.MethodPost, invitationsPath+"/"+made.ID+"/renewal", nil).Want(http.StatusOK)
	second := o.LetterLink("bob@example.com")
	if first == second {
		t.Fatal("the same link again")
	}
	o.Do(http.MethodDelete, invitationsPath+"/"+made.ID, nil).Want(http.StatusNoContent)
	for _, link := range []string{first, second} {
		if _, page := o.choose(link, "four lamps on a wall"); page.Status != http.StatusGone {
			t.Errorf("revoked: %v", page)
		}
	}
	for _, path := range []string{"?state=pending", "?state=expired", "?state=accepted"} {
		o.Do(http.MethodGet, invitationsPath+path, nil).Want(http.StatusOK).Into(&list)
		if len(list.Items) != 0 {
			t.Errorf("%s: %+v", path, list.Items)
		}
	}
	o.Do(http.MethodDelete, invitationsPath+"/"+id.New(), nil).Want(http.StatusNotFound, "invitation_not_found")
}

// An invitation opens an account without a password. Once its person has chosen one in
// another way, it must not be a way to take it over.
func TestAnInvitationOpensNoAccountThatHasAPassword(t *testing.T) {
	t.Parallel()
	o := openOffice(t)
	made := o.invite("cid@example.com")
	link := o.LetterLink("cid@example.com")
	p, err := o.Server.Users.NewPassword(t.Context(), o.Realm.ID, made.UserID, "six lamps on a wall")
	if err != nil {
		t.Fatal(err)
	}
	if err := o.Server.Database.InTx(o.Operator(), func(ctx context.Context) error {
		return o.Server.Users.ChangePassword(ctx, o.Realm.ID, made.UserID, p, "")
	}); err != nil {
		t.Fatal(err)
	}
	if _, page := o.choose(link, "four lamps on a wall"); page.Status != http.StatusGone {
		t.Errorf("the link: %v", page)
	}
}
