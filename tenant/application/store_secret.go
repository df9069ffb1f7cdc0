package application

import (
	"context"
	"fmt"
	"time"

	"authserver/internal/database"
)

// secretRow is a line of the table application_secrets.
type secretRow struct {
	ID            string          `gorm:"column:id;primaryKey"`
	RealmID       string          `gorm:"column:realm_id"`
	ApplicationID string          `gorm:"column:application_id"`
	Digest        []byte          `gorm:"column:digest"`
	CreatedAt     database.Micros `gorm:"column:created_at;autoCreateTime:false"`
	ExpiresAt     database.Micros `gorm:"column:expires_at"`
}

// TableName names the table.
func (secretRow) TableName() string { return "application_secrets" }

// secretsOf returns the secrets of the applications, oldest first.
func (s *Service) secretsOf(ctx context.Context, realmID string, appIDs []string) (map[string][]Secret, error) {
	secrets := map[string][]Secret{}
	if len(appIDs) == 0 {
		return secrets, nil
	}
	var rows []secretRow
	err := s.db.With(ctx).Where("realm_id = ? AND application_id IN ?", realmID, appIDs).Order("id").Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read client secrets: %w", err)
	}
	for _, r := range rows {
		secrets[r.ApplicationID] = append(secrets[r.ApplicationID], Secret{
			ID: r.ID, Digest: r.Digest, CreatedAt: r.CreatedAt.Time(), ExpiresAt: r.ExpiresAt.Time(),
		})
	}
	return secrets, nil
}

func (s *Service) insertSecret(ctx context.Context, a *Application, kept Secret) error {
	return s.db.With(ctx).Create(&secretRow{
		ID: kept.ID, RealmID: a.RealmID, ApplicationID: a.ID, Digest: kept.Digest,
		CreatedAt: database.At(kept.CreatedAt), ExpiresAt: database.At(kept.ExpiresAt),
	}).Error
}

// retireSecrets lets the secrets of the application live until then at the latest,
// and removes those that are dead by now.
func (s *Service) retireSecrets(ctx context.Context, a *Application, then, now time.Time) error {
	const of = "realm_id = ? AND application_id = ?"
	err := s.db.With(ctx).Model(&secretRow{}).Where(of+" AND (expires_at = 0 OR expires_at > ?)", a.RealmID, a.ID, database.At(then)).
		Updates(map[string]any{"expires_at": database.At(then)}).Error
	if err != nil {
		return fmt.Errorf("retire client secrets: %w", err)
	}
	err = s.db.With(ctx).Where(of+" AND expires_at <> 0 AND expires_at <= ?", a.RealmID, a.ID, database.At(now)).
		Delete(&secretRow{}).Error
	if err != nil {
		return fmt.Errorf("remove dead client secrets: %w", err)
	}
	return nil
}

func (s *Service) deleteSecret(ctx context.Context, a *Application, secretID string) error {
	res := s.db.With(ctx).Where("realm_id = ? AND application_id = ? AND id = ?", a.RealmID, a.ID, secretID).Delete(&secretRow{})
	if res.Error == nil && res.RowsAffected != 1 {
		return ErrSecretNotFound
	}
	return res.Error
}
