package application

import (
	"context"
	"net/http"
	"slices"
	"time"

	"authserver/internal/fault"
	"authserver/internal/rest"
	"authserver/tenant/realm"
)

// errTrust keeps an application's administrator from making it one that administers: the
// scope admin lets it act with all that its people may do (INC-149).
var errTrust = fault.New(fault.Denied, "application_trust_denied", "Only who may change the realm can let an application administer it.")

// scopeAdmin lets an application act for administrators.
const scopeAdmin = "admin"

const tagApplications = "Applications"

// MountAdmin adds the administration of applications and keys.
func (s *Service) MountAdmin(a *rest.API) {
	s.mountApplications(a)
	s.mountSecrets(a)
	s.mountKeys(a)
	s.mountOperators(a)
}

// Fields are what may be said about an application.
type Fields struct {
	Name                   rest.Opt[string]   `json:"name,omitzero" minLength:"1" maxLength:"100"`
	Description            rest.Opt[string]   `json:"description,omitzero" maxLength:"500"`
	LogoURL                rest.Opt[string]   `json:"logo_url,omitzero" maxLength:"2048"`
	HomeURL                rest.Opt[string]   `json:"home_url,omitzero" maxLength:"2048"`
	FirstParty             rest.Opt[bool]     `json:"first_party,omitzero" doc:"It belongs to the realm's owner: nobody is asked for consent."`
	RedirectURIs           rest.Opt[[]string] `json:"redirect_uris,omitzero" maxItems:"50"`
	PostLogoutRedirectURIs rest.Opt[[]string] `json:"post_logout_redirect_uris,omitzero" maxItems:"50"`
	GrantTypes             rest.Opt[[]string] `json:"grant_types,omitzero" maxItems:"10"`
	Scopes                 rest.Opt[[]string] `json:"scopes,omitzero" maxItems:"100" doc:"What it may ask for."`
	Audiences              rest.Opt[[]string] `json:"audiences,omitzero" maxItems:"50" doc:"Resources that it may ask tokens for."`
	Identifiers            rest.Opt[[]string] `json:"identifiers,omitzero" maxItems:"50" doc:"Resources that it answers to."`
	AllowedOrigins         rest.Opt[[]string] `json:"allowed_origins,omitzero" maxItems:"50"`
	TokenFormat            rest.Opt[string]   `json:"token_format,omitzero" enum:"jwt,opaque"`
	IDTokenAlgorithm       rest.Opt[string]   `json:"id_token_algorithm,omitzero" maxLength:"10" doc:"Null is the realm's."`
	AccessTokenAlgorithm   rest.Opt[string]   `json:"access_token_algorithm,omitzero" maxLength:"10"`
	AccessTokenLifetime    rest.Opt[int64]    `json:"access_token_lifetime,omitzero" minimum:"0" maximum:"31536000" doc:"Seconds; 0 is the realm's."`
	IDTokenLifetime        rest.Opt[int64]    `json:"id_token_lifetime,omitzero" minimum:"0" maximum:"31536000"`
	RefreshIdle            rest.Opt[int64]    `json:"refresh_idle,omitzero" minimum:"0" maximum:"315360000"`
	RefreshAbsolute        rest.Opt[int64]    `json:"refresh_absolute,omitzero" minimum:"0" maximum:"315360000"`
	Registration           rest.Opt[bool]     `json:"registration,omitzero" doc:"People may make accounts on their way in."`
	SecondFactor           rest.Opt[string]   `json:"second_factor,omitzero" maxLength:"10" doc:"required, or null for what the realm says."`
	Providers              rest.Opt[[]string] `json:"providers,omitzero" maxItems:"50" nullable:"true" doc:"Names of upstream providers; null is all."`
	RequiredFields         rest.Opt[[]string] `json:"required_fields,omitzero" maxItems:"50"`
}

func (f *Fields) apply(a *Application) {
	f.Name.To(&a.Name)
	f.Description.To(&a.Description)
	f.LogoURL.To(&a.LogoURL)
	f.HomeURL.To(&a.HomeURL)
	f.FirstParty.To(&a.FirstParty)
	f.RedirectURIs.To(&a.RedirectURIs)
	f.PostLogoutRedirectURIs.To(&a.PostLogoutRedirectURIs)
	f.GrantTypes.To(&a.GrantTypes)
	f.Scopes.To(&a.Scopes)
	f.Audiences.To(&a.Audiences)
	f.Identifiers.To(&a.Identifiers)
	f.AllowedOrigins.To(&a.AllowedOrigins)
	f.TokenFormat.To(&a.TokenFormat)
	f.IDTokenAlgorithm.To(&a.IDTokenAlgorithm)
	f.AccessTokenAlgorithm.To(&a.AccessTokenAlgorithm)
	lifetime(f.AccessTokenLifetime, &a.AccessTokenLifetime)
	lifetime(f.IDTokenLifetime, &a.IDTokenLifetime)
	lifetime(f.RefreshIdle, &a.RefreshIdle)
	lifetime(f.RefreshAbsolute, &a.RefreshAbsolute)
	f.Registration.To(&a.Registration)
	f.SecondFactor.To(&a.SecondFactor)
	f.Providers.To(&a.Providers)
	f.RequiredFields.To(&a.RequiredFields)
}

func lifetime(o rest.Opt[int64], d *time.Duration) {
	if o.Given {
		*d = time.Duration(o.Value) * time.Second
	}
}

// ApplicationView is an application as administrators see it.
type ApplicationView struct {
	ID                     string    `json:"id" format:"uuid"`
	ClientID               string    `json:"client_id"`
	Type                   Type      `json:"type" enum:"web,spa,native,service"`
	Enabled                bool      `json:"enabled"`
	Name                   string    `json:"name"`
	Description            string    `json:"description"`
	LogoURL                string    `json:"logo_url"`
	HomeURL                string    `json:"home_url"`
	FirstParty             bool      `json:"first_party"`
	AuthMethod             string    `json:"token_endpoint_auth_method"`
	RedirectURIs           []string  `json:"redirect_uris"`
	PostLogoutRedirectURIs []string  `json:"post_logout_redirect_uris"`
	GrantTypes             []string  `json:"grant_types"`
	Scopes                 []string  `json:"scopes"`
	Audiences              []string  `json:"audiences"`
	Identifiers            []string  `json:"identifiers"`
	AllowedOrigins         []string  `json:"allowed_origins"`
	TokenFormat            string    `json:"token_format"`
	IDTokenAlgorithm       string    `json:"id_token_algorithm,omitempty"`
	AccessTokenAlgorithm   string    `json:"access_token_algorithm,omitempty"`
	AccessTokenLifetime    int64     `json:"access_token_lifetime"`
	IDTokenLifetime        int64     `json:"id_token_lifetime"`
	RefreshIdle            int64     `json:"refresh_idle"`
	RefreshAbsolute        int64     `json:"refresh_absolute"`
	Registration           bool      `json:"registration"`
	SecondFactor           string    `json:"second_factor,omitempty"`
	Providers              []string  `json:"providers,omitempty" doc:"Absent when all are offered."`
	RequiredFields         []string  `json:"required_fields"`
	Version                int64     `json:"version"`
	CreatedAt              time.Time `json:"created_at"`
	UpdatedAt              time.Time `json:"updated_at"`
}

func some(list []string) []string { return append([]string{}, list...) }

func viewOf(a *Application) ApplicationView {
	return ApplicationView{
		ID: a.ID, ClientID: a.ClientID, Type: a.Type, Enabled: a.Enabled, Name: a.Name, Description: a.Description, LogoURL: a.LogoURL, HomeURL: a.HomeURL,
		FirstParty: a.FirstParty, AuthMethod: a.AuthMethod, RedirectURIs: some(a.RedirectURIs), PostLogoutRedirectURIs: some(a.PostLogoutRedirectURIs),
		GrantTypes: some(a.GrantTypes), Scopes: some(a.Scopes), Audiences: some(a.Audiences), Identifiers: some(a.Identifiers),
		AllowedOrigins: some(a.AllowedOrigins), TokenFormat: a.TokenFormat, IDTokenAlgorithm: a.IDTokenAlgorithm, AccessTokenAlgorithm: a.AccessTokenAlgorithm,
		AccessTokenLifetime: int64(a.AccessTokenLifetime / time.Second), IDTokenLifetime: int64(a.IDTokenLifetime / time.Second),
		RefreshIdle: int64(a.RefreshIdle / time.Second), RefreshAbsolute: int64(a.RefreshAbsolute / time.Second), Registration: a.Registration,
		SecondFactor: a.SecondFactor, Providers: a.Providers, RequiredFields: some(a.RequiredFields), Version: a.Version, CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt,
	}
}

type applicationAnswer struct {
	ETag string `header:"ETag"`
	Body ApplicationView
}

func answerOf(a *Application) *applicationAnswer {
	return &applicationAnswer{rest.ETag(a.Version), viewOf(a)}
}

func (s *Service) mountApplications(a *rest.API) {
	rules := []*fault.Fault{ErrInvalid, ErrRedirectInvalid, ErrScopeInvalid, ErrKeysInvalid, errTrust, realm.ErrNameInvalid, realm.ErrURLInvalid}
	one := func(id, method, path, summary, permission string, faults ...*fault.Fault) rest.Operation {
		o := rest.Operation{ID: id, Method: method, Path: path, Tag: tagApplications, Summary: summary, Permission: permission, Narrow: true, Faults: faults}
		if path != "/applications" {
			o.Missing, o.Subject = ErrNotFound, "application"
		}
		return o
	}
	rest.Handle(a, one("listApplications", http.MethodGet, "/applications", "List applications", "applications.read"), s.adminList)
	create := one("createApplication", http.MethodPost, "/applications", "Register an application", "applications.write", append(rules, ErrClientIDTaken, ErrSecretWeak, ErrNoSecret)...)
	create.Narrow, create.Secret = false, true
	create.Description = "The client secret is in the answer, for the only time, unless the caller has brought it."
	rest.Handle(a, create, s.adminCreate)
	rest.Handle(a, one("getApplication", http.MethodGet, "/applications/{application}", "Read an application", "applications.read"), s.adminRead)
	rest.Handle(a, one("updateApplication", http.MethodPatch, "/applications/{application}", "Change an application", "applications.write", rules...), s.adminUpdate)
	rest.Handle(a, one("enableApplication", http.MethodPost, "/applications/{application}/activation", "Enable an application", "applications.write", ErrAlreadyEnabled), s.adminEnable)
	rest.Handle(a, one("disableApplication", http.MethodDelete, "/applications/{application}/activation", "Disable an application", "applications.write", ErrAlreadyDisabled), s.adminDisable)
	remove := one("deleteApplication", http.MethodDelete, "/applications/{application}", "Delete an application", "applications.write")
	remove.Description = "All that people have granted to it ends, and its secrets, keys, permissions, roles and rules go with it. Nothing brings it back; disabling does the same for now."
	rest.Handle(a, remove, s.adminDelete)
}

type listApplications struct {
	rest.Page
	Enabled *bool  `query:"enabled"`
	Type    string `query:"type" enum:"web,spa,native,service"`
	Query   string `query:"q" maxLength:"100" doc:"The beginning of a name or client id."`
}

func (s *Service) adminList(ctx context.Context, in *listApplications) (*rest.List[ApplicationView], error) {
	f := Filter{Enabled: in.Enabled, Type: Type(in.Type), Query: in.Query, After: in.After(), Limit: in.Limit + 1}
	if reach := rest.ReachOf(ctx); !reach.All {
		f.Only = reach.Applications
	}
	all, err := s.list(ctx, realm.From(ctx).ID, f)
	if err != nil {
		return nil, err
	}
	next := ""
	if len(all) > in.Limit {
		all = all[:in.Limit]
		next = all[in.Limit-1].ID
	}
	views := make([]ApplicationView, 0, len(all))
	for _, a := range all {
		views = append(views, viewOf(a))
	}
	return rest.ListOf(views, next), nil
}

type createApplication struct {
	Body struct {
		Type       Type   `json:"type" enum:"web,spa,native,service"`
		ClientID   string `json:"client_id,omitempty" maxLength:"64" doc:"Made by the server if left out."`
		AuthMethod string `json:"token_endpoint_auth_method,omitempty" enum:"client_secret_basic,client_secret_post,private_key_jwt,none"`
		JWKS       any    `json:"jwks,omitempty" doc:"Public keys for private_key_jwt, as a JSON Web Key Set."`
		Secret     string `json:"client_secret,omitempty" maxLength:"255" doc:"One of your own: random, of 32 characters at least. Made by the server if left out."`
		Fields
	}
}

type applicationCreated struct {
	ETag     string `header:"ETag"`
	Location string `header:"Location"`
	Body     registeredView
}

type registeredView struct {
	ApplicationView
	ClientSecret string `json:"client_secret,omitempty" doc:"Shown once."`
}

func (s *Service) adminCreate(ctx context.Context, in *createApplication) (*applicationCreated, error) {
	in2, err := draftOf(in)
	if err != nil {
		return nil, err
	}
	if err := trusted(ctx, nil, &Application{Scopes: in2.Scopes, FirstParty: in2.FirstParty}); err != nil {
		return nil, err
	}
	r := realm.From(ctx)
	a, plain, err := s.Register(ctx, r.ID, in2)
	if err != nil {
		return nil, err
	}
	return &applicationCreated{rest.ETag(a.Version), "/api/v1/realms/" + r.Slug + "/applications/" + a.ID, registeredView{viewOf(a), plain}}, nil
}

// draftOf is what is registered: what is not said takes the type's defaults.
func draftOf(in *createApplication) (Draft, error) {
	a := &Application{Registration: true}
	in.Body.apply(a)
	d := Draft{
		ClientID: in.Body.ClientID, Name: a.Name, Description: a.Description, LogoURL: a.LogoURL, HomeURL: a.HomeURL, Type: in.Body.Type, FirstParty: a.FirstParty,
		RedirectURIs: a.RedirectURIs, PostLogoutRedirectURIs: a.PostLogoutRedirectURIs, GrantTypes: a.GrantTypes, Scopes: a.Scopes, Audiences: a.Audiences,
		Identifiers: a.Identifiers, AllowedOrigins: a.AllowedOrigins, AuthMethod: in.Body.AuthMethod, TokenFormat: a.TokenFormat,
		IDTokenAlgorithm: a.IDTokenAlgorithm, AccessTokenAlgorithm: a.AccessTokenAlgorithm, AccessTokenLifetime: a.AccessTokenLifetime,
		IDTokenLifetime: a.IDTokenLifetime, RefreshIdle: a.RefreshIdle, RefreshAbsolute: a.RefreshAbsolute, NoRegistration: !a.Registration,
		SecondFactor: a.SecondFactor, Providers: a.Providers, RequiredFields: a.RequiredFields, Secret: in.Body.Secret,
	}
	if in.Body.JWKS == nil {
		return d, nil
	}
	raw, err := encoded(in.Body.JWKS)
	d.JWKS = raw
	return d, err
}

// trusted refuses to let an application administer, or to change one that does, unless
// the caller may change the realm.
func trusted(ctx context.Context, old, a *Application) error {
	before := old != nil && slices.Contains(old.Scopes, scopeAdmin)
	after := slices.Contains(a.Scopes, scopeAdmin)
	if !before && !after || before && after && old.FirstParty == a.FirstParty && slices.Equal(old.RedirectURIs, a.RedirectURIs) {
		return nil
	}
	holds, err := rest.Holds(ctx, "realm.write", "")
	if err != nil {
		return err
	}
	if !holds {
		return errTrust
	}
	return nil
}

type applicationID struct {
	ID string `path:"application" format:"uuid"`
}

// seen is the application if the caller reaches it.
func (s *Service) seen(ctx context.Context, appID string) (*Application, error) {
	if !rest.ReachOf(ctx).Covers(appID) {
		return nil, ErrNotFound
	}
	return s.ByID(ctx, realm.From(ctx).ID, appID)
}

func (s *Service) adminRead(ctx context.Context, in *applicationID) (*applicationAnswer, error) {
	a, err := s.seen(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return answerOf(a), nil
}

type updateApplication struct {
	ID string `path:"application" format:"uuid"`
	rest.Match
	Body struct{ Fields }
}

func (s *Service) adminUpdate(ctx context.Context, in *updateApplication) (*applicationAnswer, error) {
	if _, err := s.seen(ctx, in.ID); err != nil {
		return nil, err
	}
	a, err := s.Update(ctx, realm.From(ctx).ID, in.ID, func(a *Application) error {
		if err := in.Matches(a.Version); err != nil {
			return err
		}
		old := *a
		in.Body.apply(a)
		return trusted(ctx, &old, a)
	})
	if err != nil {
		return nil, err
	}
	return answerOf(a), nil
}

type deleteApplication struct {
	ID string `path:"application" format:"uuid"`
	rest.Match
}

func (s *Service) adminDelete(ctx context.Context, in *deleteApplication) (*rest.None, error) {
	if _, err := s.seen(ctx, in.ID); err != nil {
		return nil, err
	}
	return &rest.None{}, s.Delete(ctx, realm.From(ctx).ID, in.ID, func(a *Application) error { return in.Matches(a.Version) })
}

func (s *Service) adminEnable(ctx context.Context, in *applicationID) (*rest.None, error) {
	return s.switchOn(ctx, in.ID, true)
}

func (s *Service) adminDisable(ctx context.Context, in *applicationID) (*rest.None, error) {
	return s.switchOn(ctx, in.ID, false)
}

func (s *Service) switchOn(ctx context.Context, appID string, enabled bool) (*rest.None, error) {
	if _, err := s.seen(ctx, appID); err != nil {
		return nil, err
	}
	return &rest.None{}, s.SetEnabled(ctx, realm.From(ctx).ID, appID, enabled)
}
