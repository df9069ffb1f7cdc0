package profile

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"authserver/internal/fault"
	"authserver/tenant/realm"
)

// Why a value is refused; Field names it.
var (
	ErrUnknown   = fault.New(fault.Invalid, "profile_unknown", "There is no such profile field.")
	ErrProtected = fault.New(fault.Invalid, "profile_protected", "Only an administrator can change this.")
	ErrRequired  = fault.New(fault.Invalid, "profile_required", "Fill this in, please.")
	ErrShort     = fault.New(fault.Invalid, "profile_short", "That is too short.")
	ErrLong      = fault.New(fault.Invalid, "profile_long", "That is too long.")
	ErrSmall     = fault.New(fault.Invalid, "profile_small", "That number is too small.")
	ErrLarge     = fault.New(fault.Invalid, "profile_large", "That number is too large.")
	ErrNumber    = fault.New(fault.Invalid, "profile_number", "Write a number.")
	ErrBoolean   = fault.New(fault.Invalid, "profile_boolean", "Choose yes or no.")
	ErrDate      = fault.New(fault.Invalid, "profile_date", "Write the date as YYYY-MM-DD.")
	ErrEarly     = fault.New(fault.Invalid, "profile_early", "That date is too early.")
	ErrLate      = fault.New(fault.Invalid, "profile_late", "That date is too late.")
	ErrChoice    = fault.New(fault.Invalid, "profile_choice", "Choose one of the list.")
	ErrPattern   = fault.New(fault.Invalid, "profile_pattern", "That does not have the expected form.")
	ErrText      = fault.New(fault.Invalid, "profile_text", "That holds characters that cannot be shown.")
	ErrLink      = fault.New(fault.Invalid, "profile_url", "Write a web address that begins with https://.")
)

// Check judges values that role gives and returns them in their stored form: nil is a
// value that is taken away. Text stands for any type, as forms send it. The faults
// are one a field, in the order of the schema, unknown names last.
func (s *Schema) Check(role Role, values map[string]any) (map[string]any, []*fault.Fault) {
	clean := make(map[string]any, len(values))
	var faults []*fault.Fault
	for i := range s.Fields {
		f := &s.Fields[i]
		value, given := values[f.Name]
		if !given {
			continue
		}
		ready, wrong := f.check(value)
		switch {
		case role == Person && f.View == Admin:
			wrong = ErrUnknown // there is nothing of that name for a person
		case role == Person && f.Edit == Admin:
			wrong = ErrProtected
		case wrong == nil && f.Required && !f.given(ready) && role == Person:
			wrong = ErrRequired
		}
		if wrong != nil {
			faults = append(faults, wrong.At(f.Name))
			continue
		}
		clean[f.Name] = ready
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if _, known := s.Field(name); !known {
			faults = append(faults, ErrUnknown.At(name))
		}
	}
	return clean, faults
}

// given reports whether a stored value counts as an answer.
func (f *Field) given(value any) bool {
	if f.Type == Boolean {
		return value == true || !f.Required && value == false
	}
	return value != nil
}

// holds is the stored value if the schema still allows it, else nil.
func (f *Field) holds(attributes map[string]any) any {
	value, there := attributes[f.Name]
	if !there {
		return nil
	}
	ready, wrong := f.check(value)
	if wrong != nil {
		return nil
	}
	return ready
}

// check returns a value in its stored form, nil for none.
func (f *Field) check(value any) (any, *fault.Fault) {
	switch v := value.(type) {
	case nil:
		return nil, nil
	case string:
		return f.checkString(v)
	case bool:
		if f.Type != Boolean {
			return nil, ErrText
		}
		return v, nil
	case int:
		return f.checkNumber(float64(v))
	case float64:
		return f.checkNumber(v)
	case json.Number:
		return f.checkString(v.String())
	}
	return nil, ErrText
}

func (f *Field) checkNumber(n float64) (any, *fault.Fault) {
	switch {
	case f.Type != Number:
		return nil, ErrText
	case math.IsNaN(n) || math.IsInf(n, 0):
		return nil, ErrNumber
	case f.Min != nil && n < *f.Min:
		return nil, ErrSmall
	case f.Max != nil && n > *f.Max:
		return nil, ErrLarge
	}
	return n, nil
}

func (f *Field) checkString(s string) (any, *fault.Fault) {
	if len(s) > 4*textMost {
		return nil, ErrLong
	}
	if s = strings.TrimSpace(s); s == "" {
		return nil, nil
	}
	switch f.Type {
	case Number:
		n, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return nil, ErrNumber
		}
		return f.checkNumber(n)
	case Boolean:
		switch s {
		case "true", "on", "1":
			return true, nil
		case "false", "off", "0":
			return false, nil
		}
		return nil, ErrBoolean
	case Date:
		return f.checkDate(s)
	case Select:
		if !slices.ContainsFunc(f.Options, func(o Option) bool { return o.Value == s }) {
			return nil, ErrChoice
		}
		return s, nil
	case Country:
		if code := strings.ToUpper(s); isCountry(code) {
			return code, nil
		}
		return nil, ErrChoice
	}
	return f.checkText(s)
}

func (f *Field) checkDate(s string) (any, *fault.Fault) {
	switch {
	case !isDate(s):
		return nil, ErrDate
	case f.From != "" && s < f.From:
		return nil, ErrEarly
	case f.To != "" && s > f.To:
		return nil, ErrLate
	}
	return s, nil
}

// checkText judges what a person wrote freely: it may be shown to others, so that
// nothing invisible and nothing that turns a line around may stand in it.
func (f *Field) checkText(s string) (any, *fault.Fault) {
	lines := []string{s}
	if f.Type == Text {
		lines = strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	}
	for i, line := range lines {
		clean, err := realm.Printable(f.Name, line, f.most())
		if err != nil && utf8.RuneCountInString(line) > f.most() {
			return nil, ErrLong
		}
		if err != nil {
			return nil, ErrText
		}
		lines[i] = clean
	}
	s = strings.Join(lines, "\n")
	n := utf8.RuneCountInString(s)
	switch {
	case n > f.most() || f.Max != nil && n > int(*f.Max):
		return nil, ErrLong
	case f.Min != nil && n < int(*f.Min):
		return nil, ErrShort
	case f.pattern != nil && !f.pattern.MatchString(s):
		return nil, ErrPattern
	}
	if f.Type == URL {
		if _, err := realm.WebURL(f.Name, s); err != nil {
			return nil, ErrLink
		}
	}
	return s, nil
}
