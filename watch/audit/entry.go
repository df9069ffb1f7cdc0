package audit

import (
	"crypto/sha256"
	"encoding/binary"
	"time"

	"authserver/internal/database"
	"authserver/internal/event"
)

// encoding is the version of how entries are hashed (docs/decisions/0022).
const encoding = 1

// hashSize is the size of every hash here, in bytes: SHA-256.
const hashSize = sha256.Size

// Entry is one thing that was done, as the chain holds it. At is in UTC with microseconds.
type Entry struct {
	RealmID        string // "" for what belongs to no realm
	Seq            int64  // 1, 2, 3 … in its realm
	Version        int64
	Previous, Hash []byte
	ID             string // the event's
	At             time.Time
	Type           string // the event's, "user.created"
	ActorKind      string // one of the kinds of event.Actor
	ActorID        string
	// ActorApplicationID is the application through which somebody acted.
	ActorApplicationID string
	// ApplicationID is the application that it is about, else the actor's.
	ApplicationID string
	// RefKind and RefID name what the event is about, SubjectKind and SubjectID the person
	// whom it concerns; the same again if it concerns none.
	RefKind, RefID         string
	SubjectKind, SubjectID string
	RequestID              string
	// Payload is the event's, as JSON, as far as it identifies nobody. Details is the rest
	// and Origin is where the actor acted from, both sealed; "" for nothing.
	Payload, Details, Origin string
}

// encode appends everything but the hash to b: a zero byte, as leaves of a Merkle tree
// begin (RFC 6962 §2.1), then numbers as 8 bytes and all else behind its length in 4,
// big-endian, in the order below. No two entries give the same bytes.
func (e *Entry) encode(b []byte) []byte {
	b = append(b, 0)
	b = binary.BigEndian.AppendUint64(b, uint64(e.Version))
	b = text(b, e.RealmID)
	b = binary.BigEndian.AppendUint64(b, uint64(e.Seq))
	b = text(b, string(e.Previous))
	b = text(b, e.ID)
	b = binary.BigEndian.AppendUint64(b, uint64(database.At(e.At)))
	for _, s := range [...]string{
		e.Type, e.ActorKind, e.ActorID, e.ActorApplicationID, e.ApplicationID, e.RefKind, e.RefID, e.SubjectKind, e.SubjectID,
		e.RequestID, e.Payload, e.Details, e.Origin,
	} {
		b = text(b, s)
	}
	return b
}

func text(b []byte, s string) []byte {
	return append(binary.BigEndian.AppendUint32(b, uint32(len(s))), s...)
}

// digest is the hash that the entry must have. Scratch is reused for the encoding.
func (e *Entry) digest(scratch *[]byte) [hashSize]byte {
	*scratch = e.encode((*scratch)[:0])
	return sha256.Sum256(*scratch)
}

// detailsOwner is whose key seals the details: the person's whom it concerns, "" for
// nobody's.
func (e *Entry) detailsOwner() string {
	if e.SubjectKind == "user" {
		return e.SubjectID
	}
	return ""
}

// originOwner is whose key seals the origin. An application may run on the device of the
// person for whom it acts, and an anonymous visitor may be the person.
func (e *Entry) originOwner() string {
	switch e.ActorKind {
	case event.User:
		return e.ActorID
	case event.Anonymous, event.Application:
		return e.detailsOwner()
	}
	return ""
}
