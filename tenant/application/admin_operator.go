package application

import (
	"context"
	"net/http"
	"slices"
	"time"

	"authserver/internal/fault"
	"authserver/internal/rest"
	"authserver/tenant/realm"
)

const tagOperators = "Operators"

// OperatorView is an operator's key as operators see it.
type OperatorView struct {
	KeyView
	Realms []string `json:"realms" doc:"Ids of the realms that it is limited to; none is all."`
}

type newOperatorView struct {
	OperatorView
	Key string `json:"key" doc:"The key itself. Shown once."`
}

func operatorViewOf(k *APIKey) OperatorView { return OperatorView{keyViewOf(k), some(k.Realms)} }

func (s *Service) mountOperators(a *rest.API) {
	base := rest.Operation{Root: true, Tag: tagOperators}
	list := base
	list.ID, list.Method, list.Path, list.Summary, list.Permission = "listOperators", http.MethodGet, "/operators", "List operators' keys", "operators.read"
	rest.Handle(a, list, s.adminOperators)
	create := base
	create.ID, create.Method, create.Path, create.Summary, create.Permission = "createOperator", http.MethodPost, "/operators", "Make an operator's key", "operators.write"
	create.Secret, create.Faults = true, []*fault.Fault{errKeyScope, errKeyNetwork, errKeyDraft, ErrScopeInvalid, realm.ErrNameInvalid}
	create.Description = "Its scopes are permissions that the caller holds. Operators do not reach people's data. The key is in the answer, for the only time."
	rest.Handle(a, create, s.adminCreateOperator)
	revoke := base
	revoke.ID, revoke.Method, revoke.Path, revoke.Summary, revoke.Permission = "revokeOperator", http.MethodDelete, "/operators/{operator}", "Revoke an operator's key", "operators.write"
	revoke.Missing, revoke.Faults = ErrKeyNotFound, []*fault.Fault{errKeyScope}
	rest.Handle(a, revoke, s.adminRevokeOperator)
}

func (s *Service) adminOperators(ctx context.Context, in *struct{ rest.Page }) (*rest.List[OperatorView], error) {
	if rest.From(ctx).Realms != nil { // a key for some realms does not learn of the others
		return nil, rest.ErrDenied
	}
	all, err := s.OperatorKeys(ctx, in.After(), in.Limit+1)
	if err != nil {
		return nil, err
	}
	next := ""
	if len(all) > in.Limit {
		all = all[:in.Limit]
		next = all[in.Limit-1].ID
	}
	views := make([]OperatorView, 0, len(all))
	for _, k := range all {
		views = append(views, operatorViewOf(k))
	}
	return rest.ListOf(views, next), nil
}

type createOperator struct {
	Body struct {
		Name      string    `json:"name" minLength:"1" maxLength:"100"`
		Scopes    []string  `json:"scopes" minItems:"1" maxItems:"100"`
		Realms    []string  `json:"realms,omitempty" maxItems:"1000"`
		Networks  []string  `json:"networks,omitempty" maxItems:"50"`
		ExpiresAt time.Time `json:"expires_at,omitzero"`
	}
}

type operatorCreated struct {
	Location string `header:"Location"`
	Body     newOperatorView
}

// operates refuses what the caller does not hold: scopes, and realms beyond its own.
func operates(ctx context.Context, scopes, realms []string) error {
	p := rest.From(ctx)
	if p.Kind == rest.System {
		return nil
	}
	for _, scope := range scopes {
		if !slices.Contains(p.Scopes, scope) && !slices.Contains(p.Scopes, rest.All) {
			return errKeyScope
		}
	}
	if p.Realms == nil {
		return nil
	}
	if len(realms) == 0 {
		return errKeyScope.At("realms")
	}
	for _, r := range realms {
		if !slices.Contains(p.Realms, r) {
			return errKeyScope.At("realms")
		}
	}
	return nil
}

func (s *Service) adminCreateOperator(ctx context.Context, in *createOperator) (*operatorCreated, error) {
	b := in.Body
	networks, err := networksOf(b.Networks)
	if err != nil {
		return nil, err
	}
	if err := operates(ctx, b.Scopes, b.Realms); err != nil {
		return nil, err
	}
	k, plain, err := s.CreateOperatorKey(ctx, OperatorDraft{
		KeyDraft: KeyDraft{Name: b.Name, Scopes: b.Scopes, Networks: networks, ExpiresAt: bounded(b.ExpiresAt)}, Realms: b.Realms,
	})
	if err != nil {
		return nil, err
	}
	return &operatorCreated{"/api/v1/operators/" + k.ID, newOperatorView{operatorViewOf(k), plain}}, nil
}

func (s *Service) adminRevokeOperator(ctx context.Context, in *struct {
	ID string `path:"operator" format:"uuid"`
}) (*rest.None, error) {
	k, err := s.OperatorKey(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if err := operates(ctx, k.Scopes, k.Realms); err != nil {
		return nil, err
	}
	return &rest.None{}, s.RevokeOperatorKey(ctx, in.ID)
}
