package user

import (
	"strings"
	"unicode/utf8"
)

// Mask shows enough of an address for its owner to know it, and too little for others
// to write to: "a•••a@example.com".
func Mask(email string) string {
	local, domain, ok := strings.Cut(email, "@")
	if !ok || local == "" {
		return "•••"
	}
	first, _ := utf8.DecodeRuneInString(local)
	last, size := utf8.DecodeLastRuneInString(local)
	// Always three dots, so that they do not count the letters.
	if len(local) == size || utf8.RuneCountInString(local) < 4 {
		return string(first) + "•••@" + domain
	}
	return string(first) + "•••" + string(last) + "@" + domain
}
