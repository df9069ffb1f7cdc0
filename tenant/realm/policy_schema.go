package realm

import "time"

// PolicySchema is the JSON Schema of each value of a policy, by name. Bounds that hang on
// another value are not in it.
func PolicySchema() map[string]any {
	p, schema := DefaultPolicy(), map[string]any{}
	for _, d := range p.durations() {
		schema[d.name] = map[string]any{"type": "integer", "minimum": int64(d.min / time.Second), "maximum": int64(d.max / time.Second)}
	}
	for _, n := range p.numbers() {
		schema[n.name] = map[string]any{"type": "integer", "minimum": n.min, "maximum": n.max}
	}
	for name := range p.switches() {
		schema[name] = map[string]any{"type": "boolean"}
	}
	for _, c := range p.choices() {
		schema[c.name] = map[string]any{"type": "string", "enum": c.allowed}
	}
	for _, l := range p.lists() {
		schema[l.name] = map[string]any{"type": "array", "items": map[string]any{"type": "string"}, "maxItems": listMax}
	}
	return schema
}
