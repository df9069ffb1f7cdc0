package secret

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// nativePrefix begins the hashes that Hash makes.
const nativePrefix = "$argon2id$"

// What an imported hash may cost. A file that an operator was given must not make
// the server allocate gigabytes or compute for minutes at every sign-in.
const (
	foreignMemory = 256 << 10 // KiB at once
	foreignWork   = 1 << 20   // KiB of memory times passes over it
	foreignRounds = 5_000_000 // of PBKDF2
	foreignBcrypt = 15        // doublings
)

// errForeign is the beginning of every error about a hash of another system. None
// quotes the hash: it is a secret.
var errForeign = errors.New("stored hash is of no form that can be verified")

// foreign is a hash that another system made, ready to compare.
type foreign struct {
	memory int64 // KiB that comparing holds
	match  func(password []byte) (bool, error)
}

// Importable reports why an encoded hash of another system cannot be taken over, or
// nil. These can, each within bounds of cost:
//
//	$2a$ $2b$ $2y$10$…                         bcrypt, cost 4 to 15
//	$argon2id$ $argon2i$ $argon2d$v=19$m=…     Argon2, PHC form
//	argon2$argon2id$v=19$…                     the same as Django writes it
//	$scrypt$ln=16,r=8,p=1$salt$hash            scrypt, PHC form
//	$pbkdf2$ $pbkdf2-sha256$ -sha512$29000$…   PBKDF2, modular crypt form (passlib)
//	pbkdf2_sha256$870000$salt$hash             PBKDF2 as Django writes it (_sha1, _sha512)
//	keycloak$pbkdf2-sha256$27500$salt$hash     PBKDF2 of Keycloak, see below
//	{SSHA} {SSHA256} {SSHA512}…                salted SHA of LDAP (RFC 2307)
//
// Keycloak keeps a password in two JSON texts, credentialData and secretData. The
// four parts behind "keycloak" are credentialData's algorithm (pbkdf2, pbkdf2-sha256
// or pbkdf2-sha512) and hashIterations, then secretData's salt and value, both in
// base64 exactly as they stand there.
//
// Clear text and unsalted digests are not among them.
func Importable(encoded string) error {
	if strings.HasPrefix(encoded, nativePrefix) {
		d, err := parseDigest(encoded)
		if err != nil {
			return err
		}
		return d.checkForeign()
	}
	_, err := parseForeign(encoded)
	return err
}

// checkForeign holds an Argon2 hash of another system to the bounds.
func (c cost) checkForeign() error {
	if err := c.check(); err != nil {
		return fmt.Errorf("stored hash: %w", err)
	}
	if c.memory > foreignMemory || uint64(c.memory)*uint64(c.time) > foreignWork {
		return fmt.Errorf("stored hash: costs more than %d KiB of memory, or %d KiB in all passes", foreignMemory, foreignWork)
	}
	return nil
}

// parseForeign reads every form but our own.
func parseForeign(encoded string) (foreign, error) {
	if len(encoded) > 1024 {
		return foreign{}, fmt.Errorf("%w: it is too long", errForeign)
	}
	name, _, _ := strings.Cut(strings.TrimPrefix(encoded, "$"), "$")
	modular := strings.HasPrefix(encoded, "$")
	switch {
	case strings.HasPrefix(encoded, "{"):
		return parseSalted(encoded)
	case modular && (name == "2a" || name == "2b" || name == "2y"):
		return parseBcrypt(encoded)
	case modular && (name == "argon2i" || name == "argon2d"):
		return parseArgon2(encoded, name)
	case modular && name == "scrypt":
		return parseScrypt(encoded)
	case modular && strings.HasPrefix(name, "pbkdf2"):
		return parsePBKDF2(strings.Split(encoded[1:], "$"), modularForm)
	case strings.HasPrefix(name, "pbkdf2_"):
		return parsePBKDF2(strings.Split(strings.Replace(encoded, "_", "-", 1), "$"), djangoForm)
	case name == "keycloak":
		return parsePBKDF2(strings.Split(encoded, "$")[1:], keycloakForm)
	case strings.HasPrefix(encoded, "argon2$argon2"):
		return parseDjangoArgon2(encoded)
	}
	return foreign{}, errForeign
}

// verifyForeign compares with a hash of another system when its turn comes. Where it
// does not match, it costs a hash of ours as well: of an account that was imported
// with a quick hash, the time of the answer must not tell that it exists. Where it
// matches, the caller hashes anew, which costs the same.
func (p *Passwords) verifyForeign(ctx context.Context, encoded, password string) (bool, error) {
	f, err := parseForeign(encoded)
	if err != nil {
		return false, fmt.Errorf("verify password: %w", err)
	}
	match, err := p.matchForeign(ctx, f, password)
	if err != nil || match {
		return match, err
	}
	return false, p.Burn(ctx, password)
}

func (p *Passwords) matchForeign(ctx context.Context, f foreign, password string) (bool, error) {
	weight := min(max(f.memory, int64(p.cost.memory)), p.limit)
	if err := p.acquire(ctx, weight); err != nil {
		return false, err
	}
	defer p.turns.Release(weight)
	defer p.load.run()()
	composed := norm.NFC.String(password)
	match, err := f.match([]byte(composed))
	if err == nil && !match && composed != password {
		match, err = f.match([]byte(password)) // it was hashed there as it was typed
	}
	if err != nil {
		return false, fmt.Errorf("verify password: %w", err)
	}
	// HMAC reads a key and the same key with NULs behind it alike.
	return match && !strings.ContainsRune(password, 0), nil
}
