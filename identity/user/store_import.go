package user

import (
	"context"
	"encoding/json"
	"fmt"

	"gorm.io/gorm/clause"

	"authserver/internal/database"
)

// insertNew stores a whole account, unless its address is taken in the realm, and
// reports whether it did.
func (s *Service) insertNew(ctx context.Context, u *User, key, hash string) (bool, error) {
	address := ""
	if u.Address != nil {
		text, err := json.Marshal(u.Address)
		if err != nil {
			return false, fmt.Errorf("encode address: %w", err)
		}
		address = string(text)
	}
	attributes, err := encodeAttributes(u.Attributes)
	if err != nil {
		return false, err
	}
	line := row{
		ID: u.ID, RealmID: u.RealmID, Email: u.Email, EmailKey: key, EmailVerified: u.EmailVerified,
		Phone: u.Phone, Name: u.Name, GivenName: u.GivenName, FamilyName: u.FamilyName, MiddleName: u.MiddleName,
		Nickname: u.Nickname, Username: u.Username, Picture: u.Picture, Website: u.Website, Gender: u.Gender,
		Birthdate: u.Birthdate, Zoneinfo: u.Zoneinfo, Locale: u.Locale, Address: address, Attributes: attributes,
		Status: string(u.Status), PasswordHash: hash, MustChangePassword: u.MustChangePassword, Version: u.Version, Searched: u.Version,
		CreatedAt: database.At(u.CreatedAt), UpdatedAt: database.At(u.UpdatedAt), PasswordChangedAt: database.At(u.PasswordChangedAt),
	}
	taken := clause.OnConflict{Columns: []clause.Column{{Name: "realm_id"}, {Name: "email_key"}}, DoNothing: true}
	res := s.db.With(ctx).Clauses(taken).Create(&line)
	if res.Error != nil || res.RowsAffected == 0 {
		return false, database.Translate(res.Error)
	}
	return true, s.insertTerms(ctx, line)
}
