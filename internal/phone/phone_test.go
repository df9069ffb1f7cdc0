package phone_test

import (
	"errors"
	"strings"
	"testing"

	"authserver/internal/phone"
)

func TestParseGivesOneForm(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ input, region, want string }{
		{"+49 1512 3456789", "", "+4915123456789"},
		{"0049 1512 3456789", "", "+4915123456789"},
		{" +49 (0)1512-3456789 ", "", "+4915123456789"},
		{"01512 3456789", "DE", "+4915123456789"},
		{"(11) 96123-4567", "BR", "+5511961234567"},
		{"+14155550132", "DE", "+14155550132"},
		{"+49\u00a01512\u00a03456789", "", "+4915123456789"},
	} {
		got, err := phone.Parse(c.input, c.region)
		if err != nil || got != c.want {
			t.Errorf("Parse(%q, %q) = %q, %v; want %q", c.input, c.region, got, err, c.want)
		}
		if again, err := phone.Parse(got, ""); err != nil || again != got {
			t.Errorf("Parse(%q) = %q, %v: not a fixed point", got, again, err)
		}
	}
}

func TestParseRefusesWhatIsNoNumber(t *testing.T) {
	t.Parallel()
	for _, input := range []string{
		"", "   ", "+", "12345", "01512 3456789", "+49", "+999 123456789", "+49 1512 3456789;ext=5", "+1 800 FLOWERS",
		"tel:+4915123456789", "+4915123456789\n+4915123456780", strings.Repeat("+4915123456789", 20), "\u0664\u0669",
	} {
		if got, err := phone.Parse(input, ""); !errors.Is(err, phone.ErrInvalid) {
			t.Errorf("Parse(%q) = %q, %v; want ErrInvalid", input, got, err)
		}
	}
}

func TestCheckKnowsWhatMessagesCost(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		number   string
		prefixes []string
		want     error
	}{
		{"+4915123456789", nil, nil},
		{"+4915123456789", []string{"+49", "+43"}, nil},
		{"+14155550132", []string{"+49", "+43"}, phone.ErrRefused},
		{"+4915123456789", []string{""}, phone.ErrRefused},
		{"+499001234567", nil, phone.ErrRefused},             // premium rate
		{"+498001234567", nil, phone.ErrRefused},             // toll free
		{"+881612345678", nil, phone.ErrRefused},             // satellite
		{"+882161234567", nil, phone.ErrRefused},             // international network
		{"not a number", nil, phone.ErrInvalid},              // and no panic
		{"+447012345678", []string{"+44"}, phone.ErrRefused}, // forwards at the price its owner sets
		{"+449012345678", nil, phone.ErrRefused},             // premium rate, with the prefix allowed or not
		{"+449012345678", []string{"+44"}, phone.ErrRefused},
	} {
		if err := phone.Check(c.number, c.prefixes); !errors.Is(err, c.want) || c.want == nil && err != nil {
			t.Errorf("Check(%s, %v) = %v, want %v", c.number, c.prefixes, err, c.want)
		}
	}
}

func TestMaskHidesTheMiddle(t *testing.T) {
	t.Parallel()
	for number, want := range map[string]string{"+4915123456789": "+49••••••••789", "+12": "•••", "": ""} {
		if got := phone.Mask(number); got != want {
			t.Errorf("Mask(%s) = %s, want %s", number, got, want)
		}
	}
	if got := phone.Format("+4915123456789"); got != "+49 1512 3456789" {
		t.Errorf("Format = %s", got)
	}
}
