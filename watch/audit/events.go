package audit

// Read is recorded when somebody read entries of the audit.
type Read struct {
	// How is list, entry or proof.
	How string `json:"how"`
	// EntryID is the one that was read; "" for a list.
	EntryID string `json:"entry_id,omitempty"`
	// Asked is the filter of a list.
	Asked *Asked `json:"asked,omitempty"`
	// Entries is how many were read.
	Entries int `json:"entries"`
}

// EventType names the event.
func (Read) EventType() string { return "audit.read" }

// Exported is recorded when somebody downloaded entries of the audit.
type Exported struct {
	Asked   *Asked `json:"asked,omitempty"`
	Entries int    `json:"entries"`
}

// EventType names the event.
func (Exported) EventType() string { return "audit.exported" }

// Refused is recorded when somebody asked the administration for what they may not do: of
// the same caller and operation once a minute at most on each node.
type Refused struct {
	// Reason is the code of the refusal.
	Reason string `json:"reason"`
}

// EventType names the event.
func (Refused) EventType() string { return "administration.refused" }

// Asked is what somebody looked for in the audit.
type Asked struct {
	Type          string `json:"type,omitempty"`
	ActorID       string `json:"actor_id,omitempty"`
	SubjectID     string `json:"subject_id,omitempty"`
	ApplicationID string `json:"application_id,omitempty"`
	RequestID     string `json:"request_id,omitempty"`
	From          string `json:"from,omitempty"`
	To            string `json:"to,omitempty"`
}

// SegmentRemoved is recorded when the retention of a segment is over: the entries with
// these numbers are gone, and its checkpoint stays.
type SegmentRemoved struct {
	Number int64 `json:"number"`
	First  int64 `json:"first"`
	Last   int64 `json:"last"`
}

// EventType names the event.
func (SegmentRemoved) EventType() string { return "audit.segment_removed" }
