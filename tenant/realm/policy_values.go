package realm

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

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
		{"trust_device", &p.TrustDevice, 0, 90 * day},
		{"step_up_age", &p.StepUpAge, time.Minute, 12 * time.Hour},
		{"erasure_grace", &p.ErasureGrace, 0, 90 * day},
		{"document_max_age", &p.DocumentMaxAge, 0, day},
		{"notification_ttl", &p.NotificationTTL, day, 365 * day},
		{"password_max_age", &p.Password.MaxAge, 0, 3650 * day},
		{"password_warn_before", &p.Password.WarnBefore, 0, 90 * day},
		{"lockout_base", &p.Lockout.Base, time.Second, time.Hour},
		{"lockout_max", &p.Lockout.Max, time.Second, day},
		{"device_lifetime", &p.Risk.DeviceLifetime, day, 730 * day},
	}
}

func (p *Policy) numbers() []number {
	return []number{
		{"password_min_length", &p.Password.MinLength, 8, 64},
		{"password_max_length", &p.Password.MaxLength, 64, 256},
		{"password_history", &p.Password.History, 0, 24},
		{"notification_max_length", &p.NotificationMaxLength, 100, 4000},
		{"lockout_threshold", &p.Lockout.Threshold, 3, 100},
		{"lockout_growth", &p.Lockout.Growth, 1, 10},
		{"lockout_hard", &p.Lockout.Hard, 3, 100},
		{"spraying_accounts", &p.Risk.SprayingAccounts, 3, 10_000},
		{"stuffing_failures", &p.Risk.StuffingFailures, 10, 1_000_000},
	}
}

func (p *Policy) switches() map[string]*bool {
	return map[string]*bool{
		"registration":      &p.Registration,
		"verify_email":      &p.VerifyEmail,
		"email_factor":      &p.EmailFactor,
		"sms_factor":        &p.SMSFactor,
		"terms_on_refresh":  &p.TermsOnRefresh,
		"password_upper":    &p.Password.Upper,
		"password_lower":    &p.Password.Lower,
		"password_digit":    &p.Password.Digit,
		"password_symbol":   &p.Password.Symbol,
		"password_breached": &p.Password.Breached,
	}
}

func reactions() []string { return []string{Allow, Notify, StepUp, Block} }

// choice is a value out of a few.
type choice struct {
	name    string
	value   *string
	allowed []string
}

func (p *Policy) choices() []choice {
	return []choice{
		{"id_token_algorithm", &p.IDTokenAlgorithm, Algorithms()},
		{"access_token_algorithm", &p.AccessTokenAlgorithm, Algorithms()},
		{"second_factor", &p.SecondFactor, []string{Optional, Required}},
		{"passkey_user_verification", &p.Passkey.UserVerification, []string{"preferred", Required}},
		{"passkey_attestation", &p.Passkey.Attestation, []string{"none", "direct"}},
		{"new_device", &p.Risk.NewDevice, reactions()},
		{"impossible_travel", &p.Risk.Travel, reactions()},
		{"password_spraying", &p.Risk.Spraying, reactions()},
		{"credential_stuffing", &p.Risk.Stuffing, reactions()},
		{"breached_password", &p.Risk.Breached, reactions()},
	}
}

// listMax bounds the lists of a policy.
const listMax = 100

// list is a list of texts with what each must be.
type list struct {
	name  string
	value *[]string
	good  func(string) bool
	say   string
}

func (p *Policy) lists() []list {
	return []list{
		{"phone_prefixes", &p.PhonePrefixes, phonePrefix, "Each is a plus and one to eight digits."},
		{"consent_purposes", &p.Purposes, func(s string) bool { return slices.Contains(Purposes(), s) }, "Each is one of " + strings.Join(Purposes(), ", ") + "."},
		{"passkey_origins", &p.Passkey.Origins, webOrigin, "Each is an https origin: scheme and host, nothing else."},
	}
}

func phonePrefix(s string) bool {
	digits, ok := strings.CutPrefix(s, "+")
	return ok && len(digits) >= 1 && len(digits) <= 8 && strings.Trim(digits, "0123456789") == ""
}

func webOrigin(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme == "https" && u.Host != "" && s == "https://"+u.Host
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
	}
	return p.checkTexts()
}

func (p *Policy) checkTexts() error {
	for _, c := range p.choices() {
		if !slices.Contains(c.allowed, *c.value) {
			return ErrPolicyInvalid.At(c.name).Say("Choose one of " + strings.Join(c.allowed, ", ") + ".")
		}
	}
	for _, l := range p.lists() {
		if len(*l.value) > listMax {
			return ErrPolicyInvalid.At(l.name).Say(fmt.Sprintf("At most %d entries are allowed.", listMax))
		}
		for _, entry := range *l.value {
			if !l.good(entry) {
				return ErrPolicyInvalid.At(l.name).Say(l.say)
			}
		}
	}
	return nil
}

// MarshalJSON writes one flat object, lifetimes in seconds.
func (p Policy) MarshalJSON() ([]byte, error) {
	object := map[string]any{}
	for _, c := range p.choices() {
		object[c.name] = *c.value
	}
	for name, value := range p.later {
		object[name] = value
	}
	for name, value := range p.switches() {
		object[name] = *value
	}
	for _, l := range p.lists() {
		object[l.name] = append([]string{}, *l.value...)
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
// What it does not know is an error.
func (p *Policy) UnmarshalJSON(b []byte) error {
	if err := p.decode(b); err != nil {
		return err
	}
	for name := range p.later {
		return ErrPolicyInvalid.At(name).Say("There is no such policy value.")
	}
	return nil
}

// decode is UnmarshalJSON for a row. A newer version may have written it, with values
// that this one does not know: they are kept, so that both can serve side by side.
func (p *Policy) decode(b []byte) error {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(b, &object); err != nil {
		return err
	}
	p.later = nil
	targets := map[string]any{}
	for _, c := range p.choices() {
		targets[c.name] = c.value
	}
	for name, value := range p.switches() {
		targets[name] = value
	}
	for _, l := range p.lists() {
		targets[l.name] = l.value
	}
	for _, d := range p.durations() {
		targets[d.name] = (*seconds)(d.value)
	}
	for _, n := range p.numbers() {
		targets[n.name] = n.value
	}
	defer p.forgetEmptyLists()
	for name, raw := range object {
		target, ok := targets[name]
		if !ok {
			if p.later == nil {
				p.later = map[string]json.RawMessage{}
			}
			p.later[name] = raw
			continue
		}
		if texts, ok := target.(*[]string); ok {
			*texts = nil // decoding into it would write to a list that others share
		}
		if err := json.Unmarshal(raw, target); err != nil {
			return ErrPolicyInvalid.At(name).Say("A whole number of seconds, a number, a name, true or false, or a list of texts is expected.")
		}
	}
	return nil
}

// forgetEmptyLists makes no difference between a list that is empty and none.
func (p *Policy) forgetEmptyLists() {
	for _, l := range p.lists() {
		if len(*l.value) == 0 {
			*l.value = nil
		}
	}
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
