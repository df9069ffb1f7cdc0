package realm

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"authserver/internal/fault"
)

// ErrPolicyInvalid refuses a policy value outside its bounds; Field names it.
var ErrPolicyInvalid = fault.New(fault.Invalid, "realm_policy_invalid", "That policy value is not allowed.")

// Policy is what a realm decides about tokens, sessions and passwords. An
// application may have its own token lifetimes and algorithms.
type Policy struct {
	AccessTokenLifetime time.Duration
	IDTokenLifetime     time.Duration
	CodeLifetime        time.Duration
	RefreshIdle         time.Duration // a refresh token unused for so long is dead
	RefreshAbsolute     time.Duration // a family of refresh tokens ends after this
	RefreshGrace        time.Duration // a spent refresh token is forgiven for so long
	SessionIdle         time.Duration
	SessionAbsolute     time.Duration

	IDTokenAlgorithm     string // one of Algorithms
	AccessTokenAlgorithm string // one of Algorithms

	Password Password
	Lockout  Lockout
}

// Password bounds the length of passwords, in Unicode code points. Composition
// and rotation are no part of it (NIST SP 800-63B-4 §3.1.1.2).
type Password struct {
	MinLength, MaxLength int
}

// Lockout is the answer to wrong passwords: after Threshold failures in a row the
// account waits for Base, then Growth times as long after each further failure,
// at most Max; after Hard failures only a reset opens it (NIST SP 800-63B-4 §3.2.2).
type Lockout struct {
	Threshold int
	Base      time.Duration
	Growth    int
	Max       time.Duration
	Hard      int
}

// DefaultPolicy is what a new realm starts with.
func DefaultPolicy() Policy {
	return Policy{
		AccessTokenLifetime:  10 * time.Minute,
		IDTokenLifetime:      10 * time.Minute,
		CodeLifetime:         time.Minute,
		RefreshIdle:          30 * day,
		RefreshAbsolute:      90 * day,
		RefreshGrace:         10 * time.Second,
		SessionIdle:          8 * time.Hour,
		SessionAbsolute:      day,
		IDTokenAlgorithm:     "RS256", // OpenID Connect Core §15.1 demands it of every provider
		AccessTokenAlgorithm: "ES256",
		Password:             Password{MinLength: 12, MaxLength: 128},
		Lockout:              Lockout{Threshold: 10, Base: 30 * time.Second, Growth: 2, Max: 15 * time.Minute, Hard: 100},
	}
}

// Algorithms are the signature algorithms of tokens: all asymmetric, so that a
// verifier can never sign (RFC 8725 §3.1).
func Algorithms() []string { return []string{"RS256", "PS256", "ES256", "EdDSA"} }

const day = 24 * time.Hour

// duration and number tie a value to its JSON name and its bounds, so that
// reading, writing and checking a policy cannot disagree.
type duration struct {
	name     string
	value    *time.Duration
	min, max time.Duration
}

type number struct {
	name     string
	value    *int
	min, max int
}

func (p *Policy) durations() []duration {
	return []duration{
		{"access_token_lifetime", &p.AccessTokenLifetime, time.Minute, day},
		{"id_token_lifetime", &p.IDTokenLifetime, time.Minute, day},
		{"code_lifetime", &p.CodeLifetime, 10 * time.Second, 10 * time.Minute}, // RFC 6749 §4.1.2: ten minutes at most
		{"refresh_idle", &p.RefreshIdle, 5 * time.Minute, 365 * day},
		{"refresh_absolute", &p.RefreshAbsolute, 5 * time.Minute, 365 * day},
		{"refresh_grace", &p.RefreshGrace, 0, 10 * time.Second},
		{"session_idle", &p.SessionIdle, 5 * time.Minute, 30 * day},
		{"session_absolute", &p.SessionAbsolute, 5 * time.Minute, 30 * day},
		{"lockout_base", &p.Lockout.Base, time.Second, time.Hour},
		{"lockout_max", &p.Lockout.Max, time.Second, day},
	}
}

func (p *Policy) numbers() []number {
	return []number{
		{"password_min_length", &p.Password.MinLength, 8, 64},
		{"password_max_length", &p.Password.MaxLength, 64, 256},
		{"lockout_threshold", &p.Lockout.Threshold, 3, 100},
		{"lockout_growth", &p.Lockout.Growth, 1, 10},
		{"lockout_hard", &p.Lockout.Hard, 3, 100},
	}
}

// Check returns a fault that names the first value outside its bounds.
func (p *Policy) Check() error {
	for _, d := range p.durations() {
		if *d.value < d.min || *d.value > d.max || *d.value%time.Second != 0 {
			return ErrPolicyInvalid.At(d.name).Say(fmt.Sprintf("Choose %s to %s, in whole seconds.", d.min, d.max))
		}
	}
	for _, n := range p.numbers() {
		if *n.value < n.min || *n.value > n.max {
			return ErrPolicyInvalid.At(n.name).Say(fmt.Sprintf("Choose %d to %d.", n.min, n.max))
		}
	}
	switch {
	case p.RefreshIdle > p.RefreshAbsolute:
		return ErrPolicyInvalid.At("refresh_idle").Say("The idle lifetime must not exceed the absolute one.")
	case p.SessionIdle > p.SessionAbsolute:
		return ErrPolicyInvalid.At("session_idle").Say("The idle lifetime must not exceed the absolute one.")
	case p.Lockout.Base > p.Lockout.Max:
		return ErrPolicyInvalid.At("lockout_base").Say("The first wait must not exceed the longest one.")
	case p.Lockout.Threshold > p.Lockout.Hard:
		return ErrPolicyInvalid.At("lockout_threshold").Say("The threshold must not exceed the hard limit.")
	case !slices.Contains(Algorithms(), p.IDTokenAlgorithm):
		return ErrPolicyInvalid.At("id_token_algorithm").Say("Choose RS256, PS256, ES256 or EdDSA.")
	case !slices.Contains(Algorithms(), p.AccessTokenAlgorithm):
		return ErrPolicyInvalid.At("access_token_algorithm").Say("Choose RS256, PS256, ES256 or EdDSA.")
	}
	return nil
}

// MarshalJSON writes one flat object, lifetimes in seconds.
func (p Policy) MarshalJSON() ([]byte, error) {
	object := map[string]any{
		"id_token_algorithm":     p.IDTokenAlgorithm,
		"access_token_algorithm": p.AccessTokenAlgorithm,
	}
	for _, d := range p.durations() {
		object[d.name] = int64(*d.value / time.Second)
	}
	for _, n := range p.numbers() {
		object[n.name] = *n.value
	}
	return json.Marshal(object)
}

// UnmarshalJSON overwrites the values that the object names and leaves the
// others as they are: a row written before a value existed keeps its default.
func (p *Policy) UnmarshalJSON(b []byte) error {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(b, &object); err != nil {
		return err
	}
	targets := map[string]any{
		"id_token_algorithm":     &p.IDTokenAlgorithm,
		"access_token_algorithm": &p.AccessTokenAlgorithm,
	}
	for _, d := range p.durations() {
		targets[d.name] = (*seconds)(d.value)
	}
	for _, n := range p.numbers() {
		targets[n.name] = n.value
	}
	for name, raw := range object {
		target, ok := targets[name]
		if !ok {
			return ErrPolicyInvalid.At(name).Say("There is no such policy value.")
		}
		if err := json.Unmarshal(raw, target); err != nil {
			return ErrPolicyInvalid.At(name).Say("A whole number of seconds, a number or a name is expected.")
		}
	}
	return nil
}

// seconds is a duration that JSON writes as a whole number of seconds.
type seconds time.Duration

// secondsMax is far above every bound and far below where nanoseconds overflow.
const secondsMax = 1 << 32

func (s *seconds) UnmarshalJSON(b []byte) error {
	var n int64
	if err := json.Unmarshal(b, &n); err != nil {
		return err
	}
	if n < 0 || n > secondsMax {
		return fmt.Errorf("%d seconds are out of range", n)
	}
	*s = seconds(time.Duration(n) * time.Second)
	return nil
}
