package directory

import (
	"context"
	"net/http"
	"time"

	"authserver/identity/user"
	"authserver/internal/fault"
	"authserver/internal/rest"
	"authserver/tenant/realm"
)

const tagUsers = "Users"

// errLast is rbac's, for the document: it stands above this room.
var errLast = fault.New(fault.Conflict, "last_administrator", "The realm would be without an administrator.")

// MountAdmin adds the administration of people.
func (s *Service) MountAdmin(a *rest.API) {
	s.mountUsers(a)
	s.mountActions(a)
	s.mountSessions(a)
}

type userView struct {
	ID                  string         `json:"id" format:"uuid"`
	Email               string         `json:"email"`
	EmailVerified       bool           `json:"email_verified"`
	Phone               string         `json:"phone,omitempty"`
	PhoneVerified       bool           `json:"phone_verified"`
	Name                string         `json:"name,omitempty"`
	GivenName           string         `json:"given_name,omitempty"`
	FamilyName          string         `json:"family_name,omitempty"`
	Locale              string         `json:"locale,omitempty"`
	Attributes          map[string]any `json:"attributes" doc:"Values of the realm's profile schema."`
	Status              user.Status    `json:"status" enum:"active,suspended,erased"`
	HasPassword         bool           `json:"has_password"`
	MustChangePassword  bool           `json:"must_change_password"`
	RequireSecondFactor bool           `json:"require_second_factor"`
	Factors             []string       `json:"factors" doc:"Kinds of second factors."`
	ErasureAt           time.Time      `json:"erasure_at,omitzero"`
	LastLoginAt         time.Time      `json:"last_login_at,omitzero"`
	PasswordChangedAt   time.Time      `json:"password_changed_at,omitzero"`
	Version             int64          `json:"version"`
	CreatedAt           time.Time      `json:"created_at"`
	UpdatedAt           time.Time      `json:"updated_at"`
}

func viewOf(u *user.User) userView {
	attributes := u.Attributes
	if attributes == nil {
		attributes = map[string]any{}
	}
	return userView{
		ID: u.ID, Email: u.Email, EmailVerified: u.EmailVerified, Phone: u.Phone, PhoneVerified: u.PhoneVerified, Name: u.Name, GivenName: u.GivenName,
		FamilyName: u.FamilyName, Locale: u.Locale, Attributes: attributes, Status: u.Status, HasPassword: u.HasPassword,
		MustChangePassword: u.MustChangePassword, RequireSecondFactor: u.RequireSecondFactor, Factors: append([]string{}, u.Factors...),
		ErasureAt: u.ErasureAt, LastLoginAt: u.LastLoginAt, PasswordChangedAt: u.PasswordChangedAt, Version: u.Version, CreatedAt: u.CreatedAt, UpdatedAt: u.UpdatedAt,
	}
}

type userAnswer struct {
	ETag string `header:"ETag"`
	Body userView
}

func answerOf(u *user.User) *userAnswer { return &userAnswer{rest.ETag(u.Version), viewOf(u)} }

func passwordFaults() []*fault.Fault {
	return []*fault.Fault{
		user.ErrPasswordShort, user.ErrPasswordLong, user.ErrPasswordText, user.ErrPasswordCommon, user.ErrPasswordContext, user.ErrPasswordSame,
		user.ErrPasswordUpper, user.ErrPasswordLower, user.ErrPasswordDigit, user.ErrPasswordSymbol, user.ErrPasswordBreached, user.ErrPasswordHistory,
	}
}

func profileFaults() []*fault.Fault {
	return []*fault.Fault{
		user.ErrEmailInvalid, user.ErrEmailTaken, user.ErrPhoneInvalid, user.ErrLocaleInvalid, user.ErrAttributeInvalid, user.ErrChanged, realm.ErrNameInvalid,
	}
}

// one describes an operation on people; what acts on one names them.
func one(id, method, path, summary, permission string, faults ...*fault.Fault) rest.Operation {
	o := rest.Operation{ID: id, Method: method, Path: "/users" + path, Tag: tagUsers, Summary: summary, Permission: permission, Faults: faults}
	if path != "" {
		o.Missing, o.Subject = user.ErrNotFound, "user"
	}
	return o
}

func (s *Service) mountUsers(a *rest.API) {
	list := one("listUsers", http.MethodGet, "", "List and search people", "users.read", user.ErrChanged)
	list.Description = "In the order of their creation; with the beginning of an address or name, in the order of what was found."
	rest.Handle(a, list, s.adminList)
	create := one("createUser", http.MethodPost, "", "Create an account", "users.write", append(profileFaults(), passwordFaults()...)...)
	create.Description = "Nobody is told. Without a password the person signs in another way, or recovers the account."
	rest.Handle(a, create, s.adminCreate)
	rest.Handle(a, one("getUser", http.MethodGet, "/{user}", "Read a person", "users.read"), s.adminRead)
	rest.Handle(a, one("updateUser", http.MethodPatch, "/{user}", "Change a person", "users.write", profileFaults()...), s.adminUpdate)
}

type listUsers struct {
	rest.Page
	Query         string     `query:"q" maxLength:"200" doc:"The beginning of an address or name, or a whole phone number or id."`
	Status        string     `query:"status" enum:"active,suspended,erased"`
	EmailVerified *bool      `query:"email_verified"`
	HasFactor     *bool      `query:"has_factor"`
	CreatedAfter  *time.Time `query:"created_after"`
	CreatedBefore *time.Time `query:"created_before"`
}

func (s *Service) adminList(ctx context.Context, in *listUsers) (*rest.List[userView], error) {
	f := user.Filter{Query: in.Query, Status: user.Status(in.Status), EmailVerified: in.EmailVerified, HasFactor: in.HasFactor, After: in.After(), Limit: in.Limit + 1}
	if in.CreatedAfter != nil {
		f.CreatedAfter = *in.CreatedAfter
	}
	if in.CreatedBefore != nil {
		f.CreatedBefore = *in.CreatedBefore
	}
	all, err := s.Users.List(ctx, realm.From(ctx).ID, f)
	if err != nil {
		return nil, err
	}
	next := ""
	if len(all) > in.Limit {
		all = all[:in.Limit]
		next = all[in.Limit-1].ID
	}
	views := make([]userView, 0, len(all))
	for _, u := range all {
		views = append(views, viewOf(u))
	}
	return rest.ListOf(views, next), nil
}

type createUser struct {
	Body struct {
		Email              string         `json:"email" minLength:"3" maxLength:"254"`
		EmailVerified      bool           `json:"email_verified,omitempty"`
		Password           string         `json:"password,omitempty" maxLength:"1024" writeOnly:"true"`
		MustChangePassword bool           `json:"must_change_password,omitempty"`
		Name               string         `json:"name,omitempty" maxLength:"500"`
		GivenName          string         `json:"given_name,omitempty" maxLength:"100"`
		FamilyName         string         `json:"family_name,omitempty" maxLength:"100"`
		Locale             string         `json:"locale,omitempty" maxLength:"35"`
		Attributes         map[string]any `json:"attributes,omitempty"`
	}
}

type userCreated struct {
	ETag     string `header:"ETag"`
	Location string `header:"Location"`
	Body     userView
}

func (s *Service) adminCreate(ctx context.Context, in *createUser) (*userCreated, error) {
	r, b := realm.From(ctx), in.Body
	attributes, err := s.attributes(ctx, r.ID, b.Attributes)
	if err != nil {
		return nil, err
	}
	u, err := s.Users.Create(ctx, r, user.NewUser{
		Email: b.Email, Password: b.Password, Verified: b.EmailVerified, MustChange: b.MustChangePassword && b.Password != "",
		Name: b.Name, GivenName: b.GivenName, FamilyName: b.FamilyName, Locale: b.Locale, Attributes: attributes,
	})
	if err != nil {
		return nil, err
	}
	return &userCreated{rest.ETag(u.Version), "/api/v1/realms/" + r.Slug + "/users/" + u.ID, viewOf(u)}, nil
}

func (s *Service) attributes(ctx context.Context, realmID string, values map[string]any) (map[string]any, error) {
	if len(values) == 0 {
		return nil, nil
	}
	return s.Attributes.ValidateAttributes(ctx, realmID, values)
}

type userID struct {
	ID string `path:"user" format:"uuid"`
}

func (s *Service) adminRead(ctx context.Context, in *userID) (*userAnswer, error) {
	u, err := s.Users.ByID(ctx, realm.From(ctx).ID, in.ID)
	if err != nil {
		return nil, err
	}
	return answerOf(u), nil
}

type updateUser struct {
	ID string `path:"user" format:"uuid"`
	rest.Match
	Body struct {
		Email               rest.Opt[string]         `json:"email,omitzero" minLength:"3" maxLength:"254"`
		EmailVerified       rest.Opt[bool]           `json:"email_verified,omitzero" doc:"With an address: whether it is known to be the person's. Alone: true verifies the present one."`
		Phone               rest.Opt[string]         `json:"phone,omitzero" maxLength:"32" doc:"Unverified until the person proves it."`
		Name                rest.Opt[string]         `json:"name,omitzero" maxLength:"500"`
		GivenName           rest.Opt[string]         `json:"given_name,omitzero" maxLength:"100"`
		FamilyName          rest.Opt[string]         `json:"family_name,omitzero" maxLength:"100"`
		Locale              rest.Opt[string]         `json:"locale,omitzero" maxLength:"35"`
		RequireSecondFactor rest.Opt[bool]           `json:"require_second_factor,omitzero"`
		Attributes          rest.Opt[map[string]any] `json:"attributes,omitzero" doc:"Laid over those there are; null takes a value away."`
	}
}

func pointer[T any](o rest.Opt[T]) *T {
	if !o.Given {
		return nil
	}
	return &o.Value
}

func (s *Service) adminUpdate(ctx context.Context, in *updateUser) (*userAnswer, error) {
	r, b := realm.From(ctx), in.Body
	attributes, err := s.attributes(ctx, r.ID, b.Attributes.Value)
	if err != nil {
		return nil, err
	}
	var u *user.User
	err = s.DB.InTx(ctx, func(ctx context.Context) error {
		if u, err = s.Users.ByID(ctx, r.ID, in.ID); err != nil {
			return err
		}
		if err := in.Matches(u.Version); err != nil {
			return err
		}
		if err := s.readdress(ctx, u, b.Email, b.EmailVerified); err != nil {
			return err
		}
		u, err = s.Users.Update(ctx, r.ID, in.ID, user.Profile{
			Name: pointer(b.Name), GivenName: pointer(b.GivenName), FamilyName: pointer(b.FamilyName), Locale: pointer(b.Locale), Phone: pointer(b.Phone),
			RequireSecondFactor: pointer(b.RequireSecondFactor), Attributes: attributes,
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	return answerOf(u), nil
}

func (s *Service) readdress(ctx context.Context, u *user.User, email rest.Opt[string], verified rest.Opt[bool]) error {
	switch {
	case email.Given:
		return s.Users.Readdress(ctx, u.RealmID, u.ID, email.Value, verified.Value)
	case verified.Given && verified.Value:
		return s.Users.VerifyEmail(ctx, u.RealmID, u.ID, u.Email)
	case verified.Given:
		return s.Users.Readdress(ctx, u.RealmID, u.ID, u.Email, false)
	}
	return nil
}
