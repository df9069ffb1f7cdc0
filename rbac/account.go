package rbac

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"authserver/identity/session"
	"authserver/internal/web"
)

// Mount adds what a person sees of their own roles.
func (s *Service) Mount(m *web.Mux) {
	m.Me.GET("/roles", s.meRoles)
}

// OwnRole is a role that somebody was given, as they see it.
type OwnRole struct {
	// ID is that of the assignment.
	ID            string `json:"id"`
	Role          string `json:"role"`
	Name          string `json:"name"`
	ApplicationID string `json:"application_id,omitempty"`
	GroupID       string `json:"group_id,omitempty"` // by which they have it
	// Valid is false as long as Unmet is not met, before StartsAt and from ExpiresAt on.
	Valid     bool          `json:"valid"`
	Unmet     []Requirement `json:"unmet"`
	StartsAt  time.Time     `json:"starts_at,omitzero"`
	ExpiresAt time.Time     `json:"expires_at,omitzero"`
}

// Own are the roles of a user, their own and those of their groups.
func (s *Service) Own(ctx context.Context, realmID, userID string) ([]OwnRole, error) {
	all, _, err := s.assignmentsOf(ctx, realmID, User, userID)
	if err != nil {
		return nil, fmt.Errorf("roles of user %s: %w", userID, err)
	}
	w, err := s.World(ctx, realmID)
	if err != nil {
		return nil, err
	}
	now := s.now()
	own := []OwnRole{}
	for _, a := range all {
		r := w.Role(a.RoleID)
		if r == nil {
			continue // deleted in this moment
		}
		o := OwnRole{
			ID: a.ID, Role: r.Slug, Name: r.Name, ApplicationID: a.ApplicationID, Unmet: append([]Requirement{}, a.Unmet...), StartsAt: a.StartsAt, ExpiresAt: a.ExpiresAt,
			Valid: a.Valid() && !now.Before(a.StartsAt) && (a.ExpiresAt.IsZero() || now.Before(a.ExpiresAt)),
		}
		if o.ApplicationID == "" {
			o.ApplicationID = r.ApplicationID
		}
		if a.SubjectKind == Group {
			o.GroupID = a.SubjectID
		}
		own = append(own, o)
	}
	return own, nil
}

func (s *Service) meRoles(c *gin.Context) error {
	ctx := c.Request.Context()
	current := session.From(ctx)
	own, err := s.Own(ctx, current.RealmID, current.UserID)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, struct {
		Items []OwnRole `json:"items"`
	}{own})
}
