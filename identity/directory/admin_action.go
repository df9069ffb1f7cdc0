package directory

import (
	"context"
	"net/http"
	"time"

	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/device"
	"authserver/internal/rest"
	"authserver/tenant/realm"
)

func (s *Service) mountActions(a *rest.API) {
	rest.Handle(a, one("suspendUser", http.MethodPost, "/{user}/suspension", "Suspend a person", "users.write", user.ErrAlreadySuspended, errLast), s.adminSuspend)
	rest.Handle(a, one("restoreUser", http.MethodDelete, "/{user}/suspension", "Let a suspended person in again", "users.write", user.ErrNotSuspended), s.adminRestore)
	rest.Handle(a, one("unlockUser", http.MethodDelete, "/{user}/lockout", "Forget wrong passwords and codes", "users.write"), s.adminUnlock)
	password := one("setUserPassword", http.MethodPut, "/{user}/password", "Set a password", "users.credentials", append(passwordFaults(), user.ErrChanged)...)
	password.Description = "All sessions end. The person chooses another one at the next sign-in, unless temporary is false."
	rest.Handle(a, password, s.adminPassword)
	rest.Handle(a, one("requirePasswordChange", http.MethodPost, "/{user}/password-change", "Demand another password", "users.credentials", user.ErrNoPassword), s.adminForce)
	rest.Handle(a, one("resetUserFactors", http.MethodPost, "/{user}/factors/reset", "Take all second factors away", "users.credentials"), s.adminReset)
	erase := one("eraseUser", http.MethodPost, "/{user}/erasure", "Erase a person", "users.erase", user.ErrErasureScheduled, errLast)
	erase.Description = "After the realm's erasure_grace, or at once with now."
	erase.Status = http.StatusOK
	rest.Handle(a, erase, s.adminErase)
	merge := one("mergeUser", http.MethodPost, "/{user}/merge", "Merge another account into a person's", "users.erase", ErrMergeSelf, errLast)
	merge.Description = "The person gets the identities upstream, roles and groups of the other account that they lack; then the other is erased, at once and for good. Password, passkeys, factors, consents and acceptances are not taken over."
	merge.Refs = []string{"body.user_id:user"}
	rest.Handle(a, merge, s.adminMerge)
	rest.Handle(a, one("keepUser", http.MethodDelete, "/{user}/erasure", "Call an erasure off", "users.erase", user.ErrErasureNotScheduled), s.adminKeep)
}

type reason struct {
	ID   string `path:"user" format:"uuid"`
	Body struct {
		Reason string `json:"reason,omitempty" maxLength:"500"`
	}
}

func (s *Service) adminSuspend(ctx context.Context, in *reason) (*rest.None, error) {
	return &rest.None{}, s.Suspend(ctx, realm.From(ctx).ID, in.ID, in.Body.Reason)
}

func (s *Service) adminRestore(ctx context.Context, in *userID) (*rest.None, error) {
	return &rest.None{}, s.Users.Restore(ctx, realm.From(ctx).ID, in.ID, "")
}

func (s *Service) adminUnlock(ctx context.Context, in *userID) (*rest.None, error) {
	r := realm.From(ctx)
	u, err := s.Users.ByID(ctx, r.ID, in.ID)
	if err != nil {
		return nil, err
	}
	if err := s.Locks.Unlock(ctx, u); err != nil {
		return nil, err
	}
	return &rest.None{}, s.Locks.OpenSecond(ctx, r.ID, u.ID)
}

type setPassword struct {
	ID   string `path:"user" format:"uuid"`
	Body struct {
		Password  string `json:"password" minLength:"1" maxLength:"1024" writeOnly:"true"`
		Temporary *bool  `json:"temporary,omitempty" doc:"The person must choose another one at the next sign-in. True, if left out."`
	}
}

func (s *Service) adminPassword(ctx context.Context, in *setPassword) (*rest.None, error) {
	realmID := realm.From(ctx).ID
	p, err := s.Users.NewPassword(ctx, realmID, in.ID, in.Body.Password)
	if err != nil {
		return nil, err
	}
	err = s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.Users.ChangePassword(ctx, realmID, in.ID, p, ""); err != nil {
			return err
		}
		if in.Body.Temporary != nil && !*in.Body.Temporary {
			return nil
		}
		return s.Users.RequirePasswordChange(ctx, realmID, in.ID)
	})
	return &rest.None{}, err
}

func (s *Service) adminForce(ctx context.Context, in *userID) (*rest.None, error) {
	return &rest.None{}, s.Users.RequirePasswordChange(ctx, realm.From(ctx).ID, in.ID)
}

type removedFactors struct {
	Body struct {
		Removed []string `json:"removed"`
	}
}

func (s *Service) adminReset(ctx context.Context, in *userID) (*removedFactors, error) {
	removed, err := s.Factors.Reset(ctx, realm.From(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	answer := &removedFactors{}
	answer.Body.Removed = append([]string{}, removed...)
	return answer, nil
}

type eraseUser struct {
	ID   string `path:"user" format:"uuid"`
	Body struct {
		Now bool `json:"now,omitempty" doc:"At once; nothing can be called off."`
	}
}

type erasure struct {
	Body struct {
		State     string    `json:"state" enum:"scheduled,erased"`
		ErasureAt time.Time `json:"erasure_at,omitzero"`
	}
}

func (s *Service) adminErase(ctx context.Context, in *eraseUser) (*erasure, error) {
	r := realm.From(ctx)
	answer := &erasure{}
	err := s.DB.InTx(ctx, func(ctx context.Context) (err error) {
		if _, err := s.Users.ByID(ctx, r.ID, in.ID); err != nil {
			return err
		}
		if err := s.Administrators.LastAdministrator(ctx, r.ID, in.ID); err != nil {
			return err
		}
		if in.Body.Now || r.Policy.ErasureGrace == 0 {
			answer.Body.State = "erased"
			return s.Erasure.Erase(ctx, r.ID, in.ID)
		}
		answer.Body.State = "scheduled"
		answer.Body.ErasureAt, err = s.Erasure.Schedule(ctx, r, in.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	return answer, nil
}

type mergeUser struct {
	ID   string `path:"user" format:"uuid"`
	Body struct {
		UserID string `json:"user_id" format:"uuid" doc:"The account that is taken in, and erased."`
	}
}

func (s *Service) adminMerge(ctx context.Context, in *mergeUser) (*rest.None, error) {
	return &rest.None{}, s.Merge(ctx, realm.From(ctx).ID, in.ID, in.Body.UserID)
}

func (s *Service) adminKeep(ctx context.Context, in *userID) (*rest.None, error) {
	return &rest.None{}, s.Erasure.Cancel(ctx, realm.From(ctx).ID, in.ID)
}

const tagSessions = "Sessions"

func (s *Service) mountSessions(a *rest.API) {
	list := one("listUserSessions", http.MethodGet, "/{user}/sessions", "List a person's sessions", "sessions.read")
	list.Tag = tagSessions
	rest.Handle(a, list, s.adminSessions)
	all := one("endUserSessions", http.MethodDelete, "/{user}/sessions", "Sign a person out everywhere", "sessions.write")
	all.Tag = tagSessions
	all.Description = "Ends all sessions, and all that applications hold of the person."
	rest.Handle(a, all, s.adminEndSessions)
	end := one("endUserSession", http.MethodDelete, "/{user}/sessions/{session}", "End a session", "sessions.write", session.ErrNotFound)
	end.Tag = tagSessions
	rest.Handle(a, end, s.adminEndSession)
}

type sessionView struct {
	ID              string    `json:"id" format:"uuid"`
	Device          string    `json:"device"`
	IP              string    `json:"ip,omitempty"`
	AMR             []string  `json:"amr"`
	ACR             string    `json:"acr"`
	AuthenticatedAt time.Time `json:"authenticated_at"`
	LastSeenAt      time.Time `json:"last_seen_at"`
	ExpiresAt       time.Time `json:"expires_at"`
}

type sessionList struct {
	Body struct {
		Items []sessionView `json:"items"`
	}
}

func (s *Service) adminSessions(ctx context.Context, in *userID) (*sessionList, error) {
	realmID := realm.From(ctx).ID
	if _, err := s.Users.ByID(ctx, realmID, in.ID); err != nil {
		return nil, err
	}
	all, err := s.Sessions.List(ctx, realmID, in.ID)
	if err != nil {
		return nil, err
	}
	answer := &sessionList{}
	answer.Body.Items = []sessionView{}
	for _, c := range all {
		answer.Body.Items = append(answer.Body.Items, sessionView{
			c.ID, device.Name(c.UserAgent), c.IP, append([]string{}, c.AMR...), c.ACR, c.AuthenticatedAt, c.LastSeenAt, c.ExpiresAt,
		})
	}
	return answer, nil
}

func (s *Service) adminEndSessions(ctx context.Context, in *userID) (*rest.None, error) {
	realmID := realm.From(ctx).ID
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.Users.ByID(ctx, realmID, in.ID); err != nil {
			return err
		}
		return s.Sessions.EndAll(ctx, realmID, in.ID, session.EndedByAdmin)
	})
	return &rest.None{}, err
}

type userSession struct {
	ID      string `path:"user" format:"uuid"`
	Session string `path:"session" format:"uuid"`
}

func (s *Service) adminEndSession(ctx context.Context, in *userSession) (*rest.None, error) {
	return &rest.None{}, s.Sessions.EndOwn(ctx, realm.From(ctx).ID, in.ID, in.Session, session.EndedByAdmin)
}
