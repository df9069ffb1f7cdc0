package user_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"authserver/identity/identitytest"
	"authserver/identity/user"
	"authserver/internal/database"
	"authserver/internal/event/eventtest"
	"authserver/internal/id"
)

func text(s string) *string { return &s }

func TestAddressIsUniqueInARealmInAnySpelling(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	other := h.NewRealm(t, "other")
	u := h.User(t, "Ann.Smith@Bücher.example")
	if u.Email != "Ann.Smith@xn--bcher-kva.example" {
		t.Errorf("address is kept as %q", u.Email)
	}
	for _, spelling := range []string{"ann.smith@bücher.example", "ANN.SMITH@XN--BCHER-KVA.EXAMPLE", " Ann.Smith@BÜCHER.example "} {
		if _, err := h.Users.Create(h.Context, h.Realm, user.NewUser{Email: spelling}); !errors.Is(err, user.ErrEmailTaken) {
			t.Errorf("second account for %q: %v, want ErrEmailTaken", spelling, err)
		}
		if got, err := h.Users.ByEmail(h.Context, h.Realm.ID, spelling); err != nil || got.ID != u.ID {
			t.Errorf("ByEmail(%q) = %v, %v", spelling, got, err)
		}
	}
	if _, err := h.Users.Create(h.Context, other, user.NewUser{Email: u.Email}); err != nil {
		t.Errorf("the same address in another realm: %v", err)
	}
	if _, err := h.Users.ByID(h.Context, other.ID, u.ID); !errors.Is(err, user.ErrNotFound) {
		t.Errorf("ByID in another realm: %v, want ErrNotFound", err)
	}
	for _, unknown := range []string{"bob@example.com", "no address", ""} {
		if _, err := h.Users.ByEmail(h.Context, h.Realm.ID, unknown); !errors.Is(err, user.ErrNotFound) {
			t.Errorf("ByEmail(%q): %v, want ErrNotFound", unknown, err)
		}
	}
}

func TestFiftySignUpsOfOneAddressMakeOneAccount(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	errs := identitytest.Together(50, func(i int) error {
		email := "ann@example.com"
		if i%2 == 1 {
			email = "ANN@EXAMPLE.COM"
		}
		_, err := h.Users.Create(h.Context, h.Realm, user.NewUser{Email: email, Password: identitytest.Password})
		return err
	})
	made := 0
	for _, err := range errs {
		if err == nil {
			made++
		} else if !errors.Is(err, user.ErrEmailTaken) {
			t.Errorf("loser got %v, want ErrEmailTaken", err)
		}
	}
	if made != 1 {
		t.Errorf("%d accounts, want 1", made)
	}
	created := 0
	for _, e := range eventtest.Types(t, h.DB, h.Realm.ID) {
		if e == "user.created" {
			created++
		}
	}
	if created != 1 {
		t.Errorf("%d events user.created, want 1", created)
	}
}

func TestReadIsOneStatement(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	u := h.User(t, "ann@example.com")
	ctx, counts := database.Counting(h.Context)
	got, err := h.Users.ByID(ctx, h.Realm.ID, u.ID)
	if err != nil || counts.Statements != 1 {
		t.Errorf("ByID = %v in %d statements, want 1", err, counts.Statements)
	}
	if got.Email != u.Email || !got.EmailVerified || !got.HasPassword || !got.Active() || !got.PasswordChangedAt.Equal(h.Clock.Now()) || !got.LastLoginAt.IsZero() {
		t.Errorf("ByID = %+v", got)
	}
}

func TestProfileIsCheckedStoredAndTold(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	u := h.User(t, "ann@example.com")
	h.Clock.Add(time.Minute)
	got, err := h.Users.Update(h.Context, h.Realm.ID, u.ID, user.Profile{
		Name: text(" Ann  Smith "), GivenName: text("Ann"), Picture: text("https://example.com/a.png"), Phone: text("+49 (30) 123-456"),
		Birthdate: text("0000-02-29"), Zoneinfo: text("America/Argentina/Buenos_Aires"), Locale: text("pt-br"),
		Address: &user.Address{StreetAddress: "Main Street 1\r\nBack door", PostalCode: "12345", Country: "DE"},
	})
	if err != nil {
		t.Fatal(err)
	}
	read, err := h.Users.ByID(h.Context, h.Realm.ID, u.ID)
	if err != nil {
		t.Fatal(err)
	}
	for name, u := range map[string]*user.User{"returned": got, "read": read} {
		if u.Phone != "+4930123456" || u.Locale != "pt-BR" || u.Address == nil || u.Address.StreetAddress != "Main Street 1\nBack door" || !u.UpdatedAt.Equal(h.Clock.Now()) {
			t.Errorf("%s: %+v, address %+v", name, u, u.Address)
		}
	}
	if _, err := h.Users.Update(h.Context, h.Realm.ID, u.ID, user.Profile{GivenName: text("Ann")}); err != nil {
		t.Fatal(err)
	}
	events := eventtest.Recorded(t, h.DB, h.Realm.ID)
	last := events[len(events)-1]
	if last.Type != "user.updated" || !strings.Contains(string(last.Payload), "phone_number") || strings.Contains(string(last.Payload), "4930") {
		t.Errorf("last event %s %s; want one user.updated with names and without values", last.Type, last.Payload)
	}
	cleared, err := h.Users.Update(h.Context, h.Realm.ID, u.ID, user.Profile{Phone: text(""), Address: &user.Address{}})
	if err != nil || cleared.Phone != "" || cleared.Address != nil || cleared.GivenName != "Ann" {
		t.Errorf("cleared: %+v, %v", cleared, err)
	}
}

func TestProfileRefusesWhatPagesWouldShowWrongly(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	u := h.User(t, "ann@example.com")
	for name, p := range map[string]user.Profile{
		"control character": {Name: text("Ann\x07")}, "override": {Nickname: text("Ann\u202e")}, "long": {GivenName: text(strings.Repeat("a", 101))},
		"script": {Website: text("javascript:alert(1)")}, "plain http": {Picture: text("http://example.com/a.png")},
		"phone": {Phone: text("call me")}, "short phone": {Phone: text("+49")}, "date": {Birthdate: text("29.02.2000")}, "month": {Birthdate: text("2000-13-01")},
		"zone": {Zoneinfo: text("../../etc/passwd")}, "locale": {Locale: text("no language at all")},
		"line in the country": {Address: &user.Address{Country: "D\nE"}}, "many lines": {Address: &user.Address{Formatted: strings.Repeat("x\n", 11)}},
	} {
		if _, err := h.Users.Update(h.Context, h.Realm.ID, u.ID, p); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := h.Users.Update(h.Context, h.Realm.ID, id.New(), user.Profile{Name: text("x")}); !errors.Is(err, user.ErrNotFound) {
		t.Errorf("unknown user: %v, want ErrNotFound", err)
	}
}

func TestSuspensionEndsSessionsAndIsAnErrorTwice(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	other := h.NewRealm(t, "other")
	u := h.User(t, "ann@example.com")
	_, value := h.Session(t, u.ID)
	if err := h.Users.Suspend(h.Context, other.ID, u.ID, "test"); !errors.Is(err, user.ErrNotFound) {
		t.Errorf("from another realm: %v, want ErrNotFound", err)
	}
	if err := h.Users.Restore(h.Context, h.Realm.ID, u.ID, "test"); !errors.Is(err, user.ErrNotSuspended) {
		t.Errorf("Restore of an active user: %v, want ErrNotSuspended", err)
	}
	verified := credential(t, h, u)
	if err := h.Users.Suspend(h.Context, h.Realm.ID, u.ID, "test"); err != nil {
		t.Fatal(err)
	}
	if err := h.Users.SignedIn(h.Context, verified, ""); !errors.Is(err, user.ErrNotEligible) {
		t.Errorf("sign-in with a credential from before: %v, want ErrNotEligible", err)
	}
	if s, _ := h.Sessions.Current(h.Context, h.Realm, value); s != nil {
		t.Error("the session survived")
	}
	if _, users := h.Grants.Revoked(); !slices.Equal(users, []string{u.ID}) {
		t.Errorf("grants revoked of %v, want of %s", users, u.ID)
	}
	if err := h.Users.Suspend(h.Context, h.Realm.ID, u.ID, "test"); !errors.Is(err, user.ErrAlreadySuspended) {
		t.Errorf("second Suspend: %v, want ErrAlreadySuspended", err)
	}
	if got, _ := h.Users.ByID(h.Context, h.Realm.ID, u.ID); got.Active() {
		t.Error("still active")
	}
	if err := h.Users.Restore(h.Context, h.Realm.ID, u.ID, "test"); err != nil {
		t.Fatal(err)
	}
	if s, _ := h.Sessions.Current(h.Context, h.Realm, value); s != nil {
		t.Error("Restore brought the session back")
	}
	types := eventtest.Types(t, h.DB, h.Realm.ID)
	if want := []string{"user.created", "session.created", "session.ended", "user.suspended", "user.restored"}; !slices.Equal(types[len(types)-5:], want) {
		t.Errorf("events %v, want them to end in %v", types, want)
	}
}

func TestPasswordChangeEndsWhatTheOldOneOpened(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	u := h.User(t, "ann@example.com")
	_, value := h.Session(t, u.ID)
	if err := h.Users.SetPassword(h.Context, h.Realm.ID, u.ID, identitytest.Password); !errors.Is(err, user.ErrPasswordSame) {
		t.Errorf("the present password again: %v, want ErrPasswordSame", err)
	}
	if err := h.Users.SetPassword(h.Context, h.Realm.ID, u.ID, "acme-ann-example-2026"); !errors.Is(err, user.ErrPasswordContext) {
		t.Errorf("names in a row: %v, want ErrPasswordContext", err)
	}
	before := credential(t, h, u)
	if err := h.Users.SetPassword(h.Context, h.Realm.ID, u.ID, "four lamps on a wall"); err != nil {
		t.Fatal(err)
	}
	after := credential(t, h, u)
	if match, _, _ := h.Passwords.Verify(h.Context, string(after.Hash), "four lamps on a wall"); !match || after.Serial != before.Serial+1 {
		t.Errorf("new password matches %t, serial %d after %d", match, after.Serial, before.Serial)
	}
	if s, _ := h.Sessions.Current(h.Context, h.Realm, value); s != nil {
		t.Error("the session survived")
	}
	if err := h.Users.SignedIn(h.Context, before, ""); !errors.Is(err, user.ErrNotEligible) {
		t.Errorf("sign-in with the old credential: %v, want ErrNotEligible", err)
	}
	p, err := h.Users.NewPassword(h.Context, h.Realm.ID, u.ID, "yet another long one")
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Users.SetPassword(h.Context, h.Realm.ID, u.ID, "the first of the two"); err != nil {
		t.Fatal(err)
	}
	if err := h.Users.ChangePassword(h.Context, h.Realm.ID, u.ID, p, ""); !errors.Is(err, user.ErrChanged) {
		t.Errorf("a password made ready before another was set: %v, want ErrChanged", err)
	}
}

func TestHashIsNotComputedInATransaction(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	err := h.DB.InTx(h.Context, func(ctx context.Context) error {
		_, err := h.Users.Create(ctx, h.Realm, user.NewUser{Email: "ann@example.com", Password: identitytest.Password})
		return err
	})
	if err == nil {
		t.Error("a password was hashed while a transaction was open")
	}
}

func TestHashDoesNotPrint(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	c := credential(t, h, h.User(t, "ann@example.com"))
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		if out := fmt.Sprintf(verb, *c); strings.Contains(out, "argon2") {
			t.Errorf("%s prints the hash: %s", verb, out)
		}
	}
}

// Of a suspension and a sign-in at the same moment one comes first, and after the
// suspension there is no session.
func TestSuspensionAndSignInHaveAnOrder(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	for i := range 10 {
		u := h.User(t, fmt.Sprintf("ann%d@example.com", i))
		c := credential(t, h, u)
		var value string
		errs := identitytest.Together(2, func(i int) error {
			if i == 0 {
				return h.Users.Suspend(h.Context, h.Realm.ID, u.ID, "test")
			}
			return h.DB.InTx(h.Context, func(ctx context.Context) (err error) {
				if err := h.Users.SignedIn(ctx, c, ""); err != nil {
					return err
				}
				_, value, err = h.Sessions.Begin(ctx, h.Realm, u.ID, []string{"pwd"}, nil)
				return err
			})
		})
		if errs[0] != nil {
			t.Fatal(errs[0])
		}
		if errs[1] != nil && !errors.Is(errs[1], user.ErrNotEligible) {
			t.Fatal(errs[1])
		}
		if s, _ := h.Sessions.Current(h.Context, h.Realm, value); s != nil {
			t.Error("a suspended user has a session")
		}
	}
}

func credential(t *testing.T, h *identitytest.House, u *user.User) *user.Credential {
	t.Helper()
	_, key, err := user.Normalise(u.Email)
	if err != nil {
		t.Fatal(err)
	}
	c, err := h.Users.Credential(h.Context, h.Realm.ID, key)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
