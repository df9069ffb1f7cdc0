package totp

import (
	"encoding/base32"
	"net/url"
	"strings"
	"testing"
	"time"

	"authserver/internal/secret"
)

// The vectors of RFC 6238, appendix B, for SHA-1; six digits are the last six of eight.
func TestCodesAreThoseOfTheRFC(t *testing.T) {
	t.Parallel()
	key := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString([]byte("12345678901234567890"))
	for at, code := range map[int64]string{
		59: "94287082", 1111111109: "07081804", 1111111111: "14050471",
		1234567890: "89005924", 2000000000: "69279037", 20000000000: "65353130",
	} {
		now := time.Unix(at, 0)
		step, ok, err := match(key, code[2:], now, -1)
		if err != nil || !ok || step != at/30 {
			t.Errorf("at %d the code %s: step %d, %v, %v", at, code[2:], step, ok, err)
		}
	}
}

func TestCodeCountsOneStepToEitherSide(t *testing.T) {
	t.Parallel()
	key := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString([]byte("12345678901234567890"))
	shown := time.Unix(1111111111, 0) // the second 1 of its step
	begin := shown.Unix() / 30 * 30
	for name, tc := range map[string]struct {
		at   int64
		last int64
		code string
		want bool
	}{
		"now":                         {begin, -1, "050471", true},
		"written with a gap":          {begin, -1, " 050 471 ", true},
		"one step late":               {begin + 59, -1, "050471", true},
		"two steps late":              {begin + 60, -1, "050471", false},
		"one step early":              {begin - 30, -1, "050471", true},
		"two steps early":             {begin - 31, -1, "050471", false},
		"its step is used":            {begin, begin / 30, "050471", false},
		"a later step was used":       {begin, begin/30 + 1, "050471", false},
		"the step before it was used": {begin, begin/30 - 1, "050471", true},
		"empty":                       {begin, -1, "", false},
		"too short":                   {begin, -1, "50471", false},
		"too long":                    {begin, -1, "0504710", false},
		"without end":                 {begin, -1, strings.Repeat("0", 10000), false},
		"other digits":                {begin, -1, "٠٥٠٤٧١", false},
	} {
		_, ok, err := match(key, tc.code, time.Unix(tc.at, 0), tc.last)
		if err != nil || ok != tc.want {
			t.Errorf("%s: %v, %v; want %v", name, ok, err, tc.want)
		}
	}
}

func TestAddressIsReadByEveryApplication(t *testing.T) {
	t.Parallel()
	raw := secret.Bytes(secretBytes)
	got := address(raw, "Fjord: Søn & Co", "ada+x@example.com")
	u, err := url.Parse(got)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	if u.Scheme != "otpauth" || u.Host != "totp" || u.Path != "/Fjord  Søn & Co:ada+x@example.com" {
		t.Errorf("address = %s", got)
	}
	if strings.Contains(u.RawQuery, "+") {
		t.Errorf("%s: some applications read a plus literally", u.RawQuery)
	}
	want := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw)
	if q.Get("secret") != want || len(want) != 32 || q.Get("issuer") != "Fjord  Søn & Co" || q.Get("period") != "30" || q.Get("digits") != "6" || q.Get("algorithm") != "SHA1" {
		t.Errorf("query = %v", q)
	}
	if key, err := keyOf(got); err != nil || key != want {
		t.Errorf("keyOf = %s, %v", key, err)
	}
}
