package templates_test

import "authserver/templates"

// inputs are one of every kind, as a realm may ask for them.
func inputs() []templates.Input {
	return []templates.Input{
		{Name: "given_name", Kind: "text", Value: "Ada", Autocomplete: "given-name", MaxLength: 100, Required: true, Focus: true},
		{Name: "phone_number", Kind: "tel", Autocomplete: "tel", MaxLength: 40},
		{Name: "staff_number", Kind: "text", Label: "Staff number", Hint: "It stands on your card.", Value: "A-17", Autocomplete: "off", Fixed: true},
		{Name: "motto", Kind: "longtext", Label: "Motto", Value: "First line\nsecond line", Autocomplete: "off", MaxLength: 500},
		{Name: "shoe_size", Kind: "number", Label: "Shoe size", Value: "42.5", Min: "30", Max: "50", Autocomplete: "off"},
		{Name: "entry_day", Kind: "date", Label: "First day", Value: "2026-05-04", Min: "2000-01-01", Autocomplete: "off"},
		{Name: "gender", Kind: "select", Value: "female", Autocomplete: "sex",
			Choices: []templates.Choice{{Value: "female"}, {Value: "male"}, {Value: "other"}}},
		{Name: "zoneinfo", Kind: "select", Value: "Europe/London", Autocomplete: "off", Choices: []templates.Choice{
			{Value: "UTC", Label: "UTC"}, {Value: "Europe/Berlin", Label: "Berlin", Group: "Europe"}, {Value: "Europe/London", Label: "London", Group: "Europe"}}},
		{Name: "team", Kind: "select", Label: "Team", Required: true, Autocomplete: "off",
			Choices: []templates.Choice{{Value: "red", Label: "Red"}, {Value: "blue", Label: "Blue"}}},
		{Name: "adult", Kind: "boolean", Label: "I am of age", Required: true},
		{Name: "use_gravatar", Kind: "boolean", Checked: true},
	}
}

// profileStories are the pages of the area in the states that people meet.
func profileStories() map[string]templates.Page {
	frame := templates.Frame{FlowID: "0192f0c1-0000-7000-8000-000000000001", Proof: "cHJvb2Y"}
	wrong := frame
	wrong.Problems = []templates.Problem{{Code: "profile_required", Field: "team"}, {Code: "profile_large", Field: "shoe_size"}, {Code: "profile_required", Field: "adult"}}
	refused := inputs()
	for i := range refused {
		refused[i].Focus = refused[i].Name == "team"
		refused[i].Problem = wrong.ProblemAt(refused[i].Name)
	}
	groups := []templates.ProfileGroup{
		{Code: "about", Inputs: inputs()[:1]}, {Code: "picture", Inputs: inputs()[10:]},
		{Code: "address", Inputs: []templates.Input{{Name: "locality", Kind: "text", Value: "London", Autocomplete: "address-level2"}}},
		{Code: "language", Inputs: inputs()[7:8]}, {Code: "further", Inputs: inputs()[2:7]},
	}
	saved := console("profile")
	saved.Done = "profile_saved"
	changed := console("profile")
	changed.Problems = []templates.Problem{{Code: "user_changed"}}
	return map[string]templates.Page{
		"completeprofile":        &templates.CompleteProfile{Frame: frame, App: templates.App{Name: "Little Shop"}, Inputs: inputs()[:2]},
		"completeprofile-wrong":  &templates.CompleteProfile{Frame: wrong, Inputs: refused},
		"accountprofile":         &templates.AccountProfile{AccountFrame: saved, EmailVerified: true, Phone: "+442071234567", PhoneVerified: true, Groups: groups, Version: 7},
		"accountprofile-changed": &templates.AccountProfile{AccountFrame: changed, Groups: groups[:2], Version: 8},
	}
}
