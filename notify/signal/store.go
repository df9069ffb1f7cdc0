package signal

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"authserver/internal/database"
)

type row struct {
	ID            string          `gorm:"column:id;primaryKey"`
	RealmID       string          `gorm:"column:realm_id"`
	ApplicationID string          `gorm:"column:application_id"`
	Description   string          `gorm:"column:description"`
	Method        string          `gorm:"column:method"`
	Endpoint      string          `gorm:"column:endpoint"`
	Credential    string          `gorm:"column:credential"`
	Events        string          `gorm:"column:events"`
	Status        string          `gorm:"column:status"`
	Reason        string          `gorm:"column:reason"`
	Failures      int             `gorm:"column:failures"`
	FailingSince  database.Micros `gorm:"column:failing_since"`
	VerifiedAt    database.Micros `gorm:"column:verified_at"`
	CreatedAt     database.Micros `gorm:"column:created_at;autoCreateTime:false"`
	UpdatedAt     database.Micros `gorm:"column:updated_at;autoUpdateTime:false"`
}

// TableName implements gorm's Tabler.
func (row) TableName() string { return "signal_streams" }

func (s *Service) stream(r row) (*Stream, error) {
	stream := &Stream{
		ID: r.ID, RealmID: r.RealmID, ApplicationID: r.ApplicationID, Description: r.Description, Method: r.Method, Endpoint: r.Endpoint,
		Status: Status(r.Status), Reason: r.Reason, Failures: r.Failures, FailingSince: r.FailingSince.Time(), VerifiedAt: r.VerifiedAt.Time(),
		CreatedAt: r.CreatedAt.Time(), UpdatedAt: r.UpdatedAt.Time(),
	}
	if err := json.Unmarshal([]byte(r.Events), &stream.Requested); err != nil {
		return nil, fmt.Errorf("events of stream %s: %w", r.ID, err)
	}
	if r.Credential != "" {
		plain, err := s.Ring.Open(r.Credential, "signal_streams", r.RealmID, r.ID)
		if err != nil {
			return nil, fmt.Errorf("credential of stream %s: %w", r.ID, err)
		}
		stream.Credential = string(plain)
	}
	return stream, nil
}

func (s *Service) rowOf(stream *Stream) (row, error) {
	events, err := json.Marshal(stream.Requested)
	if err != nil {
		return row{}, err
	}
	r := row{
		ID: stream.ID, RealmID: stream.RealmID, ApplicationID: stream.ApplicationID, Description: stream.Description, Method: stream.Method, Endpoint: stream.Endpoint,
		Events: string(events), Status: string(stream.Status), Reason: stream.Reason, Failures: stream.Failures, FailingSince: database.At(stream.FailingSince),
		VerifiedAt: database.At(stream.VerifiedAt), CreatedAt: database.At(stream.CreatedAt), UpdatedAt: database.At(stream.UpdatedAt),
	}
	if stream.Credential != "" {
		r.Credential, err = s.Ring.Seal([]byte(stream.Credential), "signal_streams", r.RealmID, r.ID)
	}
	return r, err
}

func (s *Service) streams(rows []row, err error) ([]*Stream, error) {
	if err != nil {
		return nil, database.Translate(err)
	}
	list := make([]*Stream, 0, len(rows))
	for _, r := range rows {
		stream, err := s.stream(r)
		if err != nil {
			return nil, err
		}
		list = append(list, stream)
	}
	return list, nil
}

func (s *Service) insert(ctx context.Context, stream *Stream) error {
	r, err := s.rowOf(stream)
	if err != nil {
		return err
	}
	return s.DB.With(ctx).Create(&r).Error
}

func (s *Service) update(ctx context.Context, stream *Stream) error {
	r, err := s.rowOf(stream)
	if err != nil {
		return err
	}
	return s.DB.With(ctx).Model(&row{}).Where("realm_id = ? AND id = ?", r.RealmID, r.ID).Updates(map[string]any{
		"description": r.Description, "method": r.Method, "endpoint": r.Endpoint, "credential": r.Credential, "events": r.Events,
		"status": r.Status, "reason": r.Reason, "failures": r.Failures, "failing_since": r.FailingSince, "updated_at": r.UpdatedAt,
	}).Error
}

func (s *Service) find(ctx context.Context, realmID, id string) (*Stream, error) {
	var r row
	if err := s.DB.With(ctx).Where("realm_id = ? AND id = ?", realmID, id).Take(&r).Error; err != nil {
		return nil, database.Translate(err)
	}
	return s.stream(r)
}

func (s *Service) remove(ctx context.Context, realmID, id string) (bool, error) {
	if err := s.DB.With(ctx).Exec("DELETE FROM signal_exclusions WHERE realm_id = ? AND stream_id = ?", realmID, id).Error; err != nil {
		return false, err
	}
	res := s.DB.With(ctx).Where("realm_id = ? AND id = ?", realmID, id).Delete(&row{})
	return res.RowsAffected == 1, res.Error
}

// open are the streams of a realm that are told of events, or will be.
func (s *Service) open(ctx context.Context, realmID string) ([]*Stream, error) {
	var rows []row
	err := s.DB.With(ctx).Where("realm_id = ? AND status <> ?", realmID, string(Disabled)).Order("id").Find(&rows).Error
	return s.streams(rows, err)
}

func (s *Service) ofApplication(ctx context.Context, realmID, applicationID string) ([]*Stream, error) {
	var rows []row
	err := s.DB.With(ctx).Where("realm_id = ? AND application_id = ?", realmID, applicationID).Order("id").Find(&rows).Error
	return s.streams(rows, err)
}

func (s *Service) list(ctx context.Context, realmID, after string, most int) ([]*Stream, error) {
	var rows []row
	err := s.DB.With(ctx).Where("realm_id = ? AND id > ?", realmID, after).Order("id").Limit(most).Find(&rows).Error
	return s.streams(rows, err)
}

// verifying notes that a verification was asked for, unless one was since then.
func (s *Service) verifying(ctx context.Context, realmID, id string, now, since time.Time) (bool, error) {
	res := s.DB.With(ctx).Model(&row{}).Where("realm_id = ? AND id = ? AND verified_at <= ?", realmID, id, database.At(since)).
		UpdateColumn("verified_at", database.At(now))
	return res.RowsAffected == 1, res.Error
}

// well forgets the failures of a receiver, if there were any.
func (s *Service) well(ctx context.Context, stream *Stream) error {
	return s.DB.With(ctx).Model(&row{}).Where("realm_id = ? AND id = ? AND failures > 0", stream.RealmID, stream.ID).
		UpdateColumns(map[string]any{"failures": 0, "failing_since": 0}).Error
}

// ailing counts a failure and returns how many there are in a row, and since when.
func (s *Service) ailing(ctx context.Context, stream *Stream, now time.Time) (n int, since time.Time, err error) {
	var got struct {
		Failures     int             `gorm:"column:failures"`
		FailingSince database.Micros `gorm:"column:failing_since"`
	}
	err = s.DB.With(ctx).Raw("UPDATE signal_streams SET failures = failures + 1, failing_since = CASE WHEN failures = 0 THEN ? ELSE failing_since END"+
		" WHERE realm_id = ? AND id = ? RETURNING failures, failing_since", database.At(now), stream.RealmID, stream.ID).Scan(&got).Error
	return got.Failures, got.FailingSince.Time(), err
}

func (s *Service) credentialsAfter(ctx context.Context, after string, most int) (rows []row, err error) {
	err = s.DB.With(ctx).Where("id > ? AND credential <> ''", after).Order("id").Limit(most).Find(&rows).Error
	return rows, err
}

func (s *Service) replaceCredential(ctx context.Context, r row, sealed string) error {
	return s.DB.With(ctx).Model(&row{}).Where("realm_id = ? AND id = ? AND credential = ?", r.RealmID, r.ID, r.Credential).UpdateColumn("credential", sealed).Error
}
