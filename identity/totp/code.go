package totp

import (
	"encoding/base32"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"authserver/internal/fault"
	"authserver/internal/secret"
)

// Faults of the room.
var (
	// ErrWrong says that a code is not the one that is shown now, or was used
	// already. It does not say which.
	ErrWrong = fault.New(fault.Invalid, "code_wrong", "That code is not right.").At("code")
	// ErrNone says that there is no secret: none was begun here, it took too long,
	// or it was confirmed already.
	ErrNone = fault.New(fault.Conflict, "totp_not_begun", "There is nothing to confirm. Please begin again.")
)

const (
	secretBytes = 20 // 160 bits, as RFC 4226 §4 recommends
	period      = 30 // seconds of a step
	digits      = 6
)

// around are the steps beside the present one in which a code counts, likeliest first.
func around() []int64 { return []int64{0, -1, 1} }

// stepAt is the number of the time step (T in RFC 6238 §4.2).
func stepAt(t time.Time) int64 { return t.Unix() / period }

// match returns the step whose code this is, near now and after last, or false. All
// are computed, whichever it is.
func match(key, code string, now time.Time, last int64) (step int64, ok bool, err error) {
	code = clean(code)
	for _, d := range around() {
		t := stepAt(now) + d
		if t < 0 {
			continue
		}
		want, err := hotp.GenerateCodeCustom(key, uint64(t), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err != nil {
			return 0, false, fmt.Errorf("compute code: %w", err)
		}
		if secret.Equal([]byte(want), []byte(code)) && t > last && !ok {
			step, ok = t, true
		}
	}
	return step, ok, nil
}

// clean takes away what people and keyboards put between digits. What is too long
// for a code is none.
func clean(code string) string {
	if len(code) > 4*digits {
		return ""
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '-' {
			return -1
		}
		return r
	}, code)
}

// address is what an authenticator application reads from the picture: the Key URI
// Format. It is written here and not by pquerna/otp, which leaves "&" and "=" of an
// issuer as they are, so that a realm's name could bring a parameter of its own. A
// space is %20, because some applications read a plus literally. A colon divides issuer
// and account, so neither may have one.
func address(raw []byte, issuer, account string) string {
	issuer, account = label(issuer), label(account)
	q := url.Values{
		"secret": {base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw)},
		"issuer": {issuer}, "algorithm": {"SHA1"}, "digits": {strconv.Itoa(digits)}, "period": {strconv.Itoa(period)},
	}
	u := url.URL{
		Scheme: "otpauth", Host: "totp", Path: "/" + issuer + ":" + account,
		RawQuery: strings.ReplaceAll(q.Encode(), "+", "%20"),
	}
	return u.String()
}

func label(s string) string {
	if s = strings.TrimSpace(strings.ReplaceAll(s, ":", " ")); s != "" {
		return s
	}
	return "-"
}

// keyOf is the secret of an address in base32.
func keyOf(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil || u.Query().Get("secret") == "" {
		return "", fmt.Errorf("stored address of a secret is malformed")
	}
	return u.Query().Get("secret"), nil
}
