package templates

import "slices"

// Choice is one choice of a select.
type Choice struct {
	Value string
	// Label is what the person reads; empty for a standard choice, whose word the
	// catalogue has.
	Label string
	// Group is the heading that choices next to each other have in common.
	Group string
	// Selected is set by Input.Groups.
	Selected bool
}

// ChoiceGroup are the choices below one heading.
type ChoiceGroup struct {
	Name    string
	Choices []Choice
}

// Input is one thing that a person says about themselves.
type Input struct {
	Name string
	// Kind is text, longtext, number, boolean, date, select, url or tel.
	Kind string
	// Label and Hint are the realm's own words; a standard claim has none, its
	// words are the catalogue's.
	Label, Hint string
	Value       string
	Checked     bool
	Required    bool
	// Fixed shows the value without letting the person change it.
	Fixed bool
	// Autocomplete is the token by which a browser fills it in.
	Autocomplete string
	// Min and Max bound numbers and dates; MaxLength a text, 0 for no bound.
	Min, Max  string
	MaxLength int
	Choices   []Choice
	// Focus asks for the keyboard.
	Focus bool
	// Problem is what was wrong with it.
	Problem *Problem
}

// Groups are the choices by heading, the value's selected.
func (i Input) Groups() []ChoiceGroup {
	var groups []ChoiceGroup
	for _, c := range i.Choices {
		c.Selected = c.Value == i.Value
		if n := len(groups); n > 0 && groups[n-1].Name == c.Group {
			groups[n-1].Choices = append(groups[n-1].Choices, c)
			continue
		}
		groups = append(groups, ChoiceGroup{Name: c.Group, Choices: []Choice{c}})
	}
	return groups
}

// Standard reports whether the catalogue has something to say beside the input.
func (i Input) Standard() bool {
	if i.Name == "birthdate" && i.Kind != "text" {
		return false // a calendar explains itself
	}
	return i.Label == "" && slices.Contains([]string{"picture", "use_gravatar", "birthdate", "phone_number"}, i.Name)
}

// Absent reports whether the value is none of the choices, so that the page must
// offer to choose none.
func (i Input) Absent() bool {
	return !slices.ContainsFunc(i.Choices, func(c Choice) bool { return c.Value == i.Value })
}

// CompleteProfile asks for what must be known about a person before they go on. It
// posts the inputs, or action=cancel.
type CompleteProfile struct {
	Frame
	App    App
	Inputs []Input
}

// All are the inputs of the page.
func (p *CompleteProfile) All() []Input { return p.Inputs }

// Elsewhere are the problems that no input has.
func (p *CompleteProfile) Elsewhere() []Problem { return elsewhere(p.Problems, p.Inputs) }

// ProfileGroup are the inputs below one heading: about, picture, address, language
// or further.
type ProfileGroup struct {
	Code   string
	Inputs []Input
}

// AccountProfile shows and changes what a person says about themselves. It posts the
// inputs and version.
type AccountProfile struct {
	AccountFrame
	EmailVerified bool
	// Phone is empty when there is none.
	Phone         string
	PhoneVerified bool
	Groups        []ProfileGroup
	// Version is the state of the account that the page shows.
	Version int64
}

// All are the inputs of the page.
func (p *AccountProfile) All() []Input {
	var all []Input
	for _, g := range p.Groups {
		all = append(all, g.Inputs...)
	}
	return all
}

// Elsewhere are the problems that no input has.
func (p *AccountProfile) Elsewhere() []Problem { return elsewhere(p.Problems, p.All()) }

func elsewhere(problems []Problem, inputs []Input) []Problem {
	return slices.DeleteFunc(slices.Clone(problems), func(p Problem) bool {
		return slices.ContainsFunc(inputs, func(i Input) bool { return i.Problem != nil && i.Name == p.Field })
	})
}

// profilePages are the pages about what a person says about themselves.
func profilePages() []Page { return []Page{new(CompleteProfile), new(AccountProfile)} }
