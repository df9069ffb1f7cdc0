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
	"authserver/internal/event/eventtest"
)

func candidate(t *testing.T, h *identitytest.House, email string) *user.Candidate {
	t.Helper()
	c, err := h.Users.Candidate(h.Context, h.Realm, user.NewUser{Email: email, Password: identitytest.Password, Name: "Ann", Locale: "de"})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestACandidateBecomesAnAccountOnce(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	c, err := user.Unpack(candidate(t, h, "Ann@Example.com").Pack())
	if err != nil || c.Email != "Ann@example.com" || c.Key != "ann@example.com" {
		t.Fatalf("unpacked %+v, %v", c, err)
	}
	if _, err := h.Users.ByEmail(h.Context, h.Realm.ID, c.Email); !errors.Is(err, user.ErrNotFound) {
		t.Fatalf("a candidate has an account: %v", err)
	}
	ok := 0
	for _, err := range identitytest.Together(10, func(int) error { _, err := h.Users.Admit(h.Context, h.Realm, c); return err }) {
		if err == nil {
			ok++
		} else if !errors.Is(err, user.ErrEmailTaken) {
			t.Errorf("admitted at the same time: %v, want ErrEmailTaken", err)
		}
	}
	u, err := h.Users.ByEmail(h.Context, h.Realm.ID, c.Email)
	if ok != 1 || err != nil || !u.EmailVerified || !u.Active() || u.Name != "Ann" || u.Locale != "de" || !u.HasPassword {
		t.Fatalf("%d accounts; %+v, %v", ok, u, err)
	}
	cred, err := h.Users.Credential(h.Context, h.Realm.ID, c.Key)
	if err != nil {
		t.Fatal(err)
	}
	if match, _, err := h.Passwords.Verify(h.Context, string(cred.Hash), identitytest.Password); err != nil || !match {
		t.Errorf("the chosen password opens: %v, %v", match, err)
	}
	if strings.Contains(fmt.Sprint(c.Email, cred.Hash), "argon2") {
		t.Error("a hash prints")
	}
	if _, err := user.Unpack(nil); err == nil {
		t.Error("nothing is a candidate")
	}
}

func TestACandidateMeetsThePolicy(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	for want, n := range map[error]user.NewUser{
		user.ErrEmailInvalid:    {Email: "ann", Password: identitytest.Password},
		user.ErrPasswordShort:   {Email: "ann@example.com"},
		user.ErrPasswordContext: {Email: "ann@example.com", Password: "Little Shop 2026", Place: "Little Shop"},
	} {
		if _, err := h.Users.Candidate(h.Context, h.Realm, n); !errors.Is(err, want) {
			t.Errorf("%+v: %v, want %v", n, err, want)
		}
	}
	err := h.DB.InTx(h.Context, func(ctx context.Context) error {
		_, err := h.Users.Candidate(ctx, h.Realm, user.NewUser{Email: "ann@example.com", Password: identitytest.Password})
		return err
	})
	if err == nil {
		t.Error("a password was hashed inside a transaction")
	}
	renewed, err := h.Users.Renew(h.Context, h.Realm, candidate(t, h, "ann@example.com"), "another lamp on the wall", "")
	if err != nil || renewed.Email != "ann@example.com" {
		t.Errorf("renewed %+v, %v", renewed, err)
	}
}

// MAIL-05: what is proven is the address that the letter went to.
func TestVerificationIsOfTheAddressItWasSentTo(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	u, err := h.Users.Create(h.Context, h.Realm, user.NewUser{Email: "ann@example.com"})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Users.VerifyEmail(h.Context, h.Realm.ID, u.ID, "other@example.com"); !errors.Is(err, user.ErrChanged) {
		t.Errorf("another address: %v, want ErrChanged", err)
	}
	if err := h.Users.VerifyEmail(h.Context, h.NewRealm(t, "other").ID, u.ID, u.Email); !errors.Is(err, user.ErrNotFound) {
		t.Errorf("another realm: %v, want ErrNotFound", err)
	}
	if err := h.Users.VerifyEmail(h.Context, h.Realm.ID, u.ID, "ANN@example.com"); err != nil {
		t.Fatal(err)
	}
	if u, _ = h.Users.ByID(h.Context, h.Realm.ID, u.ID); !u.EmailVerified {
		t.Error("the address is not verified")
	}
	if types := eventtest.Types(t, h.DB, h.Realm.ID); !slices.Contains(types, "user.email_verified") {
		t.Errorf("recorded %v", types)
	}
}

func TestAnAddressChangesFromTheOneThatWas(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	ann, bob := h.User(t, "ann@example.com"), h.User(t, "bob@example.com")
	change := func(from, to string) error { return h.Users.ChangeEmail(h.Context, h.Realm.ID, ann.ID, from, to) }
	if err := change(ann.Email, "BOB@example.com"); !errors.Is(err, user.ErrEmailTaken) {
		t.Errorf("to a taken address: %v, want ErrEmailTaken", err)
	}
	targets := []string{"a@example.org", "b@example.org", "c@example.org", "d@example.org"}
	ok := 0
	for _, err := range identitytest.Together(len(targets), func(i int) error { return change(ann.Email, targets[i]) }) {
		if err == nil {
			ok++
		} else if !errors.Is(err, user.ErrChanged) {
			t.Errorf("at the same time: %v, want ErrChanged", err)
		}
	}
	if u, err := h.Users.ByID(h.Context, h.Realm.ID, ann.ID); ok != 1 || err != nil || !slices.Contains(targets, u.Email) || !u.EmailVerified {
		t.Errorf("%d changes; %+v, %v", ok, u, err)
	}
	if err := h.Users.Suspend(h.Context, h.Realm.ID, bob.ID, "test"); err != nil {
		t.Fatal(err)
	}
	if err := h.Users.ChangeEmail(h.Context, h.Realm.ID, bob.ID, bob.Email, "new@example.org"); !errors.Is(err, user.ErrChanged) {
		t.Errorf("of a suspended account: %v, want ErrChanged", err)
	}
}

func TestUndoingClosesTheAccountToWhoeverChangedIt(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	u := h.User(t, "ann@example.com")
	_, cookie := h.Session(t, u.ID)
	if err := h.Users.ChangeEmail(h.Context, h.Realm.ID, u.ID, u.Email, "thief@example.org"); err != nil {
		t.Fatal(err)
	}
	if err := h.Users.UndoEmail(h.Context, h.Realm.ID, u.ID, "ann@example.com"); err != nil {
		t.Fatal(err)
	}
	cred, err := h.Users.Credential(h.Context, h.Realm.ID, "ann@example.com")
	if err != nil || cred.ID != u.ID || cred.HasPassword || cred.Hash != "" || cred.Serial == 0 {
		t.Errorf("afterwards %+v, %v; want no password", cred, err)
	}
	if s, _ := h.Sessions.Current(h.Context, h.Realm, cookie); s != nil {
		t.Error("a session goes on")
	}
	if _, users := h.Grants.Revoked(); !slices.Contains(users, u.ID) {
		t.Error("grants go on")
	}
	h.User(t, "free@example.com")
	if err := h.Users.UndoEmail(h.Context, h.Realm.ID, u.ID, "free@example.com"); !errors.Is(err, user.ErrEmailTaken) {
		t.Errorf("to an address that is taken by now: %v, want ErrEmailTaken", err)
	}
}

// Whoever took an account may have it deleted as well; the link to keep it goes to their
// own address.
func TestUndoingKeepsTheAccount(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	u := h.User(t, "ann@example.com")
	if err := h.Users.ChangeEmail(h.Context, h.Realm.ID, u.ID, u.Email, "thief@example.org"); err != nil {
		t.Fatal(err)
	}
	if err := h.Users.ScheduleErasure(h.Context, h.Realm.ID, u.ID, h.Clock.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := h.Users.UndoEmail(h.Context, h.Realm.ID, u.ID, "ann@example.com"); err != nil {
		t.Fatal(err)
	}
	if got, err := h.Users.ByID(h.Context, h.Realm.ID, u.ID); err != nil || got.Erasing() {
		t.Errorf("afterwards %+v, %v; want nothing to be erased", got, err)
	}
	if types := eventtest.Types(t, h.DB, h.Realm.ID); !slices.Contains(types, "user.erasure_cancelled") {
		t.Errorf("recorded %v", types)
	}
}

func TestANumberIsStoredProven(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	u := h.User(t, "ann@example.com")
	steps := []struct {
		number   string
		want     string
		verified bool
	}{{"+4915123456789", "+4915123456789", true}, {"+4915123456789", "+4915123456789", true}, {"+4915123456780", "+4915123456780", true}, {"", "", false}, {"", "", false}}
	for _, s := range steps {
		err := h.Users.RemovePhone(h.Context, h.Realm.ID, u.ID)
		if s.number != "" {
			err = h.Users.VerifyPhone(h.Context, h.Realm.ID, u.ID, s.number)
		}
		got, _ := h.Users.ByID(h.Context, h.Realm.ID, u.ID)
		if err != nil || got.Phone != s.want || got.PhoneVerified != s.verified {
			t.Errorf("%q: %v; %q verified %v", s.number, err, got.Phone, got.PhoneVerified)
		}
	}
	if err := h.Users.VerifyPhone(h.Context, h.Realm.ID, u.ID, "911"); !errors.Is(err, user.ErrPhoneInvalid) {
		t.Errorf("no number: %v", err)
	}
}

func TestMaskShowsTooLittleToWriteTo(t *testing.T) {
	t.Parallel()
	for email, want := range map[string]string{
		"annabel@example.com": "a•••l@example.com", "ann@example.com": "a•••@example.com", "a@b.cd": "a•••@b.cd", "": "•••", "@x": "•••",
	} {
		if got := user.Mask(email); got != want {
			t.Errorf("Mask(%q) = %q, want %q", email, got, want)
		}
	}
}
