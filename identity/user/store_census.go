package user

import (
	"context"

	"authserver/internal/database"
)

// censusRow counts the people of one realm in one state.
type censusRow struct {
	RealmID, Status                               string
	People, EmailVerified, PhoneVerified, Factors int64
}

func (s *Service) census(ctx context.Context, realmIDs []string) (rows []censusRow, err error) {
	err = s.db.With(ctx).Model(&row{}).Select("realm_id, status, count(*) AS people,"+
		" count(CASE WHEN email_verified THEN 1 END) AS email_verified, count(CASE WHEN phone_verified THEN 1 END) AS phone_verified,"+
		" count(CASE WHEN factors <> '' THEN 1 END) AS factors").
		Where("realm_id IN ?", realmIDs).Group("realm_id, status").Scan(&rows).Error
	return rows, database.Translate(err)
}
