package limit

// Updated is recorded when a realm sets a limit for itself.
type Updated struct {
	Before string `json:"before"`
	After  string `json:"after"`
}

// EventType names the event.
func (Updated) EventType() string { return "limit.updated" }

// Reset is recorded when a realm takes the house's limit again.
type Reset struct {
	Before string `json:"before"`
	After  string `json:"after"`
}

// EventType names the event.
func (Reset) EventType() string { return "limit.reset" }

// Reached is recorded when somebody is turned away, once a minute for each limit of a realm
// and node. The actor's address is that of one of them.
type Reached struct {
	Limit string `json:"limit"` // "5/m"
}

// EventType names the event.
func (Reached) EventType() string { return "limit.reached" }
