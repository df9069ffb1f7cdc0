package user

import (
	"errors"
	"strings"
	"testing"
)

func TestNormaliseKeepsOneAddressForOneMailbox(t *testing.T) {
	t.Parallel()
	tests := []struct{ in, addr, key string }{
		{"ann@example.com", "ann@example.com", "ann@example.com"},
		{"  Ann.Smith@Example.COM\t", "Ann.Smith@example.com", "ann.smith@example.com"},
		{"JOHN@example.com", "JOHN@example.com", "john@example.com"},
		{"ann+news@example.com", "ann+news@example.com", "ann+news@example.com"},
		{"o'neil!#$%&*/=?^_`{|}~-@example.com", "o'neil!#$%&*/=?^_`{|}~-@example.com", "o'neil!#$%&*/=?^_`{|}~-@example.com"},
		{"ann@bücher.example", "ann@xn--bcher-kva.example", "ann@xn--bcher-kva.example"},
		{"ann@BÜCHER.example", "ann@xn--bcher-kva.example", "ann@xn--bcher-kva.example"},
		{"ann@bu\u0308cher.example", "ann@xn--bcher-kva.example", "ann@xn--bcher-kva.example"}, // decomposed
		{"ann@xn--bcher-kva.example", "ann@xn--bcher-kva.example", "ann@xn--bcher-kva.example"},
		{"ann@straße.example", "ann@xn--strae-oqa.example", "ann@xn--strae-oqa.example"}, // IDNA 2008, not strasse
		{"ann@example\u3002com", "ann@example.com", "ann@example.com"},                   // ideographic full stop
		{"a@b.co", "a@b.co", "a@b.co"},
		{"ann@1and1.com", "ann@1and1.com", "ann@1and1.com"},
		{strings.Repeat("a", 64) + "@example.com", strings.Repeat("a", 64) + "@example.com", strings.Repeat("a", 64) + "@example.com"},
	}
	for _, tc := range tests {
		t.Run(tc.in, func(t *testing.T) {
			t.Parallel()
			addr, key, err := Normalise(tc.in)
			if err != nil || addr != tc.addr || key != tc.key {
				t.Fatalf("Normalise(%q) = %q, %q, %v; want %q, %q", tc.in, addr, key, err, tc.addr, tc.key)
			}
			for _, again := range []string{addr, key} {
				if a, k, err := Normalise(again); err != nil || a != again || k != key {
					t.Errorf("Normalise(%q) = %q, %q, %v: not a fixed point", again, a, k, err)
				}
			}
		})
	}
}

func TestNormaliseRefusesWhatIsNoAddress(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		"", "@", "ann", "ann@", "@example.com", "ann@example", "ann@localhost", "ann@127.0.0.1", "ann@[127.0.0.1]", "ann@1.2.3.4.",
		"ann@b@example.com", "ann@example.com@evil.test", "a..b@example.com", ".ann@example.com", "ann.@example.com",
		`"ann"@example.com`, `"ann smith"@example.com`, "ann(comment)@example.com", "ann@example.com(comment)",
		"Ann <ann@example.com>", "<ann@example.com>", "ann@example.com, bob@example.com", "ann@example.com;bob@example.com",
		"ann\r\nBcc: bob@example.com", "ann@example.com\r\nRCPT TO:<bob@example.com>", "ann\x00@example.com", "ann@exam\x00ple.com",
		"ｊohn@example.com", "jоhn@example.com", "ann\u200b@example.com", "ann@exa mple.com", "ann@-example.com", "ann@example-.com",
		"ann@exam_ple.com", "ann@example..com", "ann@.example.com", "ann@example.com.", "ann@xn--example-.com", "ann@xn--abc-.com", "ann@xn--0.com",
		"ann@example.com\u202e", "ann@" + strings.Repeat("a", 64) + ".com", strings.Repeat("a", 65) + "@example.com",
		"a@" + strings.Repeat("b.", 130) + "com", strings.Repeat("a@", 1<<15), "ann@exam\xffple.com", "ann@exam\ufffdple.com", "\xff@example.com",
	} {
		if addr, key, err := Normalise(in); !errors.Is(err, ErrEmailInvalid) || addr != "" || key != "" {
			t.Errorf("Normalise(%.80q) = %q, %q, %v; want ErrEmailInvalid", in, addr, key, err)
		}
	}
}

func FuzzNormalise(f *testing.F) {
	for _, seed := range []string{"ann@example.com", "A@BÜCHER.example", "a@xn--bcher-kva.example", "a@ß.de", "\u1e9e@\u2126.com", "a@İ.com"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		addr, key, err := Normalise(in)
		if err != nil {
			return
		}
		if len(addr) > emailMax || strings.Count(addr, "@") != 1 || strings.ContainsFunc(addr, func(r rune) bool { return r > '~' }) || strings.ContainsAny(addr, " \r\n\x00<>\",;") {
			t.Errorf("Normalise(%q) let %q through", in, addr)
		}
		if a, k, err := Normalise(addr); err != nil || a != addr || k != key {
			t.Errorf("Normalise(%q) = %q, %q, %v; want %q, %q", addr, a, k, err, addr, key)
		}
		if a, k, err := Normalise(key); err != nil || a != key || k != key {
			t.Errorf("Normalise(%q) = %q, %q, %v: the key is no fixed point", key, a, k, err)
		}
	})
}
