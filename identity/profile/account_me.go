package profile

import (
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/event"
	"authserver/internal/web"
	"authserver/tenant/realm"
)

// me is a person as programs read it: standard claims by their names, the realm's own
// as attributes.
type me struct {
	ID                  string         `json:"id"`
	Email               string         `json:"email"`
	EmailVerified       bool           `json:"email_verified"`
	PhoneNumber         string         `json:"phone_number,omitempty"`
	PhoneNumberVerified bool           `json:"phone_number_verified"`
	Name                string         `json:"name,omitempty"`
	GivenName           string         `json:"given_name,omitempty"`
	FamilyName          string         `json:"family_name,omitempty"`
	MiddleName          string         `json:"middle_name,omitempty"`
	Nickname            string         `json:"nickname,omitempty"`
	PreferredUsername   string         `json:"preferred_username,omitempty"`
	Gender              string         `json:"gender,omitempty"`
	Birthdate           string         `json:"birthdate,omitempty"`
	Website             string         `json:"website,omitempty"`
	Picture             string         `json:"picture,omitempty"`
	UseGravatar         bool           `json:"use_gravatar"`
	AvatarURL           string         `json:"avatar_url,omitempty"`
	Address             *user.Address  `json:"address,omitempty"`
	Zoneinfo            string         `json:"zoneinfo,omitempty"`
	Locale              string         `json:"locale,omitempty"`
	Attributes          map[string]any `json:"attributes"`
	Missing             []string       `json:"missing"` // what the realm requires and does not know
	CreatedAt           time.Time      `json:"created_at"`
	UpdatedAt           time.Time      `json:"updated_at"`
	LastLoginAt         time.Time      `json:"last_login_at,omitzero"`
	ErasureAt           time.Time      `json:"erasure_at,omitzero"`
}

// given is a member of a merge patch (RFC 7396): null and "" take a value away.
type given struct {
	value *string
}

// UnmarshalJSON implements json.Unmarshaler.
func (g *given) UnmarshalJSON(b []byte) error {
	g.value = new(string)
	if string(b) == "null" {
		return nil
	}
	return json.Unmarshal(b, g.value)
}

// address is the member address of a merge patch.
type address struct {
	set bool
	user.Address
}

// UnmarshalJSON implements json.Unmarshaler.
func (a *address) UnmarshalJSON(b []byte) error {
	a.set = true
	if string(b) == "null" {
		return nil
	}
	return json.Unmarshal(b, &a.Address)
}

// patch is what a program may change about its person.
type patch struct {
	Name              given          `json:"name"`
	GivenName         given          `json:"given_name"`
	FamilyName        given          `json:"family_name"`
	MiddleName        given          `json:"middle_name"`
	Nickname          given          `json:"nickname"`
	PreferredUsername given          `json:"preferred_username"`
	Gender            given          `json:"gender"`
	Birthdate         given          `json:"birthdate"`
	Website           given          `json:"website"`
	Picture           given          `json:"picture"`
	Zoneinfo          given          `json:"zoneinfo"`
	Locale            given          `json:"locale"`
	UseGravatar       *bool          `json:"use_gravatar"`
	Address           address        `json:"address"`
	Attributes        map[string]any `json:"attributes"`

	// What is proven or counted elsewhere is refused by its name.
	ID                  json.RawMessage `json:"id"`
	Email               json.RawMessage `json:"email"`
	EmailVerified       json.RawMessage `json:"email_verified"`
	PhoneNumber         json.RawMessage `json:"phone_number"`
	PhoneNumberVerified json.RawMessage `json:"phone_number_verified"`
}

func (p *patch) change() (Change, error) {
	for _, fixed := range []struct {
		name  string
		value json.RawMessage
	}{
		{"id", p.ID}, {"email", p.Email}, {"email_verified", p.EmailVerified},
		{"phone_number", p.PhoneNumber}, {"phone_number_verified", p.PhoneNumberVerified},
	} {
		if fixed.value != nil {
			return Change{}, ErrProtected.At(fixed.name).Say("This is not changed here.")
		}
	}
	c := Change{Values: p.Attributes, Profile: user.Profile{
		Name: p.Name.value, GivenName: p.GivenName.value, FamilyName: p.FamilyName.value, MiddleName: p.MiddleName.value,
		Nickname: p.Nickname.value, Username: p.PreferredUsername.value, Gender: p.Gender.value, Birthdate: p.Birthdate.value,
		Website: p.Website.value, Picture: p.Picture.value, Zoneinfo: p.Zoneinfo.value, Locale: p.Locale.value,
		UseGravatar: p.UseGravatar,
	}}
	if p.Address.set {
		c.Profile.Address = &p.Address.Address
	}
	return c, nil
}

func (s *Service) showMe(c *gin.Context) error {
	u, err := s.owner(c)
	if err != nil {
		return err
	}
	return s.answerMe(c, u)
}

// changeMe serves PATCH /me, a merge patch. If-Match holds it to the version that was
// read before.
func (s *Service) changeMe(c *gin.Context) error {
	version, err := web.IfMatch(c)
	if err != nil {
		return err
	}
	var body patch
	if err := web.Body(c, &body); err != nil {
		return err
	}
	change, err := body.change()
	if err != nil {
		return err
	}
	u, err := s.owner(c)
	if err != nil {
		return err
	}
	change.Profile.Version = version
	ctx := c.Request.Context()
	after, err := s.Update(event.Acting(ctx, event.User, u.ID, session.From(ctx).ApplicationID), realm.From(ctx), u, Person, change)
	if errors.Is(err, user.ErrChanged) && version != 0 {
		return web.ErrPrecondition
	}
	if err != nil {
		return err
	}
	return s.answerMe(c, after)
}

func (s *Service) answerMe(c *gin.Context, u *user.User) error {
	ctx := c.Request.Context()
	schema, err := s.Schema(ctx, u.RealmID)
	if err != nil {
		return err
	}
	web.ETag(c, u.Version)
	return web.JSON(c, http.StatusOK, schema.show(u))
}

// show is a person as they may see themselves.
func (s *Schema) show(u *user.User) me {
	missing := s.missing(nil, u, Person)
	if missing == nil {
		missing = []string{}
	}
	return me{
		ID: u.ID, Email: u.Email, EmailVerified: u.EmailVerified, PhoneNumber: u.Phone, PhoneNumberVerified: u.PhoneVerified,
		Name: u.Name, GivenName: u.GivenName, FamilyName: u.FamilyName, MiddleName: u.MiddleName, Nickname: u.Nickname,
		PreferredUsername: u.Username, Gender: u.Gender, Birthdate: u.Birthdate, Website: u.Website, Picture: u.Picture,
		UseGravatar: u.UseGravatar, AvatarURL: u.AvatarURL(), Address: u.Address, Zoneinfo: u.Zoneinfo, Locale: u.Locale,
		Attributes: s.visible(Person, u), Missing: missing, CreatedAt: u.CreatedAt, UpdatedAt: u.UpdatedAt,
		LastLoginAt: u.LastLoginAt, ErasureAt: u.ErasureAt,
	}
}
