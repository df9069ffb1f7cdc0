package key

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"authserver/internal/fault"
	"authserver/internal/rest"
	"authserver/tenant/realm"
)

// view is a signing key as administrators see it: its public half, and its life.
type view struct {
	ID          string         `json:"id" doc:"The kid: the RFC 7638 thumbprint of the key."`
	Algorithm   string         `json:"algorithm" enum:"RS256,PS256,ES256,EdDSA"`
	Use         string         `json:"use" enum:"sig"`
	State       string         `json:"state" enum:"next,active,retired" doc:"A next key is published and does not sign yet; a retired one only verifies."`
	Published   bool           `json:"published" doc:"Whether it stands in the JWKS."`
	JWK         map[string]any `json:"jwk" doc:"The public half (RFC 7517)."`
	CreatedAt   time.Time      `json:"created_at"`
	ActivatedAt *time.Time     `json:"activated_at,omitempty"`
	RetiredAt   *time.Time     `json:"retired_at,omitempty"`
}

func (s *Service) view(k *Key) (view, error) {
	v := view{
		ID: k.ID, Algorithm: k.Algorithm, Use: "sig", State: string(k.State), Published: k.published(s.now()),
		CreatedAt: k.CreatedAt, ActivatedAt: moment(k.ActivatedAt), RetiredAt: moment(k.RetiredAt),
	}
	raw, err := json.Marshal(jwk(k))
	if err != nil {
		return view{}, err
	}
	return v, json.Unmarshal(raw, &v.JWK)
}

func moment(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	return &at
}

// MountAdmin adds the administration of signing keys.
func (s *Service) MountAdmin(a *rest.API) {
	const tag = "Signing keys"
	rest.Handle(a, rest.Operation{
		ID: "listKeys", Method: http.MethodGet, Path: "/keys", Tag: tag, Permission: "keys.read",
		Summary:     "List signing keys",
		Description: "What signs comes first, then what will, then what did.",
	}, s.adminList)
	rest.Handle(a, rest.Operation{
		ID: "getKey", Method: http.MethodGet, Path: "/keys/{key}", Tag: tag, Permission: "keys.read",
		Summary: "Show a signing key", Faults: []*fault.Fault{ErrNotFound},
	}, s.adminRead)
	rest.Handle(a, rest.Operation{
		ID: "downloadKey", Method: http.MethodGet, Path: "/keys/{key}/public", Tag: tag, Permission: "keys.read",
		Summary:     "Download the public half of a signing key",
		Description: "As PEM (SubjectPublicKeyInfo) or as a JWK.",
		Faults:      []*fault.Fault{ErrNotFound},
	}, s.adminDownload)
	rest.Handle(a, rest.Operation{
		ID: "rotateKeys", Method: http.MethodPost, Path: "/keys/rotation", Tag: tag, Permission: "keys.write",
		Summary: "Replace signing keys",
		Description: "Publishes a successor, which signs a day later, when every verifier knows it. At once, a fresh key signs immediately and " +
			"what was active or next is retired: for keys that may have leaked. What retired keys have signed stays valid until they are withdrawn.",
		Faults: []*fault.Fault{ErrAlgorithm},
	}, s.adminRotate)
	rest.Handle(a, rest.Operation{
		ID: "withdrawKey", Method: http.MethodPost, Path: "/keys/{key}/withdrawal", Tag: tag, Permission: "keys.write",
		Summary:     "Withdraw a signing key",
		Description: "Nothing that it has signed is accepted from now on. The active key cannot be withdrawn: rotate at once before.",
		Faults:      []*fault.Fault{ErrNotFound, ErrActive},
	}, s.adminWithdraw)
}

type listKeys struct {
	rest.Page
	State     string `query:"state" enum:"next,active,retired" doc:"Only keys in this state."`
	Algorithm string `query:"algorithm" enum:"RS256,PS256,ES256,EdDSA" doc:"Only keys of this algorithm."`
}

func (s *Service) adminList(ctx context.Context, in *listKeys) (*rest.List[view], error) {
	keys, err := s.List(ctx, realm.From(ctx).ID)
	if err != nil {
		return nil, err
	}
	keys = slices.DeleteFunc(keys, func(k *Key) bool {
		return in.State != "" && in.State != string(k.State) || in.Algorithm != "" && in.Algorithm != k.Algorithm
	})
	if after := in.After(); after != "" {
		keys = keys[slices.IndexFunc(keys, func(k *Key) bool { return k.ID == after })+1:]
	}
	next := ""
	if len(keys) > in.Limit {
		keys = keys[:in.Limit]
		next = keys[in.Limit-1].ID
	}
	views, err := s.viewAll(keys)
	return rest.ListOf(views, next), err
}

func (s *Service) viewAll(keys []*Key) ([]view, error) {
	views := make([]view, len(keys))
	for i, k := range keys {
		var err error
		if views[i], err = s.view(k); err != nil {
			return nil, err
		}
	}
	return views, nil
}

type keyID struct {
	ID string `path:"key" maxLength:"100" doc:"The kid."`
}

type oneKey struct{ Body view }

func (s *Service) adminRead(ctx context.Context, in *keyID) (*oneKey, error) {
	k, err := s.find(ctx, realm.From(ctx).ID, in.ID)
	if err != nil {
		return nil, err
	}
	v, err := s.view(k)
	return &oneKey{v}, err
}

type downloadKey struct {
	keyID
	Format string `query:"format" enum:"pem,jwk" default:"pem"`
}

type publicFile struct{ Body rest.File }

func (s *Service) adminDownload(ctx context.Context, in *downloadKey) (*publicFile, error) {
	k, err := s.find(ctx, realm.From(ctx).ID, in.ID)
	if err != nil {
		return nil, err
	}
	if in.Format == "jwk" {
		raw, err := json.Marshal(jwk(k))
		return &publicFile{rest.File{ContentType: "application/jwk+json", Name: k.ID + ".jwk.json", Bytes: raw}}, err
	}
	raw, err := PEM(k)
	return &publicFile{rest.File{ContentType: "application/x-pem-file", Name: k.ID + ".pem", Bytes: raw}}, err
}

type rotateKeys struct {
	Body struct {
		Algorithm   string `json:"algorithm,omitempty" enum:"RS256,PS256,ES256,EdDSA" doc:"Only the key of this algorithm; without it, all that the realm has."`
		Immediately bool   `json:"immediately,omitempty" doc:"Sign with a fresh key at once."`
	}
}

func (s *Service) adminRotate(ctx context.Context, in *rotateKeys) (*rest.List[view], error) {
	realmID := realm.From(ctx).ID
	var algorithms []string
	if in.Body.Algorithm != "" {
		algorithms = []string{in.Body.Algorithm}
	}
	if err := s.Rotate(ctx, realmID, in.Body.Immediately, algorithms...); err != nil {
		return nil, err
	}
	keys, err := s.List(ctx, realmID)
	if err != nil {
		return nil, err
	}
	views, err := s.viewAll(keys)
	return rest.ListOf(views, ""), err
}

func (s *Service) adminWithdraw(ctx context.Context, in *keyID) (*rest.None, error) {
	return &rest.None{}, s.Withdraw(ctx, realm.From(ctx).ID, in.ID)
}
