package rbac

import (
	"context"
	"slices"
	"strings"
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

// ownAssignments are those of the subject itself, without its groups'.
func (s *Service) ownAssignments(ctx context.Context, realmID, kind, id string) ([]*Assignment, error) {
	var rows []assignmentRow
	err := s.db.With(ctx).Where("realm_id = ? AND subject_kind = ? AND subject_id = ?", realmID, kind, id).Order("id").Find(&rows).Error
	return assignments(rows), database.Translate(err)
}

// standingRow is an assignment and the group by which somebody has it. Its assignment is
// empty for a group that has none, its group for what is the subject's own.
type standingRow struct {
	Row     assignmentRow `gorm:"embedded"`
	GroupID string        `gorm:"column:group_id"`
}

// assignmentsOf are the subject's groups and all assignments, its own and theirs: one
// query, for the first token that a node issues to a person waits for it.
func (s *Service) assignmentsOf(ctx context.Context, realmID, kind, id string) (all []*Assignment, groups []string, err error) {
	var rows []standingRow
	err = s.db.With(ctx).Raw(`
		SELECT a.*, '' AS group_id FROM role_assignments AS a WHERE a.realm_id = ? AND a.subject_kind = ? AND a.subject_id = ?
		UNION ALL
		SELECT a.*, m.group_id FROM group_members AS m
		LEFT JOIN role_assignments AS a ON a.realm_id = m.realm_id AND a.subject_kind = ? AND a.subject_id = m.group_id
		WHERE m.realm_id = ? AND m.member_kind = ? AND m.member_id = ?`,
		realmID, kind, id, Group, realmID, kind, id).Scan(&rows).Error
	if err != nil {
		return nil, nil, database.Translate(err)
	}
	for i := range rows {
		if rows[i].GroupID != "" {
			groups = append(groups, rows[i].GroupID)
		}
		if rows[i].Row.ID != "" {
			all = append(all, rows[i].Row.assignment())
		}
	}
	slices.SortFunc(all, func(a, b *Assignment) int { return strings.Compare(a.ID, b.ID) })
	slices.Sort(groups)
	return all, slices.Compact(groups), nil
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

// deleteOfApplication removes everything of an application: its permissions and roles,
// who has these, what was assigned for it, and what it was assigned itself. It returns
// the assignments.
func (s *Service) deleteOfApplication(ctx context.Context, realmID, applicationID string, roles []string) ([]*Assignment, error) {
	q := s.db.With(ctx)
	of := q.Where("application_id = ?", applicationID).Or("subject_kind = ? AND subject_id = ?", Application, applicationID)
	if len(roles) > 0 {
		of = of.Or("role_id IN ?", roles)
	}
	var rows []assignmentRow
	if err := q.Where("realm_id = ?", realmID).Where(of).Find(&rows).Error; err != nil {
		return nil, database.Translate(err)
	}
	for _, some := range []func() error{
		func() error { return q.Where("realm_id = ?", realmID).Where(of).Delete(&assignmentRow{}).Error },
		func() error {
			return q.Where("realm_id = ? AND member_kind = ? AND member_id = ?", realmID, Application, applicationID).Delete(&memberRow{}).Error
		},
		func() error {
			return q.Where("realm_id = ? AND application_id = ?", realmID, applicationID).Delete(&permissionRow{}).Error
		},
		func() error {
			return q.Where("realm_id = ? AND application_id = ?", realmID, applicationID).Delete(&roleRow{}).Error
		},
	} {
		if err := some(); err != nil {
			return nil, database.Translate(err)
		}
	}
	return assignments(rows), nil
}
