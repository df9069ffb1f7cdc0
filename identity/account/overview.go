package account

import (
	"context"
	"fmt"

	"authserver/identity/user"
	"authserver/templates"
)

// counts are how many safeguards a user has, by the name of their kind. What the
// house does not offer is missing.
type counts map[string]int

// Kinds of safeguards, as the pages know them.
const (
	passkeys       = "passkeys"
	providers      = "providers"
	factors        = "factors"
	recoveryCodes  = "recovery_codes"
	trustedDevices = "devices"
)

func (s *Service) count(ctx context.Context, u *user.User) (counts, error) {
	found := counts{}
	for kind, count := range map[string]Count{
		passkeys: s.safeguards.Passkeys, providers: s.safeguards.Providers, factors: s.safeguards.Factors,
		recoveryCodes: s.safeguards.RecoveryCodes, trustedDevices: s.safeguards.TrustedDevices,
	} {
		if count == nil {
			continue
		}
		n, err := count(ctx, u.RealmID, u.ID)
		if err != nil {
			return nil, fmt.Errorf("count %s of user %s: %w", kind, u.ID, err)
		}
		found[kind] = n
	}
	return found, nil
}

func (c counts) offers(kind string) bool {
	_, ok := c[kind]
	return ok
}

// checkup is what the overview says about the account's safety. Recovery codes matter
// only to who has a factor that can be lost.
func checkup(u *user.User, c counts) []templates.AccountCheck {
	checks := []templates.AccountCheck{
		{Kind: "email", Good: u.EmailVerified, Path: "/email"},
		{Kind: "second_factor", Good: c[factors] > 0, Path: "/mfa"},
	}
	if c.offers(passkeys) {
		checks = append(checks, templates.AccountCheck{Kind: "passkey", Good: c[passkeys] > 0, Count: c[passkeys], Path: "/passkeys"})
	}
	if c.offers(recoveryCodes) && c[factors] > 0 {
		checks = append(checks, templates.AccountCheck{Kind: recoveryCodes, Good: c[recoveryCodes] > 0, Count: c[recoveryCodes], Path: "/recovery-codes"})
	}
	return checks
}

// ways are how the person signs in, second what is asked for after that.
func safeguards(u *user.User, c counts) (ways, second []templates.AccountSafeguard) {
	password := templates.AccountSafeguard{Kind: "password", Path: "/password"}
	if u.HasPassword {
		password.Count, password.Since = 1, u.PasswordChangedAt
	}
	ways = append(ways, password)
	for _, g := range []templates.AccountSafeguard{{Kind: passkeys, Path: "/passkeys"}, {Kind: providers, Path: "/providers"}} {
		if c.offers(g.Kind) {
			g.Count = c[g.Kind]
			ways = append(ways, g)
		}
	}
	second = append(second, templates.AccountSafeguard{Kind: factors, Count: c[factors], Path: "/mfa"})
	for _, g := range []templates.AccountSafeguard{{Kind: recoveryCodes, Path: "/recovery-codes"}, {Kind: trustedDevices, Path: "/trusted-devices"}} {
		if c.offers(g.Kind) && c[factors] > 0 {
			g.Count = c[g.Kind]
			second = append(second, g)
		}
	}
	return ways, second
}
