package secret

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"

	"golang.org/x/crypto/argon2"
	"golang.org/x/sync/semaphore"
	"golang.org/x/text/unicode/norm"

	"authserver/internal/fault"
)

const (
	saltBytes = 16
	hashBytes = 32
)

// ErrBusy is returned when too many passwords are being hashed and the wait for
// a turn is over. RetryAfter is set.
var ErrBusy = fault.New(fault.Unavailable, "busy", "The service is busy. Please try again in a moment.").After(2 * time.Second)

// PasswordParams is the price of one hash and how many may be paid at once.
type PasswordParams struct {
	Memory      uint32 // KiB
	Time        uint32 // passes
	Threads     uint8
	Concurrency int           // hashes at the same time
	Wait        time.Duration // how long a caller waits for a turn before ErrBusy
}

// DefaultPasswordParams returns the setting of the OWASP password storage
// cheat sheet (19 MiB, 2 passes, 1 lane), one hash per core, and a wait that a
// person at a sign-in form still bears.
func DefaultPasswordParams() PasswordParams {
	return PasswordParams{
		Memory:      19 * 1024,
		Time:        2,
		Threads:     1,
		Concurrency: runtime.GOMAXPROCS(0),
		Wait:        2 * time.Second,
	}
}

// Passwords hashes and verifies what people choose, with Argon2id (RFC 9106) in
// PHC strings. A semaphore weighted by memory bounds how much runs at once, so
// that a flood of sign-ins exhausts neither memory nor the other endpoints.
// Call it outside of transactions: a hash takes tens of milliseconds.
type Passwords struct {
	cost  cost
	wait  time.Duration
	limit int64 // KiB in use at once
	turns *semaphore.Weighted
	load  load
	dummy digest
}

// NewPasswords returns a hasher. It panics on parameters that Argon2 forbids or
// that would let nothing through: a wiring mistake.
func NewPasswords(p PasswordParams) *Passwords {
	c := cost{memory: p.Memory, time: p.Time, threads: p.Threads}
	if err := c.check(); err != nil {
		panic("secret: password parameters: " + err.Error())
	}
	if p.Concurrency < 1 || p.Wait <= 0 {
		panic("secret: password parameters: concurrency and wait must be positive")
	}
	limit := int64(p.Memory) * int64(p.Concurrency)
	return &Passwords{
		cost:  c,
		wait:  p.Wait,
		limit: limit,
		turns: semaphore.NewWeighted(limit),
		dummy: digest{cost: c, salt: Bytes(saltBytes), hash: Bytes(hashBytes)},
	}
}

// Hash returns the PHC string to store for password. It returns ErrBusy when
// no turn comes free in time.
func (p *Passwords) Hash(ctx context.Context, password string) (string, error) {
	d := digest{cost: p.cost, salt: Bytes(saltBytes), hash: make([]byte, hashBytes)}
	h, err := p.compute(ctx, d, password)
	if err != nil {
		return "", err
	}
	d.hash = h
	return d.String(), nil
}

// Verify reports whether password is the one that encoded was made from: a hash of
// ours, or one that Importable accepts. Stale is true on a match whose hash was made
// in another way than today's: hash again and store. The error is ErrBusy, the
// context's, or one about a malformed encoded value, which is a defect and not a
// wrong password.
func (p *Passwords) Verify(ctx context.Context, encoded, password string) (match, stale bool, err error) {
	if !strings.HasPrefix(encoded, nativePrefix) {
		match, err = p.verifyForeign(ctx, encoded, password)
		return match, match, err
	}
	d, err := parseDigest(encoded)
	if err != nil {
		return false, false, fmt.Errorf("verify password: %w", err)
	}
	h, err := p.compute(ctx, d, password)
	if err != nil {
		return false, false, err
	}
	if !Equal(h, d.hash) {
		return false, false, nil
	}
	return true, d.cost != p.cost || len(d.salt) != saltBytes || len(d.hash) != hashBytes, nil
}

// Burn costs what Verify costs and answers nothing. It is called where there is
// no password to verify (unknown user, no password set), so that the time of
// the answer does not tell who has an account.
func (p *Passwords) Burn(ctx context.Context, password string) error {
	_, err := p.compute(ctx, p.dummy, password)
	return err
}

// compute hashes password with the salt and cost of d when its turn comes.
func (p *Passwords) compute(ctx context.Context, d digest, password string) ([]byte, error) {
	// A hash from another system may ask for more memory than all turns
	// together; it then waits until it is alone.
	weight := min(int64(d.cost.memory), p.limit)
	if err := p.acquire(ctx, weight); err != nil {
		return nil, err
	}
	defer p.turns.Release(weight)
	defer p.load.run()()
	// NFC on both ways: the same keys pressed on two systems may arrive
	// composed or decomposed (NIST SP 800-63B-4 §3.1.1.2).
	return argon2.IDKey(norm.NFC.Bytes([]byte(password)), d.salt, d.cost.time, d.cost.memory, d.cost.threads, uint32(len(d.hash))), nil
}

func (p *Passwords) acquire(ctx context.Context, weight int64) error {
	waiting, cancel := context.WithTimeout(ctx, p.wait)
	defer cancel()
	defer p.load.wait()()
	err := p.turns.Acquire(waiting, weight)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, context.DeadlineExceeded):
		return ErrBusy
	default:
		return err
	}
}
