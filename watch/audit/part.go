package audit

import (
	"encoding/json"
	"slices"

	"authserver/internal/event"
	"authserver/internal/id"
)

// parts is an event taken apart: what may stand in the open for ever, and what is sealed.
type parts struct {
	entry Entry
	// details and origin are in the clear here, to be sealed; nil for nothing.
	details, origin []byte
}

// Origin is where somebody acted from.
type Origin struct {
	IP        string `json:"ip,omitempty"`
	UserAgent string `json:"user_agent,omitempty"`
}

// partsOf takes an event apart.
func partsOf(e event.Event) parts {
	members := map[string]json.RawMessage{}
	if err := json.Unmarshal(e.Payload, &members); err != nil {
		members = map[string]json.RawMessage{"payload": e.Payload}
	}
	delete(members, "sealed") // of use to the room that recorded it only
	p := parts{entry: Entry{
		RealmID: e.RealmID, Version: encoding, ID: e.ID, At: e.At, Type: e.Type,
		ActorKind: e.Actor.Kind, ActorID: e.Actor.ID, ActorApplicationID: e.Actor.ApplicationID,
		RefKind: e.Ref.Kind, RefID: e.Ref.ID, SubjectKind: e.Ref.Kind, SubjectID: e.Ref.ID, RequestID: e.Actor.RequestID,
	}}
	p.entry.ApplicationID = applicationOf(e, members)
	if person := personOf(e, members); person != "" {
		p.entry.SubjectKind, p.entry.SubjectID = "user", person
		members, p.details = divide(e.Type, members)
	}
	p.entry.Payload = object(members)
	if e.Actor.IP != "" || e.Actor.UserAgent != "" {
		origin := Origin{e.Actor.IP, e.Actor.UserAgent}
		p.origin, _ = json.Marshal(origin) // two strings
	}
	return p
}

// personOf is the person whom an event concerns, "" for none.
func personOf(e event.Event, members map[string]json.RawMessage) string {
	switch {
	case e.Ref.Kind == "user":
		return e.Ref.ID
	case word(members["user_id"]) != "":
		return word(members["user_id"])
	case word(members["subject_kind"]) == "user":
		return word(members["subject_id"])
	case word(members["kind"]) == "user":
		return word(members["id"])
	}
	return ""
}

// applicationOf is the application that an event is about, else the actor's.
func applicationOf(e event.Event, members map[string]json.RawMessage) string {
	switch {
	case e.Ref.Kind == "application":
		return e.Ref.ID
	case word(members["application_id"]) != "":
		return word(members["application_id"])
	}
	return e.Actor.ApplicationID
}

// word is the string that a member holds, "" if it holds none.
func word(raw json.RawMessage) string {
	var s string
	if len(raw) == 0 || raw[0] != '"' || json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

// divide separates the members that identify nobody from the rest, which is nil if there
// is none.
func divide(eventType string, members map[string]json.RawMessage) (open map[string]json.RawMessage, rest []byte) {
	open = map[string]json.RawMessage{}
	personal := map[string]json.RawMessage{}
	for name, raw := range members {
		if tells(eventType, name, raw) {
			personal[name] = raw
		} else {
			open[name] = raw
		}
	}
	if len(personal) == 0 {
		return open, nil
	}
	return open, []byte(object(personal))
}

// tells reports whether a member may say something about the person that their id does
// not. Numbers, ids and words out of a fixed list do not; everything else may.
func tells(eventType, name string, raw json.RawMessage) bool {
	switch raw[0] {
	case '"':
		return !id.Valid(word(raw)) && !fixed(eventType, name)
	case '[', '{':
		return !fixed(eventType, name)
	}
	return false // a number, true, false or null
}

// fixed reports whether a member of that name only ever has values that the house chose.
func fixed(eventType, name string) bool {
	if name == "reason" { // what an administrator writes about a person is not such a word
		return eventType != "user.suspended" && eventType != "user.restored"
	}
	return slices.Contains([]string{
		"acr", "amr", "channel", "factor", "factors", "fields", "format", "grant_type", "how", "kind", "language", "method", "methods", "provider",
		"purpose", "role_id", "scopes", "starts_at", "at", "subject_kind", "unmet", "version",
	}, name)
}

// object writes members in the order of their names.
func object(members map[string]json.RawMessage) string {
	if len(members) == 0 {
		return "{}"
	}
	b, err := json.Marshal(members)
	if err != nil {
		return "{}" // they were read from JSON
	}
	return string(b)
}
