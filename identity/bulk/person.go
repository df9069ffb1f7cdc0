package bulk

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"authserver/identity/user"
	"authserver/tenant/realm"
)

// Person is somebody to be imported, as another system knew them. Only Email is required.
type Person struct {
	Email      string `json:"email" minLength:"3" maxLength:"254"`
	Verified   bool   `json:"email_verified,omitempty"`
	Hash       string `json:"password_hash,omitempty" maxLength:"1024" writeOnly:"true" doc:"Argon2id, bcrypt, scrypt or PBKDF2, encoded; the first sign-in makes it one of ours."`
	MustChange bool   `json:"must_change_password,omitempty"`

	Name       *string       `json:"name,omitempty" maxLength:"500"`
	GivenName  *string       `json:"given_name,omitempty" maxLength:"100"`
	FamilyName *string       `json:"family_name,omitempty" maxLength:"100"`
	MiddleName *string       `json:"middle_name,omitempty" maxLength:"100"`
	Nickname   *string       `json:"nickname,omitempty" maxLength:"100"`
	Username   *string       `json:"preferred_username,omitempty" maxLength:"100"`
	Picture    *string       `json:"picture,omitempty" maxLength:"2048"`
	Website    *string       `json:"website,omitempty" maxLength:"2048"`
	Gender     *string       `json:"gender,omitempty" maxLength:"100"`
	Birthdate  *string       `json:"birthdate,omitempty" maxLength:"10"`
	Zoneinfo   *string       `json:"zoneinfo,omitempty" maxLength:"100"`
	Locale     *string       `json:"locale,omitempty" maxLength:"35"`
	Phone      *string       `json:"phone_number,omitempty" maxLength:"32" doc:"Unverified until the person proves it."`
	Address    *user.Address `json:"address,omitempty"`
	// Attributes are values of the realm's own profile schema.
	Attributes map[string]any `json:"attributes,omitempty" doc:"Values of the realm's profile schema."`
}

// Read reads a person from one JSON object with no unknown members, and nothing after it.
func Read(line []byte) (p Person, err error) {
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		return p, errors.New(strings.TrimPrefix(err.Error(), "json: "))
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return p, errors.New("more than one object")
	}
	return p, nil
}

// Check makes the person ready for user.Import, or returns the fault of the first field
// that breaks a rule. valid holds values to the realm's profile schema and returns their
// stored form. Key is what the address is unique by.
func (p *Person) Check(in *realm.Realm, valid func(map[string]any) (map[string]any, error)) (n user.Imported, key string, err error) {
	own, err := valid(p.Attributes)
	if err != nil {
		return n, "", err
	}
	n = user.Imported{
		Email: p.Email, Verified: p.Verified, Hash: p.Hash, MustChange: p.MustChange,
		Profile: user.Profile{
			Name: p.Name, GivenName: p.GivenName, FamilyName: p.FamilyName, MiddleName: p.MiddleName, Nickname: p.Nickname,
			Username: p.Username, Picture: p.Picture, Website: p.Website, Gender: p.Gender, Birthdate: p.Birthdate,
			Zoneinfo: p.Zoneinfo, Locale: p.Locale, Phone: p.Phone, Address: p.Address, Attributes: own,
		},
	}
	key, err = n.Check(in)
	return n, key, err
}
