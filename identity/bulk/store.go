package bulk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"authserver/internal/database"
)

// row is a line of the table bulk_jobs.
type row struct {
	ID          string          `gorm:"column:id;primaryKey"`
	RealmID     string          `gorm:"column:realm_id"`
	Kind        string          `gorm:"column:kind"`
	Actor       string          `gorm:"column:actor"`
	Total       int             `gorm:"column:total"`
	Done        int             `gorm:"column:done"`
	Failed      int             `gorm:"column:failed"`
	State       string          `gorm:"column:state"`
	Lease       string          `gorm:"column:lease"`
	LeasedUntil database.Micros `gorm:"column:leased_until"`
	CreatedAt   database.Micros `gorm:"column:created_at;autoCreateTime:false"`
	StartedAt   database.Micros `gorm:"column:started_at"`
	EndedAt     database.Micros `gorm:"column:ended_at"`
}

// TableName names the table.
func (row) TableName() string { return "bulk_jobs" }

// line is a line of the table bulk_rows.
type line struct {
	JobID    string `gorm:"column:job_id;primaryKey"`
	RealmID  string `gorm:"column:realm_id"`
	Position int    `gorm:"column:position;primaryKey"`
	Body     string `gorm:"column:body"`
	Code     string `gorm:"column:code"`
	Field    string `gorm:"column:field"`
	Message  string `gorm:"column:message"`
}

// TableName names the table.
func (line) TableName() string { return "bulk_rows" }

func (r *row) job() (*Job, error) {
	j := &Job{
		ID: r.ID, RealmID: r.RealmID, Kind: Kind(r.Kind), State: State(r.State), Total: r.Total, Done: r.Done, Failed: r.Failed,
		CreatedAt: r.CreatedAt.Time(), StartedAt: r.StartedAt.Time(), EndedAt: r.EndedAt.Time(), lease: r.Lease,
	}
	if err := json.Unmarshal([]byte(r.Actor), &j.actor); err != nil {
		return nil, fmt.Errorf("decode actor of job %s: %w", r.ID, err)
	}
	return j, nil
}

func (s *Service) insert(ctx context.Context, j *Job, rows []line) error {
	actor, err := json.Marshal(j.actor)
	if err != nil {
		return err
	}
	err = s.db.With(ctx).Create(&row{
		ID: j.ID, RealmID: j.RealmID, Kind: string(j.Kind), Actor: string(actor), Total: j.Total, State: string(j.State), CreatedAt: database.At(j.CreatedAt),
	}).Error
	if err != nil {
		return database.Translate(err)
	}
	return database.Translate(s.db.With(ctx).CreateInBatches(rows, 200).Error)
}

func (s *Service) waiting(ctx context.Context, realmID string) (int, error) {
	var n int64
	err := s.db.With(ctx).Model(&row{}).Where("realm_id = ? AND ended_at = 0", realmID).Count(&n).Error
	return int(n), database.Translate(err)
}

// find returns a job of the realm, or ErrNotFound. With lock, whoever else wants to
// change it waits.
func (s *Service) find(ctx context.Context, realmID, jobID string, lock bool) (*Job, error) {
	q := s.db.With(ctx)
	if lock {
		q = database.Lock(q)
	}
	var r row
	err := database.Translate(q.Where("realm_id = ? AND id = ?", realmID, jobID).Take(&r).Error)
	if errors.Is(err, database.ErrNotFound) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return r.job()
}

func (s *Service) list(ctx context.Context, realmID, after string, limit int) ([]*Job, error) {
	q := s.db.With(ctx).Where("realm_id = ?", realmID)
	if after != "" {
		q = q.Where("id < ?", after)
	}
	var rows []row
	if err := q.Order("id DESC").Limit(limit).Find(&rows).Error; err != nil {
		return nil, database.Translate(err)
	}
	all := make([]*Job, 0, len(rows))
	for n := range rows {
		j, err := rows[n].job()
		if err != nil {
			return nil, err
		}
		all = append(all, j)
	}
	return all, nil
}

// claim gives the worker of that lease a job that nobody works on, or nil.
func (s *Service) claim(ctx context.Context, lease string, now time.Time) (*Job, error) {
	var r row
	err := database.Translate(database.Claim(s.db.With(ctx)).Where("ended_at = 0 AND leased_until <= ?", database.At(now)).Order("leased_until, id").Take(&r).Error)
	if errors.Is(err, database.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	r.Lease, r.State = lease, string(Running)
	if r.StartedAt == 0 {
		r.StartedAt = database.At(now)
	}
	err = s.db.With(ctx).Model(&row{}).Where("id = ?", r.ID).Updates(map[string]any{
		"lease": lease, "leased_until": database.At(now.Add(leased)), "state": r.State, "started_at": r.StartedAt,
	}).Error
	if err != nil {
		return nil, database.Translate(err)
	}
	return r.job()
}

// hold prolongs the lease and reads the progress; false when the job is over or another
// worker has it.
func (s *Service) hold(ctx context.Context, j *Job, now time.Time) (bool, error) {
	res := s.db.With(ctx).Model(&row{}).Where("id = ? AND lease = ? AND ended_at = 0", j.ID, j.lease).
		Updates(map[string]any{"leased_until": database.At(now.Add(leased))})
	if res.Error != nil || res.RowsAffected == 0 {
		return false, database.Translate(res.Error)
	}
	var r row
	if err := s.db.With(ctx).Where("id = ?", j.ID).Take(&r).Error; err != nil {
		return false, database.Translate(err)
	}
	j.Done, j.Failed = r.Done, r.Failed
	return true, nil
}

func (s *Service) pending(ctx context.Context, j *Job, limit int) ([]line, error) {
	var rows []line
	err := s.db.With(ctx).Where("job_id = ? AND code = ''", j.ID).Order("position").Limit(limit).Find(&rows).Error
	return rows, database.Translate(err)
}

// progress stores what became of some rows.
func (s *Service) progress(ctx context.Context, j *Job, done []int, failures []Failure) error {
	if len(done) > 0 {
		if err := s.db.With(ctx).Where("job_id = ? AND position IN ?", j.ID, done).Delete(&line{}).Error; err != nil {
			return database.Translate(err)
		}
	}
	for _, f := range failures {
		err := s.db.With(ctx).Model(&line{}).Where("job_id = ? AND position = ?", j.ID, f.Position).
			Updates(map[string]any{"body": "", "code": f.Code, "field": f.Field, "message": f.Message}).Error
		if err != nil {
			return database.Translate(err)
		}
	}
	j.Done += len(done)
	j.Failed += len(failures)
	return database.Translate(s.db.With(ctx).Model(&row{}).Where("id = ?", j.ID).Updates(map[string]any{"done": j.Done, "failed": j.Failed}).Error)
}

// end ends a job; what is left of its rows goes, for it may hold hashes.
func (s *Service) end(ctx context.Context, j *Job, now time.Time) error {
	if err := s.db.With(ctx).Where("job_id = ? AND code = ''", j.ID).Delete(&line{}).Error; err != nil {
		return database.Translate(err)
	}
	j.EndedAt = database.At(now).Time()
	return database.Translate(s.db.With(ctx).Model(&row{}).Where("id = ?", j.ID).Updates(map[string]any{"state": string(j.State), "ended_at": database.At(now)}).Error)
}

func (s *Service) failures(ctx context.Context, realmID, jobID string, after, limit int) ([]Failure, error) {
	var rows []line
	err := s.db.With(ctx).Where("realm_id = ? AND job_id = ? AND code <> '' AND position > ?", realmID, jobID, after).Order("position").Limit(limit).Find(&rows).Error
	all := make([]Failure, 0, len(rows))
	for _, r := range rows {
		all = append(all, Failure{r.Position, r.Code, r.Field, r.Message})
	}
	return all, database.Translate(err)
}

func (s *Service) sweep(ctx context.Context, before time.Time, limit int) (int, error) {
	old := s.db.With(ctx).Model(&row{}).Select("id").Where("ended_at > 0 AND ended_at < ?", database.At(before)).Limit(limit)
	res := s.db.With(ctx).Where("id IN (?)", old).Delete(&row{})
	return int(res.RowsAffected), database.Translate(res.Error)
}
