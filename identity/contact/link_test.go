package contact_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"authserver/identity/challenge"
	"authserver/identity/identitytest"
	"authserver/identity/user"
	"authserver/internal/letter"
)

func (h *house) send(t testing.TB, userID string) letter.Letter {
	t.Helper()
	a := h.asking(t, userID)
	if err := h.contact.SendVerification(h.Context, a); err != nil {
		t.Fatal(err)
	}
	return h.post.Last(a.User.Email)
}

// change asks for another address and returns the letter to it.
func (h *house) change(t testing.TB, userID, to string) letter.Letter {
	t.Helper()
	if err := h.contact.RequestChange(h.Context, h.asking(t, userID), to); err != nil {
		t.Fatal(err)
	}
	return h.post.Last(to)
}

// changed asks for another address, proves it, and returns the letter to the old one.
func (h *house) changed(t testing.TB, userID, to string) letter.Letter {
	t.Helper()
	from := h.user(t, userID).Email
	l := h.change(t, userID, to)
	if err := h.contact.ConfirmChange(h.Context, h.asking(t, userID), l.Data["code"], nil); err != nil {
		t.Fatal(err)
	}
	return h.post.Last(from)
}

func TestTheLinkVerifiesByItsButtonAnywhere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.unproven(t, "ann@example.com")
	l := h.send(t, u.ID)
	p := h.stranger(t)
	got := p.Get(link(t, l.Data["link"]))
	if got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != "/realms/acme/verify-email/confirm" {
		t.Fatalf("the link = %d to %s; want the secret gone from the address", got.StatusCode, got.Header.Get("Location"))
	}
	if c := got.Cookies(); len(c) != 1 || !c[0].HttpOnly || c[0].MaxAge <= 0 || c[0].MaxAge > 3600 {
		t.Errorf("cookies %v", c)
	}
	p.follow(got)
	if !strings.Contains(p.Page.Text(), "ann@example.com") {
		t.Errorf("the page does not name the address: %s", p.Body)
	}
	if got = p.Submit(); got.StatusCode != http.StatusSeeOther || p.session() != nil {
		t.Fatalf("the button = %d", got.StatusCode)
	}
	if p.follow(got); !h.user(t, u.ID).EmailVerified || p.Page.Find(`a[href="/realms/acme/account"]`).Length() != 1 {
		t.Errorf("verified %v; page %s", h.user(t, u.ID).EmailVerified, p.Body)
	}
	if got := p.Post("/realms/acme/verify-email/confirm", nil); got.StatusCode != http.StatusGone {
		t.Errorf("once more = %d, want 410", got.StatusCode)
	}
}

// Scanners of mail follow every link and fetch what is behind it, with scripts or not.
func TestFollowingLinksChangesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ann, bob, eve := h.unproven(t, "ann@example.com"), h.User(t, "bob@example.com"), h.User(t, "eve@example.com")
	links := []string{
		h.send(t, ann.ID).Data["link"], h.change(t, bob.ID, "bob@example.org").Data["link"], h.changed(t, eve.ID, "eve@example.org").Data["link"],
	}
	before := h.DB.Totals().Writes
	for _, address := range links {
		scanner := h.stranger(t)
		for range 3 {
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				got := scanner.Send(method, link(t, address), "", "")
				if got := scanner.Send(method, got.Header.Get("Location"), "", ""); got.StatusCode != http.StatusOK {
					t.Fatalf("%s %s = %d", method, address, got.StatusCode)
				}
			}
		}
	}
	if n := h.DB.Totals().Writes - before; n != 0 {
		t.Errorf("%d writes", n)
	}
	for _, address := range links { // and all of them work still
		p := h.stranger(t)
		p.follow(p.Get(link(t, address)))
		if got := p.Submit(); got.StatusCode != http.StatusSeeOther {
			t.Errorf("%s = %d", address, got.StatusCode)
		}
	}
}

// Every link at every door of every realm: none opens but its own.
func TestALinkOpensOneDoor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.NewRealm(t, "other")
	ann, bob, eve := h.unproven(t, "ann@example.com"), h.User(t, "bob@example.com"), h.User(t, "eve@example.com")
	links := []string{
		h.send(t, ann.ID).Data["link"], h.change(t, bob.ID, "bob@example.org").Data["link"], h.changed(t, eve.ID, "eve@example.org").Data["link"],
	}
	doors := []string{"/verify-email/confirm", "/change-email/confirm", "/undo-email"}
	for i, address := range links {
		for j, door := range doors {
			for _, slug := range []string{"acme", "other"} {
				p := h.stranger(t)
				p.Get("/realms/" + slug + door + "?token=" + token(t, address))
				if slug == "other" { // the cookie carried over to the other realm's name
					p.Cookies[strings.Replace(firstName(p.Cookies, "confirm-"), "acme", slug, 1)] = token(t, address)
				}
				got := p.Get("/realms/" + slug + door)
				want := http.StatusGone
				if i == j && slug == "acme" {
					want = http.StatusOK
				}
				if got.StatusCode != want {
					t.Errorf("link %d at %s of %s = %d, want %d", i, door, slug, got.StatusCode, want)
				}
				if got := p.Post("/realms/"+slug+door, nil); want == http.StatusGone && got.StatusCode != want {
					t.Errorf("its button = %d", got.StatusCode)
				} else if want == http.StatusOK && got.StatusCode != http.StatusSeeOther {
					t.Errorf("link %d at its own door = %d", i, got.StatusCode)
				}
				if i == j && slug == "acme" {
					break // redeemed
				}
			}
		}
	}
	for _, bad := range []string{"", "x", strings.Repeat("x", 500), "ch_" + strings.Repeat("A", 43)} {
		p := h.stranger(t)
		got := p.Get("/realms/acme/verify-email/confirm?token=" + bad)
		if got.StatusCode == http.StatusSeeOther {
			got = p.follow(got)
		}
		if got.StatusCode != http.StatusGone {
			t.Errorf("%.20q = %d, want 410", bad, got.StatusCode)
		}
	}
}

func firstName(cookies map[string]string, prefix string) string {
	for name := range cookies {
		if strings.HasPrefix(name, prefix) {
			return name
		}
	}
	return "none"
}

func TestAForeignFormDoesNotRedeem(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.unproven(t, "ann@example.com")
	p := h.stranger(t)
	p.Get(link(t, h.send(t, u.ID).Data["link"]))
	got := p.Send(http.MethodPost, "/realms/acme/verify-email/confirm", "application/x-www-form-urlencoded", "", "Sec-Fetch-Site", "cross-site")
	if got.StatusCode != http.StatusForbidden || h.user(t, u.ID).EmailVerified {
		t.Errorf("answer %d", got.StatusCode)
	}
}

func TestFiftyAtOnceRedeemOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ann, bob, eve := h.unproven(t, "ann@example.com"), h.User(t, "bob@example.com"), h.User(t, "eve@example.com")
	for p, address := range map[challenge.Purpose]string{
		challenge.VerifyEmail: h.send(t, ann.ID).Data["link"],
		challenge.ChangeEmail: h.change(t, bob.ID, "bob@example.org").Data["link"],
		challenge.UndoEmail:   h.changed(t, eve.ID, "eve@example.org").Data["link"],
	} {
		l, err := h.contact.Follow(h.Context, h.Realm, p, token(t, address))
		if err != nil {
			t.Fatal(err)
		}
		ok := 0
		for _, err := range identitytest.Together(50, func(int) error { return h.contact.Redeem(h.Context, l) }) {
			if err == nil {
				ok++
			} else if !errors.Is(err, challenge.ErrDead) {
				t.Errorf("%s: %v, want ErrDead", p, err)
			}
		}
		if ok != 1 {
			t.Errorf("%s: %d of 50 redemptions, want one", p, ok)
		}
	}
}

// MAIL-05: the letter proves the address that it went to, and no other.
func TestAChangedAddressKillsWhatWentToTheOldOne(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.unproven(t, "ann@example.com")
	l := h.send(t, u.ID)
	follow, err := h.contact.Follow(h.Context, h.Realm, challenge.VerifyEmail, token(t, l.Data["link"]))
	if err != nil {
		t.Fatal(err)
	}
	// Behind the room's back, so that the secret itself stays alive.
	if err := h.Users.ChangeEmail(h.Context, h.Realm.ID, u.ID, u.Email, "ann@example.org"); err != nil {
		t.Fatal(err)
	}
	if err := h.contact.Redeem(h.Context, follow); !errors.Is(err, challenge.ErrDead) {
		t.Errorf("a link to the address before: %v, want ErrDead", err)
	}
	if _, err := h.contact.Follow(h.Context, h.Realm, challenge.VerifyEmail, token(t, l.Data["link"])); !errors.Is(err, challenge.ErrDead) {
		t.Errorf("opened anew: %v, want ErrDead", err)
	}
	if err := h.contact.ConfirmVerification(h.Context, h.asking(t, u.ID), l.Data["code"], nil); !errors.Is(err, challenge.ErrDead) {
		t.Errorf("its code: %v, want ErrDead", err)
	}
}

// Who knew the old password may have asked for an address of their own; the new one shuts them out, whoever sets it.
func TestANewPasswordKillsAChangeOnItsWay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	l := h.change(t, u.ID, "thief@example.org")
	h.Clock.Add(time.Minute)
	if err := h.Users.SetPassword(h.Context, h.Realm.ID, u.ID, "seven lamps on a wall"); err != nil {
		t.Fatal(err)
	}
	p := h.stranger(t)
	p.follow(p.Get(link(t, l.Data["link"])))
	if got := p.Submit(); got.StatusCode != http.StatusGone {
		t.Errorf("the link = %d, want 410", got.StatusCode)
	}
	if err := h.contact.ConfirmChange(h.Context, h.asking(t, u.ID), l.Data["code"], nil); !errors.Is(err, challenge.ErrDead) {
		t.Errorf("the code: %v, want ErrDead", err)
	}
	if got := h.user(t, u.ID).Email; got != u.Email {
		t.Errorf("the account has %s", got)
	}
}

func TestUndoingGivesTheAddressBackAndClosesTheAccount(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	thief := h.person(t, u)
	// The thief changes the address twice, so that the first way back might be stale.
	changed := h.Clock.Now()
	undo := h.changed(t, u.ID, "thief@example.org")
	if undo.Kind != letter.EmailChanged || undo.To != "ann@example.com" || undo.Data["days"] != "7" || strings.Contains(undo.Data["new_email"], "thief") {
		t.Fatalf("the old address got %+v", undo)
	}
	h.Clock.Add(time.Minute)
	second := h.changed(t, u.ID, "thief@example.net")
	h.Clock.Add(6 * 24 * time.Hour)
	thief.SignIn(h.House, u.ID)

	p := h.stranger(t)
	p.follow(p.Get(link(t, undo.Data["link"])))
	if !strings.Contains(p.Page.Text(), "ann@example.com") {
		t.Errorf("page %s", p.Body)
	}
	if p.follow(p.Submit()); p.Page.Find(`a[href="/realms/acme/recover"]`).Length() != 1 {
		t.Errorf("page %s", p.Body)
	}
	got := h.user(t, u.ID)
	if got.Email != "ann@example.com" || !got.EmailVerified || got.HasPassword {
		t.Errorf("account %+v", got)
	}
	if thief.session() != nil {
		t.Error("the thief is signed in still")
	}
	// What the thief may have added goes; what is older than a day before stays.
	if want := []string{u.ID + " since " + changed.Add(-24*time.Hour).Format(time.RFC3339)}; !slices.Equal(h.stripped, want) {
		t.Errorf("the other rooms were asked to remove %v, want %v", h.stripped, want)
	}
	if _, users := h.Grants.Revoked(); !slices.Contains(users, u.ID) {
		t.Error("what was granted goes on")
	}
	q := h.stranger(t)
	if got := q.follow(q.Get(link(t, second.Data["link"]))); got.StatusCode != http.StatusGone {
		t.Errorf("the thief's own way back = %d, want 410", got.StatusCode)
	}
}

func TestUndoingEndsAfterSevenDays(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	undo := h.changed(t, u.ID, "new@example.org")
	h.Clock.Add(7 * 24 * time.Hour)
	p := h.stranger(t)
	if got := p.follow(p.Get(link(t, undo.Data["link"]))); got.StatusCode != http.StatusGone || h.user(t, u.ID).Email != "new@example.org" {
		t.Errorf("answer %d", got.StatusCode)
	}
}

// Neither a flood of letters nor a taken address keeps the owner from the way back.
func TestTheWayBackIsSentHoweverOftenTheAddressWasWrittenTo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	l := h.change(t, u.ID, "thief@example.org")
	for range challenge.Hourly {
		h.Clock.Add(challenge.Pause)
		_, err := h.challenges.Issue(h.Context, challenge.Request{
			RealmID: h.Realm.ID, Purpose: challenge.Recover, UserID: u.ID, Address: "ann@example.com", Lifetime: time.Hour, Link: true,
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := h.contact.ConfirmChange(h.Context, h.asking(t, u.ID), l.Data["code"], nil); err != nil {
		t.Fatal(err)
	}
	if got := h.post.Last("ann@example.com"); got.Kind != letter.EmailChanged {
		t.Errorf("the old address got %s", got.Kind)
	}
}

func TestUndoingToATakenAddressSaysSo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	undo := h.changed(t, u.ID, "new@example.org")
	h.User(t, "ann@example.com") // somebody else has it by now
	l, err := h.contact.Follow(h.Context, h.Realm, challenge.UndoEmail, token(t, undo.Data["link"]))
	if err != nil {
		t.Fatal(err)
	}
	if err := h.contact.Redeem(h.Context, l); !errors.Is(err, user.ErrEmailTaken) {
		t.Errorf("%v, want ErrEmailTaken", err)
	}
	p := h.stranger(t)
	p.follow(p.Get(link(t, undo.Data["link"])))
	if got := p.Submit(); got.StatusCode != http.StatusGone || !strings.Contains(p.Page.Text(), "already") {
		t.Errorf("answer %d", got.StatusCode)
	}
}
