package mfa

import (
	"context"
	"time"
)

// exported are the second factors as a person's copy of their data tells them.
type exported struct {
	Methods           []string         `json:"methods"`
	RecoveryCodesLeft int              `json:"recovery_codes_left"`
	TrustedDevices    []exportedDevice `json:"trusted_devices"`
}

type exportedDevice struct {
	ID        string    `json:"id"`
	IP        string    `json:"ip"`
	UserAgent string    `json:"user_agent"`
	CreatedAt time.Time `json:"created_at"`
	ExpiresAt time.Time `json:"expires_at"`
}

// Export is the section of a person's copy of their data about how they confirm a
// sign-in, without any secret.
func (s *Service) Export(ctx context.Context, realmID, userID string) (string, any, error) {
	in, err := s.realms.ByID(ctx, realmID)
	if err != nil {
		return "", nil, err
	}
	u, err := s.users.ByID(ctx, realmID, userID)
	if err != nil {
		return "", nil, err
	}
	o, err := s.Of(ctx, in, u)
	if err != nil {
		return "", nil, err
	}
	out := exported{Methods: o.Kinds, RecoveryCodesLeft: o.CodesLeft, TrustedDevices: make([]exportedDevice, len(o.Devices))}
	if out.Methods == nil {
		out.Methods = []string{}
	}
	for i, d := range o.Devices {
		out.TrustedDevices[i] = exportedDevice(d)
	}
	return "second_factors", out, nil
}
