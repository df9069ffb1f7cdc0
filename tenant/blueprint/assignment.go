package blueprint

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"authserver/client"
)

// assignmentShape is what a document says of a role that a group or an application holds.
type assignmentShape struct {
	Group        string     `json:"group"`
	Application  string     `json:"application"`
	Role         string     `json:"role"`
	In           string     `json:"in"`
	StartsAt     *time.Time `json:"starts_at"`
	ExpiresAt    *time.Time `json:"expires_at"`
	MaxFactorAge *int64     `json:"max_factor_age"`
	Networks     []string   `json:"networks"`
}

// assignments are a list: who holds which role, and in which application. Those of people
// are no part of a document.
func assignments() *section {
	changing := []string{"starts_at", "expires_at", "max_factor_age", "networks"}
	return &section{
		name: "assignments", key: assignmentName, fields: append([]string{"group", "application", "role", "in"}, changing...), sets: []string{"networks"},
		shape: func() any { return new(assignmentShape) }, settle: written,
		read: readAssignments,
		add: func(ctx context.Context, at *site, name string, item Item) error {
			request, err := into[client.CreateAssignmentRequest](item)
			if err != nil {
				return err
			}
			if id, off := at.ids["assignments"][name]; off { // an application of it was switched off
				return updateAssignment(ctx, at, id, item)
			}
			var known bool
			if group := text(item["group"]); group != "" {
				request.SubjectKind = "group"
				if request.SubjectID, known = at.ids["groups"][group]; !known {
					return misfit(fmt.Sprintf("there is no group %q", group))
				}
			} else {
				request.SubjectKind = "application"
				if request.SubjectID, err = at.application(text(item["application"])); err != nil {
					return err
				}
			}
			if request.RoleID, known = at.ids["roles"][text(item["role"])]; !known {
				return misfit(fmt.Sprintf("there is no role %q", text(item["role"])))
			}
			if request.ApplicationID, err = at.application(text(item["in"])); err != nil {
				return err
			}
			_, err = at.realm.CreateAssignment(ctx, request)
			return err
		},
		change: func(ctx context.Context, at *site, name string, item Item, fields []Field) error {
			return updateAssignment(ctx, at, at.ids["assignments"][name], only(item, fields))
		},
		destroy: func(ctx context.Context, at *site, id string) error { return at.realm.DeleteAssignment(ctx, id) },
	}
}

func updateAssignment(ctx context.Context, at *site, id string, item Item) error {
	request, err := into[client.UpdateAssignmentRequest](item)
	if err == nil {
		_, err = at.realm.UpdateAssignment(ctx, id, request)
	}
	return err
}

// assignmentName is what an assignment is called in a plan.
func assignmentName(item Item) (string, error) {
	group, application, role, in := text(item["group"]), text(item["application"]), text(item["role"]), text(item["in"])
	if role == "" || (group == "") == (application == "") {
		return "", errors.New("an assignment has a role, and either a group or an application")
	}
	name := role + " to group " + group
	if group == "" {
		name = role + " to application " + application
	}
	if in != "" {
		name += " in " + in
	}
	return name, nil
}

// written spells an assignment as the administration does.
func written(item Item) {
	if owner, _, owned := strings.Cut(text(item["role"]), "/"); owned && text(item["in"]) == owner {
		delete(item, "in")
	}
	for _, field := range []string{"starts_at", "expires_at"} {
		if t, err := time.Parse(time.RFC3339, text(item[field])); err == nil {
			item[field] = t.UTC().Truncate(time.Microsecond).Format(time.RFC3339Nano)
		}
	}
	networks := texts(item["networks"])
	for i, n := range networks {
		if p, err := netip.ParsePrefix(n); err == nil {
			networks[i] = p.Masked().String()
		}
	}
	if len(networks) > 0 {
		item["networks"] = anys(networks)
	}
}

func readAssignments(ctx context.Context, at *site) (map[string]Item, error) {
	items := map[string]Item{}
	for a, err := range at.realm.AllAssignments(ctx, client.ListAssignmentsQuery{Limit: 100}) {
		if err != nil {
			return nil, err
		}
		item := Item{"role": at.name("roles", a.RoleID)}
		switch a.SubjectKind {
		case "group":
			item["group"] = at.name("groups", a.SubjectID)
		case "application":
			item["application"] = at.name("applications", a.SubjectID)
		default:
			continue
		}
		if owner, _, _ := at.owner(text(item["role"])); a.ApplicationID != owner { // an application's role counts in it anyway
			item["in"] = at.name("applications", a.ApplicationID)
		}
		name, err := assignmentName(item)
		if err != nil {
			return nil, err
		}
		at.learn("assignments", name, a.ID)
		if at.off[a.SubjectID] || at.off[a.ApplicationID] || at.offRoles[a.RoleID] {
			continue
		}
		if !a.StartsAt.IsZero() {
			item["starts_at"] = a.StartsAt.UTC().Format(time.RFC3339Nano)
		}
		if !a.ExpiresAt.IsZero() {
			item["expires_at"] = a.ExpiresAt.UTC().Format(time.RFC3339Nano)
		}
		if a.MaxFactorAge != nil {
			item["max_factor_age"] = float64(*a.MaxFactorAge)
		}
		if len(a.Networks) > 0 {
			item["networks"] = anys(a.Networks)
		}
		items[name] = item
	}
	return items, nil
}
