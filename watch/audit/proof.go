package audit

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/go-jose/go-jose/v4"
)

const proofFormat = "authserver audit proof 1"

// Record is an entry in the form that its hash is over. Payload is text; hashes are
// base64url.
type Record struct {
	Version            int64     `json:"version"`
	RealmID            string    `json:"realm_id"`
	Sequence           int64     `json:"sequence"`
	Previous           string    `json:"previous"`
	ID                 string    `json:"id"`
	At                 time.Time `json:"at"`
	Type               string    `json:"type"`
	ActorKind          string    `json:"actor_kind"`
	ActorID            string    `json:"actor_id"`
	ActorApplicationID string    `json:"actor_application_id"`
	ApplicationID      string    `json:"application_id"`
	RefKind            string    `json:"ref_kind"`
	RefID              string    `json:"ref_id"`
	SubjectKind        string    `json:"subject_kind"`
	SubjectID          string    `json:"subject_id"`
	RequestID          string    `json:"request_id"`
	Payload            string    `json:"payload" doc:"JSON, as text."`
	Details            string    `json:"details" doc:"The personal part of the payload, sealed."`
	Origin             string    `json:"origin" doc:"Where the actor acted from, sealed."`
}

// Proof shows somebody who trusts a public key that an entry was in the audit when the
// checkpoint was signed: no database is needed, and no other entry is shown.
type Proof struct {
	Format     string   `json:"format" enum:"authserver audit proof 1"`
	Entry      Record   `json:"entry"`
	Path       []string `json:"path" nullable:"false" doc:"Hashes of the Merkle tree beside the way from the entry to the root, from the bottom (RFC 6962, section 2.1.1)."`
	Checkpoint string   `json:"checkpoint" doc:"The signed root: a compact JWS."`
}

func recordOf(e *Entry) Record {
	return Record{
		e.Version, e.RealmID, e.Seq, encoded(e.Previous), e.ID, e.At, e.Type, e.ActorKind, e.ActorID, e.ActorApplicationID, e.ApplicationID,
		e.RefKind, e.RefID, e.SubjectKind, e.SubjectID, e.RequestID, e.Payload, e.Details, e.Origin,
	}
}

func (r *Record) entry() (*Entry, error) {
	previous, err := base64.RawURLEncoding.DecodeString(r.Previous)
	if err != nil || len(previous) != hashSize {
		return nil, errors.New("the entry's previous hash is not one")
	}
	if r.Version != encoding {
		return nil, fmt.Errorf("the entry is of version %d, of which this program knows nothing", r.Version)
	}
	return &Entry{
		RealmID: r.RealmID, Seq: r.Sequence, Version: r.Version, Previous: previous, ID: r.ID, At: r.At, Type: r.Type, ActorKind: r.ActorKind,
		ActorID: r.ActorID, ActorApplicationID: r.ActorApplicationID, ApplicationID: r.ApplicationID, RefKind: r.RefKind, RefID: r.RefID,
		SubjectKind: r.SubjectKind, SubjectID: r.SubjectID, RequestID: r.RequestID, Payload: r.Payload, Details: r.Details, Origin: r.Origin,
	}, nil
}

// Prove makes the proof of an entry, and records that it was read. It returns ErrNotFound, or ErrPending for one that is
// below no checkpoint yet.
func (s *Service) Prove(ctx context.Context, realmID, entryID string) (*Proof, error) {
	e, err := s.byID(ctx, realmID, entryID)
	if err != nil {
		return nil, fmt.Errorf("prove audit entry %s: %w", entryID, err)
	}
	if e == nil {
		return nil, ErrNotFound
	}
	g, err := s.segmentOf(ctx, realmID, e.Seq)
	if err != nil {
		return nil, fmt.Errorf("prove audit entry %s: %w", entryID, err)
	}
	if g == nil {
		return nil, ErrPending
	}
	leaves, err := s.leavesOf(ctx, g)
	if err != nil {
		return nil, fmt.Errorf("prove audit entry %s: %w", entryID, err)
	}
	if root := rootOf(leaves); !bytes.Equal(root[:], g.Root) {
		return nil, fmt.Errorf("prove audit entry %s: %w", entryID, ErrTampered)
	}
	p := &Proof{Format: proofFormat, Entry: recordOf(e), Path: []string{}, Checkpoint: g.Checkpoint}
	for _, hash := range pathOf(leaves, int(e.Seq-g.First)) {
		p.Path = append(p.Path, encoded(hash[:]))
	}
	return p, s.recordRead(ctx, realmID, Read{How: "proof", EntryID: entryID, Entries: 1})
}

// ReadProof reads a proof from a file.
func ReadProof(r io.Reader) (*Proof, error) {
	var p Proof
	d := json.NewDecoder(io.LimitReader(r, 1<<20))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		return nil, fmt.Errorf("this is not a proof: %w", err)
	}
	return &p, nil
}

// Verify checks the proof with the public keys that are trusted, and returns what the
// checkpoint says. An error says what is wrong with it.
func (p *Proof) Verify(trusted jose.JSONWebKeySet) (*Claims, error) {
	if p.Format != proofFormat {
		return nil, errors.New("this is not a proof: it has another format")
	}
	c, err := ReadCheckpoint(p.Checkpoint, trusted)
	if err != nil {
		return nil, err
	}
	e, err := p.Entry.entry()
	if err != nil {
		return nil, err
	}
	if e.RealmID != c.RealmID || e.Seq < c.First || e.Seq > c.Last {
		return nil, errors.New("the checkpoint is about other entries")
	}
	path := make([]leaf, len(p.Path))
	for i, text := range p.Path {
		hash, err := base64.RawURLEncoding.DecodeString(text)
		if err != nil || len(hash) != hashSize {
			return nil, errors.New("the path holds something that is not a hash")
		}
		path[i] = leaf(hash)
	}
	var scratch []byte
	root, fits := climb(e.digest(&scratch), e.Seq-c.First, c.Last-c.First+1, path)
	if !fits || encoded(root[:]) != c.Root {
		return nil, errors.New("the entry is not the one that was signed")
	}
	return c, nil
}
