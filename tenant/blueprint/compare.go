package blueprint

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Kind is what happens to a thing.
type Kind string

// The kinds.
const (
	Add     Kind = "add"
	Change  Kind = "change"
	Destroy Kind = "destroy"
)

// Step is one thing to do.
type Step struct {
	Kind    Kind    `json:"kind"`
	Section string  `json:"section"`
	Name    string  `json:"name,omitempty"`
	Fields  []Field `json:"fields,omitempty"`
}

// Field is one that changes.
type Field struct {
	Name string `json:"field"`
	Old  any    `json:"old"`
	New  any    `json:"new"`
}

// Compare says what makes a realm that is like have into one that is like want: first what
// is added and changed, in the order in which things need one another, then what is
// destroyed, in the opposite one.
func Compare(have, want *Document) []Step {
	var steps, end []Step
	for _, s := range sections() {
		wanted, spoken := want.Sections[s.name]
		if !spoken {
			continue
		}
		there := have.Sections[s.name]
		for _, name := range names(wanted) {
			old, exists := there[name]
			switch fields := differing(old, wanted[name], s.writeOnly); {
			case !exists:
				steps = append(steps, Step{Add, s.name, name, fields})
			case len(fields) > 0:
				steps = append(steps, Step{Change, s.name, name, fields})
			}
		}
		for _, name := range names(there) {
			if _, kept := wanted[name]; !kept {
				end = append(end, Step{Kind: Destroy, Section: s.name, Name: name})
			}
		}
	}
	slices.Reverse(end)
	return append(steps, end...)
}

// differing are the fields that want speaks of and old has otherwise. What cannot be read
// back cannot be compared.
func differing(old, want Item, writeOnly []string) []Field {
	var fields []Field
	for _, name := range names(want) {
		if !slices.Contains(writeOnly, name) && !reflect.DeepEqual(old[name], want[name]) {
			fields = append(fields, Field{name, old[name], want[name]})
		}
	}
	return fields
}

// Destroys reports whether something of the plan is lost for good.
func Destroys(steps []Step) bool {
	return slices.ContainsFunc(steps, func(s Step) bool { return s.Kind == Destroy })
}

// Text is the plan for people.
func Text(steps []Step) string {
	if len(steps) == 0 {
		return "Nothing to do: the realm is as the document says.\n"
	}
	var b strings.Builder
	counts := map[Kind]int{}
	for _, s := range steps {
		counts[s.Kind]++
		sign := map[Kind]string{Add: "+", Change: "~", Destroy: "-"}[s.Kind]
		line := strings.TrimSpace(s.Section + " " + s.Name)
		if s.Kind == Destroy && s.Section == "applications" {
			line += " (switched off, with what belongs to it)"
		}
		fmt.Fprintf(&b, "%s %s\n", sign, line)
		for _, f := range s.Fields {
			if s.Kind == Add {
				fmt.Fprintf(&b, "    %s: %s\n", f.Name, short(f.New))
			} else {
				fmt.Fprintf(&b, "    %s: %s → %s\n", f.Name, short(f.Old), short(f.New))
			}
		}
	}
	fmt.Fprintf(&b, "\n%d to add, %d to change, %d to destroy.\n", counts[Add], counts[Change], counts[Destroy])
	return b.String()
}

func short(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		return "?"
	}
	if text := []rune(string(raw)); len(text) > 200 {
		return string(text[:200]) + "…"
	}
	return string(raw)
}
