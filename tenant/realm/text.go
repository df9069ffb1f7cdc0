package realm

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"

	"authserver/internal/fault"
)

// Faults about text and addresses that administrators of the tenant floor write.
var (
	ErrNameInvalid     = fault.New(fault.Invalid, "name_invalid", "A name has 1 to 100 visible characters.")
	ErrURLInvalid      = fault.New(fault.Invalid, "url_invalid", "An https address without user name and fragment is expected.")
	ErrLanguageInvalid = fault.New(fault.Invalid, "language_invalid", "A language tag such as en or pt-BR is expected.")
)

const (
	nameMax = 100
	textMax = 500
	urlMax  = 2048
	tagMax  = 35 // RFC 5646 §4.4.1
)

// DisplayName returns s trimmed and in Unicode normal form C. It refuses what is
// empty, longer than 100 code points, not UTF-8, or holds a character that a
// page would not show: names stand on consent pages, where a right-to-left
// override or an invisible character would let one application pass for another.
func DisplayName(field, s string) (string, error) {
	return printable(field, s, 1, nameMax)
}

// Sentence is DisplayName for longer, optional text: at most 500 code points.
func Sentence(field, s string) (string, error) {
	return printable(field, s, 0, textMax)
}

func printable(field, s string, least, most int) (string, error) {
	refuse := ErrNameInvalid.At(field)
	// A code point has at most four bytes; what is longer is not worth normalising.
	if len(s) > 4*most+64 || !utf8.ValidString(s) {
		return "", refuse
	}
	s = norm.NFC.String(strings.TrimSpace(s))
	if n := utf8.RuneCountInString(s); n < least || n > most {
		return "", refuse
	}
	runes := []rune(s)
	for i, r := range runes {
		if joiner(r) && i > 0 && i < len(runes)-1 && runes[i-1] > unicode.MaxASCII && runes[i+1] > unicode.MaxASCII {
			continue
		}
		if !visible(r) {
			return "", refuse
		}
	}
	return s, nil
}

// joiner is true for the two invisible characters that scripts of Iran and India,
// and emoji, need between letters.
func joiner(r rune) bool { return r == 0x200C || r == 0x200D }

// visible is false for control characters, format characters (bidirectional
// overrides, zero-width ones, tags), line separators, private use, unassigned
// code points, spaces other than U+0020, and letters that are drawn as nothing.
func visible(r rune) bool {
	switch r {
	case ' ':
		return true
	case utf8.RuneError, 0x115F, 0x1160, 0x2800, 0x3164, 0xFFA0:
		return false
	}
	return unicode.IsGraphic(r) && !unicode.Is(unicode.Zs, r)
}

// WebURL checks an address that pages show or link to and that the server itself
// never fetches: absolute https, a host, no user name, no fragment. It returns
// the address as it was given; the empty string is allowed and means none.
func WebURL(field, s string) (string, error) {
	if s == "" {
		return "", nil
	}
	refuse := ErrURLInvalid.At(field)
	if len(s) > urlMax || !strings.HasPrefix(s, "https://") {
		return "", refuse
	}
	for i := range len(s) {
		// Only the characters of RFC 3986: a browser strips tabs and newlines,
		// reads \ as /, and writes the rest in its own way.
		if c := s[i]; c <= ' ' || c >= 0x7F || strings.IndexByte("\"<>\\^`{|}#", c) >= 0 {
			return "", refuse
		}
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Hostname() == "" || u.User != nil || strings.Contains(u.Host, "@") {
		return "", refuse
	}
	return s, nil
}

// languageTag returns tag in canonical form; the empty string is allowed.
func languageTag(tag string) (string, error) {
	if tag == "" {
		return "", nil
	}
	if len(tag) > tagMax {
		return "", ErrLanguageInvalid.At("default_language")
	}
	t, err := language.Parse(tag)
	if err != nil || t == language.Und {
		return "", ErrLanguageInvalid.At("default_language")
	}
	return t.String(), nil
}
