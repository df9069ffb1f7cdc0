package audit

import (
	"encoding/hex"
	"strconv"
	"time"

	"authserver/internal/secret"
)

// head is how far the chain of a realm has come.
type head struct {
	RealmID string
	Seq     int64 // of the newest entry; 0 before the first
	Hash    []byte
	// Segment is the number of the one that is open, and First where it begins.
	Segment, First int64
	Opened         time.Time // when its first entry was written; zero while it has none
	Checkpoint     []byte    // digest of the newest checkpoint; empty before the first
	Kept           int64     // entries before this one are given up
	MAC            []byte
}

// newHead is that of a chain without entries.
func newHead(realmID string) head {
	return head{RealmID: realmID, Hash: make([]byte, hashSize), Segment: 1, First: 1, Checkpoint: []byte{}, Kept: 1}
}

// size is how many entries the open segment has.
func (h *head) size() int64 { return h.Seq - h.First + 1 }

// labelHead names the keys that heads are sealed with.
const labelHead = "audit: heads"

func (h *head) mac(key []byte) []byte {
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	opened := ""
	if !h.Opened.IsZero() {
		opened = number(h.Opened.UnixMicro())
	}
	return secret.MAC(key, h.RealmID, number(h.Seq), hex.EncodeToString(h.Hash), number(h.Segment), number(h.First), opened,
		hex.EncodeToString(h.Checkpoint), number(h.Kept))
}

// intact reports whether the head is as this house last wrote it.
func (s *Service) intact(h *head) bool {
	for _, key := range s.macs {
		if secret.Equal(h.MAC, h.mac(key)) {
			return true
		}
	}
	return false
}

// sealHead seals a head that was intact before it was changed. One that was not keeps
// its wrong seal: what was done to it must not be covered by what comes later.
func (s *Service) sealHead(h *head, intact bool) {
	if intact {
		h.MAC = h.mac(s.macs[0])
	}
}
