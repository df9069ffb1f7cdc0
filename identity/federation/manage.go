package federation

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/id"
	"authserver/tenant/realm"
)

// Draft is what a provider is made from. Slug, Kind and ClientID are required; what
// is empty or nil is the kind's own.
type Draft struct {
	Slug string
	Kind Kind
	Name string
	// Issuer of an OpenID provider, or where another GitHub stands. For Microsoft
	// give Tenant: a directory's id, common, organizations or consumers.
	Issuer, Tenant string
	ClientID       string
	// ClientSecret is kept sealed. Apple's is the private key in PEM.
	ClientSecret                string
	AppleKey                    AppleKey
	Scopes                      []string
	Claims                      Claims
	TrustEmail                  *bool
	NoRegistration, SyncProfile bool
	Disabled                    bool
	Position                    int
}

func (d Draft) provider() (*Provider, error) {
	preset, ok := presetOf(d.Kind)
	if !ok {
		return nil, ErrInvalid.At("kind").Say("The kind is oidc, google, microsoft, apple or github.")
	}
	p := &Provider{
		ID: id.New(), Slug: d.Slug, Kind: d.Kind, Name: d.Name, Issuer: d.Issuer, ClientID: d.ClientID, AppleKey: d.AppleKey,
		Scopes: slices.Clone(d.Scopes), Claims: Claims{}, TrustEmail: preset.trust, Registration: !d.NoRegistration,
		SyncProfile: d.SyncProfile, Enabled: !d.Disabled, Position: d.Position, Version: 1,
	}
	if d.Tenant != "" {
		if d.Kind != Microsoft || d.Issuer != "" {
			return nil, ErrInvalid.At("tenant").Say("Only Microsoft has tenants, and then they say the issuer.")
		}
		p.Issuer = microsoft(d.Tenant)
	}
	if p.Issuer == "" {
		p.Issuer = preset.origin
	}
	if p.Name == "" {
		p.Name = preset.name
	}
	if p.Scopes == nil {
		p.Scopes = preset.scopes
	}
	if d.TrustEmail != nil {
		p.TrustEmail = *d.TrustEmail
	}
	maps.Copy(p.Claims, preset.claims)
	maps.Copy(p.Claims, d.Claims)
	return p, p.normalise()
}

// Create makes a provider. It returns realm.ErrNotFound, ErrSlugTaken, or the fault of
// the first field that breaks a rule.
func (s *Service) Create(ctx context.Context, realmID string, d Draft) (*Provider, error) {
	p, err := d.provider()
	if err != nil {
		return nil, err
	}
	p.RealmID = realmID
	p.CreatedAt = database.At(s.now()).Time()
	p.UpdatedAt = p.CreatedAt
	if err := s.seal(p, d.ClientSecret); err != nil {
		return nil, err
	}
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		switch err := s.insertProvider(ctx, p); {
		case errors.Is(err, database.ErrDuplicate):
			return ErrSlugTaken
		case errors.Is(err, database.ErrReference):
			return realm.ErrNotFound
		case err != nil:
			return fmt.Errorf("create provider: %w", err)
		}
		return s.announce(ctx, p, ProviderCreated{Slug: p.Slug, Kind: p.Kind, Issuer: p.Issuer, TrustEmail: p.TrustEmail})
	})
	if err != nil {
		return nil, err
	}
	return p, nil
}

// seal puts the secret into the provider.
func (s *Service) seal(p *Provider, plain string) error {
	switch {
	case plain == "" && p.Kind == OIDC:
		p.secret, p.HasSecret = "", false // a public client, protected by PKCE alone
		return nil
	case plain == "":
		return ErrInvalid.At("client_secret").Say("The secret that the provider gave this server is needed.")
	case len(plain) > secretMost:
		return ErrInvalid.At("client_secret").Say("That secret is too long.")
	}
	if p.Kind == Apple {
		if _, err := appleSigner(plain, p.AppleKey); err != nil {
			return ErrInvalid.At("client_secret").Say("Apple's private key is expected, as it was downloaded (AuthKey_….p8).")
		}
	}
	sealed, err := s.ring.Seal([]byte(plain), p.place()...)
	if err != nil {
		return err
	}
	p.secret, p.HasSecret = sealed, true
	return nil
}

// place is where the provider's secret belongs.
func (p *Provider) place() []string { return []string{"federation_providers", p.RealmID, p.ID} }

// open returns the provider's secret.
func (s *Service) open(p *Provider) (string, error) {
	if p.secret == "" {
		return "", nil
	}
	plain, err := s.ring.Open(p.secret, p.place()...)
	if err != nil {
		return "", fmt.Errorf("open the secret of provider %s: %w", p.ID, err)
	}
	return string(plain), nil
}

// Update lets change edit a private copy of the provider and stores the result.
// Identity, slug, kind, state and times stay as they are. A secret that is not empty
// replaces the old one. It returns the provider as stored, ErrNotFound, ErrChanged, the
// error of change, or the fault of the first field that breaks a rule.
func (s *Service) Update(ctx context.Context, realmID, providerID, secret string, change func(*Provider) error) (*Provider, error) {
	var after *Provider
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		old, err := s.ByID(ctx, realmID, providerID)
		if err != nil {
			return err
		}
		p := old.copied()
		if err := change(p); err != nil {
			return err
		}
		p.ID, p.RealmID, p.Slug, p.Kind, p.Enabled = old.ID, old.RealmID, old.Slug, old.Kind, old.Enabled
		p.secret, p.HasSecret, p.Version, p.CreatedAt = old.secret, old.HasSecret, old.Version, old.CreatedAt
		if err := p.normalise(); err != nil {
			return err
		}
		if secret != "" {
			if err := s.seal(p, secret); err != nil {
				return err
			}
		}
		after = p
		fields := differing(old, p)
		if len(fields) == 0 {
			return nil
		}
		p.Version, p.UpdatedAt = old.Version+1, database.At(s.now()).Time()
		stored, err := s.updateProvider(ctx, p, old.Version)
		if err != nil {
			return fmt.Errorf("update provider %s: %w", providerID, err)
		}
		if !stored {
			return ErrChanged
		}
		return s.announce(ctx, p, ProviderUpdated{p.Slug, fields, event.Changes(old.open(), p.open())})
	})
	if err != nil {
		return nil, err
	}
	return after, nil
}

// SetEnabled switches a provider on or off. Off stops every sign-in that is under way
// through it (security rule FED-11); links stay. It returns ErrNotFound,
// ErrAlreadyEnabled or ErrAlreadyDisabled.
func (s *Service) SetEnabled(ctx context.Context, realmID, providerID string, enabled bool) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		p, err := s.ByID(ctx, realmID, providerID)
		if err != nil {
			return err
		}
		changed, err := s.setEnabled(ctx, realmID, providerID, enabled, s.now())
		if err != nil {
			return fmt.Errorf("switch provider %s: %w", providerID, err)
		}
		switch {
		case !changed && enabled:
			return ErrAlreadyEnabled
		case !changed:
			return ErrAlreadyDisabled
		case enabled:
			return s.announce(ctx, p, ProviderEnabled{Slug: p.Slug})
		}
		return s.announce(ctx, p, ProviderDisabled{Slug: p.Slug})
	})
}

// Delete removes a provider with all links to it, and ends the sessions that they
// began. It returns ErrNotFound.
func (s *Service) Delete(ctx context.Context, realmID, providerID string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		p, err := s.ByID(ctx, realmID, providerID)
		if err != nil {
			return err
		}
		if err := s.endSessionsOf(ctx, realmID, "provider_id = ?", providerID); err != nil {
			return fmt.Errorf("delete provider %s: %w", providerID, err)
		}
		deleted, err := s.deleteProvider(ctx, realmID, providerID)
		if err != nil {
			return fmt.Errorf("delete provider %s: %w", providerID, err)
		}
		if !deleted {
			return ErrNotFound
		}
		return s.announce(ctx, p, ProviderDeleted{Slug: p.Slug})
	})
}

// announce records what happened to the provider, and makes every node forget what it
// knows of the realm's once the transaction of the context has committed.
func (s *Service) announce(ctx context.Context, p *Provider, what event.Payload) error {
	if err := s.db.Changed(ctx, Topic, p.RealmID); err != nil {
		return err
	}
	return s.events.Record(ctx, p.Ref(), what)
}
