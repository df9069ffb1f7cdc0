package bulk

// RequestedEvent is recorded when an administrator asks for a job.
type RequestedEvent struct {
	JobKind Kind `json:"job_kind"`
	Total   int  `json:"total"`
}

// EventType names the event.
func (RequestedEvent) EventType() string { return "bulk.requested" }

// FinishedEvent is recorded when all rows of a job are done or have failed.
type FinishedEvent struct {
	JobKind Kind `json:"job_kind"`
	Done    int  `json:"done"`
	Failed  int  `json:"failed"`
}

// EventType names the event.
func (FinishedEvent) EventType() string { return "bulk.finished" }

// CancelledEvent is recorded when an administrator ends a job early. Done rows stay done.
type CancelledEvent struct {
	JobKind Kind `json:"job_kind"`
	Done    int  `json:"done"`
	Failed  int  `json:"failed"`
}

// EventType names the event.
func (CancelledEvent) EventType() string { return "bulk.cancelled" }
