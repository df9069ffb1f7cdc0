package blueprint

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
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
		wanted = s.expected(there, wanted)
		for _, name := range s.ordered(wanted) {
			old, exists := there[name]
			switch fields := s.differing(old, wanted[name]); {
			case !exists:
				steps = append(steps, Step{Add, s.name, name, fields})
			case len(fields) > 0:
				steps = append(steps, Step{Change, s.name, name, fields})
			}
		}
		for _, name := range names(there) {
			if _, kept := wanted[name]; !kept && (s.lasting == nil || !s.lasting(there[name])) {
				end = append(end, Step{Kind: Destroy, Section: s.name, Name: name})
			}
		}
	}
	slices.Reverse(end)
	return append(steps, end...)
}

func (s *section) expected(have, want map[string]Item) map[string]Item {
	if s.expect == nil {
		return want
	}
	return s.expect(have, want)
}

// ordered are the names of items in the order in which they are added.
func (s *section) ordered(items map[string]Item) []string {
	all := names(items)
	if s.rank != nil {
		slices.SortStableFunc(all, func(a, b string) int { return cmp.Compare(s.rank(items[a]), s.rank(items[b])) })
	}
	return all
}

// differing are the fields that want speaks of and old has otherwise. What cannot be read
// back cannot be compared, and a secret is not told.
func (s *section) differing(old, want Item) []Field {
	var fields []Field
	for _, name := range names(want) {
		switch {
		case slices.Contains(s.writeOnly, name), alike(old[name], want[name]), s.same != nil && s.same(name, old[name], want[name]):
		case slices.Contains(s.secrets, name):
			fields = append(fields, Field{name, nil, "a new secret"})
		default:
			fields = append(fields, Field{name, old[name], want[name]})
		}
	}
	return fields
}

// alike reports whether two values mean the same: no text is an empty one.
func alike(a, b any) bool {
	blank := func(v any) bool { return v == nil || v == "" }
	return reflect.DeepEqual(a, b) || blank(a) && blank(b)
}

// Fingerprint tells one plan from another.
func Fingerprint(steps []Step) string {
	raw, err := json.Marshal(steps)
	if err != nil {
		return "" // a plan was made of JSON
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:8])
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
		if part, known := find(s.Section); known && s.Kind == Destroy && part.gone != "" {
			line += " (" + part.gone + ")"
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
