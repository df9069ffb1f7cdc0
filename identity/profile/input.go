package profile

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"authserver/identity/user"
	"authserver/internal/fault"
	"authserver/templates"
)

// standardInput is the input of a standard claim.
func standardInput(c standard, value string) templates.Input {
	in := templates.Input{Name: c.name, Kind: c.kind, Value: value, Autocomplete: c.auto}
	switch c.name {
	case "locale":
		in.Choices = languageChoices(value)
	case "zoneinfo":
		in.Choices = keep(zoneChoices(), value)
	case "gender":
		in.Choices = keep([]templates.Choice{{Value: "female"}, {Value: "male"}, {Value: "other"}}, value)
	case "birthdate":
		if value != "" && (!isDate(value) || strings.HasPrefix(value, "0000")) {
			in.Kind = "text" // a year alone, which a calendar cannot show
		}
	case "website", "picture":
		in.MaxLength = 2048
	case "name":
		in.MaxLength = 500
	case "phone_number":
		in.MaxLength = 40
	default:
		in.MaxLength = 100
	}
	return in
}

// languageChoices are the languages of the pages, by their own names, and the
// person's own if it is another one.
func languageChoices(value string) []templates.Choice {
	list := make([]templates.Choice, 0, len(templates.Languages())+1)
	for _, l := range templates.Languages() {
		list = append(list, templates.Choice{Value: l, Label: templates.LanguageLink{Language: l}.Name()})
	}
	return keep(list, value)
}

// keep adds a value that is none of the choices, so that saving the page does not
// take it away.
func keep(list []templates.Choice, value string) []templates.Choice {
	if value == "" || slices.ContainsFunc(list, func(c templates.Choice) bool { return c.Value == value }) {
		return list
	}
	return append([]templates.Choice{{Value: value, Label: value}}, list...)
}

// addressInput is the input of one part of the address.
func addressInput(name string, a *user.Address) templates.Input {
	in := templates.Input{Name: name, Kind: "text", Autocomplete: addressAuto(name), MaxLength: 500}
	if name == "street_address" {
		in.Kind = "longtext"
	}
	if a != nil {
		in.Value = *part(a, name)
	}
	return in
}

// ownInput is the input of a field of the realm's schema.
func ownInput(f *Field, attributes map[string]any, lang string) templates.Input {
	in := templates.Input{
		Name: f.Name, Label: f.Label(lang), Hint: f.Hint(lang), Autocomplete: "off",
		Required: f.Required && f.Edit == Person, Fixed: f.Edit == Admin, Value: written(attributes[f.Name]),
	}
	switch f.Type {
	case String, URL:
		in.Kind, in.MaxLength = "text", f.longest()
		if f.Type == URL {
			in.Kind = "url"
		}
	case Text:
		in.Kind, in.MaxLength = "longtext", f.longest()
	case Number:
		in.Kind, in.Min, in.Max = "number", bound(f.Min), bound(f.Max)
	case Boolean:
		in.Kind, in.Checked = "boolean", attributes[f.Name] == true
	case Date:
		in.Kind, in.Min, in.Max = "date", f.From, f.To
	case Select:
		in.Kind = "select"
		for _, o := range f.Options {
			in.Choices = append(in.Choices, templates.Choice{Value: o.Value, Label: o.Label(lang)})
		}
	case Country:
		in.Kind, in.Choices = "select", countryChoices(lang)
	}
	return in
}

// longest is how much a person may write.
func (f *Field) longest() int {
	if f.Max != nil {
		return int(*f.Max)
	}
	return f.most()
}

func bound(n *float64) string {
	if n == nil {
		return ""
	}
	return strconv.FormatFloat(*n, 'f', -1, 64)
}

// written is a stored value as an input holds it.
func written(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return fmt.Sprint(value)
}

// refill puts what was typed, and what was wrong with it, into inputs.
func refill(inputs []templates.Input, form url.Values, faults []*fault.Fault) {
	for i := range inputs {
		in := &inputs[i]
		if form != nil && !in.Fixed {
			in.Value, in.Checked = form.Get(in.Name), form.Get(in.Name) == "true"
			if len(in.Value) > 4*textMost { // what no field holds need not come back
				in.Value = ""
			}
		}
		if j := slices.IndexFunc(faults, func(f *fault.Fault) bool { return f.Field == in.Name }); j >= 0 {
			in.Problem = &templates.Problem{Code: faults[j].Code, Message: faults[j].Message, Field: faults[j].Field}
		}
	}
}

// focus puts the keyboard to the first input that is wrong.
func focus(inputs []templates.Input) bool {
	i := slices.IndexFunc(inputs, func(in templates.Input) bool { return in.Problem != nil })
	if i >= 0 {
		inputs[i].Focus = true
	}
	return i >= 0
}
