package event

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
)

// longestValue is how much of a value an event repeats.
const longestValue = 2 << 10

// Change is a field that has another value than before. Its name is that of the API, with
// dots between an object and its members.
type Change struct {
	Field string `json:"field"`
	// Before and After are JSON, absent where there was or is no value. A value of more than
	// 2 KiB is stood for by {"bytes": …, "sha256": …}.
	Before json.RawMessage `json:"before,omitempty"`
	After  json.RawMessage `json:"after,omitempty"`
}

// Changes compares what the API shows of something before and after, and returns what
// differs, by name. Members called except, which change each time, are left out. What it is
// given must show no secret and nothing of people: events are kept longer than they are.
func Changes(before, after any, except ...string) []Change {
	old, now := leaves(before), leaves(after)
	names := map[string]bool{}
	for _, side := range []map[string]json.RawMessage{old, now} {
		for name := range side {
			names[name] = true
		}
	}
	all := []Change{}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if !slices.Contains(except, name) && !bytes.Equal(old[name], now[name]) {
			all = append(all, Change{name, short(old[name]), short(now[name])})
		}
	}
	return all
}

// leaves are the members of an object that are no objects, and those of its objects.
func leaves(v any) map[string]json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic("event: a view is no JSON: " + err.Error())
	}
	all := map[string]json.RawMessage{}
	gather(all, "", raw)
	return all
}

func gather(all map[string]json.RawMessage, name string, raw json.RawMessage) {
	members := map[string]json.RawMessage{}
	if len(raw) == 0 || raw[0] != '{' || json.Unmarshal(raw, &members) != nil {
		if string(raw) != "null" {
			all[name] = raw
		}
		return
	}
	for member, value := range members {
		if name != "" {
			member = name + "." + member
		}
		gather(all, member, value)
	}
}

// short stands for a value that is too long to be repeated.
func short(raw json.RawMessage) json.RawMessage {
	if len(raw) <= longestValue {
		return raw
	}
	sum := sha256.Sum256(raw)
	stand, _ := json.Marshal(map[string]any{"bytes": len(raw), "sha256": hex.EncodeToString(sum[:])})
	return stand
}
