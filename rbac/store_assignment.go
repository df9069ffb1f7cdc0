package rbac

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"authserver/internal/database"
)

type assignmentRow struct {
	ID            string          `gorm:"column:id;primaryKey"`
	RealmID       string          `gorm:"column:realm_id"`
	SubjectKind   string          `gorm:"column:subject_kind"`
	SubjectID     string          `gorm:"column:subject_id"`
	RoleID        string          `gorm:"column:role_id"`
	ApplicationID string          `gorm:"column:application_id"`
	StartsAt      database.Micros `gorm:"column:starts_at"`
	ExpiresAt     database.Micros `gorm:"column:expires_at"`
	MaxFactorAge  int64           `gorm:"column:max_factor_age"`
	Networks      string          `gorm:"column:networks"`
	Unmet         string          `gorm:"column:unmet"`
	Version       int64           `gorm:"column:version"`
	CreatedAt     database.Micros `gorm:"column:created_at;autoCreateTime:false"`
}

// TableName names the table.
func (assignmentRow) TableName() string { return "role_assignments" }

func (r *assignmentRow) assignment() *Assignment {
	return &Assignment{
		ID: r.ID, RealmID: r.RealmID, SubjectKind: r.SubjectKind, SubjectID: r.SubjectID, RoleID: r.RoleID, ApplicationID: r.ApplicationID,
		StartsAt: r.StartsAt.Time(), ExpiresAt: r.ExpiresAt.Time(), MaxFactorAge: time.Duration(r.MaxFactorAge) * time.Microsecond,
		Networks: prefixes(decode[string](r.Networks)), Unmet: decode[Requirement](r.Unmet), Version: r.Version, CreatedAt: r.CreatedAt.Time(),
	}
}

func assignmentRowOf(a *Assignment) *assignmentRow {
	networks := make([]string, 0, len(a.Networks))
	for _, n := range a.Networks {
		networks = append(networks, n.String())
	}
	return &assignmentRow{
		a.ID, a.RealmID, a.SubjectKind, a.SubjectID, a.RoleID, a.ApplicationID, database.At(a.StartsAt), database.At(a.ExpiresAt),
		micros(a.MaxFactorAge), encode(networks), encode(a.Unmet), a.Version, database.At(a.CreatedAt),
	}
}

func assignments(rows []assignmentRow) []*Assignment {
	all := make([]*Assignment, 0, len(rows))
	for i := range rows {
		all = append(all, rows[i].assignment())
	}
	return all
}

func (s *Service) groupsOf(ctx context.Context, realmID, kind, id string) ([]string, error) {
	var groups []string
	err := s.db.With(ctx).Model(&memberRow{}).Where("realm_id = ? AND member_kind = ? AND member_id = ?", realmID, kind, id).Order("group_id").Pluck("group_id", &groups).Error
	return groups, database.Translate(err)
}

func (s *Service) assignmentsOf(ctx context.Context, realmID, kind, id string, groups []string) ([]*Assignment, error) {
	var rows []assignmentRow
	q := s.db.With(ctx).Where("realm_id = ?", realmID)
	if len(groups) == 0 {
		q = q.Where("subject_kind = ? AND subject_id = ?", kind, id)
	} else {
		q = q.Where("(subject_kind = ? AND subject_id = ? OR subject_kind = ? AND subject_id IN ?)", kind, id, Group, groups)
	}
	err := q.Order("id").Find(&rows).Error
	return assignments(rows), database.Translate(err)
}

func (s *Service) insertAssignment(ctx context.Context, a *Assignment) (bool, error) {
	result := s.db.With(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(assignmentRowOf(a))
	return result.RowsAffected == 1, database.Translate(result.Error)
}

func (s *Service) findAssignment(ctx context.Context, realmID, id string) (*Assignment, error) {
	var row assignmentRow
	err := s.db.With(ctx).Where("realm_id = ? AND id = ?", realmID, id).Take(&row).Error
	return row.assignment(), database.Translate(err)
}

func (s *Service) updateAssignment(ctx context.Context, a *Assignment, before int64) (bool, error) {
	row := assignmentRowOf(a)
	result := s.db.With(ctx).Model(&assignmentRow{}).Where("realm_id = ? AND id = ? AND version = ?", a.RealmID, a.ID, before).Updates(map[string]any{
		"starts_at": row.StartsAt, "expires_at": row.ExpiresAt, "max_factor_age": row.MaxFactorAge, "networks": row.Networks,
		"unmet": row.Unmet, "version": row.Version,
	})
	return result.RowsAffected == 1, database.Translate(result.Error)
}

func (s *Service) deleteAssignment(ctx context.Context, realmID, id string) (bool, error) {
	result := s.db.With(ctx).Where("realm_id = ? AND id = ?", realmID, id).Delete(&assignmentRow{})
	return result.RowsAffected == 1, database.Translate(result.Error)
}

// deleteAssignmentsOf removes all of a subject and returns how many there were.
func (s *Service) deleteAssignmentsOf(ctx context.Context, realmID, kind, id string) (int, error) {
	result := s.db.With(ctx).Where("realm_id = ? AND subject_kind = ? AND subject_id = ?", realmID, kind, id).Delete(&assignmentRow{})
	return int(result.RowsAffected), database.Translate(result.Error)
}

func (s *Service) listAssignments(ctx context.Context, realmID string, f Filter) ([]*Assignment, error) {
	var rows []assignmentRow
	q := narrowed(s.db.With(ctx).Where("realm_id = ? AND id > ?", realmID, f.After), f.Applications)
	if f.SubjectID != "" {
		q = q.Where("subject_kind = ? AND subject_id = ?", f.SubjectKind, f.SubjectID)
	}
	if f.RoleID != "" {
		q = q.Where("role_id = ?", f.RoleID)
	}
	if f.ApplicationID != nil {
		q = q.Where("application_id = ?", *f.ApplicationID)
	}
	if f.Valid != nil {
		if *f.Valid {
			q = q.Where("unmet = '[]'")
		} else {
			q = q.Where("unmet <> '[]'")
		}
	}
	err := q.Order("id").Limit(f.Limit).Find(&rows).Error
	return assignments(rows), database.Translate(err)
}

// roleUsed reports whether anybody has the role.
func (s *Service) roleUsed(ctx context.Context, realmID, roleID string) (bool, error) {
	var n int64
	err := s.db.With(ctx).Model(&assignmentRow{}).Where("realm_id = ? AND role_id = ?", realmID, roleID).Limit(1).Count(&n).Error
	return n > 0, database.Translate(err)
}

// appointed are the people who have the role realm-administrator for the whole realm,
// directly or by a group and without an end, but for whom or what is about to go.
func (s *Service) appointed(ctx context.Context, realmID string, without Without, now time.Time) ([]string, error) {
	var people, more []string
	open := func() *gorm.DB {
		return s.db.With(ctx).Table("role_assignments AS a").Where("a.realm_id = ? AND a.role_id = ? AND a.application_id = '' AND a.id <> ?", realmID, RealmAdministrator, without.AssignmentID).
			Where("a.starts_at <= ? AND a.expires_at = 0 AND a.unmet = '[]'", database.At(now))
	}
	err := open().Where("a.subject_kind = ? AND a.subject_id <> ?", User, without.UserID).Limit(maxAppointed).Pluck("a.subject_id", &people).Error
	if err != nil {
		return nil, database.Translate(err)
	}
	err = open().Joins("JOIN group_members AS m ON m.realm_id = a.realm_id AND m.group_id = a.subject_id").
		Where("a.subject_kind = ? AND a.subject_id <> ? AND m.member_kind = ? AND m.member_id <> ?", Group, without.GroupID, User, without.UserID).
		Where("NOT (m.group_id = ? AND m.member_id = ?)", without.MemberOf, without.MemberID).
		Limit(maxAppointed).Pluck("m.member_id", &more).Error
	return append(people, more...), database.Translate(err)
}

// maxAppointed bounds whom is looked at to find one administrator.
const maxAppointed = 1000
