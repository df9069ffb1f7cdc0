package user_test

import (
	"slices"
	"testing"

	"authserver/identity/identitytest"
	"authserver/identity/user"
	"authserver/tenant/realm"
)

func TestFactorsAreNotedOnce(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	u := h.User(t, "ann@example.com")
	for i, step := range []struct {
		kind string
		has  bool
		want []string
	}{
		{user.FactorTOTP, true, []string{"totp"}}, {user.FactorTOTP, true, []string{"totp"}},
		{user.FactorPasskey, true, []string{"passkey", "totp"}}, {user.FactorTOTP, false, []string{"passkey"}},
		{user.FactorSMS, false, []string{"passkey"}}, {user.FactorPasskey, false, nil},
	} {
		if err := h.Users.MarkFactor(h.Context, h.Realm.ID, u.ID, step.kind, step.has); err != nil {
			t.Fatal(err)
		}
		got, err := h.Users.ByID(h.Context, h.Realm.ID, u.ID)
		if err != nil || !slices.Equal(got.Factors, step.want) {
			t.Errorf("step %d: %v, %v; want %v", i, got.Factors, err, step.want)
		}
	}
	other := h.NewRealm(t, "other")
	if err := h.Users.MarkFactor(h.Context, other.ID, u.ID, user.FactorTOTP, true); err == nil {
		t.Error("another realm noted a factor")
	}
}

func TestFactorsAtOnce(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	u := h.User(t, "ann@example.com")
	kinds := []string{user.FactorEmail, user.FactorPasskey, user.FactorSMS, user.FactorTOTP}
	for _, err := range identitytest.Together(len(kinds), func(i int) error {
		return h.Users.MarkFactor(h.Context, h.Realm.ID, u.ID, kinds[i], true)
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	if got, err := h.Users.ByID(h.Context, h.Realm.ID, u.ID); err != nil || !slices.Equal(got.Factors, kinds) {
		t.Errorf("noted %v, %v", got.Factors, err)
	}
}

func TestWhichFactorsCount(t *testing.T) {
	t.Parallel()
	p := realm.DefaultPolicy()
	p.SMSFactor, p.EmailFactor = true, true
	for name, c := range map[string]struct {
		u    user.User
		off  bool
		want bool
	}{
		"none":               {user.User{}, false, false},
		"an app":             {user.User{Factors: []string{"totp"}}, true, true},
		"a passkey":          {user.User{Factors: []string{"passkey"}}, true, true},
		"SMS":                {user.User{Factors: []string{"sms"}, PhoneVerified: true}, false, true},
		"SMS, switched off":  {user.User{Factors: []string{"sms"}, PhoneVerified: true}, true, false},
		"SMS to nobody":      {user.User{Factors: []string{"sms"}}, false, false},
		"mail":               {user.User{Factors: []string{"email"}, EmailVerified: true}, false, true},
		"mail, switched off": {user.User{Factors: []string{"email"}, EmailVerified: true}, true, false},
		"mail to anybody":    {user.User{Factors: []string{"email"}}, false, false},
	} {
		p.SMSFactor, p.EmailFactor = !c.off, !c.off
		if got := c.u.HasFactor(p); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
