package user

import (
	"context"
	"strings"

	"authserver/internal/database"
)

// lockFactors reads the kinds of factors of a user and holds the row until the
// transaction ends.
func (s *Service) lockFactors(ctx context.Context, realmID, userID string) ([]string, error) {
	var r row
	err := database.Lock(s.db.With(ctx)).Select("factors").Where("realm_id = ? AND id = ?", realmID, userID).Take(&r).Error
	return kinds(r.Factors), database.Translate(err)
}

func (s *Service) storeFactors(ctx context.Context, realmID, userID string, kinds []string) error {
	res := s.db.With(ctx).Model(&row{}).Where("realm_id = ? AND id = ?", realmID, userID).Update("factors", strings.Join(kinds, " "))
	return database.Translate(res.Error)
}

// kinds divides the column; nil for none.
func kinds(column string) []string {
	if column == "" {
		return nil
	}
	return strings.Fields(column)
}
