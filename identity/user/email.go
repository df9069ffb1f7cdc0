package user

import (
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"

	"authserver/internal/fault"
)

// ErrEmailInvalid refuses what is no address we deliver to.
var ErrEmailInvalid = fault.New(fault.Invalid, "email_invalid", "That is not a complete e-mail address.").At("email")

const (
	emailMax = 254 // RFC 5321 §4.5.3.1.3, less the angle brackets
	localMax = 64  // RFC 5321 §4.5.3.1.1
)

// Claimed is the key of what somebody gives as their address: of one that can exist, that
// of Normalise, else the text itself. It is for counting what has been claimed.
func Claimed(email string) string {
	if _, key, err := Normalise(email); err == nil {
		return key
	}
	return strings.ToLower(strings.TrimSpace(email))
}

// Normalise returns the address to write to and the key under which it is unique
// in a realm, or ErrEmailInvalid. The address keeps the case of its local part, as
// RFC 5321 §2.4 asks of a sender; the key folds it, because no two people share a
// mailbox by case. Both are fixed points: Normalise(addr) gives addr and key again.
//
// Only an ASCII dot-atom and a host name pass: no quotes, comments, routes, literals
// or second @, each of which has sent one person's letter to another. Plus tags
// stay: whose they are is the mail server's to say.
func Normalise(email string) (addr, key string, err error) {
	// First the length: parsers of addresses have been quadratic (CVE-2025-61725).
	if len(email) > emailMax {
		return "", "", ErrEmailInvalid
	}
	local, domain, ok := strings.Cut(norm.NFC.String(strings.TrimSpace(email)), "@")
	if !ok || !dotAtom(local) {
		return "", "", ErrEmailInvalid
	}
	host, ok := hostName(domain)
	if !ok || len(local)+1+len(host) > emailMax {
		return "", "", ErrEmailInvalid
	}
	return local + "@" + host, lowerASCII(local) + "@" + host, nil
}

// dotAtom is RFC 5322 §3.2.3 without obsolete forms.
func dotAtom(s string) bool {
	if s == "" || len(s) > localMax || s[0] == '.' || s[len(s)-1] == '.' || strings.Contains(s, "..") {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && strings.IndexByte(".!#$%&'*+/=?^_`{|}~-", c) < 0 {
			return false
		}
	}
	return true
}

// hostName returns the lower-case ASCII form of a domain of at least two labels.
func hostName(domain string) (string, bool) {
	profile := idna.New(
		idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(true),
		idna.BidiRule(), idna.CheckHyphens(true), idna.CheckJoiners(true), idna.VerifyDNSLength(true),
	)
	host, err := profile.ToASCII(domain)
	if err != nil || strings.HasSuffix(host, ".") {
		return "", false
	}
	labels := strings.Split(host, ".")
	if len(labels) < 2 || !strings.ContainsFunc(labels[len(labels)-1], func(r rune) bool { return r > '9' }) {
		return "", false // a bare name, or an IP address in disguise
	}
	for _, label := range labels {
		// ToASCII encodes what it should refuse (U+FFFD), and "xn--" before plain
		// ASCII has been a second spelling of that (CVE-2026-39821): what does not
		// come back the same is no name.
		plain, err := profile.ToUnicode(label)
		if err != nil {
			return "", false
		}
		if again, err := profile.ToASCII(plain); err != nil || again != label {
			return "", false
		}
	}
	return host, true
}

func lowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}
