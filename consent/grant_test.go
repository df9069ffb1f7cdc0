package consent

import (
	"slices"
	"testing"
)

func TestMissing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ granted, asked, want []string }{
		"nothing asked":     {[]string{"openid"}, nil, nil},
		"nothing granted":   {nil, []string{"openid", "email"}, []string{"openid", "email"}},
		"the same":          {[]string{"openid", "email"}, []string{"email", "openid"}, nil},
		"narrower":          {[]string{"openid", "email"}, []string{"openid"}, nil},
		"wider":             {[]string{"openid"}, []string{"openid", "email"}, []string{"email"}},
		"in another case":   {[]string{"email"}, []string{"Email"}, []string{"Email"}},
		"part of a name":    {[]string{"orders:read"}, []string{"orders"}, []string{"orders"}},
		"asked twice":       {nil, []string{"email", "email"}, []string{"email"}},
		"a star grants one": {[]string{"*"}, []string{"email"}, []string{"email"}},
	} {
		if got := Missing(c.granted, c.asked); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestUnionHasOneSpelling(t *testing.T) {
	t.Parallel()
	a, b := []string{"openid", "email"}, []string{"email", "address"}
	if got, want := union(a, b), []string{"address", "email", "openid"}; !slices.Equal(got, want) || !slices.Equal(union(b, a), want) {
		t.Errorf("union is %v, want %v", got, want)
	}
	if !slices.Equal(a, []string{"openid", "email"}) {
		t.Error("union changed what it was given")
	}
}

func TestWishesLeaveOutWhatSaysNothing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ scopes, want []string }{
		{[]string{"openid"}, []string{"openid"}},
		{[]string{"openid", "email", "offline_access"}, []string{"email", "offline_access"}},
		{[]string{"openid", "offline_access"}, []string{"offline_access"}},
		{[]string{"orders:read"}, []string{"orders:read"}},
		{nil, nil},
	} {
		if got := wishes(c.scopes); !slices.Equal(got, c.want) {
			t.Errorf("wishes(%v) = %v, want %v", c.scopes, got, c.want)
		}
	}
}
