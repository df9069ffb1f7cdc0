package profile

// SchemaChanged is recorded when a realm asks for something else than before.
type SchemaChanged struct {
	Version int64 `json:"version"`
	// Fields are the names of all fields from then on.
	Fields []string `json:"fields"`
}

// EventType names the event.
func (SchemaChanged) EventType() string { return "profile.schema_changed" }
