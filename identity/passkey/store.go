package passkey

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"authserver/internal/database"
	"authserver/internal/secret"
)

// row is a line of the table passkeys.
type row struct {
	ID                string          `gorm:"column:id;primaryKey"`
	RealmID           string          `gorm:"column:realm_id"`
	UserID            string          `gorm:"column:user_id"`
	CredentialID      []byte          `gorm:"column:credential_id"`
	PublicKey         []byte          `gorm:"column:public_key"`
	SignCount         int64           `gorm:"column:sign_count"`
	Transports        string          `gorm:"column:transports"`
	AAGUID            string          `gorm:"column:aaguid"`
	AttestationFormat string          `gorm:"column:attestation_format"`
	AttestationType   string          `gorm:"column:attestation_type"`
	BackupEligible    bool            `gorm:"column:backup_eligible"`
	BackedUp          bool            `gorm:"column:backed_up"`
	UserVerified      bool            `gorm:"column:user_verified"`
	Discoverable      bool            `gorm:"column:discoverable"`
	Label             string          `gorm:"column:label"`
	CreatedAt         database.Micros `gorm:"column:created_at;autoCreateTime:false"`
	LastUsedAt        database.Micros `gorm:"column:last_used_at"`
	CloneWarningAt    database.Micros `gorm:"column:clone_warning_at"`
}

// TableName names the table.
func (row) TableName() string { return "passkeys" }

func (r row) passkey() (*Passkey, error) {
	p := &Passkey{
		ID: r.ID, RealmID: r.RealmID, UserID: r.UserID, CredentialID: r.CredentialID, PublicKey: r.PublicKey,
		SignCount: uint32(r.SignCount), AAGUID: r.AAGUID, AttestationFormat: r.AttestationFormat, AttestationType: r.AttestationType,
		BackupEligible: r.BackupEligible, BackedUp: r.BackedUp, UserVerified: r.UserVerified, Discoverable: r.Discoverable,
		Label: r.Label, CreatedAt: r.CreatedAt.Time(), LastUsedAt: r.LastUsedAt.Time(), CloneWarning: r.CloneWarningAt.Time(),
	}
	if err := json.Unmarshal([]byte(r.Transports), &p.Transports); err != nil {
		return nil, fmt.Errorf("decode transports of passkey %s: %w", r.ID, err)
	}
	return p, nil
}

// handleRow is a line of the table passkey_handles.
type handleRow struct {
	UserID  string `gorm:"column:user_id;primaryKey"`
	RealmID string `gorm:"column:realm_id"`
	Handle  []byte `gorm:"column:handle"`
	Changes int64  `gorm:"column:changes"`
}

// TableName names the table.
func (handleRow) TableName() string { return "passkey_handles" }

// handleOf returns the person's handle, or nil when they have none yet.
func (s *Service) handleOf(ctx context.Context, realmID, userID string) ([]byte, error) {
	var r handleRow
	err := database.Translate(s.db.With(ctx).Where("realm_id = ? AND user_id = ?", realmID, userID).Take(&r).Error)
	if errors.Is(err, database.ErrNotFound) {
		return nil, nil
	}
	return r.Handle, err
}

// giveHandle returns the person's handle and makes one if they have none.
func (s *Service) giveHandle(ctx context.Context, realmID, userID string) ([]byte, error) {
	if handle, err := s.handleOf(ctx, realmID, userID); err != nil || handle != nil {
		return handle, err
	}
	line := handleRow{UserID: userID, RealmID: realmID, Handle: secret.Bytes(handleSize)}
	if err := s.db.With(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&line).Error; err != nil {
		return nil, database.Translate(err)
	}
	return s.handleOf(ctx, realmID, userID)
}

// lock holds the person's set of passkeys until the transaction ends, and reports
// whether there is one.
func (s *Service) lock(ctx context.Context, realmID, userID string) error {
	res := s.db.With(ctx).Model(&handleRow{}).Where("realm_id = ? AND user_id = ?", realmID, userID).
		Updates(map[string]any{"changes": gorm.Expr("changes + 1")})
	return database.Translate(res.Error)
}

// insert stores the passkey and reports whether its credential was not registered yet,
// by anybody.
func (s *Service) insert(ctx context.Context, p *Passkey) (bool, error) {
	transports, err := json.Marshal(p.Transports)
	if err != nil {
		return false, err
	}
	res := s.db.With(ctx).Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "credential_id"}}, DoNothing: true}).Create(&row{
		ID: p.ID, RealmID: p.RealmID, UserID: p.UserID, CredentialID: p.CredentialID, PublicKey: p.PublicKey,
		SignCount: int64(p.SignCount), Transports: string(transports), AAGUID: p.AAGUID,
		AttestationFormat: p.AttestationFormat, AttestationType: p.AttestationType,
		BackupEligible: p.BackupEligible, BackedUp: p.BackedUp, UserVerified: p.UserVerified, Discoverable: p.Discoverable,
		Label: p.Label, CreatedAt: database.At(p.CreatedAt),
	})
	return res.RowsAffected == 1, database.Translate(res.Error)
}

func (s *Service) many(ctx context.Context, realmID, userID string) ([]*Passkey, error) {
	var rows []row
	err := s.db.With(ctx).Where("realm_id = ? AND user_id = ?", realmID, userID).Order("created_at, id").Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read passkeys of user %s: %w", userID, database.Translate(err))
	}
	all := make([]*Passkey, 0, len(rows))
	for _, r := range rows {
		p, err := r.passkey()
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// byCredential returns the realm's passkey with that credential id, or ErrNotFound.
func (s *Service) byCredential(ctx context.Context, realmID string, credentialID []byte) (*Passkey, error) {
	return s.single(s.db.With(ctx).Where("realm_id = ? AND credential_id = ?", realmID, credentialID))
}

func (s *Service) byID(ctx context.Context, realmID, userID, passkeyID string) (*Passkey, error) {
	return s.single(s.db.With(ctx).Where("realm_id = ? AND user_id = ? AND id = ?", realmID, userID, passkeyID))
}

func (s *Service) single(q *gorm.DB) (*Passkey, error) {
	var r row
	err := database.Translate(q.Take(&r).Error)
	if errors.Is(err, database.ErrNotFound) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("read passkey: %w", err)
	}
	return r.passkey()
}

func (s *Service) count(ctx context.Context, realmID, userID string) (int64, error) {
	var n int64
	err := s.db.With(ctx).Model(&row{}).Where("realm_id = ? AND user_id = ?", realmID, userID).Count(&n).Error
	return n, database.Translate(err)
}

func (s *Service) change(ctx context.Context, p *Passkey) *gorm.DB {
	return s.db.With(ctx).Model(&row{}).Where("realm_id = ? AND user_id = ? AND id = ?", p.RealmID, p.UserID, p.ID)
}

// use writes what an accepted answer says of the passkey. It reports whether the passkey
// is still there and its counter still below the one received: of two answers with the
// same count, one is taken.
func (s *Service) use(ctx context.Context, p *Passkey, count uint32, verified, backedUp bool, now time.Time) (bool, error) {
	columns := map[string]any{"sign_count": int64(count), "backed_up": backedUp, "last_used_at": database.At(now)}
	if verified {
		columns["user_verified"] = true
	}
	res := s.change(ctx, p).Where("sign_count < ? OR sign_count = 0 AND 0 = ?", int64(count), int64(count)).Updates(columns)
	return res.RowsAffected == 1, database.Translate(res.Error)
}

func (s *Service) warn(ctx context.Context, p *Passkey, now time.Time) error {
	return database.Translate(s.change(ctx, p).Updates(map[string]any{"clone_warning_at": database.At(now)}).Error)
}

func (s *Service) rename(ctx context.Context, p *Passkey, label string) (bool, error) {
	res := s.change(ctx, p).Updates(map[string]any{"label": label})
	return res.RowsAffected == 1, database.Translate(res.Error)
}

func (s *Service) remove(ctx context.Context, p *Passkey) (bool, error) {
	res := s.db.With(ctx).Where("realm_id = ? AND user_id = ? AND id = ?", p.RealmID, p.UserID, p.ID).Delete(&row{})
	return res.RowsAffected == 1, database.Translate(res.Error)
}

// removeAll removes everything that the room knows of a person.
func (s *Service) removeAll(ctx context.Context, realmID, userID string) error {
	for _, line := range []any{&row{}, &handleRow{}, &ceremonyRow{}} {
		if err := s.db.With(ctx).Where("realm_id = ? AND user_id = ?", realmID, userID).Delete(line).Error; err != nil {
			return database.Translate(err)
		}
	}
	return nil
}
