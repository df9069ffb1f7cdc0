package user

import (
	_ "embed"
	"errors"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"authserver/internal/fault"
	"authserver/tenant/realm"
)

// Why a password is refused. Each says what to do instead (NIST SP 800-63B-4
// §3.1.1.2). Those about composition are for realms that must: they make people
// write P@ssw0rd1.
var (
	ErrPasswordShort   = fault.New(fault.Invalid, "password_too_short", "Choose a longer password.").At("password")
	ErrPasswordLong    = fault.New(fault.Invalid, "password_too_long", "Choose a shorter password.").At("password")
	ErrPasswordText    = fault.New(fault.Invalid, "password_characters", "A password must not contain control characters.").At("password")
	ErrPasswordCommon  = fault.New(fault.Invalid, "password_common", "Many people use this password, so it is guessed first. Choose another one.").At("password")
	ErrPasswordContext = fault.New(fault.Invalid, "password_context", "This password is made of your name, your address or the name of this place. Choose another one.").At("password")
	ErrPasswordSame    = fault.New(fault.Invalid, "password_same", "That is your present password. Choose another one.").At("password")

	ErrPasswordUpper  = fault.New(fault.Invalid, "password_upper", "Use at least one upper-case letter.").At("password")
	ErrPasswordLower  = fault.New(fault.Invalid, "password_lower", "Use at least one lower-case letter.").At("password")
	ErrPasswordDigit  = fault.New(fault.Invalid, "password_digit", "Use at least one digit.").At("password")
	ErrPasswordSymbol = fault.New(fault.Invalid, "password_symbol", "Use at least one sign, such as ! or -.").At("password")

	ErrPasswordBreached = fault.New(fault.Invalid, "password_breached", "This password was part of a data leak, so it is guessed first. Choose another one.").At("password")
	ErrPasswordHistory  = fault.New(fault.Invalid, "password_history", "You have had this password before. Choose another one.").At("password")
)

// commonText holds well-known passwords of eight code points and more (no realm
// accepts shorter ones), folded, one a line: what leads every published list of
// leaked passwords, keyboard walks, and the endings that people add.
//
//go:embed common.txt
var commonText string

// blocked returns the block list as a set.
func blocked() map[string]struct{} {
	set := make(map[string]struct{}, strings.Count(commonText, "\n"))
	for line := range strings.Lines(commonText) {
		set[strings.TrimSuffix(line, "\n")] = struct{}{}
	}
	return set
}

// prepare returns the password in the form in which it is hashed, or why the realm
// refuses it. Nothing is trimmed or cut off: spaces count, and what is too long is
// refused, because a silently truncated password lets others in (Okta, October 2024).
func prepare(p realm.Password, common map[string]struct{}, context []string, password string) (string, error) {
	// The bytes first, so that nothing slow happens to a megabyte.
	if len(password) > utf8.UTFMax*p.MaxLength {
		return "", tooLong(p)
	}
	if !utf8.ValidString(password) || strings.ContainsFunc(password, unicode.IsControl) {
		return "", ErrPasswordText
	}
	password = norm.NFC.String(password)
	switch n := utf8.RuneCountInString(password); {
	case n < p.MinLength:
		return "", ErrPasswordShort.Say("Use at least " + strconv.Itoa(p.MinLength) + " characters.")
	case n > p.MaxLength:
		return "", tooLong(p)
	}
	if err := composed(p, password); err != nil {
		return "", err
	}
	folded := fold(password)
	if _, known := common[folded]; known || monotonous(folded) {
		return "", ErrPasswordCommon
	}
	if madeOf(folded, context) {
		return "", ErrPasswordContext
	}
	return password, nil
}

// composed returns the fault of every kind of character that the realm asks for and
// the password lacks, joined, so that the person learns of all at once.
func composed(p realm.Password, password string) error {
	var missing []error
	for _, class := range []struct {
		asked bool
		has   func(rune) bool
		fault error
	}{
		{p.Upper, unicode.IsUpper, ErrPasswordUpper},
		{p.Lower, unicode.IsLower, ErrPasswordLower},
		{p.Digit, unicode.IsDigit, ErrPasswordDigit},
		{p.Symbol, func(r rune) bool { return unicode.IsPunct(r) || unicode.IsSymbol(r) }, ErrPasswordSymbol},
	} {
		if class.asked && !strings.ContainsFunc(password, class.has) {
			missing = append(missing, class.fault)
		}
	}
	return errors.Join(missing...)
}

func tooLong(p realm.Password) error {
	return ErrPasswordLong.Say("Use at most " + strconv.Itoa(p.MaxLength) + " characters.")
}

func fold(s string) string { return cases.Fold().String(s) }

// monotonous tells passwords that are one short piece repeated, or that count up
// or down one by one.
func monotonous(s string) bool {
	r := []rune(s)
	for unit := 1; unit <= 4 && unit*2 <= len(r); unit++ {
		same := true
		for i := unit; i < len(r) && same; i++ {
			same = r[i] == r[i-unit]
		}
		if same {
			return true
		}
	}
	for _, step := range []rune{1, -1} {
		counts := true
		for i := 1; i < len(r) && counts; i++ {
			counts = r[i] == r[i-1]+step || r[i-1] == '9' && r[i] == '0' || r[i-1] == '0' && r[i] == '9'
		}
		if counts {
			return true
		}
	}
	return false
}

// madeOf reports whether a folded password consists of context words: its letters,
// once digits and signs at the ends and between the words are gone, are such words
// in a row ("acme-ann-2026!").
func madeOf(folded string, words []string) bool {
	letters := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}
		return -1
	}, folded)
	if letters == "" {
		return false
	}
	// reach[i]: the first i bytes are words in a row.
	reach := make([]bool, len(letters)+1)
	reach[0] = true
	for i := range letters {
		if !reach[i] {
			continue
		}
		for _, w := range words {
			if strings.HasPrefix(letters[i:], w) {
				reach[i+len(w)] = true
			}
		}
	}
	return reach[len(letters)]
}

// contextWords are what anybody would guess who knows the realm and the person; more
// are what else the place is called, such as the application's name.
func contextWords(in *realm.Realm, u *User, more ...string) []string {
	local, domain, _ := strings.Cut(u.Email, "@")
	sources := append([]string{in.Name, in.Slug, local, u.Name, u.GivenName, u.FamilyName, u.MiddleName, u.Nickname, u.Username}, more...)
	if labels := strings.Split(domain, "."); len(labels) > 1 {
		sources = append(sources, labels[:len(labels)-1]...)
	}
	var words []string
	for _, s := range sources {
		parts := strings.FieldsFunc(fold(norm.NFC.String(s)), func(r rune) bool { return !unicode.IsLetter(r) })
		for _, w := range append(parts, strings.Join(parts, "")) {
			if utf8.RuneCountInString(w) >= 3 {
				words = append(words, w)
			}
		}
	}
	return words
}
