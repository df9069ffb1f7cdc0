package user

import (
	"errors"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"authserver/tenant/realm"
)

func TestPasswordPolicy(t *testing.T) {
	t.Parallel()
	in := &realm.Realm{Slug: "acme", Name: "Acme Outdoor"}
	u := &User{Email: "ann.smith@example.com", Name: "Ann Smith", Nickname: "Sunny"}
	common, words := blocked(), contextWords(in, u)
	tests := map[string]struct {
		password string
		want     error
	}{
		"four words":                        {"correct horse staple lamp", nil},
		"no composition is asked for":       {"onlylowercaseletters", nil},
		"twelve characters are enough":      {"kwpzraxvjmbt", nil},
		"eleven are not":                    {"kwpzraxvjmb", ErrPasswordShort},
		"code points count, not bytes":      {"日本語の長い合言葉です", ErrPasswordShort},
		"code points count, twelve of them": {"日本語の長い合言葉ですね", nil},
		"emoji":                             {"🦊🐢🌵🎈🍋🚲🧭🪁🧩🌋🛶🎻", nil},
		"128 characters":                    {strings.Repeat("kwpzraxv", 16)[:127] + "!", nil},
		"129 are refused, not cut off":      {strings.Repeat("kwpzraxv", 16) + "!", ErrPasswordLong},
		"512 bytes":                         {strings.Repeat("🦊🐢🌵🎈🍋🚲🧭🪁", 15) + "🧩🌋🛶🎻🦊🐢🌵🎲", nil},
		"a megabyte":                        {strings.Repeat("x", 1<<20), ErrPasswordLong},
		"spaces at the ends count":          {"   kwpzrax   ", nil},
		"NUL":                               {"kwpzraxvjmb\x00t", ErrPasswordText},
		"newline":                           {"kwpzraxvjmb\nt", ErrPasswordText},
		"C1 control":                        {"kwpzraxvjmb\u0085t", ErrPasswordText},
		"invalid UTF-8":                     {"kwpzraxvjmb\xfft", ErrPasswordText},
		"well known":                        {"password1234", ErrPasswordCommon},
		"well known in capitals":            {"PassWord1234", ErrPasswordCommon},
		"well known and long":               {"qwertyuiopasdfghjkl", ErrPasswordCommon},
		"well known words in a row":         {"correcthorsebatterystaple", ErrPasswordCommon},
		"one character":                     {"xxxxxxxxxxxxxx", ErrPasswordCommon},
		"a short piece repeated":            {"kwpkwpkwpkwpkwp", ErrPasswordCommon},
		"counting up":                       {"abcdefghijklmno", ErrPasswordCommon},
		"counting up past nine":             {"5678901234567", ErrPasswordCommon},
		"counting down":                     {"zyxwvutsrqponm", ErrPasswordCommon},
		"the realm and a year":              {"Acme-Outdoor-2026!", ErrPasswordContext},
		"the person's address":              {"ann.smith@example.com", nil}, // "com" is not theirs; what is left is long
		"the person's name twice":           {"annsmithannsmith1", ErrPasswordContext},
		"name and realm":                    {"AnnSmith@Acme1", ErrPasswordContext},
		"nickname":                          {"sunny123456789", ErrPasswordContext},
		"more than the name":                {"annsmith walks the dog", nil},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := prepare(realm.Password{MinLength: 12, MaxLength: 128}, common, words, tc.password)
			if tc.want == nil && (err != nil || got != norm.NFC.String(tc.password)) {
				t.Errorf("prepare(%.40q) = %.40q, %v; want it accepted", tc.password, got, err)
			}
			if tc.want != nil && !errors.Is(err, tc.want) {
				t.Errorf("prepare(%.40q) = %v, want %v", tc.password, err, tc.want)
			}
		})
	}
}

func TestBothNormalFormsAreOnePassword(t *testing.T) {
	t.Parallel()
	p := realm.Password{MinLength: 12, MaxLength: 128}
	a, errA := prepare(p, nil, nil, "Zürich ist schön")
	b, errB := prepare(p, nil, nil, norm.NFD.String("Zürich ist schön"))
	if errA != nil || errB != nil || a != b {
		t.Errorf("prepare gives %q, %v and %q, %v", a, errA, b, errB)
	}
}

func TestBlockListHoldsWhatItPromises(t *testing.T) {
	t.Parallel()
	set := blocked()
	if len(set) < 3000 {
		t.Errorf("%d passwords, want 3,000 at least", len(set))
	}
	for p := range set {
		if fold(p) != p || strings.TrimSpace(p) != p || len([]rune(p)) < 8 {
			t.Errorf("%q is not folded, has blanks round it, or is too short to be accepted anyway", p)
		}
	}
}
