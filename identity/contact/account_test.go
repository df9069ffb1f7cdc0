package contact_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"authserver/identity/challenge"
	"authserver/identity/contact"
	"authserver/identity/identitytest"
	"authserver/identity/user"
	"authserver/internal/event/eventtest"
	"authserver/internal/letter"
	"authserver/tenant/realm"
)

func TestTheAddressIsVerifiedInTheAccount(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.unproven(t, "ann@example.com")
	p := h.person(t, u)
	if p.Get("/realms/acme/account/email"); p.Page.Find("#code").Length() != 0 || len(h.post.Letters(u.Email)) != 0 {
		t.Fatal("looking at the page sent a letter")
	}
	p.follow(p.press("resend"))
	if p.Page.Find("[role=status]").Length() != 1 {
		t.Error("the page does not say that a letter was sent")
	}
	if got := p.press("resend"); got.StatusCode != http.StatusTooManyRequests || p.Alert() == "" {
		t.Errorf("at once again: %d", got.StatusCode)
	}
	if got := p.press("confirm", "code", ""); got.StatusCode != http.StatusUnprocessableEntity || p.Wrong("code") == "" {
		t.Errorf("no code: %d", got.StatusCode)
	}
	code := h.post.Last(u.Email).Data["code"]
	if got := p.press("confirm", "code", wrong(code)); got.StatusCode != http.StatusUnprocessableEntity || p.Wrong("code") == "" {
		t.Errorf("a wrong code: %d", got.StatusCode)
	}
	p.follow(p.press("confirm", "code", code))
	if !h.user(t, u.ID).EmailVerified || p.Page.Find(".badge-good").Length() != 1 || !strings.Contains(p.Page.Find("[role=status]").Text(), "confirmed") {
		t.Errorf("page %s", p.Body)
	}
}

func TestTheAddressChangesWhenTheNewOneIsProven(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	p := h.person(t, u)
	p.Get("/realms/acme/account/email/change")
	for email, beside := range map[string]string{"": "Enter", "nonsense": "not a complete", "ANN@example.com": "present"} {
		if got := p.Submit("email", email); got.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(p.Wrong("email"), beside) {
			t.Errorf("%q: %d %q", email, got.StatusCode, p.Wrong("email"))
		}
	}
	if p.follow(p.Submit("email", "Ann@example.org")); !strings.Contains(p.Page.Text(), "Ann@example.org") {
		t.Fatalf("page %s", p.Body)
	}
	if l := h.post.Last(u.Email); l.Kind != letter.EmailChanging || l.Data["new_email"] != "A•••@example.org" {
		t.Errorf("the old address got %+v", l)
	}
	if got := h.user(t, u.ID); got.Email != u.Email || !got.EmailVerified {
		t.Errorf("before the proof the account has %s", got.Email)
	}
	// What was asked for the old address before dies with the change.
	h.Clock.Add(challenge.Pause)
	var recover *challenge.Issued
	h.inTx(t, func(ctx context.Context) (err error) {
		recover, err = h.challenges.Issue(ctx, challenge.Request{
			RealmID: h.Realm.ID, Purpose: challenge.Recover, UserID: u.ID, Address: u.Email, Lifetime: time.Hour, Link: true,
		})
		return err
	})
	code := h.post.Last("Ann@example.org").Data["code"]
	elsewhere := h.person(t, u)
	elsewhere.Get("/realms/acme/account/email")
	if got := elsewhere.Post("/realms/acme/account/email", map[string][]string{"action": {"confirm"}, "code": {code}}); got.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("the code in another session: %d", got.StatusCode)
	}
	p.follow(p.press("confirm", "code", code))
	if got := h.user(t, u.ID); got.Email != "Ann@example.org" || !got.EmailVerified || !strings.Contains(p.Page.Find("[role=status]").Text(), "undo") {
		t.Errorf("account %s, page %s", got.Email, p.Page.Find("main").Text())
	}
	if _, err := h.challenges.CheckToken(h.Context, h.Realm.ID, challenge.Recover, recover.Token); !errors.Is(err, challenge.ErrDead) {
		t.Errorf("a recovery by the old address: %v, want ErrDead", err)
	}
	if l := h.post.Last(u.Email); l.Kind != letter.EmailChanged {
		t.Errorf("the old address got %s", l.Kind)
	}
	types := eventtest.Types(t, h.DB, h.Realm.ID)
	for _, want := range []string{"user.email_change_requested", "user.email_changed", "user.email_verified"} {
		if !slices.Contains(types, want) {
			t.Errorf("recorded %v, want %s", types, want)
		}
	}
}

func TestTheWishCanBeTakenBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	p := h.person(t, u)
	p.Get("/realms/acme/account/email/change")
	p.follow(p.Submit("email", "ann@example.org"))
	code := h.post.Last("ann@example.org").Data["code"]
	h.Clock.Add(challenge.Pause)
	p.follow(p.press("resend"))
	if got := p.press("confirm", "code", code); got.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("the code before: %d", got.StatusCode)
	}
	code = h.post.Last("ann@example.org").Data["code"]
	p.follow(p.press("cancel"))
	if p.Page.Find("#code").Length() != 0 {
		t.Error("the page waits for a code")
	}
	got := p.Post("/realms/acme/account/email", map[string][]string{"action": {"confirm"}, "code": {code}})
	if got.StatusCode != http.StatusUnprocessableEntity || p.Alert() == "" || h.user(t, u.ID).Email != u.Email {
		t.Errorf("the code after all: %d", got.StatusCode)
	}
}

// What changes how a person is reached needs a fresh sign-in, on pages and endpoints.
func TestChangesNeedAFreshSignIn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	p := h.person(t, u)
	h.Clock.Add(h.Realm.Policy.StepUpAge + time.Second)
	for _, path := range []string{"/email/change", "/phone/change", "/phone/remove"} {
		for _, send := range []func() *http.Response{
			func() *http.Response { return p.Get("/realms/acme/account" + path) },
			func() *http.Response {
				return p.Post("/realms/acme/account"+path, map[string][]string{"email": {"thief@example.org"}, "phone": {mobile}})
			},
		} {
			if got := send(); got.StatusCode != http.StatusSeeOther || !strings.HasPrefix(got.Header.Get("Location"), identitytest.SignInPath) {
				t.Errorf("%s = %d to %s", path, got.StatusCode, got.Header.Get("Location"))
			}
		}
	}
	for _, c := range [][3]string{
		{http.MethodPost, "/email/change", `{"email":"thief@example.org"}`}, {http.MethodPost, "/phone", `{"phone_number":"` + mobile + `"}`}, {http.MethodDelete, "/phone", ""},
	} {
		if got := p.JSON(c[0], "/api/v1/realms/acme/me"+c[1], c[2]); got.StatusCode != http.StatusUnauthorized || !strings.Contains(p.Body, "step_up_required") {
			t.Errorf("%s %s = %d %s", c[0], c[1], got.StatusCode, p.Body)
		}
	}
	if len(h.post.Letters("thief@example.org"))+len(h.post.Letters(mobile)) != 0 {
		t.Error("something was sent")
	}
	for _, path := range []string{"/email", "/phone"} {
		if got := p.Get("/realms/acme/account" + path); got.StatusCode != http.StatusOK {
			t.Errorf("looking at %s = %d", path, got.StatusCode)
		}
		if got := h.stranger(t).Get("/realms/acme/account" + path); got.StatusCode != http.StatusSeeOther {
			t.Errorf("a stranger at %s = %d", path, got.StatusCode)
		}
	}
}

// A taken address looks like a free one, and its owner is told.
func TestWantingATakenAddressLooksTheSame(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	taken := h.User(t, "taken@example.com")
	see := func(email string) (string, *user.User) {
		u := h.User(t, "ann-"+email)
		p := h.person(t, u)
		p.Get("/realms/acme/account/email/change")
		got := p.follow(p.Submit("email", email))
		page, err := p.Page.Find("main").Html()
		if err != nil {
			t.Fatal(err)
		}
		p.press("confirm", "code", "000000")
		return strings.ReplaceAll(got.Status+page+p.Alert(), email, "EMAIL"), u
	}
	want, _ := see("freely@example.com")
	if got, u := see("taken@example.com"); got != strings.ReplaceAll(want, "freely", "taken") {
		t.Errorf("%s\nwant\n%s", got, want)
	} else if h.user(t, u.ID).Email != u.Email {
		t.Error("the address was taken over")
	}
	if l := h.post.Last(taken.Email); l.Kind != letter.RegisterTaken || l.UserID != taken.ID {
		t.Errorf("the owner got %+v", l)
	}
}

func TestOfTwoWhoWantOneAddressOneGetsIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	users := make([]*user.User, 4)
	codes := make([]string, len(users))
	for i := range users {
		users[i] = h.User(t, string(rune('a'+i))+"@example.com")
		codes[i] = h.change(t, users[i].ID, "wanted@example.org").Data["code"]
		h.Clock.Add(challenge.Pause)
	}
	ok := 0
	for _, err := range identitytest.Together(len(users), func(i int) error {
		return h.contact.ConfirmChange(h.Context, contact.Asking{Realm: h.Realm, User: users[i], Binding: "place-" + users[i].ID}, codes[i], nil)
	}) {
		if err == nil {
			ok++
		} else if !errors.Is(err, user.ErrEmailTaken) {
			t.Errorf("%v, want ErrEmailTaken", err)
		}
	}
	if ok != 1 {
		t.Errorf("%d got it, want one", ok)
	}
}

// Whoever may name addresses does not get one letter for each.
func TestOnePersonDoesNotWriteToManyAddresses(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	h.change(t, u.ID, "one@example.org")
	if err := h.contact.RequestChange(h.Context, h.asking(t, u.ID), "two@example.org"); !errors.Is(err, challenge.ErrTooSoon) {
		t.Errorf("a second address at once: %v, want ErrTooSoon", err)
	}
	if err := h.contact.RequestPhone(h.Context, h.asking(t, u.ID), mobile); err != nil {
		t.Errorf("but a number: %v", err)
	}
	if err := h.contact.RequestPhone(h.Context, h.asking(t, u.ID), "+4915123456780"); !errors.Is(err, challenge.ErrTooSoon) {
		t.Errorf("a second number at once: %v, want ErrTooSoon", err)
	}
}

func TestANumberIsAdded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	p := h.person(t, u)
	p.Get("/realms/acme/account/phone/change")
	for number, beside := range map[string]string{"": "Enter", "110": "country code", "+499001234567": "cannot send"} {
		if got := p.Submit("phone", number); got.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(p.Wrong("phone"), beside) {
			t.Errorf("%q: %d %q", number, got.StatusCode, p.Wrong("phone"))
		}
	}
	p.follow(p.Submit("phone", "+49 1512 / 3456789"))
	l := h.post.Last(mobile)
	if l.Kind != letter.VerifyPhone || !l.ExpiresAt.Equal(h.Clock.Now().Add(10*time.Minute)) || h.user(t, u.ID).Phone != "" {
		t.Fatalf("letter %+v; the account has %q", l, h.user(t, u.ID).Phone)
	}
	if got := p.press("resend"); got.StatusCode != http.StatusTooManyRequests {
		t.Errorf("again at once: %d", got.StatusCode)
	}
	for range challenge.Tries - 1 {
		p.press("confirm", "code", wrong(l.Data["code"]))
	}
	p.follow(p.press("confirm", "code", l.Data["code"]))
	if got := h.user(t, u.ID); got.Phone != mobile || !got.PhoneVerified || !strings.Contains(p.Page.Text(), "+49 1512 3456789") {
		t.Fatalf("account %+v", got)
	}
	if l := h.post.Last(u.Email); l.Kind != letter.PhoneChanged || strings.Contains(l.Data["phone"], "3456") {
		t.Errorf("the person got %+v", l)
	}
	if !slices.Equal(h.distrusted, []string{u.ID}) {
		t.Errorf("trusted browsers forgotten of %v", h.distrusted)
	}
	p.Get("/realms/acme/account/phone/change")
	if got := p.Submit("phone", mobile); got.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(p.Wrong("phone"), "present") {
		t.Errorf("the same number: %d", got.StatusCode)
	}
}

// proven is a person with a number.
func (h *house) proven(t *testing.T) (*user.User, *person) {
	t.Helper()
	u := h.User(t, "ann@example.com")
	if err := h.Users.VerifyPhone(h.Context, h.Realm.ID, u.ID, mobile); err != nil {
		t.Fatal(err)
	}
	return u, h.person(t, u)
}

// Codes on their way to the old number die with it.
func TestAnotherNumberTakesThePlaceOnceProven(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u, p := h.proven(t)
	h.inTx(t, func(ctx context.Context) error {
		_, err := h.challenges.Issue(ctx, challenge.Request{
			RealmID: h.Realm.ID, Purpose: challenge.SecondFactorSMS, UserID: u.ID, Address: mobile, Binding: "f", Lifetime: time.Minute, Code: true,
		})
		return err
	})
	p.Get("/realms/acme/account/phone/change")
	p.follow(p.Submit("phone", "+4915123456780"))
	if got := h.user(t, u.ID); got.Phone != mobile || !got.PhoneVerified {
		t.Errorf("before its proof the account has %q", got.Phone)
	}
	p.follow(p.press("confirm", "code", h.post.Last("+4915123456780").Data["code"]))
	if _, err := h.challenges.Live(h.Context, h.Realm.ID, challenge.SecondFactorSMS, u.ID, "f"); !errors.Is(err, challenge.ErrDead) {
		t.Errorf("a code to the old number: %v, want ErrDead", err)
	}
}

func TestANumberIsRemoved(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u, p := h.proven(t)
	p.Get("/realms/acme/account/phone/remove")
	p.follow(p.Submit())
	if got := h.user(t, u.ID); got.Phone != "" || got.PhoneVerified {
		t.Errorf("after removing %q", got.Phone)
	}
	if l := h.post.Last(u.Email); l.Kind != letter.FactorRemoved {
		t.Errorf("the person got %+v", l)
	}
	if got := p.Get("/realms/acme/account/phone/remove"); got.StatusCode != http.StatusSeeOther {
		t.Errorf("removing none = %d", got.StatusCode)
	}
	types := eventtest.Types(t, h.DB, h.Realm.ID)
	for _, want := range []string{"user.phone_verified", "user.phone_removed"} {
		if !slices.Contains(types, want) {
			t.Errorf("recorded %v, want %s", types, want)
		}
	}
}

func TestTheLastFactorStaysWhereOneIsDemanded(t *testing.T) {
	t.Parallel()
	policy := realm.DefaultPolicy()
	policy.SecondFactor = realm.Required
	h := newHouse(t, policy)
	u, p := h.proven(t)
	p.Get("/realms/acme/account/phone/remove")
	if got := p.Submit(); got.StatusCode != http.StatusConflict || !strings.Contains(p.Page.Find("[role=alert]").Text(), "only one") {
		t.Errorf("removing the only factor = %d", got.StatusCode)
	}
	if got := h.user(t, u.ID); got.Phone != mobile || !got.PhoneVerified {
		t.Errorf("the account has %q", got.Phone)
	}
}

func TestTheRealmSaysWhichNumbers(t *testing.T) {
	t.Parallel()
	policy := realm.DefaultPolicy()
	policy.PhonePrefixes = []string{"+43", "+49"}
	h := newHouse(t, policy)
	u := h.User(t, "ann@example.com")
	p := h.person(t, u)
	p.Get("/realms/acme/account/phone/change")
	if got := p.Submit("phone", "+14155550132"); got.StatusCode != http.StatusUnprocessableEntity || p.Wrong("phone") == "" {
		t.Errorf("a number elsewhere: %d", got.StatusCode)
	}
	if got := p.Submit("phone", mobile); got.StatusCode != http.StatusSeeOther {
		t.Errorf("a number here: %d", got.StatusCode)
	}
	h.Clock.Add(challenge.CodeLifetime)
	got := p.Post("/realms/acme/account/phone", map[string][]string{"action": {"confirm"}, "code": {h.post.Last(mobile).Data["code"]}})
	if got.StatusCode != http.StatusUnprocessableEntity || p.Alert() == "" || h.user(t, u.ID).Phone != "" {
		t.Errorf("after its time: %d", got.StatusCode)
	}
	if got := p.Post("/realms/acme/account/phone", map[string][]string{"action": {"resend"}}); got.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("again, without a fresh sign-in: %d", got.StatusCode)
	}
}
