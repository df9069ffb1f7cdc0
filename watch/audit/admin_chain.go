package audit

import (
	"context"
	"crypto/ed25519"
	"net/http"
	"strconv"
	"time"

	"authserver/internal/fault"
	"authserver/internal/rest"
	"authserver/tenant/realm"
)

// verifyMost bounds what is verified while somebody waits.
const verifyMost = 200_000

func (s *Service) mountChain(a *rest.API) {
	rest.Handle(a, rest.Operation{
		ID: "listAuditCheckpoints", Method: http.MethodGet, Path: "/audit/checkpoints", Tag: tag, Permission: permission, Summary: "List checkpoints",
		Description: "The newest first. Keep them elsewhere: whoever holds one can tell later whether the entries below it are still the same.",
	}, s.adminCheckpoints)
	rest.Handle(a, rest.Operation{
		ID: "getAuditKeys", Method: http.MethodGet, Path: "/audit/keys", Tag: tag, Permission: permission, Summary: "Read the public keys of checkpoints",
		Description: "A JWK set (RFC 7517). The keys are the same in all realms of the installation.",
	}, s.adminKeys)
	rest.Handle(a, rest.Operation{
		ID: "verifyAudit", Method: http.MethodGet, Path: "/audit/verification", Tag: tag, Permission: permission, Faults: []*fault.Fault{ErrTooLong},
		Summary: "Verify the whole chain", Description: "Reads every entry and every checkpoint, up to 200,000 entries; `authserver audit verify` reads more.",
	}, s.adminVerify)
}

type checkpointView struct {
	Number     int64     `json:"number"`
	First      int64     `json:"first" doc:"Number of its first entry."`
	Last       int64     `json:"last" doc:"Number of its last entry."`
	Root       string    `json:"root" doc:"Of the Merkle tree over the entries (RFC 6962), in base64url."`
	ClosedAt   time.Time `json:"closed_at"`
	KeyID      string    `json:"key_id"`
	Checkpoint string    `json:"checkpoint" doc:"All of it, signed: a compact JWS with EdDSA."`
}

type listCheckpoints struct{ rest.Page }

func (s *Service) adminCheckpoints(ctx context.Context, in *listCheckpoints) (*rest.List[checkpointView], error) {
	below := int64(0)
	if after := in.After(); after != "" {
		var err error
		if below, err = strconv.ParseInt(after, 10, 64); err != nil {
			return nil, rest.ErrCursor
		}
	}
	list, err := s.newestSegments(ctx, realm.From(ctx).ID, below, in.Limit)
	if err != nil {
		return nil, err
	}
	next := ""
	if len(list) == in.Limit && list[in.Limit-1].Number > 1 {
		next = strconv.FormatInt(list[in.Limit-1].Number, 10)
	}
	views := make([]checkpointView, 0, len(list))
	for _, g := range list {
		views = append(views, checkpointView{g.Number, g.First, g.Last, encoded(g.Root), g.ClosedAt, g.KeyID, g.Checkpoint})
	}
	return rest.ListOf(views, next), nil
}

type keyView struct {
	Type      string `json:"kty"`
	Curve     string `json:"crv"`
	X         string `json:"x"`
	KeyID     string `json:"kid"`
	Algorithm string `json:"alg"`
	Use       string `json:"use"`
}

type keySet struct {
	Body struct {
		Keys []keyView `json:"keys" nullable:"false"`
	}
}

func (s *Service) adminKeys(context.Context, *struct{}) (*keySet, error) {
	set := &keySet{}
	set.Body.Keys = []keyView{}
	for _, k := range s.PublicKeys().Keys {
		if public, ok := k.Key.(ed25519.PublicKey); ok {
			set.Body.Keys = append(set.Body.Keys, keyView{"OKP", "Ed25519", encoded(public), k.KeyID, k.Algorithm, k.Use})
		}
	}
	return set, nil
}

type verified struct{ Body *Report }

func (s *Service) adminVerify(ctx context.Context, _ *struct{}) (*verified, error) {
	realmID := realm.From(ctx).ID
	h, newest, err := s.state(ctx, realmID)
	if err != nil {
		return nil, err
	}
	if h != nil && newest-h.Kept >= verifyMost {
		return nil, ErrTooLong
	}
	r, err := s.Verify(ctx, realmID)
	if err != nil {
		return nil, err
	}
	return &verified{r}, nil
}
