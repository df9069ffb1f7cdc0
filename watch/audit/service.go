package audit

import (
	"crypto/ed25519"
	"log/slog"
	"time"

	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/fault"
	"authserver/internal/secret"
)

// Faults of the room.
var (
	ErrNotFound = fault.New(fault.NotFound, "audit_entry_not_found", "There is no such entry.")
	ErrPending  = fault.New(fault.Conflict, "audit_proof_pending", "The entry is not below a checkpoint yet. Checkpoints come every hour.")
	ErrTooMany  = fault.New(fault.Invalid, "export_too_large", "That is more than 50,000 entries. Ask for a shorter time.")
	ErrTooLong  = fault.New(fault.Conflict, "audit_too_long", "The chain has more than 200,000 entries. Use `authserver audit verify`.")
)

const (
	segmentMost = 8192      // entries in one segment
	segmentAge  = time.Hour // after which one is closed that has any
)

// Deps is what the room needs. Retention 0 keeps everything.
type Deps struct {
	DB        *database.DB
	Events    *event.Log
	Ring      *secret.Ring
	Retention time.Duration
	Now       func() time.Time
	Logger    *slog.Logger
	// SegmentMost is how many entries a segment has at most; 0 is 8,192.
	SegmentMost int64
}

// Service is what the room can do. It is an event.Batcher.
type Service struct {
	db        *database.DB
	events    *event.Log
	ring      *secret.Ring
	retention time.Duration
	now       func() time.Time
	logger    *slog.Logger
	most      int64
	macs      [][]byte             // newest first
	signers   []ed25519.PrivateKey // newest first
	inserts   []insert
	refusals  refusals
}

// New returns the room. It panics when a dependency is missing.
func New(d Deps) *Service {
	if d.DB == nil || d.Events == nil || d.Ring == nil || d.Now == nil || d.Logger == nil {
		panic("audit: DB, Events, Ring, Now and Logger are required")
	}
	if d.SegmentMost == 0 {
		d.SegmentMost = segmentMost
	}
	s := &Service{
		db: d.DB, events: d.Events, ring: d.Ring, retention: d.Retention, now: d.Now, logger: d.Logger, most: d.SegmentMost,
		macs: d.Ring.Derive(labelHead), inserts: makeInserts(),
	}
	for _, seed := range d.Ring.Derive(labelSigner) {
		s.signers = append(s.signers, ed25519.NewKeyFromSeed(seed))
	}
	return s
}
