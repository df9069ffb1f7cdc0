package mfa

import (
	"context"
	"net/http"
	"time"

	"authserver/identity/user"
	"authserver/internal/device"
	"authserver/internal/fault"
	"authserver/internal/rest"
	"authserver/tenant/realm"
)

const (
	tagFactors = "Factors"
	// credentials is the permission to change what people sign in with.
	credentials = "users.credentials"
)

// MountAdmin adds what administrators see of a person's second factors and trusted
// browsers, and ending trust. identity/directory takes all factors away.
func (s *Service) MountAdmin(a *rest.API) {
	rest.Handle(a, rest.Operation{
		ID: "getUserFactors", Method: http.MethodGet, Path: "/users/{user}/factors", Tag: tagFactors, Summary: "Read what second factors a person has",
		Permission: "users.read", Missing: user.ErrNotFound,
	}, s.adminFactors)
	rest.Handle(a, rest.Operation{
		ID: "listUserTrustedBrowsers", Method: http.MethodGet, Path: "/users/{user}/trusted-browsers", Tag: tagFactors,
		Summary: "List the browsers in which a person is not asked for a second factor", Permission: "users.read", Missing: user.ErrNotFound,
	}, s.adminTrusted)
	rest.Handle(a, rest.Operation{
		ID: "distrustUserBrowsers", Method: http.MethodDelete, Path: "/users/{user}/trusted-browsers", Tag: tagFactors,
		Summary: "End trust in all of a person's browsers", Permission: credentials, Subject: "user", Missing: user.ErrNotFound,
	}, s.adminDistrustAll)
	rest.Handle(a, rest.Operation{
		ID: "distrustUserBrowser", Method: http.MethodDelete, Path: "/users/{user}/trusted-browsers/{browser}", Tag: tagFactors,
		Summary: "End trust in a browser", Permission: credentials, Subject: "user", Missing: ErrDeviceNotFound, Faults: []*fault.Fault{user.ErrNotFound},
	}, s.adminDistrust)
}

// FactorsView is what a person has.
type FactorsView struct {
	Factors           []string `json:"factors" doc:"Kinds, the one that is asked for first before the others."`
	Offered           []string `json:"offered" doc:"Kinds that the person could have."`
	Required          bool     `json:"required" doc:"The realm, or an administrator, demands one of them of the person."`
	RecoveryCodesLeft int      `json:"recovery_codes_left"`
	TrustedBrowsers   int      `json:"trusted_browsers"`
}

type userOnly struct {
	User string `path:"user" format:"uuid"`
}

type factors struct{ Body FactorsView }

func (s *Service) adminFactors(ctx context.Context, in *userOnly) (*factors, error) {
	r := realm.From(ctx)
	u, err := s.users.ByID(ctx, r.ID, in.User)
	if err != nil {
		return nil, err
	}
	has, err := s.Of(ctx, r, u)
	if err != nil {
		return nil, err
	}
	return &factors{FactorsView{
		Factors: append([]string{}, has.Kinds...), Offered: append([]string{}, has.Offered...), Required: has.Required,
		RecoveryCodesLeft: has.CodesLeft, TrustedBrowsers: len(has.Devices),
	}}, nil
}

// BrowserView is a browser in which a person is not asked for a second factor.
type BrowserView struct {
	ID        string    `json:"id" format:"uuid"`
	Device    string    `json:"device"`
	IP        string    `json:"ip,omitempty" doc:"Where it was when trust began."`
	CreatedAt time.Time `json:"created_at"`
	ExpiresAt time.Time `json:"expires_at"`
}

type browsers struct {
	Body struct {
		Items []BrowserView `json:"items"`
	}
}

func (s *Service) adminTrusted(ctx context.Context, in *userOnly) (*browsers, error) {
	r := realm.From(ctx)
	u, err := s.users.ByID(ctx, r.ID, in.User)
	if err != nil {
		return nil, err
	}
	all, err := s.Devices(ctx, r, u)
	if err != nil {
		return nil, err
	}
	answer := &browsers{}
	answer.Body.Items = []BrowserView{}
	for _, d := range all {
		answer.Body.Items = append(answer.Body.Items, BrowserView{d.ID, device.Name(d.UserAgent), d.IP, d.CreatedAt, d.ExpiresAt})
	}
	return answer, nil
}

func (s *Service) adminDistrustAll(ctx context.Context, in *userOnly) (*rest.None, error) {
	return &rest.None{}, s.distrust(ctx, in.User, "")
}

type userBrowser struct {
	User    string `path:"user" format:"uuid"`
	Browser string `path:"browser" format:"uuid"`
}

func (s *Service) adminDistrust(ctx context.Context, in *userBrowser) (*rest.None, error) {
	return &rest.None{}, s.distrust(ctx, in.User, in.Browser)
}

func (s *Service) distrust(ctx context.Context, userID, browserID string) error {
	realmID := realm.From(ctx).ID
	return s.db.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.users.ByID(ctx, realmID, userID); err != nil {
			return err
		}
		return s.Distrust(ctx, realmID, userID, browserID)
	})
}
