package federation

import (
	"context"
	"net/http"
	"time"

	"authserver/internal/fault"
	"authserver/internal/rest"
	"authserver/tenant/realm"
)

// errTrust keeps who may only change providers from signing in as anybody: whoever runs
// a provider that is believed about addresses can (security rule FED-06).
var errTrust = fault.New(fault.Denied, "provider_trust_denied", "Only who may also change how people sign in (users.credentials) can have a provider believed about addresses.").At("trust_email")

const (
	tagProviders = "Providers"
	// credentials is the permission to change what people sign in with.
	credentials = "users.credentials"
)

// MountAdmin adds the administration of providers, and of who is linked with them.
func (s *Service) MountAdmin(a *rest.API) {
	op := func(id, method, path, summary string, faults ...*fault.Fault) rest.Operation {
		o := rest.Operation{ID: id, Method: method, Path: "/providers" + path, Tag: tagProviders, Summary: summary, Permission: "providers.write", Faults: faults}
		if method == http.MethodGet {
			o.Permission = "providers.read"
		}
		if path != "" {
			o.Missing = ErrNotFound
		}
		return o
	}
	rest.Handle(a, op("listProviders", http.MethodGet, "", "List upstream providers"), s.adminList)
	create := op("createProvider", http.MethodPost, "", "Add an upstream provider", ErrInvalid, ErrSlugTaken, realm.ErrNameInvalid, errTrust)
	create.Description = "Register this server there first, with the callback_url of the answer. The client secret is kept sealed and never shown."
	rest.Handle(a, create, s.adminCreate)
	rest.Handle(a, op("getProvider", http.MethodGet, "/{provider}", "Read a provider"), s.adminGet)
	rest.Handle(a, op("updateProvider", http.MethodPatch, "/{provider}", "Change a provider", ErrInvalid, ErrChanged, realm.ErrNameInvalid, errTrust), s.adminUpdate)
	remove := op("deleteProvider", http.MethodDelete, "/{provider}", "Delete a provider")
	remove.Description = "All links to it go, and the sessions that they began end."
	rest.Handle(a, remove, s.adminDelete)
	rest.Handle(a, op("enableProvider", http.MethodPost, "/{provider}/activation", "Offer a provider", ErrAlreadyEnabled, errTrust), s.adminSwitch(true))
	rest.Handle(a, op("disableProvider", http.MethodDelete, "/{provider}/activation", "Offer a provider no more", ErrAlreadyDisabled), s.adminSwitch(false))
	s.mountLinks(a)
}

// AppleKeyView names Apple's private key.
type AppleKeyView struct {
	TeamID string `json:"team_id" minLength:"10" maxLength:"10"`
	KeyID  string `json:"key_id" minLength:"10" maxLength:"10"`
}

// ProviderView is a provider as administrators see it.
type ProviderView struct {
	ID           string            `json:"id" format:"uuid"`
	Slug         string            `json:"slug"`
	Kind         Kind              `json:"kind" enum:"oidc,google,microsoft,apple,github"`
	Name         string            `json:"name"`
	Issuer       string            `json:"issuer"`
	ClientID     string            `json:"client_id"`
	HasSecret    bool              `json:"has_client_secret"`
	AppleKey     *AppleKeyView     `json:"apple_key,omitempty"`
	Scopes       []string          `json:"scopes"`
	Claims       map[string]string `json:"claims" doc:"The provider's claims by our names, where they differ."`
	TrustEmail   bool              `json:"trust_email" doc:"It is believed that an address is its user's."`
	Registration bool              `json:"registration" doc:"Who has no account gets one by signing in."`
	SyncProfile  bool              `json:"sync_profile" doc:"Name and picture are taken over at each sign-in."`
	Enabled      bool              `json:"enabled"`
	Position     int               `json:"position" doc:"Its place among the buttons, the smallest first."`
	CallbackURL  string            `json:"callback_url" doc:"Where the provider sends people back to; register it there."`
	Version      int64             `json:"version"`
	CreatedAt    time.Time         `json:"created_at"`
	UpdatedAt    time.Time         `json:"updated_at"`
}

func (s *Service) viewOf(in *realm.Realm, p *Provider) ProviderView {
	v := ProviderView{
		ID: p.ID, Slug: p.Slug, Kind: p.Kind, Name: p.Name, Issuer: p.Issuer, ClientID: p.ClientID, HasSecret: p.HasSecret,
		Scopes: append([]string{}, p.Scopes...), Claims: map[string]string{}, TrustEmail: p.TrustEmail, Registration: p.Registration, SyncProfile: p.SyncProfile,
		Enabled: p.Enabled, Position: p.Position, CallbackURL: s.CallbackURL(in.Slug, p), Version: p.Version, CreatedAt: p.CreatedAt, UpdatedAt: p.UpdatedAt,
	}
	for ours, theirs := range p.Claims {
		v.Claims[ours] = theirs
	}
	if p.AppleKey != (AppleKey{}) {
		v.AppleKey = &AppleKeyView{p.AppleKey.TeamID, p.AppleKey.KeyID}
	}
	return v
}

type providerAnswer struct {
	ETag string `header:"ETag"`
	Body ProviderView
}

func (s *Service) answerOf(in *realm.Realm, p *Provider, err error) (*providerAnswer, error) {
	if err != nil {
		return nil, err
	}
	return &providerAnswer{rest.ETag(p.Version), s.viewOf(in, p)}, nil
}

type listProviders struct{ rest.Page }

// adminList answers all at once: a realm has a handful, and their order is that of the
// buttons.
func (s *Service) adminList(ctx context.Context, in *listProviders) (*rest.List[ProviderView], error) {
	r := realm.From(ctx)
	all, err := s.List(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	first := 0
	for i, p := range all {
		if p.ID == in.After() {
			first = i + 1
		}
	}
	views, next := []ProviderView{}, ""
	for _, p := range all[first:] {
		if len(views) == in.Limit {
			next = views[in.Limit-1].ID
			break
		}
		views = append(views, s.viewOf(r, p))
	}
	return rest.ListOf(views, next), nil
}

type providerID struct {
	ID string `path:"provider" format:"uuid"`
}

func (s *Service) adminGet(ctx context.Context, in *providerID) (*providerAnswer, error) {
	r := realm.From(ctx)
	p, err := s.ByID(ctx, r.ID, in.ID)
	return s.answerOf(r, p, err)
}

type deleteProvider struct {
	ID string `path:"provider" format:"uuid"`
	rest.Match
}

func (s *Service) adminDelete(ctx context.Context, in *deleteProvider) (*rest.None, error) {
	realmID := realm.From(ctx).ID
	p, err := s.ByID(ctx, realmID, in.ID)
	if err != nil {
		return nil, err
	}
	if err := in.Matches(p.Version); err != nil {
		return nil, err
	}
	return &rest.None{}, s.Delete(ctx, realmID, in.ID)
}

func (s *Service) adminSwitch(on bool) func(context.Context, *providerID) (*rest.None, error) {
	return func(ctx context.Context, in *providerID) (*rest.None, error) {
		realmID := realm.From(ctx).ID
		p, err := s.ByID(ctx, realmID, in.ID)
		if err != nil {
			return nil, err
		}
		if on {
			if err := mayTrust(ctx, p); err != nil {
				return nil, err
			}
		}
		return &rest.None{}, s.SetEnabled(ctx, realmID, in.ID, on)
	}
}

// mayTrust returns errTrust unless the caller may have the provider believed.
func mayTrust(ctx context.Context, p *Provider) error {
	if !p.TrustEmail {
		return nil
	}
	may, err := rest.Holds(ctx, credentials, "")
	if err == nil && !may {
		err = errTrust
	}
	return err
}
