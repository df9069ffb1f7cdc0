// Package phone reads telephone numbers as people write them, and says to which of
// them a message may be sent.
//
// A number has one form in the house, that of E.164 ("+4930123456"). Numbers that
// cost their caller extra are refused, and a realm may name the prefixes it writes
// to: strangers once earned money by having codes sent to numbers of their own
// (toll fraud; security rule THR-11).
package phone

import (
	"strings"

	"github.com/nyaruka/phonenumbers"

	"authserver/internal/fault"
)

// Faults about numbers.
var (
	// ErrInvalid refuses what is no number.
	ErrInvalid = fault.New(fault.Invalid, "phone_invalid", "Write the number with its country code, such as +49 30 123456.").At("phone")
	// ErrRefused refuses a number that no message is sent to.
	ErrRefused = fault.New(fault.Invalid, "phone_refused", "We cannot send messages to this number. Use another one.").At("phone")
)

// inputMax bounds what is parsed: the longest number with all its signs is shorter.
const inputMax = 40

// Parse returns the number in the form of E.164, or ErrInvalid. Region is the country
// (ISO 3166-1) whose habits a number without country code follows; without one such
// a number is refused.
func Parse(input, region string) (string, error) {
	input = strings.TrimSpace(input)
	if len(input) > inputMax {
		return "", ErrInvalid
	}
	// Letters are for vanity numbers, and ";ext=" for what takes no message.
	if input == "" || strings.Trim(input, "+0123456789 -()./\u00a0") != "" {
		return "", ErrInvalid
	}
	if rest, ok := strings.CutPrefix(input, "00"); ok && region == "" {
		input = "+" + rest
	}
	n, err := phonenumbers.Parse(input, region)
	if err != nil || !phonenumbers.IsValidNumber(n) {
		return "", ErrInvalid
	}
	return phonenumbers.Format(n, phonenumbers.E164), nil
}

// Check returns ErrRefused for a number in the form of E.164 that no message may be
// sent to: one that costs extra or is no person's, or one outside the prefixes, of
// which none means all.
func Check(number string, prefixes []string) error {
	n, err := phonenumbers.Parse(number, "")
	if err != nil {
		return ErrInvalid
	}
	switch phonenumbers.GetNumberType(n) {
	case phonenumbers.PREMIUM_RATE, phonenumbers.SHARED_COST, phonenumbers.TOLL_FREE, phonenumbers.UAN,
		phonenumbers.PERSONAL_NUMBER, phonenumbers.PAGER, phonenumbers.VOICEMAIL:
		return ErrRefused
	}
	// Satellite and international networks belong to no country and are the dearest.
	if region := phonenumbers.GetRegionCodeForNumber(n); region == "" || region == "001" || region == "ZZ" {
		return ErrRefused
	}
	if len(prefixes) == 0 {
		return nil
	}
	for _, p := range prefixes {
		if p != "" && strings.HasPrefix(number, p) {
			return nil
		}
	}
	return ErrRefused
}

// Mask shows enough of a number for its owner to know it, and no more: the country
// code's beginning and the last three digits.
func Mask(number string) string {
	if len(number) < 7 {
		return strings.Repeat("•", len(number))
	}
	return number[:3] + strings.Repeat("•", len(number)-6) + number[len(number)-3:]
}

// Format is the number as people of its country write it for others, with spaces.
func Format(number string) string {
	n, err := phonenumbers.Parse(number, "")
	if err != nil {
		return number
	}
	return phonenumbers.Format(n, phonenumbers.INTERNATIONAL)
}

// Digits is what somebody gives as a number without its spelling, for counting what has
// been claimed. Whether it is a number is Parse's to say.
func Digits(input string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, input)
}
