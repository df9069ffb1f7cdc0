package secret

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
)

// Bounds of what a stored hash may ask for. A row that somebody else wrote
// must not make the server allocate gigabytes or compute for minutes.
const (
	maxMemory  = 1 << 20 // KiB, 1 GiB
	maxTime    = 16
	maxThreads = 16
)

// cost is the price of an Argon2id hash.
type cost struct {
	memory  uint32 // KiB
	time    uint32
	threads uint8
}

func (c cost) check() error {
	switch {
	case c.threads < 1 || c.threads > maxThreads:
		return fmt.Errorf("threads must be between 1 and %d", maxThreads)
	case c.time < 1 || c.time > maxTime:
		return fmt.Errorf("passes must be between 1 and %d", maxTime)
	case c.memory < 8*uint32(c.threads) || c.memory > maxMemory:
		return fmt.Errorf("memory must be between 8 KiB per thread and %d KiB", maxMemory)
	}
	return nil
}

// digest is a parsed PHC string of Argon2id.
type digest struct {
	cost
	salt, hash []byte
}

// String returns the PHC form: $argon2id$v=19$m=19456,t=2,p=1$salt$hash.
func (d digest) String() string {
	e := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version, d.memory, d.time, d.threads, e.EncodeToString(d.salt), e.EncodeToString(d.hash))
}

// parseDigest reads the PHC form and refuses every other spelling. Its errors
// do not quote the input: it is a secret.
func parseDigest(s string) (digest, error) {
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" {
		return digest{}, errors.New("stored hash is not argon2id")
	}
	if parts[2] != "v="+strconv.Itoa(argon2.Version) {
		return digest{}, errors.New("stored hash has an unknown argon2 version")
	}
	var d digest
	var err error
	if d.cost, err = parseCost(parts[3]); err != nil {
		return digest{}, err
	}
	if d.salt, err = decode(base64.RawStdEncoding, parts[4]); err != nil || len(d.salt) < 8 || len(d.salt) > 64 {
		return digest{}, errors.New("stored hash has a malformed salt")
	}
	// A short hash would match many passwords, an empty one all of them.
	if d.hash, err = decode(base64.RawStdEncoding, parts[5]); err != nil || len(d.hash) < 16 || len(d.hash) > 128 {
		return digest{}, errors.New("stored hash is malformed")
	}
	return d, nil
}

// parseCost reads "m=19456,t=2,p=1".
func parseCost(s string) (cost, error) {
	names := [...]string{"m=", "t=", "p="}
	bits := [...]int{32, 32, 8}
	var values [3]uint64
	fields := strings.Split(s, ",")
	if len(fields) != len(names) {
		return cost{}, errors.New("stored hash has malformed parameters")
	}
	for i, f := range fields {
		digits, ok := strings.CutPrefix(f, names[i])
		n, err := strconv.ParseUint(digits, 10, bits[i])
		if !ok || err != nil || digits != strconv.FormatUint(n, 10) {
			return cost{}, errors.New("stored hash has malformed parameters")
		}
		values[i] = n
	}
	c := cost{memory: uint32(values[0]), time: uint32(values[1]), threads: uint8(values[2])}
	if err := c.check(); err != nil {
		return cost{}, fmt.Errorf("stored hash: %w", err)
	}
	return c, nil
}
