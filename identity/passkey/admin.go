package passkey

import (
	"context"
	"net/http"
	"time"

	"authserver/identity/user"
	"authserver/internal/fault"
	"authserver/internal/rest"
	"authserver/tenant/realm"
)

const tagFactors = "Factors"

// MountAdmin adds what administrators see of a person's passkeys, and removing one.
func (s *Service) MountAdmin(a *rest.API) {
	rest.Handle(a, rest.Operation{
		ID: "listUserPasskeys", Method: http.MethodGet, Path: "/users/{user}/passkeys", Tag: tagFactors, Summary: "List a person's passkeys",
		Permission: "users.read", Missing: user.ErrNotFound,
	}, s.adminList)
	rest.Handle(a, rest.Operation{
		ID: "removeUserPasskey", Method: http.MethodDelete, Path: "/users/{user}/passkeys/{passkey}", Tag: tagFactors, Summary: "Remove a passkey",
		Description: "All sessions of the person end, and they are told by mail. Whoever has no other way in recovers the account.",
		Permission:  "users.credentials", Subject: "user", Missing: ErrNotFound, Faults: []*fault.Fault{user.ErrNotFound},
	}, s.adminRemove)
}

// PasskeyView is a passkey as administrators see it.
type PasskeyView struct {
	ID             string    `json:"id" format:"uuid"`
	Name           string    `json:"name" doc:"What the person calls it, else its maker's name; may be empty."`
	AAGUID         string    `json:"aaguid" format:"uuid" doc:"The make of the authenticator; all zero when it does not tell."`
	Attestation    string    `json:"attestation" doc:"The format of the attestation statement (WebAuthn §8)."`
	Transports     []string  `json:"transports"`
	BackupEligible bool      `json:"backup_eligible"`
	BackedUp       bool      `json:"backed_up"`
	Discoverable   bool      `json:"discoverable" doc:"It signs in without a user name."`
	UserVerified   bool      `json:"user_verified" doc:"It has verified its user in a ceremony."`
	CreatedAt      time.Time `json:"created_at"`
	LastUsedAt     time.Time `json:"last_used_at,omitzero"`
	CloneWarningAt time.Time `json:"clone_warning_at,omitzero" doc:"When its counter went back, as that of a copy would."`
}

type userOnly struct {
	User string `path:"user" format:"uuid"`
}

type passkeys struct {
	Body struct {
		Items []PasskeyView `json:"items"`
	}
}

func (s *Service) adminList(ctx context.Context, in *userOnly) (*passkeys, error) {
	realmID := realm.From(ctx).ID
	if _, err := s.users.ByID(ctx, realmID, in.User); err != nil {
		return nil, err
	}
	all, err := s.List(ctx, realmID, in.User)
	if err != nil {
		return nil, err
	}
	answer := &passkeys{}
	answer.Body.Items = []PasskeyView{}
	for _, p := range all {
		answer.Body.Items = append(answer.Body.Items, PasskeyView{
			ID: p.ID, Name: p.Title(), AAGUID: p.AAGUID, Attestation: p.AttestationFormat, Transports: append([]string{}, p.Transports...),
			BackupEligible: p.BackupEligible, BackedUp: p.BackedUp, Discoverable: p.Discoverable, UserVerified: p.UserVerified,
			CreatedAt: p.CreatedAt, LastUsedAt: p.LastUsedAt, CloneWarningAt: p.CloneWarning,
		})
	}
	return answer, nil
}

type userPasskey struct {
	User    string `path:"user" format:"uuid"`
	Passkey string `path:"passkey" format:"uuid"`
}

func (s *Service) adminRemove(ctx context.Context, in *userPasskey) (*rest.None, error) {
	return &rest.None{}, s.Remove(ctx, realm.From(ctx), in.User, in.Passkey)
}
