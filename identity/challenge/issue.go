package challenge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"authserver/internal/database"
	"authserver/internal/id"
	"authserver/internal/secret"
)

// codeLabel names the key of the codes' MACs.
const codeLabel = "identity/challenge code"

// tokenPrefix marks the secret of a link, so that scanners of leaks know it.
const tokenPrefix = "ch_"

// Deps is what the room needs.
type Deps struct {
	DB   *database.DB
	Ring *secret.Ring
	Now  func() time.Time
}

// Service is what the room can do.
type Service struct {
	db   *database.DB
	ring *secret.Ring
	keys [][]byte
	now  func() time.Time
}

// New returns the room. It panics when a dependency is missing.
func New(d Deps) *Service {
	if d.DB == nil || d.Ring == nil || d.Now == nil {
		panic("challenge: DB, Ring and Now are required")
	}
	return &Service{db: d.DB, ring: d.Ring, keys: d.Ring.Derive(codeLabel), now: d.Now}
}

// Request is what a secret is issued for.
type Request struct {
	RealmID string
	Purpose Purpose
	UserID  string
	// Address is an e-mail address in its folded form, or a phone number in the
	// form of E.164.
	Address string
	// Binding is the id of the flow or session whose secret this is. A code can
	// be redeemed there only; a link carries enough by itself.
	Binding  string
	Lifetime time.Duration
	// Code and Link say what the letter will hold: either or both.
	Code, Link bool
	// Data is kept sealed until the secret is redeemed.
	Data map[string]string
	// Budget is a further key that waits and is counted like the address, such as the
	// person who asks: whoever may name addresses does not get one message for each.
	Budget string
	// Always sends however often the address was written to: a warning must not be
	// silenced by asking for other letters first.
	Always bool
}

// Issue makes a secret in the caller's transaction; an earlier one of the same
// purpose, user and binding is dead from then on. It returns ErrTooSoon when the
// address has to wait.
func (s *Service) Issue(ctx context.Context, r Request) (*Issued, error) {
	if r.RealmID == "" || r.Purpose == "" || r.Address == "" || r.Lifetime <= 0 || !r.Code && !r.Link {
		return nil, errors.New("issue challenge: realm, purpose, address, lifetime and a code or a link are required")
	}
	if r.Code && r.UserID == "" && r.Binding == "" {
		return nil, errors.New("issue challenge: a code is bound to a user or to a flow, or anybody's guess would count for all")
	}
	now := database.At(s.now()).Time()
	out := &Issued{ID: id.New(), ExpiresAt: now.Add(r.Lifetime)}
	line := row{
		ID: out.ID, RealmID: r.RealmID, Purpose: string(r.Purpose), UserID: r.UserID, Address: r.Address, Binding: r.Binding,
		Code: []byte{}, CreatedAt: database.At(now), ExpiresAt: database.At(out.ExpiresAt),
	}
	if r.Code {
		out.Code = secret.Digits(digits)
		line.Code = mac(s.keys[0], out.ID, out.Code)
	}
	if r.Link {
		out.Token = secret.Token(tokenPrefix)
		line.Token = secret.Digest(out.Token)
	}
	if len(r.Data) > 0 {
		var err error
		if line.Payload, err = s.seal(out.ID, r.Data); err != nil {
			return nil, err
		}
	}
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.patience(ctx, r, now); err != nil {
			return err
		}
		if err := s.replace(ctx, line); err != nil {
			return fmt.Errorf("issue challenge %s: %w", r.Purpose, err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// window is the key under which messages of the purpose to the address are counted.
// Registration and recovery can be asked for by anybody: each counts by itself, so that
// a stranger who asks for one keeps nobody from the codes that they ask for themselves.
func (p Purpose) window(address string) string {
	if p == Register || p == Recover {
		return string(p) + ":" + address
	}
	return address
}

// patience refuses a message that comes too soon after the one before it. The
// statement that asks also counts, so that of two requests at once one is refused.
func (s *Service) patience(ctx context.Context, r Request, now time.Time) error {
	if r.Always {
		return nil
	}
	for _, key := range []string{r.Purpose.window(r.Address), r.Budget} {
		if key == "" {
			continue
		}
		counted, err := s.count(ctx, r.RealmID, key, now)
		if err != nil {
			return fmt.Errorf("issue challenge %s: %w", r.Purpose, err)
		}
		if counted {
			continue
		}
		wait, err := s.wait(ctx, r.RealmID, key)
		if err != nil {
			return err
		}
		return ErrTooSoon.After(max(wait, time.Second))
	}
	return nil
}

// Wait is how long the address has to wait for its next message of the purpose; zero
// when it need not. Pages show it beside "send again".
func (s *Service) Wait(ctx context.Context, realmID string, p Purpose, address string) (time.Duration, error) {
	return s.wait(ctx, realmID, p.window(address))
}

func (s *Service) wait(ctx context.Context, realmID, key string) (time.Duration, error) {
	sent, err := s.sent(ctx, realmID, key)
	if err != nil {
		return 0, fmt.Errorf("read when an address was written to: %w", err)
	}
	now := s.now()
	wait := sent.LastAt.Time().Add(Pause).Sub(now)
	if sent.Count >= Hourly {
		wait = max(wait, sent.HourAt.Time().Add(time.Hour).Sub(now))
	}
	return max(wait, 0), nil
}

func mac(key []byte, challengeID, code string) []byte { return secret.MAC(key, challengeID, code) }

func (s *Service) seal(challengeID string, data map[string]string) (string, error) {
	plain, err := json.Marshal(data)
	if err != nil {
		return "", fmt.Errorf("seal challenge: %w", err)
	}
	return s.ring.Seal(plain, "identity/challenge", challengeID)
}

func (s *Service) open(r row) (*Challenge, error) {
	c := &Challenge{
		ID: r.ID, RealmID: r.RealmID, Purpose: Purpose(r.Purpose), UserID: r.UserID, Address: r.Address, Binding: r.Binding,
		CreatedAt: r.CreatedAt.Time(), ExpiresAt: r.ExpiresAt.Time(),
	}
	if r.Payload == "" {
		return c, nil
	}
	plain, err := s.ring.Open(r.Payload, "identity/challenge", r.ID)
	if err == nil {
		err = json.Unmarshal(plain, &c.Data)
	}
	if err != nil {
		return nil, fmt.Errorf("open challenge %s: %w", r.ID, err)
	}
	return c, nil
}
