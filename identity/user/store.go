package user

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"authserver/internal/database"
)

// row is a line of the table users.
type row struct {
	ID                 string          `gorm:"column:id;primaryKey"`
	RealmID            string          `gorm:"column:realm_id"`
	Email              string          `gorm:"column:email"`
	EmailKey           string          `gorm:"column:email_key"`
	EmailVerified      bool            `gorm:"column:email_verified"`
	Phone              string          `gorm:"column:phone"`
	PhoneVerified      bool            `gorm:"column:phone_verified"`
	Name               string          `gorm:"column:name"`
	GivenName          string          `gorm:"column:given_name"`
	FamilyName         string          `gorm:"column:family_name"`
	MiddleName         string          `gorm:"column:middle_name"`
	Nickname           string          `gorm:"column:nickname"`
	Username           string          `gorm:"column:username"`
	Picture            string          `gorm:"column:picture"`
	Website            string          `gorm:"column:website"`
	Gender             string          `gorm:"column:gender"`
	Birthdate          string          `gorm:"column:birthdate"`
	Zoneinfo           string          `gorm:"column:zoneinfo"`
	Locale             string          `gorm:"column:locale"`
	Address            string          `gorm:"column:address"`
	Attributes         string          `gorm:"column:attributes"`
	UseGravatar        bool            `gorm:"column:use_gravatar"`
	Status             string          `gorm:"column:status"`
	PasswordHash       string          `gorm:"column:password_hash"`
	PasswordSerial     int64           `gorm:"column:password_serial"`
	MustChangePassword bool            `gorm:"column:must_change_password"`
	Version            int64           `gorm:"column:version"`
	CreatedAt          database.Micros `gorm:"column:created_at;autoCreateTime:false"`
	UpdatedAt          database.Micros `gorm:"column:updated_at;autoUpdateTime:false"`
	LastLoginAt        database.Micros `gorm:"column:last_login_at"`
	PasswordChangedAt  database.Micros `gorm:"column:password_changed_at"`

	RequireSecondFactor bool            `gorm:"column:require_second_factor"`
	Factors             string          `gorm:"column:factors"`
	ErasureAt           database.Micros `gorm:"column:erasure_at"`
	// Searched is the version that user_terms tells of.
	Searched int64 `gorm:"column:searched"`
}

// TableName names the table.
func (row) TableName() string { return "users" }

func (r row) user() (*User, error) {
	u := &User{
		ID: r.ID, RealmID: r.RealmID, Email: r.Email, EmailVerified: r.EmailVerified, Phone: r.Phone, PhoneVerified: r.PhoneVerified,
		Name: r.Name, GivenName: r.GivenName, FamilyName: r.FamilyName, MiddleName: r.MiddleName, Nickname: r.Nickname,
		Username: r.Username, Picture: r.Picture, Website: r.Website, Gender: r.Gender, Birthdate: r.Birthdate,
		Zoneinfo: r.Zoneinfo, Locale: r.Locale, Status: Status(r.Status), MustChangePassword: r.MustChangePassword,
		HasPassword: r.PasswordHash != "", Version: r.Version, CreatedAt: r.CreatedAt.Time(), UpdatedAt: r.UpdatedAt.Time(),
		LastLoginAt: r.LastLoginAt.Time(), PasswordChangedAt: r.PasswordChangedAt.Time(),
		UseGravatar: r.UseGravatar, RequireSecondFactor: r.RequireSecondFactor, Factors: kinds(r.Factors), ErasureAt: r.ErasureAt.Time(),
	}
	var err error
	if u.Attributes, err = decodeAttributes(r.Attributes); err != nil {
		return nil, fmt.Errorf("user %s: %w", r.ID, err)
	}
	if r.Address != "" {
		if err := json.Unmarshal([]byte(r.Address), &u.Address); err != nil {
			return nil, fmt.Errorf("decode address of user %s: %w", r.ID, err)
		}
	}
	return u, nil
}

// profile are the columns that Update may change.
func profile(u *User) (map[string]any, error) {
	address := ""
	if u.Address != nil {
		text, err := json.Marshal(u.Address)
		if err != nil {
			return nil, fmt.Errorf("encode address: %w", err)
		}
		address = string(text)
	}
	attributes, err := encodeAttributes(u.Attributes)
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"attributes": attributes, "use_gravatar": u.UseGravatar, "require_second_factor": u.RequireSecondFactor,
		"phone": u.Phone, "phone_verified": u.PhoneVerified, "name": u.Name, "given_name": u.GivenName,
		"family_name": u.FamilyName, "middle_name": u.MiddleName, "nickname": u.Nickname, "username": u.Username,
		"picture": u.Picture, "website": u.Website, "gender": u.Gender, "birthdate": u.Birthdate,
		"zoneinfo": u.Zoneinfo, "locale": u.Locale, "address": address,
	}, nil
}

func (s *Service) insert(ctx context.Context, u *User, key string, p Password) error {
	attributes, err := encodeAttributes(u.Attributes)
	if err != nil {
		return err
	}
	line := row{
		ID: u.ID, RealmID: u.RealmID, Email: u.Email, EmailKey: key, EmailVerified: u.EmailVerified,
		Name: u.Name, GivenName: u.GivenName, FamilyName: u.FamilyName, Locale: u.Locale,
		Attributes: attributes, Status: string(u.Status), PasswordHash: p.encoded, MustChangePassword: u.MustChangePassword, Version: u.Version, Searched: u.Version,
		CreatedAt: database.At(u.CreatedAt), UpdatedAt: database.At(u.UpdatedAt), PasswordChangedAt: database.At(u.PasswordChangedAt),
	}
	if err := s.db.With(ctx).Create(&line).Error; err != nil {
		return database.Translate(err)
	}
	return s.insertTerms(ctx, line)
}

// find returns the line of the user, or ErrNotFound.
func (s *Service) find(ctx context.Context, condition string, args ...any) (*row, error) {
	var r row
	err := database.Translate(s.db.With(ctx).Where(condition, args...).Take(&r).Error)
	if errors.Is(err, database.ErrNotFound) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("read user: %w", err)
	}
	return &r, nil
}

func (s *Service) byID(ctx context.Context, realmID, userID string) (*row, error) {
	return s.find(ctx, "realm_id = ? AND id = ?", realmID, userID)
}

func (s *Service) byKey(ctx context.Context, realmID, key string) (*row, error) {
	return s.find(ctx, "realm_id = ? AND email_key = ?", realmID, key)
}

// set changes columns of a user under a condition and reports whether it held.
// Updates by map: a struct would leave out what is false or empty.
func (s *Service) set(ctx context.Context, realmID, userID string, columns map[string]any, condition string, args ...any) (bool, error) {
	res := s.db.With(ctx).Model(&row{}).Where("realm_id = ? AND id = ?", realmID, userID).Where(condition, args...).Updates(columns)
	return res.RowsAffected == 1, database.Translate(res.Error)
}

// stamped adds what every change to an account writes. What the user is found by stays as
// true as it was: who changes that calls retell.
func stamped(now time.Time, columns map[string]any) map[string]any {
	columns["updated_at"] = database.At(now)
	columns["version"] = gorm.Expr("version + 1")
	columns["searched"] = gorm.Expr("searched + 1")
	return columns
}

// setStatus reports whether the user had another status before. Nobody comes back
// from being erased.
func (s *Service) setStatus(ctx context.Context, realmID, userID string, status Status, now time.Time) (bool, error) {
	return s.set(ctx, realmID, userID, stamped(now, map[string]any{"status": string(status)}), "status <> ? AND status <> ?", string(status), string(StatusErased))
}

// setProfile reports whether nobody has changed the user since u was read.
func (s *Service) setProfile(ctx context.Context, u *User, now time.Time) (bool, error) {
	columns, err := profile(u)
	if err != nil {
		return false, err
	}
	ok, err := s.set(ctx, u.RealmID, u.ID, stamped(now, columns), "version = ?", u.Version)
	if err != nil || !ok {
		return false, err
	}
	return true, s.retell(ctx, u.RealmID, u.ID)
}

// setPassword reports whether the user is there and still has the password that
// serial counts.
func (s *Service) setPassword(ctx context.Context, realmID, userID string, p Password, serial int64, now time.Time) (bool, error) {
	columns := stamped(now, map[string]any{
		"password_hash": p.encoded, "password_serial": serial + 1, "must_change_password": p.temporary,
		"password_changed_at": database.At(now),
	})
	return s.set(ctx, realmID, userID, columns, "password_serial = ?", serial)
}

// signIn stamps a sign-in, and a fresher hash of the same password if there is one.
// It reports whether the user is still active and the password still the verified
// one. The check and the session that follows share the row's lock: a suspension or
// a new password that committed in the meantime wins, a later one sees the session.
func (s *Service) signIn(ctx context.Context, realmID, userID string, serial int64, fresher string, now time.Time) (bool, error) {
	columns := map[string]any{"last_login_at": database.At(now)}
	if fresher != "" {
		columns["password_hash"] = fresher
	}
	return s.set(ctx, realmID, userID, columns, "status = ? AND password_serial = ?", string(StatusActive), serial)
}
