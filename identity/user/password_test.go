package user_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"authserver/identity/identitytest"
	"authserver/identity/user"
	"authserver/internal/secret"
	"authserver/tenant/realm"
)

func withPassword(change func(*realm.Password)) realm.Policy {
	p := realm.DefaultPolicy()
	change(&p.Password)
	return p
}

func TestEveryMissingKindOfCharacterIsTold(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t, withPassword(func(p *realm.Password) { p.Upper, p.Lower, p.Digit, p.Symbol = true, true, true, true }))
	u, err := h.Users.Create(h.Context, h.Realm, user.NewUser{Email: "ann@example.com", Password: "Kwpz-raxv-jmbt-7"})
	if err != nil {
		t.Fatal(err)
	}
	for password, want := range map[string][]string{
		"kwpz raxv jmbt fnol": {"password_upper", "password_digit", "password_symbol"},
		"KWPZ RAXV JMBT FNOL": {"password_lower", "password_digit", "password_symbol"},
		"Kwpz raxv jmbt fno7": {"password_symbol"},
		"Kwpz-raxv-jmbt-fnol": {"password_digit"},
		"äwpz-raxv-jmbt-fno7": {"password_upper"},
		"Äwpz-raxv-jmbt-fno7": nil,
		"Kwpz€raxv jmbt fno٣": nil,
		"short":               {"password_too_short"},
	} {
		_, err := h.Users.NewPassword(h.Context, h.Realm.ID, u.ID, password)
		var got []string
		for _, broken := range user.Broken(err, "new_password") {
			if broken.Field != "new_password" {
				t.Errorf("%s is told beside %q", broken.Code, broken.Field)
			}
			got = append(got, broken.Code)
		}
		if !slices.Equal(got, want) || (want == nil) != (err == nil) {
			t.Errorf("%s: %v (%v), want %v", password, got, err, want)
		}
	}
	if got := user.Broken(secret.ErrBusy, "new_password"); got != nil {
		t.Errorf("a busy hasher breaks rules: %v", got)
	}
	if got := user.Broken(errors.Join(user.ErrPasswordDigit, errors.New("disk")), "new_password"); got != nil {
		t.Errorf("a defect is told as a broken rule: %v", got)
	}
}

func TestFormerPasswordsDoNotComeBack(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t, withPassword(func(p *realm.Password) { p.History = 2 }))
	u := h.User(t, "ann@example.com")
	change := func(password string) error {
		h.Clock.Add(time.Hour)
		return h.Users.SetPassword(h.Context, h.Realm.ID, u.ID, password)
	}
	steps := []struct {
		password string
		want     error
	}{
		{identitytest.Password, user.ErrPasswordSame},
		{"second kwpz raxv", nil},
		{identitytest.Password, user.ErrPasswordHistory},
		{"third kwpz raxv", nil},
		{identitytest.Password, user.ErrPasswordHistory},
		{"second kwpz raxv", user.ErrPasswordHistory},
		{"fourth kwpz raxv", nil},
		{identitytest.Password, nil}, // two are remembered, not three
	}
	for i, s := range steps {
		if err := change(s.password); !errors.Is(err, s.want) || (s.want == nil) != (err == nil) {
			t.Errorf("step %d: %v, want %v", i+1, err, s.want)
		}
	}
	other := h.User(t, "bob@example.com")
	if err := h.Users.SetPassword(h.Context, h.Realm.ID, other.ID, "fourth kwpz raxv"); err != nil {
		t.Errorf("another person's former password: %v", err)
	}
	if got := formerCount(t, h, u.ID); got != 2 {
		t.Errorf("%d former hashes are kept, want 2", got)
	}
	if err := h.Users.Erase(h.Context, h.Realm.ID, u.ID); err != nil {
		t.Fatal(err)
	}
	if got := formerCount(t, h, u.ID); got != 0 {
		t.Errorf("%d former hashes are left of an erased person", got)
	}
}

func TestARealmWithoutHistoryKeepsNone(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	u := h.User(t, "ann@example.com")
	for _, password := range []string{"second kwpz raxv", identitytest.Password} {
		if err := h.Users.SetPassword(h.Context, h.Realm.ID, u.ID, password); err != nil {
			t.Fatal(err)
		}
	}
	if got := formerCount(t, h, u.ID); got != 0 {
		t.Errorf("%d former hashes are kept, want none", got)
	}
}

func formerCount(t *testing.T, h *identitytest.House, userID string) (n int64) {
	t.Helper()
	if err := h.DB.With(h.Context).Raw("SELECT count(*) FROM user_passwords WHERE user_id = ?", userID).Scan(&n).Error; err != nil {
		t.Fatal(err)
	}
	return n
}

type leaked map[string]bool

func (l leaked) Contains(password string) (bool, error) { return l[password], nil }

func TestLeakedPasswordsAreRefusedWhereTheRealmSaysSo(t *testing.T) {
	t.Parallel()
	for _, on := range []bool{true, false} {
		h := identitytest.New(t, withPassword(func(p *realm.Password) { p.Breached = on }))
		users := user.New(user.Deps{
			DB: h.DB, Events: h.Events, Passwords: h.Passwords, Sessions: h.Sessions, Realms: h.Realms,
			Breached: leaked{"leaked kwpz raxv": true}, Now: h.Clock.Now,
		})
		_, err := users.Create(h.Context, h.Realm, user.NewUser{Email: "ann@example.com", Password: "leaked kwpz raxv"})
		if errors.Is(err, user.ErrPasswordBreached) != on {
			t.Errorf("refused where the realm says %v: %v", on, err)
		}
		if _, err := h.Users.Create(h.Context, h.Realm, user.NewUser{Email: "bob@example.com", Password: "leaked kwpz raxv"}); err != nil {
			t.Errorf("without a list: %v", err)
		}
	}
}

func TestThePlacesNameIsNoPassword(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	u := h.User(t, "ann@example.com")
	if _, err := h.Users.NewPassword(h.Context, h.Realm.ID, u.ID, "LittleShop-2026!", "Little Shop"); !errors.Is(err, user.ErrPasswordContext) {
		t.Errorf("the application's name: %v", err)
	}
	n := user.NewUser{Email: "bob@example.com", Password: "LittleShop-2026!", Place: "Little Shop"}
	if _, err := h.Users.Create(h.Context, h.Realm, n); !errors.Is(err, user.ErrPasswordContext) {
		t.Errorf("the application's name at registration: %v", err)
	}
	if _, err := h.Users.NewPassword(h.Context, h.Realm.ID, u.ID, "LittleShop-2026!"); err != nil {
		t.Errorf("where the application is not known: %v", err)
	}
}

func TestPasswordsGrowOldWhereTheRealmSaysSo(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	p := realm.Password{MaxAge: 90 * day, WarnBefore: 14 * day}
	set := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	u := &user.User{HasPassword: true, PasswordChangedAt: set}
	for after, want := range map[time.Duration]struct {
		expired bool
		left    time.Duration
	}{
		0: {}, 76*day - time.Second: {}, 76 * day: {left: 14 * day}, 90*day - time.Second: {left: time.Second},
		90 * day: {expired: true}, 1000 * day: {expired: true},
	} {
		now := set.Add(after)
		if got := u.PasswordExpired(p, now); got != want.expired {
			t.Errorf("after %s: expired %v", after, got)
		}
		if got := u.PasswordExpiresIn(p, now); got != want.left {
			t.Errorf("after %s: %s left, want %s", after, got, want.left)
		}
	}
	late := set.Add(1000 * day)
	if u.PasswordExpired(realm.Password{}, late) || (&user.User{PasswordChangedAt: set}).PasswordExpired(p, late) {
		t.Error("expired without a rule, or without a password")
	}
	if !(&user.User{HasPassword: true, CreatedAt: set}).PasswordExpired(p, late) {
		t.Error("a password of unknown age never expires")
	}
}

func TestAFormerPasswordIsComparedWithinABudget(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t, withPassword(func(p *realm.Password) { p.History = 24 }))
	slow := user.New(user.Deps{
		DB: h.DB, Events: h.Events, Passwords: h.Passwords, Sessions: h.Sessions, Realms: h.Realms,
		Now: func() time.Time { h.Clock.Add(time.Second); return h.Clock.Now() }, // every look at the clock takes a second
	})
	u := h.User(t, "ann@example.com")
	for _, password := range []string{"first kwpz raxv", "second kwpz raxv", "third kwpz raxv", "fourth kwpz raxv", "fifth kwpz raxv"} {
		if err := h.Users.SetPassword(h.Context, h.Realm.ID, u.ID, password); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := slow.NewPassword(h.Context, h.Realm.ID, u.ID, "fourth kwpz raxv"); !errors.Is(err, user.ErrPasswordHistory) {
		t.Errorf("the last one: %v", err)
	}
	if _, err := slow.NewPassword(h.Context, h.Realm.ID, u.ID, identitytest.Password); err != nil {
		t.Errorf("what the budget does not reach: %v", err)
	}
}

func TestImportTakesPeopleWithTheirPasswords(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	name, phone := "Ada Lovelace", "+49 30 123456"
	people := []user.Imported{
		{Email: "Ada@Example.com", Verified: true, Hash: "pbkdf2_sha256$1000$seasalt$mQnueSakb748zqBAC1tmWVZsZbi2zPGZarEzTGdfmso=", Profile: user.Profile{Name: &name, Phone: &phone}},
		{Email: "bob@example.com", Hash: "$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e", MustChange: true},
		{Email: "cyd@example.com", MustChange: true},
	}
	take := func() []string {
		for i := range people {
			if _, err := people[i].Check(h.Realm); err != nil {
				t.Fatal(err)
			}
		}
		existing, err := h.Users.Import(h.Context, h.Realm, people)
		if err != nil {
			t.Fatal(err)
		}
		return existing
	}
	if existing := take(); len(existing) != 0 {
		t.Fatalf("existing %v", existing)
	}
	ada, err := h.Users.Credential(h.Context, h.Realm.ID, "ada@example.com")
	if err != nil || !ada.EmailVerified || ada.Name != name || ada.Phone != "+4930123456" || ada.PhoneVerified || ada.MustChangePassword {
		t.Fatalf("ada = %+v, %v", ada, err)
	}
	if match, stale, err := h.Passwords.Verify(h.Context, string(ada.Hash), "correct horse"); !match || !stale || err != nil {
		t.Errorf("her password: %v, %v, %v", match, stale, err)
	}
	if bob, err := h.Users.ByEmail(h.Context, h.Realm.ID, "bob@example.com"); err != nil || !bob.MustChangePassword || bob.EmailVerified {
		t.Errorf("bob = %+v, %v", bob, err)
	}
	if cyd, err := h.Users.ByEmail(h.Context, h.Realm.ID, "cyd@example.com"); err != nil || cyd.MustChangePassword || cyd.HasPassword {
		t.Errorf("cyd has nothing to change: %+v, %v", cyd, err)
	}
	if err := h.Users.SetPassword(h.Context, h.Realm.ID, ada.ID, identitytest.Password); err != nil {
		t.Fatal(err)
	}
	if existing := take(); !slices.Equal(existing, []string{"Ada@example.com", "bob@example.com", "cyd@example.com"}) {
		t.Errorf("existing %v", existing)
	}
	again, err := h.Users.Credential(h.Context, h.Realm.ID, "ada@example.com")
	if err != nil || !strings.HasPrefix(string(again.Hash), "$argon2id$") {
		t.Errorf("a second import took her new password away: %v", err)
	}
}

func TestImportRefusesWhatItCannotKeep(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	zone := "nowhere at all"
	for name, c := range map[string]struct {
		n    user.Imported
		want error
	}{
		"no address":    {user.Imported{}, user.ErrEmailInvalid},
		"clear text":    {user.Imported{Email: "a@example.com", Hash: "correct horse"}, user.ErrHashRefused},
		"an hour":       {user.Imported{Email: "a@example.com", Hash: "$2b$31$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e"}, user.ErrHashRefused},
		"bad time zone": {user.Imported{Email: "a@example.com", Profile: user.Profile{Zoneinfo: &zone}}, user.ErrZoneInvalid},
	} {
		if _, err := c.n.Check(h.Realm); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	other := h.NewRealm(t, "other")
	n := user.Imported{Email: "a@example.com"}
	if _, err := h.Users.Import(context.WithoutCancel(h.Context), h.Realm, []user.Imported{n}); err == nil {
		t.Error("imported without a check")
	}
	if _, err := n.Check(other); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Users.Import(h.Context, h.Realm, []user.Imported{n}); err == nil {
		t.Error("imported into another realm than was checked")
	}
}
