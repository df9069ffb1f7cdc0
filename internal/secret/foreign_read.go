package secret

import (
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"hash"
	"regexp"
	"strconv"
	"strings"

	"github.com/go-crypt/crypt/algorithm"
	"github.com/go-crypt/crypt/algorithm/argon2"
	"github.com/go-crypt/crypt/algorithm/bcrypt"
	"github.com/go-crypt/crypt/algorithm/scrypt"
)

// The spellings that are read. The decoders behind them take more: missing
// parameters, any cost, versions with known defects.
var (
	bcryptForm = regexp.MustCompile(`^\$2[aby]\$([0-9]{2})\$[./A-Za-z0-9]{53}$`)
	scryptForm = regexp.MustCompile(`^\$scrypt\$ln=([1-9][0-9]?),r=([1-9][0-9]?),p=([1-9][0-9]?)\$([A-Za-z0-9+/]{8,128})\$([A-Za-z0-9+/]{22,172})$`)
)

// bcryptMax is how many bytes bcrypt looks at. What is longer does not match, instead
// of matching whatever begins alike (Okta, October 2024).
const bcryptMax = 72

func parseBcrypt(encoded string) (foreign, error) {
	parts := bcryptForm.FindStringSubmatch(encoded)
	if parts == nil {
		return foreign{}, fmt.Errorf("%w: malformed bcrypt", errForeign)
	}
	if n, _ := strconv.Atoi(parts[1]); n < 4 || n > foreignBcrypt {
		return foreign{}, fmt.Errorf("%w: bcrypt's cost must be 4 to %d", errForeign, foreignBcrypt)
	}
	d, err := bcrypt.DecodeVariant(bcrypt.VariantStandard)(encoded)
	if err != nil {
		return foreign{}, fmt.Errorf("%w: malformed bcrypt", errForeign)
	}
	return foreign{match: func(password []byte) (bool, error) {
		if len(password) > bcryptMax {
			password = password[:bcryptMax] // for the time that it takes
			_, err := matched(d, password)
			return false, err
		}
		return matched(d, password)
	}}, nil
}

func parseArgon2(encoded, variant string) (foreign, error) {
	// Everything but the variant's name is as strict as for our own.
	own, err := parseDigest(strings.Replace(encoded, "$"+variant+"$", nativePrefix, 1))
	if err != nil {
		return foreign{}, err
	}
	if err := own.checkForeign(); err != nil {
		return foreign{}, err
	}
	d, err := argon2.Decode(encoded)
	if err != nil {
		return foreign{}, fmt.Errorf("%w: malformed %s", errForeign, variant)
	}
	return foreign{memory: int64(own.memory), match: func(password []byte) (bool, error) { return matched(d, password) }}, nil
}

// parseDjangoArgon2 takes the name away that Django writes before the PHC string.
func parseDjangoArgon2(encoded string) (foreign, error) {
	phc := strings.TrimPrefix(encoded, "argon2")
	name, _, _ := strings.Cut(phc[1:], "$")
	if name != "argon2id" && name != "argon2i" && name != "argon2d" {
		return foreign{}, errForeign
	}
	return parseArgon2(phc, name)
}

func parseScrypt(encoded string) (foreign, error) {
	parts := scryptForm.FindStringSubmatch(encoded)
	if parts == nil {
		return foreign{}, fmt.Errorf("%w: malformed scrypt", errForeign)
	}
	var n [3]int
	for i := range n {
		n[i], _ = strconv.Atoi(parts[i+1]) // digits, by the form
	}
	ln, r, p := n[0], n[1], n[2]
	if ln > 20 || r > 32 || p > 16 {
		return foreign{}, fmt.Errorf("%w: scrypt's parameters are too high", errForeign)
	}
	memory := int64(r) << ln / 8 // 128 bytes times r times 2^ln
	if memory > foreignMemory || memory*int64(p) > foreignWork {
		return foreign{}, fmt.Errorf("%w: scrypt's cost is too high", errForeign)
	}
	d, err := scrypt.DecodeVariant(scrypt.VariantScrypt)(encoded)
	if err != nil {
		return foreign{}, fmt.Errorf("%w: malformed scrypt", errForeign)
	}
	return foreign{memory: memory, match: func(password []byte) (bool, error) { return matched(d, password) }}, nil
}

// matched never returns what the library says about a hash: it may quote it.
func matched(d algorithm.Digest, password []byte) (bool, error) {
	match, err := d.MatchBytesAdvanced(password)
	if err != nil {
		return false, errForeign
	}
	return match, nil
}

// The ways in which PBKDF2's salt and hash are written.
func modularForm(salt, hash string) (s, h []byte, err error) {
	adapted := strings.NewReplacer(".", "+")
	if s, err = decode(base64.RawStdEncoding, adapted.Replace(salt)); err != nil {
		return nil, nil, err
	}
	h, err = decode(base64.RawStdEncoding, adapted.Replace(hash))
	return s, h, err
}

// djangoForm has the salt in clear.
func djangoForm(salt, hash string) (s, h []byte, err error) {
	h, err = decode(base64.StdEncoding, hash)
	return []byte(salt), h, err
}

func keycloakForm(salt, hash string) (s, h []byte, err error) {
	if s, err = decode(base64.StdEncoding, salt); err != nil {
		return nil, nil, err
	}
	h, err = decode(base64.StdEncoding, hash)
	return s, h, err
}

// parsePBKDF2 reads algorithm, rounds, salt and hash.
func parsePBKDF2(parts []string, form func(salt, hash string) (s, h []byte, err error)) (foreign, error) {
	if len(parts) != 4 {
		return foreign{}, fmt.Errorf("%w: malformed PBKDF2", errForeign)
	}
	algorithms := map[string]func() hash.Hash{
		"pbkdf2": sha1.New, "pbkdf2-sha1": sha1.New, "pbkdf2-sha256": sha256.New, "pbkdf2-sha512": sha512.New,
	}
	digest, known := algorithms[parts[0]]
	rounds, err := strconv.Atoi(parts[1])
	if !known || err != nil || strconv.Itoa(rounds) != parts[1] {
		return foreign{}, fmt.Errorf("%w: malformed PBKDF2", errForeign)
	}
	if rounds < 1 || rounds > foreignRounds {
		return foreign{}, fmt.Errorf("%w: PBKDF2's rounds must be 1 to %d", errForeign, foreignRounds)
	}
	salt, key, err := form(parts[2], parts[3])
	if err != nil || len(salt) < 1 || len(salt) > 128 || len(key) < 16 || len(key) > 128 {
		return foreign{}, fmt.Errorf("%w: malformed PBKDF2", errForeign)
	}
	// Each block of the output is computed by itself, so the first one decides:
	// the others would double the price for nothing.
	first := key[:min(len(key), digest().Size())]
	return foreign{match: func(password []byte) (bool, error) {
		got, err := pbkdf2.Key(digest, string(password), salt, rounds, len(first))
		if err != nil {
			return false, errForeign
		}
		return Equal(got, first), nil
	}}, nil
}

// parseSalted reads {SSHA…}base64(digest‖salt).
func parseSalted(encoded string) (foreign, error) {
	name, text, _ := strings.Cut(encoded[1:], "}")
	digest, known := map[string]func() hash.Hash{"SSHA": sha1.New, "SSHA256": sha256.New, "SSHA512": sha512.New}[name]
	if !known {
		return foreign{}, errForeign
	}
	raw, err := decode(base64.RawStdEncoding, strings.TrimRight(text, "="))
	size := digest().Size()
	if err != nil || len(raw) < size+4 || len(raw) > size+64 {
		return foreign{}, fmt.Errorf("%w: malformed {%s}", errForeign, name)
	}
	want, salt := raw[:size], raw[size:]
	return foreign{match: func(password []byte) (bool, error) {
		h := digest()
		h.Write(password)
		h.Write(salt)
		return Equal(h.Sum(nil), want), nil
	}}, nil
}
