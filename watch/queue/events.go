package queue

// Retried is recorded when somebody has what was given up tried again.
type Retried struct {
	Queue string `json:"queue"`
	Items int64  `json:"items"`
}

// EventType names the event.
func (Retried) EventType() string { return "parked.retried" }

// Dropped is recorded when somebody gives something up for good.
type Dropped struct {
	Queue  string `json:"queue"`
	Reason string `json:"reason"`
}

// EventType names the event.
func (Dropped) EventType() string { return "parked.dropped" }
