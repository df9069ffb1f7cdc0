package privacy

// Exported is recorded when a copy of a person's data was made.
type Exported struct {
	// Size is in bytes.
	Size int64 `json:"size"`
}

// EventType names the event.
func (Exported) EventType() string { return "privacy.exported" }

// Downloaded is recorded when a stored copy is fetched.
type Downloaded struct {
	ExportID string `json:"export_id"`
}

// EventType names the event.
func (Downloaded) EventType() string { return "privacy.export_downloaded" }
