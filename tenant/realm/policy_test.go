package realm_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"
	"time"

	"authserver/internal/fault"
	"authserver/tenant/realm"
)

func TestDefaultPolicyIsAsDecided(t *testing.T) {
	t.Parallel()
	p := realm.DefaultPolicy()
	if err := p.Check(); err != nil {
		t.Fatalf("the default policy is refused: %v", err)
	}
	for name, pair := range map[string][2]any{
		"access token":     {p.AccessTokenLifetime, 10 * time.Minute},
		"ID token":         {p.IDTokenLifetime, 10 * time.Minute},
		"code":             {p.CodeLifetime, time.Minute},
		"refresh idle":     {p.RefreshIdle, 30 * 24 * time.Hour},
		"refresh absolute": {p.RefreshAbsolute, 90 * 24 * time.Hour},
		"ID algorithm":     {p.IDTokenAlgorithm, "RS256"},
		"access algorithm": {p.AccessTokenAlgorithm, "ES256"},
		"password":         {p.Password, realm.Password{MinLength: 12, MaxLength: 128, WarnBefore: 14 * 24 * time.Hour}},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s is %v, want %v", name, pair[0], pair[1])
		}
	}
}

func TestPolicyBounds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*realm.Policy)
		field  string // empty: allowed
	}{
		"short access token":      {func(p *realm.Policy) { p.AccessTokenLifetime = time.Minute }, ""},
		"too short access token":  {func(p *realm.Policy) { p.AccessTokenLifetime = time.Minute - 1 }, "access_token_lifetime"},
		"too long access token":   {func(p *realm.Policy) { p.AccessTokenLifetime = 25 * time.Hour }, "access_token_lifetime"},
		"negative":                {func(p *realm.Policy) { p.IDTokenLifetime = -time.Hour }, "id_token_lifetime"},
		"part of a second":        {func(p *realm.Policy) { p.IDTokenLifetime += time.Millisecond }, "id_token_lifetime"},
		"code of ten minutes":     {func(p *realm.Policy) { p.CodeLifetime = 10 * time.Minute }, ""},
		"code of eleven":          {func(p *realm.Policy) { p.CodeLifetime = 11 * time.Minute }, "code_lifetime"},
		"no grace":                {func(p *realm.Policy) { p.RefreshGrace = 0 }, ""},
		"long grace":              {func(p *realm.Policy) { p.RefreshGrace = 11 * time.Second }, "refresh_grace"},
		"idle above absolute":     {func(p *realm.Policy) { p.RefreshIdle = p.RefreshAbsolute + time.Second }, "refresh_idle"},
		"session idle above":      {func(p *realm.Policy) { p.SessionIdle = p.SessionAbsolute + time.Second }, "session_idle"},
		"session of 31 days":      {func(p *realm.Policy) { p.SessionAbsolute = 31 * 24 * time.Hour }, "session_absolute"},
		"HMAC":                    {func(p *realm.Policy) { p.IDTokenAlgorithm = "HS256" }, "id_token_algorithm"},
		"none":                    {func(p *realm.Policy) { p.AccessTokenAlgorithm = "none" }, "access_token_algorithm"},
		"EdDSA":                   {func(p *realm.Policy) { p.AccessTokenAlgorithm = "EdDSA" }, ""},
		"password of 7":           {func(p *realm.Policy) { p.Password.MinLength = 7 }, "password_min_length"},
		"passwords end at 63":     {func(p *realm.Policy) { p.Password.MaxLength = 63 }, "password_max_length"},
		"lockout never":           {func(p *realm.Policy) { p.Lockout.Hard = 101 }, "lockout_hard"},
		"lockout base above max":  {func(p *realm.Policy) { p.Lockout.Base = p.Lockout.Max + time.Second }, "lockout_base"},
		"lockout hard before all": {func(p *realm.Policy) { p.Lockout.Hard = 5 }, "lockout_threshold"},
		"no choice":               {func(p *realm.Policy) { p.SecondFactor = "sometimes" }, "second_factor"},
		"no attestation known":    {func(p *realm.Policy) { p.Passkey.Attestation = "enterprise" }, "passkey_attestation"},
		"prefix of a country":     {func(p *realm.Policy) { p.PhonePrefixes = []string{"+49", "+1868"} }, ""},
		"prefix without plus":     {func(p *realm.Policy) { p.PhonePrefixes = []string{"49"} }, "phone_prefixes"},
		"related origin":          {func(p *realm.Policy) { p.Passkey.Origins = []string{"https://acme.example"} }, ""},
		"origin with a path":      {func(p *realm.Policy) { p.Passkey.Origins = []string{"https://acme.example/"} }, "passkey_origins"},
		"origin without TLS":      {func(p *realm.Policy) { p.Passkey.Origins = []string{"http://acme.example"} }, "passkey_origins"},
		"trusted for 91 days":     {func(p *realm.Policy) { p.TrustDevice = 91 * 24 * time.Hour }, "trust_device"},
		"zero growth":             {func(p *realm.Policy) { p.Lockout.Growth = 0 }, "lockout_growth"},
	} {
		p := realm.DefaultPolicy()
		c.change(&p)
		err := p.Check()
		f, _ := fault.Of(err)
		switch {
		case c.field == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.field != "" && (!errors.Is(err, realm.ErrPolicyInvalid) || f.Field != c.field):
			t.Errorf("%s: error is %v, want one at %s", name, err, c.field)
		}
	}
}

func TestPolicyJSONHasSecondsAndKeepsWhatItLeavesOut(t *testing.T) {
	t.Parallel()
	p := realm.DefaultPolicy()
	p.CodeLifetime = 30 * time.Second
	p.Registration, p.SecondFactor, p.PhonePrefixes = true, realm.Required, []string{"+49"}
	b, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var object map[string]any
	if err := json.Unmarshal(b, &object); err != nil || object["code_lifetime"] != 30.0 {
		t.Errorf("code_lifetime is %v (%v), want 30", object["code_lifetime"], err)
	}
	var back realm.Policy
	if err := json.Unmarshal(b, &back); err != nil || !reflect.DeepEqual(back, p) {
		t.Errorf("read back %+v (%v), want %+v", back, err, p)
	}
	partial := realm.DefaultPolicy()
	if err := json.Unmarshal([]byte(`{"session_idle": 600, "lockout_growth": 3}`), &partial); err != nil {
		t.Fatal(err)
	}
	want := realm.DefaultPolicy()
	want.SessionIdle, want.Lockout.Growth = 10*time.Minute, 3
	shared := realm.Policy{PhonePrefixes: []string{"+49", "+43"}}
	copied := shared
	if err := json.Unmarshal([]byte(`{"phone_prefixes": ["+1"]}`), &copied); err != nil || shared.PhonePrefixes[0] != "+49" {
		t.Errorf("a change of a copy changed the original to %v (%v)", shared.PhonePrefixes, err)
	}
	if !reflect.DeepEqual(partial, want) {
		t.Errorf("partial policy is %+v, want %+v", partial, want)
	}
}

func TestPolicyJSONRefusesNonsense(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`[]`, `"x"`, `{"session_idle": "600"}`, `{"session_idle": 1.5}`, `{"session_idle": -1}`, `{"session_idle": 1e30}`,
		`{"session_idle": 9223372036854775807}`, `{"id_token_algorithm": 1}`, `{"no_such_value": 1}`,
		`{"registration": "yes"}`, `{"phone_prefixes": "+49"}`, `{"second_factor": true}`,
	} {
		p := realm.DefaultPolicy()
		if err := json.Unmarshal([]byte(text), &p); err == nil {
			t.Errorf("%s was accepted", text)
		}
	}
}
